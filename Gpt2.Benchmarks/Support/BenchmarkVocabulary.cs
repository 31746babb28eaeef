// The vocabulary that the tokenizer is measured with. GPT-2's does not travel with the project: it is taken from the
// environment variable GPT2_VOCAB or from a folder "shared" beside the checkout; else there are no merges.

using Gpt2.Core.Text;

namespace Gpt2.Benchmarks.Support;

internal static class BenchmarkVocabulary
{
    public const string Variable = "GPT2_VOCAB";

    /// <summary>The vocabulary, and what the tables call it.</summary>
    /// <exception cref="Core.Gpt2Exception">GPT2_VOCAB names a file that is missing or no vocabulary.</exception>
    public static (Vocabulary Vocabulary, string Name) Load()
    {
        string? path = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(path))
        {
            path = BesideCheckout();
        }

        Vocabulary vocabulary = path is null ? new Vocabulary([]) : VocabularyFile.Read(path);
        return (vocabulary, path is null ? "none: no vocab.bpe" : $"{vocabulary.Merges.Count} merges");
    }

    private static string? BesideCheckout()
    {
        string? parent = Path.GetDirectoryName(Checkout.Root);
        string path = Path.Combine(parent ?? "", "shared", "gpt2", VocabularyFile.FileName);
        return parent is not null && File.Exists(path) ? path : null;
    }
}
