// Adapters: how they begin, that applied and merged are the same, that the model under them does not change, what they refuse.

using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Cache;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.PostTraining;
using Gpt2.Core.Training;
using Gpt2.Kernels;
using Gpt2.Tests.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining;

public class AdapterTests
{
    private static readonly Gpt2Config Config = new(29, 8, 12, 3, 2);

    [Fact]
    public void Create_AllMaps_BeginsWithUniformAAndZeroB()
    {
        var adapter = Adapter.Create(new LoraSettings { Rank = 6, Alpha = 12 }, new ModelFingerprint(Config, "x"), seed: 5);

        adapter.Matrices().Should().HaveCount(2 * 4 * 2);
        adapter.Parameters.Should().Be(2 * 6 * (12 + 36 + 12 + 12 + 12 + 48 + 48 + 12));
        foreach ((_, BlockMap map, LowRankUpdate update) in adapter.Updates())
        {
            float bound = (float)(1 / Math.Sqrt(map.Inputs(Config)));
            float[] a = update.A.Span.ToArray();
            a.Should().OnlyContain(weight => Math.Abs(weight) <= bound);
            a.Max().Should().BeGreaterThan(0.8f * bound, "the whole range is used");
            a.Min().Should().BeLessThan(-0.8f * bound);
            update.B.Span.ToArray().Should().OnlyContain(weight => weight == 0);
            update.Scale.Should().Be(2);
        }

        Bits(Adapter.Create(adapter.Settings, adapter.TrainedOn!, 5).Matrices()).Should().Equal(Bits(adapter.Matrices()));
        Bits(Adapter.Create(adapter.Settings, adapter.TrainedOn!, 6).Matrices()).Should().NotEqual(Bits(adapter.Matrices()));
    }

    [Fact]
    public void Create_FreshAdapter_DoesNotChangeTheModel()
    {
        Gpt2Model model = Model(KernelRung.Tuned);
        Gpt2Model adapted = Adapter.Create(new LoraSettings(), new ModelFingerprint(Config, "x"), 1).ApplyTo(model);

        Logits(adapted).Should().Equal(Logits(model));
    }

