// The default model's sizes and settings: small enough to ship as CSV and to train on two cores in well under an hour.

using Gpt2.Core.Model;
using Gpt2.Core.Training.Corpus;

namespace Gpt2.Core.Training;

/// <summary>`gpt2 train --preset workshop`.</summary>
internal static class WorkshopPreset
{
    /// <summary>Seed and size of the text: see <see cref="WorkshopCorpus"/>.</summary>
    public const ulong TextSeed = 1;
    public const long TextBytes = 6_000_000;

    /// <summary>Size of the vocabulary that is learned from the text.</summary>
    public const int VocabularySize = 2048;

    /// <summary>The prompt of samples during training.</summary>
    public const string SamplePrompt = "Mike is quick. He moves";

    /// <summary>Sizes of the model, except for the vocabulary.</summary>
    public static Gpt2Config Sizes { get; } = new(1, 128, 128, 4, 4);

    public static TrainingSettings Settings { get; } = new()
    {
        Steps = 5000,
        BatchSize = 16,
        Context = 128,
        Warmup = 150,
        LearningRate = 2e-3f,
        MinLearningRate = 1e-4f,
        EvaluateEvery = 250,
        CheckpointEvery = 500,
        Digits = 5,
    };
}
