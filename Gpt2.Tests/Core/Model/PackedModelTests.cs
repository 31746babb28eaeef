// Models whose weights were packed for inference: the same bits as before, memory taken over, embeddings out of the head.

using FsCheck;
using FsCheck.Fluent;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Cache;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Model;

public class PackedModelTests
{
    private static readonly Gen<(Gpt2Config Config, int Seed)> Models =
        from vocabulary in Gen.Choose(1, 150)
        from headSize in Gen.Choose(1, 17)
        from heads in Gen.Choose(1, 4)
        from layers in Gen.Choose(1, 3)
        from tied in Gen.Elements(true, false)
        from bias in Gen.Elements(true, false)
        from hidden in Gen.Choose(0, 90)
        from activation in Gen.Elements(Enum.GetValues<ActivationFunction>())
        from scaled in Gen.Elements(true, false)
        from seed in Gen.Choose(1, 1000)
        select (new Gpt2Config(vocabulary, 9, heads * headSize, heads, layers)
        {
            TiedHead = tied,
            QkvBias = bias,
            Hidden = hidden == 0 ? 4 * heads * headSize : hidden,
            Activation = activation,
            ScaleAttention = scaled,
            ScaleAttentionByInverseLayer = !scaled,
        }, seed);

    [Fact]
    public void ForInference_AnyShape_GivesTheBitsOfTheUnpackedModel() => SeededProperty.Holds(Models, shape =>
    {
        (Gpt2Config config, int seed) = shape;
        KernelSet kernels = KernelSet.Create(KernelRung.Tuned, threads: 2);
        int[] ids = TestModels.Ids(config, 9, (ulong)seed);
        ForwardActivations expected = new(config, headRows: HeadRows.All), actual = new(config, headRows: HeadRows.All);
        new Gpt2Model(TestModels.Random(config, (ulong)seed), kernels).Forward(ids, cache: null, expected);

        Gpt2Model.ForInference(TestModels.Random(config, (ulong)seed), kernels).Forward(ids, cache: null, actual);

        actual.TokenEmbeddings.Span.SequenceEqual(expected.TokenEmbeddings.Span).Should().BeTrue("{0}", config);
        actual.Logits.Span.SequenceEqual(expected.Logits.Span).Should().BeTrue("{0}", config);
    });

    [Fact]
    public void Forward_AnyVectorWidth_GivesTheSameBits_WholeAndTokenByToken() => SeededProperty.Holds(Models, shape =>
    {
        (Gpt2Config config, int seed) = shape;
        int[] ids = TestModels.Ids(config, 9, (ulong)seed);
        foreach (WeightType type in Enum.GetValues<WeightType>())
        {
            IEnumerable<KernelSet> widths = VectorWidth.Possible.Select(bits => KernelSet.Create(KernelRung.Tuned, 2, bits));
            float[][] logits = [.. widths.SelectMany(kernels => LogitsOf(ids, config, seed, kernels, type))];

            for (int i = 2; i < logits.Length; i++)
            {
                logits[i].AsSpan().SequenceEqual(logits[i % 2]).Should().BeTrue("{0} {1}", config, type);
            }
        }
    });

    [Fact]
    public void ForInference_TunedKernels_TakesTheMatricesOver()
    {
        var config = new Gpt2Config(70, 5, 64, 4, 2);
        Gpt2Weights weights = TestModels.Random(config, 3);

        Gpt2Model model = Gpt2Model.ForInference(weights, KernelSet.Create(KernelRung.Tuned));

        weights.TokenEmbedding.Span.IsEmpty.Should().BeTrue();
        weights.Blocks[1].MlpHidden.Weight.Span.IsEmpty.Should().BeTrue();
        weights.PositionEmbedding.Span.IsEmpty.Should().BeFalse("no product reads it");
        FluentActions.Invoking(() => model.Weights).Should().Throw<InvalidOperationException>().WithMessage("*packed*");
    }

    [Theory]
    [InlineData(KernelRung.Scalar)]
    [InlineData(KernelRung.Vector)]
    public void ForInference_OtherKernels_LeavesTheMatrices(KernelRung rung)
    {
        Gpt2Weights weights = TestModels.Random(new Gpt2Config(7, 5, 6, 2, 1), 3);

        Gpt2Model.ForInference(weights, KernelSet.Create(rung)).Weights.Should().BeSameAs(weights);
    }

