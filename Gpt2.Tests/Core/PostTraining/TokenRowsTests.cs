// Adapters that add tokens: what the new rows begin as, that applied and merged are the same, gradients by finite differences and
// against those of whole rows, files, and what is refused.

using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.PostTraining;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining;

public sealed class TokenRowsTests : TemporaryFolder
{
    private static readonly string[] Numbers = ["10", "112", "121", "45"];

    private static readonly Vocabulary Bytes = new([]);

    private static readonly Gpt2Config Config = new(257, 8, 12, 3, 2);

    private static readonly Gen<(int Heads, int Rank, int Added, ulong Seed)> Cases =
        from heads in Gen.Choose(1, 3)
        from rank in Gen.Choose(1, 4)
        from added in Gen.Choose(1, 6)
        from seed in Gen.Choose(1, 1000)
        select (heads, rank, added, (ulong)seed);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Extend_Rows_AreTheMeansOfTheirPieces(bool tied)
    {
        Gpt2Weights weights = TestModels.Random(Config with { TiedHead = tied }, 1);

        Gpt2Weights extended = AddedRows.Extend(weights, Bytes, Numbers);

        extended.Config.Should().Be(weights.Config with { Vocabulary = 261 });
        foreach ((Matrix before, Matrix after) in weights.Matrices().Zip(extended.Matrices()))
        {
            after.Span[..before.Span.Length].ToArray().Should().Equal(before.Span.ToArray(), "{0} is kept", before);
        }

        foreach ((Matrix before, Matrix after) in new[]
        {
            (weights.TokenEmbedding, extended.TokenEmbedding), (weights.Head.Weight, extended.Head.Weight),
        })
        {
            for (int channel = 0; channel < 12; channel++) // 1 and 2 are the ids 16 and 17
            {
                float mean = (float)((before[16, channel] + (double)before[16, channel] + before[17, channel]) / 3);
                after[258, channel].Should().Be(mean);
                after[259, channel].Should().Be(mean, "112 and 121 have the same digits");
                after[260, channel].Should().Be((float)((before[19, channel] + (double)before[20, channel]) / 2));
            }
        }
    }

    [Fact]
    public void Create_Numbers_BeginWithChebyshevPolynomialsOfTheirLogarithms()
    {
        var adapter = Adapter.Create(new LoraSettings { Rank = 3 }, Fingerprint(Config), 1, Numbers);
        (Matrix a, Matrix b, _) = adapter.Tokens!.Rows.Update;

        double least = Math.Log(11), range = Math.Log(122) - least;
        for (int token = 0; token < 4; token++)
        {
            double place = Math.Clamp((2 * (Math.Log(1 + int.Parse(Numbers[token], CultureInfo.InvariantCulture)) - least) / range) - 1, -1, 1);
            for (int k = 0; k < 3; k++)
            {
                a[k, token].Should().BeApproximately((float)Math.Cos((k + 1) * Math.Acos(place)), 1e-6f);
            }
        }

        a[0, 1].Should().NotBe(a[0, 2], "112 and 121 have equal rows of wte and are told apart from the first step on");
        b.Span.ToArray().Should().OnlyContain(weight => weight == 0);
        adapter.Matrices().TakeLast(2).Select(matrix => matrix.ToString()).Should().Equal("wte/lora_A [3, 4]", "wte/lora_B [12, 3]");
        adapter.Parameters.Should().Be(Adapter.Create(new LoraSettings { Rank = 3 }, Fingerprint(Config), 1).Parameters + (3 * (4 + 12)));
    }

    [Fact]
    public void Create_Words_BeginAtRandomBySeed()
    {
        float[] Of(ulong seed) =>
            Adapter.Create(new LoraSettings(), Fingerprint(Config), seed, ["<user>", "10"]).Tokens!.Rows.Update.A.Span.ToArray();

        Of(1).Should().OnlyContain(weight => Math.Abs(weight) <= 1).And.Equal(Of(1)).And.NotEqual(Of(2));
    }