    [Theory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void ApplyTo_TwoAdapters_EqualsBothMerged(KernelRung rung)
    {
        Gpt2Model model = Model(rung);
        Adapter one = Filled(Config, new LoraSettings { Rank = 3 }, 2);
        Adapter two = Filled(Config, new LoraSettings { Rank = 1, Maps = AdaptedMaps.MlpHidden }, 3);
        Gpt2Weights merged = two.MergeInto(one.MergeInto(model.Weights, model.Kernels), model.Kernels);

        float[] applied = Logits(two.ApplyTo(one.ApplyTo(model)));

        Close.Assert(applied, Logits(new Gpt2Model(merged, model.Kernels)), 1e-4, 1e-4, rung.ToString());
        applied.Should().NotEqual(Logits(one.ApplyTo(model)), "the second changes something").And.NotEqual(Logits(model));
    }

    [Theory]
    [InlineData(WeightType.Float32)]
    [InlineData(WeightType.Int8)]
    public void ApplyTo_PackedWeights_IsTheModelPlusTheChange(WeightType type)
    {
        KernelSet kernels = KernelSet.Create(KernelRung.Tuned, threads: 2);
        var packed = Gpt2Model.ForInference(TestModels.Random(Config, 1), kernels, type);
        Adapter adapter = Filled(Config, new LoraSettings { Rank = 2 }, 4);
        var input = new Matrix("input", 3, Config.Channels);
        TestModels.Random(Config, 8).TokenEmbedding.RowRange(0, 3).CopyTo(input.Span);
        Matrix plain = new("plain"), adapted = new("adapted");

        packed.Layers.Blocks[1].MlpHidden.Forward(input, kernels, plain);
        adapter.ApplyTo(packed).Layers.Blocks[1].MlpHidden.Forward(input, kernels, adapted);

        LowRankUpdate update = adapter.Updates().Single(it => it.Block == 1 && it.Map.Kind == AdaptedMaps.MlpHidden).Update;
        for (int row = 0; row < 3; row++)
        {
            for (int output = 0; output < plain.Columns; output++)
            {
                double change = 0;
                for (int k = 0; k < 2; k++)
                {
                    double projected = 0;
                    for (int i = 0; i < Config.Channels; i++)
                    {
                        projected += (double)input[row, i] * update.A[k, i];
                    }

                    change += 8 * projected * update.B[output, k]; // alpha 16 / rank 2
                }

                adapted[row, output].Should().BeApproximately((float)(plain[row, output] + change), 1e-4f);
            }
        }

        adapter.Invoking(it => it.ApplyTo(packed).Weights).Should().Throw<InvalidOperationException>();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(WeightType.Int4)]
    public void Update_SomeSteps_LowersTheLossAndLeavesTheModelBitForBit(WeightType? type)
    {
        KernelSet kernels = KernelSet.Create(KernelRung.Tuned, threads: 2);
        Gpt2Weights weights = TestModels.Random(Config, 1);
        Gpt2Model model = type is WeightType stored ? Gpt2Model.ForInference(weights.Copy(), kernels, stored) : new Gpt2Model(weights, kernels);
        int[] before = Bits(weights.Matrices());
        float[] logits = Logits(model);
        var settings = new LoraSettings { Rank = 4, Dropout = 0.1f };
        var adapter = Adapter.Create(settings, new ModelFingerprint(Config, "x"), 1);
        var dropout = new Dropout(settings.Dropout);
        Gpt2Model adapted = adapter.ApplyTo(model, dropout);
        var gradients = new MatrixGradients(adapter.Matrices());
        var optimizer = new MatrixOptimizer(gradients.Trained, new OptimizerSettings());
        LossOfModel loss = LossOfModel.Create("sft", Config, 3);
        double first = loss.Run(adapter.ApplyTo(model), null);

        for (int step = 0; step < 30; step++)
        {
            loss.Run(adapted, gradients);
            optimizer.Update(gradients.Gradients, 0.01f, kernels, gradients.Trained, clearGradients: true).Should().BePositive();
        }

        loss.Run(adapter.ApplyTo(model), null).Should().BeLessThan(0.6 * first);
        Bits(weights.Matrices()).Should().Equal(before);
        Logits(model).Should().Equal(logits);
        gradients.Gradients.SelectMany(gradient => gradient.Span.ToArray()).Should().OnlyContain(value => value == 0, "they were cleared");
    }

    [Fact]
    public void Update_GradientsNotFinite_AreRefused()
    {
        var gradients = new MatrixGradients(Filled(Config, new LoraSettings(), 1).Matrices());
        gradients.Gradients[3][0, 0] = float.NaN;

        FluentActions.Invoking(() => new MatrixOptimizer(gradients.Trained, new OptimizerSettings())
            .Update(gradients.Gradients, 0.1f, KernelData.Scalar, gradients.Trained)).Should().Throw<Gpt2Exception>().With(found: "*not finite*");
    }

    [Fact]
    public void Forward_SeveralThreads_GiveTheSameBits()
    {
        Gpt2Model model = Filled(Config, new LoraSettings { Rank = 3 }, 2).ApplyTo(Model(KernelRung.Vector));
        float[] alone = Logits(model);

        Parallel.For(0, 16, _ => Logits(model).Should().Equal(alone));
    }

    [Theory]
    [InlineData(WeightType.Float32)]
    [InlineData(WeightType.Int8)]
    public void Forward_TokenByTokenThroughTheCache_EqualsTheWholePrompt(WeightType type)
    {
        var packed = Gpt2Model.ForInference(TestModels.Random(Config, 1), KernelSet.Create(KernelRung.Tuned, threads: 2), type);
        Gpt2Model model = Filled(Config, new LoraSettings { Rank = 3 }, 2).ApplyTo(packed);
        int[] ids = TestModels.Ids(Config, 8, 2);
        var cache = new KeyValueCache(Config, ids.Length);
        var a = new ForwardActivations(Config);
        foreach (int id in ids)
        {
            model.Forward([id], cache, a);
        }

        Close.Assert(a.Logits.Span, Logits(model).AsSpan()[^Config.Vocabulary..], 1e-4, 1e-4, type.ToString());
    }

    [Fact]
    public void RequireModel_AnotherModel_IsRefusedByShapesOrHash()
    {
        var fingerprint = ModelFingerprint.Of(TestModels.Random(Config, 1));
        var adapter = Adapter.Create(new LoraSettings { Rank = 2 }, fingerprint, 1);
        Gpt2Config wider = Config with { Channels = 15 }, shorter = Config with { Layers = 1 }, longer = Config with { Context = 9 };

        adapter.RequireModel(ModelFingerprint.Of(TestModels.Random(Config, 1))); // does not throw
        var other = ModelFingerprint.Of(TestModels.Random(Config, 2));
        adapter.Invoking(it => it.RequireModel(other)).Should().Throw<Gpt2Exception>()
            .With(found: $"*of the same sizes with the hash {fingerprint.Hash}", expected: other.Hash);
        adapter.Invoking(it => it.RequireModel(ModelFingerprint.Of(TestModels.Random(longer, 1)))).Should().Throw<Gpt2Exception>()
            .With(found: "*with n_ctx 8", expected: "n_ctx 9");
        adapter.Invoking(it => it.ApplyTo(new Gpt2Model(TestModels.Random(wider, 1), KernelData.Scalar))).Should().Throw<Gpt2Exception>()
            .With(found: "the adapter has h0/attn/c_attn/lora_A [2, 12] and h0/attn/c_attn/lora_B [36, 2]", expected: "[2, 15] and [45, 2]*");
        adapter.Invoking(it => it.MergeInto(TestModels.Random(shorter, 1), KernelData.Scalar)).Should().Throw<Gpt2Exception>()
            .With(found: "*h1/attn/c_attn/lora_A*1 block");
    }

    [Fact]
    public void Settings_OutOfRange_AreRefused()
    {
        foreach ((LoraSettings settings, string found) in new[]
        {
            (new LoraSettings { Rank = 0 }, "the rank is 0"),
            (new LoraSettings { Rank = 13 }, "the rank is 13"), // above n_embd
            (new LoraSettings { Alpha = 0 }, "alpha is 0"),
            (new LoraSettings { Alpha = float.NaN }, "alpha is NaN"),
            (new LoraSettings { Dropout = 1 }, "the dropout is 1"),
            (new LoraSettings { Maps = AdaptedMaps.None }, "the maps to adapt are None"),
            (new LoraSettings { Maps = (AdaptedMaps)16 }, "the maps to adapt are 16"),
        })
        {
            FluentActions.Invoking(() => Adapter.Create(settings, new ModelFingerprint(Config, "x"), 1))
                .Should().Throw<Gpt2Exception>().With(found: found);
        }
    }

    [Fact]
    public void RewardHead_Create_IsNormalWithTheStatedDeviation()
    {
        float[] weights = RewardHead.Create(4095, 1).Weight.Span.ToArray();

        weights.Average().Should().BeApproximately(0, 0.001f);
        Math.Sqrt(weights.Average(weight => weight * weight)).Should().BeApproximately(1.0 / 64, 0.001);
    }

    /// <summary>An adapter of which A and B are random.</summary>
    internal static Adapter Filled(Gpt2Config config, LoraSettings settings, ulong seed)
    {
        var adapter = Adapter.Create(settings, new ModelFingerprint(config, "of a test"), seed);
        var random = new RandomGenerator(seed);
        foreach ((_, _, LowRankUpdate update) in adapter.Updates())
        {
            foreach (ref float weight in update.B.Span)
            {
                weight = (float)(0.1 * random.NextNormal());
            }
        }

        return adapter;
    }

    internal static int[] Bits(IEnumerable<Matrix> matrices) => [.. matrices.SelectMany(matrix => KernelData.Bits(matrix.Span))];

    private static Gpt2Model Model(KernelRung rung) => new(TestModels.Random(Config, 1), KernelSet.Create(rung));

    private static float[] Logits(Gpt2Model model)
    {
        var a = new ForwardActivations(Config, headRows: HeadRows.All);
        model.Forward(TestModels.Ids(Config, 8, 2), cache: null, a);
        return a.Logits.Span.ToArray();
    }
}
