// What the tests of text share: GPT-2's tokenizer, with the vocabulary that comes with the program, generators of awkward texts, and
// small vocabularies to merge with.

using FsCheck;
using FsCheck.Fluent;
using Gpt2.Cli.CommandLine;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;

namespace Gpt2.Tests.Core.Text;

internal static class TextData
{
    private static readonly Lazy<Tokenizer> LazyGpt2 = new(() => new Tokenizer(Gpt2Vocabulary.Read()));

    /// <summary>Pieces that pre-tokenizers, UTF-8 and merges stumble over; none holds half of a surrogate pair.</summary>
    private static readonly string[] Pieces =
    [
        " ", "  ", "\n", "\r\n", "\t", "\u00A0", "\u0085", "\u3000", "\u2028", "\u001C", "\u200B", "\0", "\u007F",
        "'s", "'S", "'re", "'", "''", "a", "Z", "the", "Mike", "é", "e\u0301", "ß", "你好", "한", "ش", "Ⅷ", "²", "0", "2024",
        "٣", "𝒜", "𝟏", "𠀀", "😀", "👨\u200D👩", "🇩🇪", ".", "...", "_", "<|endoftext|>", "<|", "\uFEFF", "\uFFFD", "\U0010FFFF",
    ];

    /// <summary>GPT-2's tokenizer, read once.</summary>
    public static Tokenizer Gpt2 => LazyGpt2.Value;

    /// <summary>Texts of such pieces; every one is valid UTF-16.</summary>
    public static Gen<string> Texts =>
        from count in Gen.Choose(0, 12)
        from pieces in Gen.ArrayOf(Gen.Elements(Pieces), count)
        select string.Concat(pieces);

    /// <summary>Texts in which halves of surrogate pairs are alone, too.</summary>
    public static Gen<string> BrokenTexts =>
        from count in Gen.Choose(0, 12)
        from pieces in Gen.ArrayOf(Gen.Elements([.. Pieces, "\uD83D", "\uDE00", "\uDC00", "\uDBFF"]), count)
        select string.Concat(pieces);

    /// <summary>
    /// A vocabulary of random merges over the first letters of the alphabet, each of tokens that are there already.
    /// </summary>
    public static Vocabulary RandomVocabulary(RandomGenerator generator, int letters, int merges)
    {
        var builder = new VocabularyBuilder();
        List<string> tokens = [.. Enumerable.Range('a', letters).Select(letter => ((char)letter).ToString())];
        for (int made = 0; made < merges;)
        {
            string left = tokens[Below(generator, tokens.Count)], right = tokens[Below(generator, tokens.Count)];
            if (builder.Add(left, right) is null)
            {
                tokens.Add(left + right);
                made++;
            }
        }

        return builder.Build();
    }

    public static string RandomWord(RandomGenerator generator, int letters, int length) =>
        string.Concat(Enumerable.Range(0, length).Select(_ => (char)('a' + Below(generator, letters))));

    public static int Below(RandomGenerator generator, int bound) => (int)(generator.NextDouble() * bound);
}
