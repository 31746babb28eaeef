// What `gpt2 bench` measures, as determined by its options.

using Gpt2.Core.Measurement;
using Gpt2.Core.Model;
using Gpt2.Core.Training;
using Gpt2.Kernels;

namespace Gpt2.Cli.Bench;

/// <summary>The settings of a bench.</summary>
/// <param name="Kernels">The kernels to compute with.</param>
/// <param name="Threads">The number of threads requested.</param>
/// <param name="Effort">How much is measured.</param>
/// <param name="BufferBytes">A number of bytes much larger than the caches.</param>
/// <param name="Sizes">The sizes of the measured model, with room for all tokens below.</param>
/// <param name="Size">The name of these sizes.</param>
/// <param name="PromptTokens">Tokens of the prompt.</param>
/// <param name="From">Tokens in the cache when decoding begins.</param>
/// <param name="To">Tokens in the cache when it ends.</param>
/// <param name="Batch">The batch of a training step.</param>
/// <param name="Steps">Training steps to measure.</param>
internal sealed record BenchSettings(
    KernelSet Kernels, int Threads, Effort Effort, long BufferBytes, Gpt2Config Sizes, string Size, int PromptTokens, int From, int To,
    BenchBatch Batch, int Steps)
{
    /// <summary>The name of the default model's sizes.</summary>
    public const string WorkshopName = "workshop";

    /// <summary>The default model's sizes.</summary>
    public static Gpt2Config Workshop { get; } = WorkshopPreset.Sizes with { Vocabulary = WorkshopPreset.VocabularySize };

    /// <summary>The default model's batch.</summary>
    public static BenchBatch WorkshopBatch { get; } = new(WorkshopPreset.Settings.BatchSize, WorkshopPreset.Settings.Context);

    /// <summary>Number of threads that the kernels use.</summary>
    public int KernelThreads => Kernels.Rung == KernelRung.Tuned ? Threads : 1;
}

/// <summary>The number of sequences in a batch, and of tokens in each.</summary>
internal readonly record struct BenchBatch(int Sequences, int Tokens);
