// The texts that the tokenizer is measured on, from the usual to the worst. All are ASCII, so a character is a byte.

using System.Text;
using Gpt2.Core.Numerics;

namespace Gpt2.Benchmarks.Support;

/// <summary>A text to measure on. MB are 10⁶ bytes.</summary>
public enum TextKind
{
    /// <summary>1 MB in the manner of English.</summary>
    English,

    /// <summary>1 MB of random characters of the base64 alphabet: hardly a word occurs twice, few merges apply.</summary>
    Random,

    /// <summary>1 MB of lower-case letters without a gap: one word, so nothing is remembered.</summary>
    OneWord1MB,

    /// <summary>2 MB of the same: per byte it must take as long as 1 MB.</summary>
    OneWord2MB,
}

internal static class BenchmarkTexts
{
    private const int Megabyte = 1_000_000;
    private const string Base64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    public static int Length(TextKind kind) => kind == TextKind.OneWord2MB ? 2 * Megabyte : Megabyte;

    public static string Create(TextKind kind) => kind switch
    {
        TextKind.English => EnglishText.Generate(Length(kind), seed: 1),
        TextKind.Random => RandomText(Length(kind), seed: 2),
        _ => OneWord(Length(kind), seed: 3),
    };

    private static string RandomText(int length, ulong seed)
    {
        var random = new RandomGenerator(seed);
        return string.Create(length, random, static (characters, random) =>
        {
            foreach (ref char character in characters)
            {
                character = Base64[(int)(random.NextBits() >> 58)]; // the upper six bits
            }
        });
    }

    /// <summary>The letters of English text, so that as many merges apply as in words.</summary>
    private static string OneWord(int length, ulong seed)
    {
        var word = new StringBuilder(length);
        foreach (char character in EnglishText.Generate(2 * length, seed))
        {
            if (char.IsAsciiLetterLower(character) && word.Length < length)
            {
                word.Append(character);
            }
        }

        return word.ToString();
    }
}
