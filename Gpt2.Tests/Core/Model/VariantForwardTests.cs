// Models with other settings than GPT-2's against logits that PyTorch computed in float64: whole, one token at a time through the cache,
// two sequences at once, packed, and each of the settings on its own.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Cache;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Model;

public class VariantForwardTests
{
    private const double Rtol = 1e-5, Atol = 1e-5; // the settings change logits by 1e-4 and more

    public static TheoryData<string, KernelRung> VariantsAndRungs() => TestModels.WithRungs(VariantModel.Names);

    [Theory]
    [MemberData(nameof(VariantsAndRungs))]
    public void Forward_TwoSequencesAtOnce_GivesPyTorchsLogits(string name, KernelRung rung)
    {
        var variant = VariantModel.Read(name);
        var model = new Gpt2Model(variant.Weights, KernelSet.Create(rung));
        ForwardActivations a = Activations(model.Config, variant.Sequences);

        model.Forward(variant.Ids, cache: null, a);

        Close.Assert(a.Logits.Span, variant.Logits, Rtol, Atol, $"{name} {rung}");
    }

    [Theory]
    [MemberData(nameof(VariantsAndRungs))]
    public void Forward_OneTokenAtATimeThroughTheCache_GivesPyTorchsLogits(string name, KernelRung rung)
    {
        var variant = VariantModel.Read(name);
        var model = new Gpt2Model(variant.Weights, KernelSet.Create(rung));
        int length = variant.Ids.Length / variant.Sequences, vocabulary = model.Config.Vocabulary;
        var a = new ForwardActivations(model.Config);
        for (int sequence = 0; sequence < variant.Sequences; sequence++)
        {
            var cache = new KeyValueCache(model.Config, model.Config.Context);
            for (int token = 0; token < length; token++)
            {
                int at = (sequence * length) + token;
                model.Forward(variant.Ids.AsSpan(at, 1), cache, a);
                Close.Assert(a.Logits.Span, variant.Logits.AsSpan(at * vocabulary, vocabulary), Rtol, Atol, $"{name} {rung} token {at}");
            }
        }
    }

    [Fact]
    public void Forward_SequencesOfSeveralCaches_GivesPyTorchsLogits()
    {
        // As when serving: caches of unequal lengths are read in one pass, group by group.
        var variant = VariantModel.Read("all");
        var model = Gpt2Model.ForInference(VariantModel.Filled(variant.Weights.Config), KernelSet.Create(KernelRung.Tuned, threads: 2));
        int length = variant.Ids.Length / variant.Sequences, vocabulary = model.Config.Vocabulary;
        KeyValueCache[] caches = [new(model.Config, 8), new(model.Config, 8)];
        var a = new ForwardActivations(model.Config);
        model.Forward(variant.Ids.AsSpan(0, length - 1), caches[0], a);
        model.Forward(variant.Ids.AsSpan(length, length - 2), caches[1], a);
        var gathered = KeyValueCache.OfOthers(model.Config);
        gathered.Gather(caches);
        ForwardActivations both = Activations(model.Config, sequences: 2);

        model.Forward([variant.Ids[length - 1], variant.Ids[^2], variant.Ids[^1]], [1, 2], gathered, both);

        Close.Assert(both.Logits.Row(0), variant.Logits.AsSpan((length - 1) * vocabulary, vocabulary), Rtol, Atol);
        Close.Assert(both.Logits.Row(2), variant.Logits.AsSpan(((2 * length) - 1) * vocabulary, vocabulary), Rtol, Atol);
    }

    [Fact]
    public void Variants_EachChangeTheLogits_ByMoreThanTheTolerance()
    {
        // Otherwise a setting that is ignored would pass.
        float[] usual = VariantModel.Read("as-gpt2").Logits;
        string[] same = ["as-gpt2", "gelu-fast", "gelu-pytorch-tanh"];
        VariantModel.Names.Should().HaveCountGreaterThan(15).And.Contain(same);
        foreach (string name in VariantModel.Names.Except(same))
        {
            VariantModel.Read(name).Logits.Zip(usual, (one, other) => Math.Abs(one - other)).Max().Should().BeGreaterThan(1e-4f, name);
        }
    }

    [Theory]
    [InlineData("n_inner", 0, "n_inner is 0", "at least 1")]
    [InlineData("n_inner", -4, "n_inner is -4", "at least 1")]
    [InlineData("epsilon", 0.0, "layer_norm_epsilon is 0", "more than 0, at most 1; GPT-2 has 1e-05")]
    [InlineData("epsilon", -1e-5, "layer_norm_epsilon is -1E-05", "more than 0, *")]
    [InlineData("epsilon", double.NaN, "layer_norm_epsilon is NaN", "more than 0, *")]
    [InlineData("epsilon", double.PositiveInfinity, "layer_norm_epsilon is *", "more than 0, *")]
    [InlineData("epsilon", 1.5, "layer_norm_epsilon is 1.5", "more than 0, *")]
    [InlineData("activation", 99, "there is no activation function 99", "one of GeluTanh, *")]
    public void Problem_SettingThatMakesNoSense_NamesIt(string setting, double value, string found, string expected)
    {
        Gpt2Config usual = new(11, 8, 6, 2, 2);
        Gpt2Config config = setting switch
        {
            "n_inner" => usual with { Hidden = (int)value },
            "epsilon" => usual with { LayerNormEpsilon = (float)value },
            _ => usual with { Activation = (ActivationFunction)(int)value },
        };

        config.Problem()!.ShouldHave(found, expected);
    }

    [Fact]
    public void Problem_HiddenTooWide_IsTooLarge() =>
        (Gpt2Config.Small with { Hidden = int.MaxValue }).Problem()!.ShouldHave(found: "a matrix of * weights is too large");

    [Fact]
    public void Hidden_OfFourTimesTheChannels_IsGpt2s()
    {
        (Gpt2Config.Small with { Hidden = 3072 }).Should().Be(Gpt2Config.Small);
        (Gpt2Config.Small with { Hidden = 3071 }).Should().NotBe(Gpt2Config.Small);
        (Gpt2Config.Small with { Channels = 24 }).Hidden.Should().Be(96);
        new Gpt2Config(11, 8, 6, 2, 2) { Hidden = 5 }.Parameters.Should().Be(
            (11 * 6) + (8 * 6) + (2 * ((4 * 6) + (6 * 18) + 18 + (6 * 6) + 6 + (6 * 5) + 5 + (5 * 6) + 6)) + 12);
    }

    private static ForwardActivations Activations(Gpt2Config config, int sequences) =>
        new(config, keepEveryBlock: true, HeadRows.All, breakpoint: null, sequences);
}
