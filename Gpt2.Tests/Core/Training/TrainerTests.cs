// The training step: threads, odd batches, accumulation, learning, divergence, the validation loss, refusals.

using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Training;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Training;

public class TrainerTests
{
    private static readonly Gpt2Config Config = new(19, 8, 12, 3, 2) { QkvBias = false };
    private static readonly TrainingSettings Settings = new() { Steps = 20, BatchSize = 4, Context = 8, Warmup = 2 };

    [Theory]
    [InlineData(1, 0f)]
    [InlineData(4, 0f)]
    [InlineData(5, 0.2f)]
    public void RunStep_AnyNumberOfThreads_GivesTheSameBits(int batchSize, float dropout)
    {
        TrainingSettings settings = Settings with { BatchSize = batchSize, Dropout = dropout, Accumulate = 2 };
        Trainer one = Trainer(settings, threads: 1), two = Trainer(settings, threads: 3);

        for (int step = 0; step < 5; step++)
        {
            two.RunStep().Should().Be(one.RunStep());
        }

        AssertSameBits(two.Model.Weights, one.Model.Weights);
        two.ValidationLoss().Should().Be(one.ValidationLoss());
    }

    [Theory]
    [InlineData(3, 0f)]
    [InlineData(2, 0.2f)]
    public void RunStep_AnyVectorWidth_GivesTheSameBits(int batchSize, float dropout)
    {
        TrainingSettings settings = Settings with { BatchSize = batchSize, Dropout = dropout };
        Trainer[] trainers = [.. VectorWidth.Possible.Select(bits => Trainer(settings, bits: bits))];

        for (int step = 0; step < 4; step++)
        {
            trainers.Select(trainer => trainer.RunStep()).Distinct().Should().ContainSingle();
        }

        Array.ForEach(trainers, trainer => AssertSameBits(trainer.Model.Weights, trainers[0].Model.Weights));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4)]
    public void RunStep_FirstStep_HasLossAndNormOfTheWholeBatch(int batchSize)
    {
        TrainingSettings settings = Settings with { BatchSize = batchSize };
        Trainer trainer = Trainer(settings);
        int[] tokens = new int[batchSize * 8], targets = new int[batchSize * 8];
        new BatchSource(trainer.Data.Training, settings).Fill(0, tokens, targets);
        var gradients = new Gpt2Gradients(Config);
        double loss = new BatchGradients(Config, batchSize, 0).Add(trainer.Model, tokens, targets, tokens.Length, gradients) / tokens.Length;

        StepResult result = trainer.RunStep();

        result.Step.Should().Be(1);
        result.Loss.Should().BeApproximately(loss, 1e-9);
        double norm = gradients.Norm(trainer.Model.Kernels);
        result.GradientNorm.Should().BeApproximately(norm, 1e-5 * norm);
        result.LearningRate.Should().Be(0.0005f);
        trainer.TokensPerStep.Should().Be(8 * batchSize);
    }

    [Fact]
    public void RunStep_AccumulatedHalves_EqualTheWholeBatch()
    {
        Trainer whole = Trainer(Settings with { BatchSize = 6 }), halves = Trainer(Settings with { BatchSize = 3, Accumulate = 2 });
        halves.TokensPerStep.Should().Be(whole.TokensPerStep);
        halves.StepsPerEpoch.Should().Be(whole.StepsPerEpoch);

        for (int step = 0; step < 3; step++)
        {
            StepResult expected = whole.RunStep(), result = halves.RunStep();
            result.Loss.Should().BeApproximately(expected.Loss, 1e-5);
            result.GradientNorm.Should().BeApproximately(expected.GradientNorm, 1e-4 * expected.GradientNorm);
        }

        foreach ((Matrix actual, Matrix expected) in halves.Model.Weights.Matrices().Zip(whole.Model.Weights.Matrices()))
        {
            Close.Assert(actual.Span, expected.Span, 1e-4, 2e-5, actual.Name);
        }
    }

    [Fact]
    public void RunStep_Dropout_DropsTheSameAgainAndAnotherTimeOtherwise()
    {
        TrainingSettings settings = Settings with { Dropout = 0.3f };

        Trainer(settings).RunStep().Should().Be(Trainer(settings).RunStep());
        Trainer(settings with { Seed = 2 }).RunStep().Loss.Should().NotBe(Trainer(settings).RunStep().Loss);
    }

    [Fact]
    public void RunStep_RepetitiveText_Learns()
    {
        int[] text = [.. Enumerable.Range(0, 400).Select(i => i % 7)];
        var trainer = new Trainer(
            Fresh(), Settings with { Steps = 60, LearningRate = 0.01f, Dropout = 0.1f }, TrainingData.FromIds(text, text));
        double before = trainer.ValidationLoss();

        for (int step = 0; step < 60; step++)
        {
            trainer.RunStep();
        }

        before.Should().BeApproximately(Math.Log(19), 0.2);
        trainer.ValidationLoss().Should().BeLessThan(1);
    }

    [Fact]
    public void RunStep_NaNInTheWeights_SaysDivergedAndChangesNothing()
    {
        Trainer trainer = Trainer(Settings);
        trainer.RunStep();
        trainer.Model.Weights.FinalNorm.Bias[0, 0] = float.NaN;
        float[] before = trainer.Model.Weights.PositionEmbedding.Span.ToArray();

        trainer.Invoking(it => it.RunStep())
            .Should().Throw<Gpt2Exception>().With(found: "the gradients of step 2 are not finite: training has diverged");

        trainer.Model.Weights.PositionEmbedding.Span.ToArray().Should().Equal(before);
        trainer.Optimizer.Step.Should().Be(1);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void ValidationLoss_BrokenWeights_SaysDiverged(float bias)
    {
        foreach (KernelRung rung in Enum.GetValues<KernelRung>())
        {
            var model = new Gpt2Model(TestModels.Random(Config, 1), KernelSet.Create(rung));
            model.Weights.FinalNorm.Bias[0, 0] = bias;
            int[] ids = TestModels.Ids(Config, 100, 5);

            new Trainer(model, Settings, TrainingData.FromIds(ids, ids)).Invoking(it => it.ValidationLoss())
                .Should().Throw<Gpt2Exception>().With(found: "the validation loss after step 0 is not finite: training has diverged");
        }
    }

    [Fact]
    public void ValidationLoss_SomeWindows_IsTheMeanOverThem()
    {
        int[] validation = TestModels.Ids(Config, 100, 5); // 12 windows
        Gpt2Model model = Fresh();
        double LossOf(int window)
        {
            var a = new ForwardActivations(Config, headRows: HeadRows.All);
            model.Forward(validation.AsSpan(window * 8, 8), null, a);
            return BatchGradients.SummedLoss(a, validation.AsSpan((window * 8) + 1, 8)) / 8;
        }

        double Validated(int most) => new Trainer(
            model, Settings with { EvaluationWindows = most }, TrainingData.FromIds(validation, validation)).ValidationLoss();

        Validated(1000).Should().BeApproximately(Enumerable.Range(0, 12).Average(LossOf), 1e-6);
        Validated(3).Should().BeApproximately((LossOf(0) + LossOf(4) + LossOf(8)) / 3, 1e-6);
        new Trainer(model, Settings, TrainingData.FromIds(validation, [])).ValidationLoss().Should().Be(double.NaN);
    }

    [Theory]
    [InlineData(int.MaxValue, 1, "a batch of 2147483647 times 8 tokens makes a matrix of 824633720448 numbers", "at most 2147483591", "*")]
    [InlineData(4, int.MaxValue, "a step of 2147483647 passes has 68719476704 tokens", "at most 2147483647", "accumulate fewer")]
    public void Trainer_MoreTokensThanCanBeCounted_AreRefused(int batchSize, int accumulate, string found, string expected, string remedy)
    {
        FluentActions.Invoking(() => Trainer(Settings with { BatchSize = batchSize, Accumulate = accumulate }))
            .Should().Throw<Gpt2Exception>().With(found, expected, remedy);
    }

    [Fact]
    public void Trainer_SettingsThatMakeNoSense_AreRefused()
    {
        FluentActions.Invoking(() => Trainer(Settings with { Context = 9 }))
            .Should().Throw<Gpt2Exception>().With(found: "windows of 9 tokens", expected: "at most n_ctx = 8");
        FluentActions.Invoking(() => Trainer(Settings with { Dropout = 1 }))
            .Should().Throw<Gpt2Exception>().With(found: "dropout is 1", expected: "less than 1");
    }

    private static Gpt2Model Fresh()
    {
        var weights = new Gpt2Weights(Config);
        WeightInitialisation.Fill(weights, 1);
        return new Gpt2Model(weights, KernelSet.Create(KernelRung.Vector));
    }

    private static Trainer Trainer(TrainingSettings settings, int threads = 2, int? bits = null) => new(
        new Gpt2Model(TestModels.Random(Config, 1), KernelSet.Create(KernelRung.Tuned, threads, bits)), settings,
        TrainingData.FromIds(TestModels.Ids(Config, 300, 4), TestModels.Ids(Config, 60, 5)));

    private static void AssertSameBits(Gpt2Weights actual, Gpt2Weights expected)
    {
        foreach ((Matrix one, Matrix other) in actual.Matrices().Zip(expected.Matrices()))
        {
            one.Span.SequenceEqual(other.Span).Should().BeTrue("{0} has the same numbers", one.Name);
        }
    }
}