    [Fact]
    public void Create_FreshAdapter_DoesNotChangeTheExtendedModel()
    {
        Gpt2Model model = Model(KernelRung.Vector);

        Logits(Adapter.Create(new LoraSettings(), Fingerprint(Config), 1, Numbers).ApplyTo(model)).Should().Equal(Logits(model));
    }

    [Theory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void ApplyTo_AddedTokens_EqualsMerged(KernelRung rung)
    {
        Gpt2Model model = Model(rung);
        Adapter adapter = Filled(Config, 3, 2, Numbers);

        float[] applied = Logits(adapter.ApplyTo(model));

        Close.Assert(
            applied, Logits(new Gpt2Model(adapter.MergeInto(model.Weights, model.Kernels), model.Kernels)), 1e-4, 1e-4, rung.ToString());
        applied.Should().NotEqual(Logits(model));
    }

    [Fact]
    public void MergeInto_Rows_GetScaleTimesBTimesA()
    {
        Gpt2Model model = Model(KernelRung.Scalar);
        Adapter adapter = Filled(Config, 2, 2, Numbers);
        Matrix merged = adapter.MergeInto(model.Weights, model.Kernels).TokenEmbedding, before = model.Weights.TokenEmbedding;
        (Matrix a, Matrix b, float scale) = adapter.Tokens!.Rows.Update;

        scale.Should().Be(8); // alpha 16 / rank 2
        for (int channel = 0; channel < 12; channel++)
        {
            merged[256, channel].Should().Be(before[256, channel]);
            double change = scale * (((double)b[channel, 0] * a[0, 3]) + ((double)b[channel, 1] * a[1, 3]));
            merged[260, channel].Should().BeApproximately((float)(before[260, channel] + change), 1e-5f);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData(WeightType.Float32)]
    [InlineData(WeightType.BFloat16)]
    public void Backward_AAndBOfRows_EqualFiniteDifferences(WeightType? type) => SeededProperty.Holds(
        Cases,
        sample =>
        {
            (int heads, int rank, int added, ulong seed) = sample;
            Gpt2Config config = new(5 + added, 8, 5 * heads, heads, 1);
            KernelSet kernels = KernelSet.Create(type is null ? KernelRung.Scalar : KernelRung.Tuned, threads: 2);
            Gpt2Weights weights = TestModels.Random(config, seed);
            Gpt2Model model = type is WeightType stored ? Gpt2Model.ForInference(weights, kernels, stored) : new Gpt2Model(weights, kernels);
            Adapter adapter = Filled(config with { Vocabulary = 5 }, rank, seed, [.. Enumerable.Range(0, added).Select(number => $"word {number}")]);
            Gpt2Model adapted = adapter.ApplyTo(model);
            LossOfModel loss = LossOfModel.Create("sft", config, seed);
            var gradients = new MatrixGradients(adapter.Matrices());

            loss.Run(adapted, gradients).Should().Be(loss.Run(adapted, null));

            var random = new RandomGenerator(seed);
            foreach ((Matrix weight, Matrix gradient) in gradients.Trained.Zip(gradients.Gradients).TakeLast(2))
            {
                for (int pick = 0; pick < 4; pick++)
                {
                    int at = (int)(random.NextDouble() * weight.Span.Length);
                    double expected = AdapterGradientTests.Difference(weight, at, 0.02f, () => loss.Run(adapted, null));
                    double actual = gradient.Span[at];
                    (Math.Abs(actual - expected) <= 1e-3 + (0.01 * Math.Abs(expected))).Should().BeTrue(
                        "{0} of {1}[{2}] is {3}, by differences {4}", sample, weight.Name, at, actual, expected);
                }
            }
        },
        count: 12);

    [Fact]
    public void Backward_AAndBOfRows_AreTheGradientsOfTheWholeRowsProjected() => SeededProperty.Holds(
        Cases,
        sample =>
        {
            (int heads, int rank, int added, ulong seed) = sample;
            Gpt2Config config = new(5 + added, 8, 5 * heads, heads, 2);
            KernelSet kernels = KernelSet.Create(KernelRung.Vector);
            Adapter adapter = Filled(config with { Vocabulary = 5 }, rank, seed, [.. Enumerable.Range(0, added).Select(number => $"word {number}")]);
            var model = new Gpt2Model(TestModels.Random(config, seed), kernels);
            var merged = new Gpt2Model(adapter.MergeInto(model.Weights, kernels), kernels);
            LossOfModel loss = LossOfModel.Create("sft", config, seed);
            MatrixGradients low = new(adapter.Matrices()), whole = new(merged.Weights.Matrices());

            loss.Run(adapter.ApplyTo(model), low);
            loss.Run(merged, whole);

            (Matrix a, Matrix b, float scale) = adapter.Tokens!.Rows.Update;
            Matrix rows = whole.Of(merged.Weights.TokenEmbedding)!; // G, so that A's is scale · Bᵀ · Gᵀ and B's scale · Gᵀ · Aᵀ
            for (int k = 0; k < rank; k++)
            {
                for (int token = 0; token < added; token++)
                {
                    double expected = scale * Enumerable.Range(0, config.Channels).Sum(channel => (double)b[channel, k] * rows[5 + token, channel]);
                    ((double)low.Of(a)![k, token]).Should().BeApproximately(expected, 1e-4 + (1e-3 * Math.Abs(expected)));
                }

                for (int channel = 0; channel < config.Channels; channel++)
                {
                    double expected = scale * Enumerable.Range(0, added).Sum(token => (double)a[k, token] * rows[5 + token, channel]);
                    ((double)low.Of(b)![channel, k]).Should().BeApproximately(expected, 1e-4 + (1e-3 * Math.Abs(expected)));
                }
            }
        },
        count: 20);

    [Fact]
    public void Folder_RoundTrip_HasTheSameBitsAndTokens()
    {
        Adapter adapter = Filled(Config, 3, 5, Numbers);

        string[] files = AdapterFolder.Write(PathOf("adapter"), adapter);
        Adapter read = AdapterFolder.Read(PathOf("adapter"));

        read.AddedTokens.Should().Equal(Numbers);
        read.Matrices().Select(matrix => matrix.ToString()).Should().Equal(adapter.Matrices().Select(matrix => matrix.ToString()));
        AdapterTests.Bits(read.Matrices()).Should().Equal(AdapterTests.Bits(adapter.Matrices()));
        files.Should().Contain(["added_tokens.json", "model_wte_lora_A.csv", "model_wte_lora_B.csv"]);

        AdapterFolder.Write(PathOf("adapter"), Filled(Config, 3, 5, []));
        Directory.GetFiles(PathOf("adapter")).Select(Path.GetFileName)
            .Should().NotContain(files.Where(file => !file.Contains("_h", StringComparison.Ordinal) && file != "adapter.json"));
    }

    [Fact]
    public void Refused_PeftUntiedHeadAnotherVocabularyAndWrongIds()
    {
        Adapter adapter = Filled(Config, 2, 5, Numbers);
        FluentActions.Invoking(() => AdapterFolder.WritePeft(PathOf("peft"), adapter)).Should().Throw<Gpt2Exception>()
            .With(found: "the adapter adds 4 tokens, which PEFT's files cannot hold for a tied head", remedy: "merge it: *");
        Directory.Exists(PathOf("peft")).Should().BeFalse();
        FluentActions.Invoking(() => Adapter.Create(new LoraSettings(), Fingerprint(Config with { TiedHead = false }), 1, Numbers))
            .Should().Throw<Gpt2Exception>().With(found: "the model has a language head of its own", remedy: "train all weights with --full");
        adapter.Invoking(it => it.ApplyTo(new Gpt2Model(TestModels.Random(Config, 1), KernelSet.Create(KernelRung.Scalar))))
            .Should().Throw<Gpt2Exception>().With(found: "the adapter adds 4 tokens to 257, but the model has 257");
        AdapterFolder.Write(PathOf("adapter"), adapter);
        File.WriteAllText(PathOf("adapter", "added_tokens.json"), """{"10": 258, "112": 259, "121": 260, "45": 261}""");
        FluentActions.Invoking(() => AdapterFolder.Read(PathOf("adapter"))).Should().Throw<Gpt2Exception>()
            .With(found: "the token '10' has the id 258", expected: "257: *", where: "*added_tokens.json");
    }

    [Fact]
    public void Merge_SeveralFolders_ExtendOnceAndRefuseOtherTokens()
    {
        Gpt2Weights weights = TestModels.Random(Config, 1);
        void Write(string name, string[] tokens, ulong seed)
        {
            var adapter = Adapter.Create(new LoraSettings { Rank = 2 }, ModelFingerprint.Of(weights), seed, tokens);
            Fill(adapter, seed);
            AdapterFolder.Write(PathOf(name), adapter);
        }

        Write("plain", [], 1);
        Write("one", Numbers, 2);
        Write("same", Numbers, 3);
        Write("other", ["10"], 4);
        (Gpt2Weights Weights, Tokenizer? Tokenizer) Merge(params string[] names) => AdapterFolder.Merge(
            [.. names.Select(name => PathOf(name))], weights.Copy(), new Tokenizer(Bytes), KernelSet.Create(KernelRung.Scalar));

        (Gpt2Weights merged, Tokenizer? tokenizer) = Merge("plain", "one", "same");
        tokenizer!.Vocabulary.AddedTokens.Should().Equal(Numbers);
        merged.Config.Vocabulary.Should().Be(261);
        Close.Assert(merged.TokenEmbedding.Span, Merge("same", "one", "plain").Weights.TokenEmbedding.Span, 1e-5, 1e-5, "in any order");
        Merge("plain").Tokenizer!.Vocabulary.Count.Should().Be(257);
        AdapterFolder.TokenizerWith([PathOf("one"), PathOf("plain")], new Tokenizer(Bytes))!.Encode("112").Should().Equal(258);
        FluentActions.Invoking(() => Merge("one", "other")).Should().Throw<Gpt2Exception>()
            .With(found: "adds other tokens than *one", where: "*other");
        var others = new Tokenizer(Bytes.WithAdded(["ab"]));
        FluentActions.Invoking(() => AdapterFolder.TokenizerWith([PathOf("one")], others)).Should().Throw<Gpt2Exception>()
            .With(found: "the adapter adds tokens to a vocabulary of 257", expected: "258, *");
    }

    private static ModelFingerprint Fingerprint(Gpt2Config config) => new(config, "of a test");

    private static Adapter Filled(Gpt2Config config, int rank, ulong seed, string[] tokens)
    {
        var adapter = Adapter.Create(new LoraSettings { Rank = rank }, Fingerprint(config), seed, tokens);
        Fill(adapter, seed);
        return adapter;
    }

    private static void Fill(Adapter adapter, ulong seed)
    {
        var random = new RandomGenerator(seed);
        foreach (Matrix matrix in adapter.Matrices())
        {
            foreach (ref float weight in matrix.Span)
            {
                weight = (float)(0.1 * random.NextNormal());
            }
        }
    }

    private static Gpt2Model Model(KernelRung rung) =>
        new(AddedRows.Extend(TestModels.Random(Config, 1), Bytes, Numbers), KernelSet.Create(rung));

    private static float[] Logits(Gpt2Model model)
    {
        var a = new ForwardActivations(model.Config, headRows: HeadRows.All);
        model.Forward([5, 258, 260, 7, 257, 258], cache: null, a);
        return a.Logits.Span.ToArray();
    }
}
