// The learning rate of every step by hand, and what is said about settings that make no sense.

using Gpt2.Core.Training;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Training;

public class TrainingSettingsTests
{
    [Theory]
    [InlineData(0, 0.25)]
    [InlineData(1, 0.5)]
    [InlineData(3, 1)]
    [InlineData(4, 1)]
    [InlineData(6, 0.86819805)] // a quarter of the way: 0.1 + 0.45 · (1 + cos(π/4))
    [InlineData(8, 0.55)]
    [InlineData(10, 0.23180195)]
    [InlineData(12, 0.1)]
    [InlineData(100, 0.1)]
    public void LearningRateAt_WarmUpOfFourInThirteenSteps_RisesAndFallsAlongACosine(int step, double rate) =>
        new TrainingSettings { Steps = 13, Warmup = 4, LearningRate = 1, MinLearningRate = 0.1f }
            .LearningRateAt(step).Should().BeApproximately((float)rate, 1e-6f);

    [Fact]
    public void LearningRateAt_NoWarmUp_BeginsAtThePeak() =>
        new TrainingSettings { Steps = 3, Warmup = 0, LearningRate = 1, MinLearningRate = 0 }.LearningRateAt(0).Should().Be(1);

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 5)]
    public void LearningRateAt_FewSteps_IsWithinBounds(int steps, int warmup)
    {
        var settings = new TrainingSettings { Steps = steps, Warmup = warmup, LearningRate = 1, MinLearningRate = 0.1f };

        for (int step = 0; step < steps; step++)
        {
            settings.LearningRateAt(step).Should().BeInRange(0.1f, 1);
        }
    }

    [Fact]
    public void Problem_StandardSettings_IsNull()
    {
        new TrainingSettings().Problem().Should().BeNull();
        WorkshopPreset.Settings.Problem().Should().BeNull();
        WorkshopPreset.Sizes.Problem().Should().BeNull();
    }

    [Fact]
    public void Problem_NumbersOutOfRange_AreNamed()
    {
        var sound = new TrainingSettings();
        (TrainingSettings Settings, string Found, string Expected)[] cases =
        [
            (sound with { Steps = 0 }, "steps is 0", "at least 1"),
            (sound with { BatchSize = -1 }, "batch size is -1", "at least 1"),
            (sound with { Accumulate = 0 }, "accumulated passes is 0", "at least 1"),
            (sound with { Context = 0 }, "context is 0", "at least 1"),
            (sound with { LearningRate = -0.5f }, "learning rate is -0.5", "at least 0"),
            (sound with { LearningRate = float.NaN }, "learning rate is NaN", "at least 0"),
            (sound with { LearningRate = float.PositiveInfinity }, "learning rate is Infinity", "a finite number"),
            (sound with { MinLearningRate = float.NaN }, "least learning rate is NaN", "at least 0"),
            (sound with { MinLearningRate = 0.5f }, "least learning rate is 0.5", "at most the highest, 0.001"),
            (sound with { Warmup = -1 }, "warm-up is -1", "at least 0"),
            (sound with { Optimizer = new OptimizerSettings(WeightDecay: -1) }, "weight decay is -1", "at least 0"),
            (sound with { Optimizer = new OptimizerSettings(ClipNorm: float.NaN) }, "clipping norm is NaN", "at least 0"),
            (sound with { Dropout = 1 }, "dropout is 1", "less than 1"),
            (sound with { Dropout = float.NaN }, "dropout is NaN", "at least 0"),
            (sound with { EvaluateEvery = 0 }, "steps between evaluations is 0", "at least 1"),
            (sound with { EvaluationWindows = 0 }, "evaluation windows is 0", "at least 1"),
            (sound with { CheckpointEvery = 0 }, "steps between checkpoints is 0", "at least 1"),
            (sound with { Digits = -1 }, "digits is -1", "at least 0"),
        ];

        foreach ((TrainingSettings settings, string found, string expected) in cases)
        {
            settings.Problem()!.ShouldHave(found, expected);
        }
    }
}