    [Theory]
    [InlineData(WeightType.BFloat16, KernelRung.Tuned, 0.02)]
    [InlineData(WeightType.Int8, KernelRung.Tuned, 0.02)]
    [InlineData(WeightType.Int4, KernelRung.Tuned, 0.25)]
    [InlineData(WeightType.BFloat16, KernelRung.Scalar, 0.02)]
    [InlineData(WeightType.Int8, KernelRung.Vector, 0.02)]
    [InlineData(WeightType.Int4, KernelRung.TensorPrimitives, 0.25)]
    public void ForInference_ReducedWeights_StaysNearFullPrecision(WeightType type, KernelRung rung, double tolerance)
    {
        var config = new Gpt2Config(150, 9, 64, 4, 2);
        int[] ids = TestModels.Ids(config, 9, 5);
        ForwardActivations expected = new(config, headRows: HeadRows.All), actual = new(config, headRows: HeadRows.All);
        new Gpt2Model(TestModels.Random(config, 5), KernelSet.Create(rung)).Forward(ids, cache: null, expected);

        Gpt2Model.ForInference(TestModels.Random(config, 5), KernelSet.Create(rung), type).Forward(ids, cache: null, actual);

        double size = expected.Logits.Span.ToArray().Max(Math.Abs);
        double error = Enumerable.Range(0, expected.Logits.Span.Length).Max(i => Math.Abs(expected.Logits.Span[i] - actual.Logits.Span[i]));
        error.Should().BeLessThan(tolerance * size).And.BePositive("the weights are rounded");
    }

    [Fact]
    public void ForInference_ReducedWeightsThatAreNotFinite_AreRefusedByName()
    {
        Gpt2Weights weights = TestModels.Random(new Gpt2Config(40, 5, 8, 2, 1), 3);
        weights.Blocks[0].MlpHidden.Weight[2, 3] = float.NaN;

        FluentActions.Invoking(() => Gpt2Model.ForInference(weights, KernelSet.Create(KernelRung.Tuned), WeightType.Int8))
            .Should().Throw<Gpt2Exception>().With(found: "cannot be stored as Int8 (*", where: "h0/mlp/c_fc/w *");
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("odd")]
    public void ForInference_ReferenceModel_EqualsReference(string name)
    {
        Gpt2Model model = Gpt2Model.ForInference(TestModels.Reference(name).Weights, KernelSet.Create(KernelRung.Tuned));
        int[] ids = ReferenceForwardTests.Ids(name);
        var a = new ForwardActivations(model.Config, headRows: HeadRows.All);
        var logits = new Matrix("logits", ids.Length, model.Config.Vocabulary);
        CsvMatrixFile.Read(ReferenceData.PathOf(name, "steps", "logits.csv"), logits);

        model.Forward(ids, cache: null, a);

        Close.Assert(a.Logits.Span, logits.Span, what: name);
    }

    [Fact]
    public void CopyWeightsOf_NoSuchOutput_IsRefused()
    {
        var weights = new Gpt2Weights(new Gpt2Config(33, 5, 6, 2, 1));
        EmbeddingTable table = Gpt2Layers.TakeOver(weights).TokenEmbedding;

        table.Vocabulary.Should().Be(33);
        table.Channels.Should().Be(6);
        FluentActions.Invoking(() => table.CopyRow(33, new float[6])).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => table.CopyRow(-1, new float[6])).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => table.CopyRow(0, new float[5])).Should().Throw<ArgumentOutOfRangeException>();
    }

    /// <summary>The last logits of a pass over all ids, and of passes over one id after the other.</summary>
    private static float[][] LogitsOf(int[] ids, Gpt2Config config, int seed, KernelSet kernels, WeightType type)
    {
        var model = Gpt2Model.ForInference(TestModels.Random(config, (ulong)seed), kernels, type);
        ForwardActivations whole = new(config), last = new(config);
        model.Forward(ids, cache: null, whole);
        var cache = new KeyValueCache(config, ids.Length);
        foreach (int id in ids)
        {
            model.Forward([id], cache, last);
        }

        return [whole.Logits.Span.ToArray(), last.Logits.Span.ToArray()];
    }
}
