// "a" becomes "an" before a vowel: templates have "a" before a slot, whatever word will be there.

using System.Text.RegularExpressions;

namespace Gpt2.Core.Training.Corpus;

internal static partial class Articles
{
    public static string Fix(string text) => BeforeVowel().Replace(text, "$1n ");

    [GeneratedRegex(@"(?<![A-Za-z0-9])([Aa]) (?=[aeiou])")]
    private static partial Regex BeforeVowel();
}
