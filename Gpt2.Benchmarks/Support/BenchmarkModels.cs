// The models whose shapes are measured, by name.

using Gpt2.Core.Model;
using Gpt2.Core.Training;

namespace Gpt2.Benchmarks.Support;

internal static class BenchmarkModels
{
    public const string Gpt2 = "gpt2", Workshop = "workshop";

    /// <summary>GPT-2 small, or the default model.</summary>
    public static Gpt2Config Sizes(string name) => name == Gpt2
        ? Gpt2Config.Small
        : WorkshopPreset.Sizes with { Vocabulary = WorkshopPreset.VocabularySize };
}
