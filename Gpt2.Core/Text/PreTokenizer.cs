// GPT-2's first step: splitting a text into words, which merges never cross. It does what OpenAI's pattern
//     's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
// does, but on code points: .NET's regular expressions work on UTF-16 units, where letters and digits outside the Basic
// Multilingual Plane have no category.

using System.Globalization;
using System.Text;

namespace Gpt2.Core.Text;

/// <summary>Splits a text into GPT-2's words. Joined together, the words are the text, unchanged.</summary>
internal static class PreTokenizer
{
    private enum Kind : byte
    {
        Other,
        Letter,
        Number,
        Space,
    }

    private static readonly Kind[] KindOfAscii = AsciiKinds();

    /// <summary>The end of the word that starts at <paramref name="start"/>.</summary>
    /// <param name="text">The text; half of a surrogate pair counts as neither letter, digit nor space.</param>
    /// <param name="start">Start of a word, before the end of the text.</param>
    /// <returns>The index after the word's last character.</returns>
    public static int WordEnd(ReadOnlySpan<char> text, int start)
    {
        if (text[start] == '\'' && Contraction(text[(start + 1)..]) is int length and > 0)
        {
            return start + 1 + length;
        }

        int first = start;
        Kind kind = KindAt(text, first, out int size);
        if (text[start] == ' ' && start + 1 < text.Length)
        {
            Kind next = KindAt(text, start + 1, out int nextSize);
            if (next != Kind.Space)
            {
                (first, kind, size) = (start + 1, next, nextSize);
            }
        }

        int end = first + size;
        while (end < text.Length && KindAt(text, end, out size) == kind)
        {
            end += size;
        }

        // Of white space before a word, the word gets the last character if that is a space.
        // (All white space is in the Basic Multilingual Plane, so one character is one code point.)
        return kind == Kind.Space && end < text.Length && end - start > 1 ? end - 1 : end;
    }

    /// <summary>Length of s, t, m, d, re, ve or ll at the start, in lower case only; 0 for anything else.</summary>
    private static int Contraction(ReadOnlySpan<char> text) => text switch
    {
        ['s' or 't' or 'm' or 'd', ..] => 1,
        ['r' or 'v', 'e', ..] or ['l', 'l', ..] => 2,
        _ => 0,
    };

    private static Kind KindAt(ReadOnlySpan<char> text, int index, out int size)
    {
        char character = text[index];
        if (character < 128)
        {
            size = 1;
            return KindOfAscii[character];
        }

        Rune.DecodeFromUtf16(text[index..], out Rune rune, out size);
        return KindOf(rune);
    }

    private static Kind KindOf(Rune rune)
    {
        if (Rune.IsWhiteSpace(rune))
        {
            return Kind.Space;
        }

        switch (Rune.GetUnicodeCategory(rune))
        {
            case UnicodeCategory.UppercaseLetter:
            case UnicodeCategory.LowercaseLetter:
            case UnicodeCategory.TitlecaseLetter:
            case UnicodeCategory.ModifierLetter:
            case UnicodeCategory.OtherLetter:
                return Kind.Letter;

            case UnicodeCategory.DecimalDigitNumber:
            case UnicodeCategory.LetterNumber:
            case UnicodeCategory.OtherNumber:
                return Kind.Number;

            default:
                return Kind.Other;
        }
    }

    private static Kind[] AsciiKinds()
    {
        var kinds = new Kind[128];
        for (int i = 0; i < kinds.Length; i++)
        {
            kinds[i] = KindOf(new Rune(i));
        }

        return kinds;
    }
}
