// The training text as it is made with seed 1 at its standard size, made once for all tests.

using Gpt2.Core.Training.Corpus;

namespace Gpt2.Tests.Core.Training.Corpus;

internal static class CorpusText
{
    public const long StandardSize = 6_000_000;

    private static readonly Lazy<string[]> Made = new(() => Of(1, StandardSize).Split(WorkshopCorpus.Separator)[..^1]);

    public static string[] Documents => Made.Value;

    public static string Of(ulong seed, long leastBytes)
    {
        var writer = new StringWriter { NewLine = "\r\n" };
        WorkshopCorpus.Write(writer, seed, leastBytes);
        return writer.ToString();
    }
}
