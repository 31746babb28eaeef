// The cut into words, on its own: contractions, letters and digits beyond the first plane, which characters are
// white space, and that nothing is lost.

using Gpt2.Core.Text;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Text;

public sealed class PreTokenizerTests
{
    [Theory]
    [InlineData("Mike is quick. He moves", "Mike| is| quick|.| He| moves")]
    [InlineData("x=1;y", "x|=|1|;|y")]
    [InlineData("abc123def", "abc|123|def")]
    [InlineData(" 12 ab ?!", " 12| ab| ?!")]
    [InlineData("a_b", "a|_|b")]
    public void WordEnd_LettersDigitsAndOthers_AreWordsWithTheSpaceBefore(string text, string words) => AssertWords(text, words);

    [Theory]
    [InlineData("it's I'm he'd don't", "it|'s| I|'m| he|'d| don|'t")]
    [InlineData("we've you're they'll", "we|'ve| you|'re| they|'ll")]
    [InlineData("'same 'llama", "'s|ame| '|llama")]
    [InlineData("It'S WE'VE'LL", "It|'|S| WE|'|VE|'|LL")]
    [InlineData("'lx 'l 'v 'r", "'|lx| '|l| '|v| '|r")]
    [InlineData("''s", "''|s")]
    [InlineData(" 's", " '|s")]
    [InlineData("'", "'")]
    [InlineData("1's", "1|'s")]
    [InlineData("a’s", "a|’|s")]
    public void WordEnd_Apostrophes_BeginAContractionInLowerCaseOnly(string text, string words) => AssertWords(text, words);

    [Theory]
    [InlineData("a  b", "a| | b")]
    [InlineData("a   b", "a|  | b")]
    [InlineData("a\nb", "a|\n|b")]
    [InlineData("a\n\nb", "a|\n|\n|b")]
    [InlineData("a\n b", "a|\n| b")]
    [InlineData("a \nb", "a| |\n|b")]
    [InlineData("a\t\tb", "a|\t|\t|b")]
    [InlineData("a  ", "a|  ")]
    [InlineData("a \r\n", "a| \r\n")]
    [InlineData("  ", "  ")]
    [InlineData(" ", " ")]
    [InlineData("\n", "\n")]
    [InlineData("  !", " | !")]
    [InlineData("  's", " | '|s")]
    [InlineData("\t's", "\t|'s")]
    public void WordEnd_WhiteSpace_LeavesItsLastCharacterToTheNextWord(string text, string words) => AssertWords(text, words);

    [Theory]
    [InlineData("𝒜𝒷c 𝟏𝟐3", "𝒜𝒷c| 𝟏𝟐3")]
    [InlineData("𠀀a𝟏b", "𠀀a|𝟏|b")]
    [InlineData("𝒜's", "𝒜|'s")]
    [InlineData("😀a", "😀|a")]
    [InlineData(" 𐌰 😀", " 𐌰| 😀")]
    [InlineData("你好 世界", "你好| 世界")]
    [InlineData("e\u0301e", "e|\u0301|e")]
    [InlineData("Ⅷ²½٣x", "Ⅷ²½٣|x")]
    [InlineData("aʰªǅ", "aʰªǅ")]
    public void WordEnd_BeyondAscii_GoesByCategoryOfTheCodePoint(string text, string words) => AssertWords(text, words);

    [Theory]
    [InlineData('\t')]
    [InlineData('\n')]
    [InlineData('\v')]
    [InlineData('\f')]
    [InlineData('\r')]
    [InlineData('\u0085')]
    [InlineData('\u00A0')]
    [InlineData('\u1680')]
    [InlineData('\u2000')]
    [InlineData('\u200A')]
    [InlineData('\u2028')]
    [InlineData('\u2029')]
    [InlineData('\u202F')]
    [InlineData('\u205F')]
    [InlineData('\u3000')]
    public void WordEnd_WhiteSpaceCharacter_EndsARunBeforeItsLast(char space) =>
        AssertWords($"a{space}{space}b", $"a|{space}|{space}|b");

    [Theory]
    [InlineData('\0')]
    [InlineData('\u001C')]
    [InlineData('\u001D')]
    [InlineData('\u001E')]
    [InlineData('\u001F')]
    [InlineData('\u007F')]
    [InlineData('\u0080')]
    [InlineData('\u00AD')]
    [InlineData('\u180E')]
    [InlineData('\u200B')]
    [InlineData('\u200D')]
    [InlineData('\u2060')]
    [InlineData('\uFEFF')]
    [InlineData('\uE000')]
    public void WordEnd_CharacterThatOnlyLooksLikeSpace_IsAWordLikePunctuation(char other) =>
        AssertWords($"a {other}{other}b", $"a| {other}{other}|b");

    [Fact]
    public void WordEnd_LoneSurrogates_AreNeitherLetterNorDigitNorSpace()
    {
        AssertWords("a\uD83Db", "a|\uD83D|b");
        AssertWords("1\uDE00\uD83D2", "1|\uDE00\uD83D|2");
        AssertWords("a \uD835", "a| \uD835");
        AssertWords("\uD835\uD835\uDC9C", "\uD835|\uD835\uDC9C");
    }

    [Fact]
    public void WordEnd_AnyText_WordsTogetherAreTheText() =>
        SeededProperty.Holds(
            TextData.BrokenTexts,
            text =>
            {
                string[] words = Words(text);

                string.Concat(words).Should().Be(text);
                words.Should().NotContain("");
            },
            count: 2000);

    private static void AssertWords(string text, string words) => Words(text).Should().Equal(words.Split('|'));

    private static string[] Words(string text)
    {
        var words = new List<string>();
        for (int start = 0, end; start < text.Length; start = end)
        {
            end = PreTokenizer.WordEnd(text, start);
            end.Should().BeGreaterThan(start);
            words.Add(text[start..end]);
        }

        return [.. words];
    }
}
