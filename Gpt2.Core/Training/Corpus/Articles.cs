// "a" becomes "an" where a vowel follows: templates say "a" before a slot, whatever word will stand there.

using System.Text.RegularExpressions;

namespace Gpt2.Core.Training.Corpus;

internal static partial class Articles
{
    public static string Mend(string text) => BeforeVowel().Replace(text, "$1n ");

    [GeneratedRegex(@"(?<![A-Za-z0-9])([Aa]) (?=[aeiou])")]
    private static partial Regex BeforeVowel();
}
