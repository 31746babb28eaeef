// Tokens as tables show them.

using Gpt2.Cli.Output;

namespace Gpt2.Tests.Cli;

public class TokenTextTests
{
    [Theory]
    [InlineData(" quick", "\" quick\"")]
    [InlineData("a\n\r\tb", "\"a\\n\\r\\tb\"")]
    [InlineData("\"\\", "\"\\\"\\\\\"")]
    [InlineData("\u0000\u200B\u2028", "\"\\u0000\\u200B\\u2028\"")]
    [InlineData("é😀", "\"é😀\"")]
    public void Quoted_Text_IsOneVisibleLine(string text, string shown)
    {
        TokenText.Quoted(text).Should().Be(shown);
    }

    [Fact]
    public void Quoted_PartOfACharacter_ShowsItsBytes()
    {
        TokenText.Quoted([0x61, 0xF0, 0x9F, 0x62, 0x80]).Should().Be("\"a\\xF0\\x9Fb\\x80\"");
    }

    [Theory]
    [InlineData("abcd", "abcd")]
    [InlineData("abcde", "abc…")]
    [InlineData("ab😀e", "ab…")]
    [InlineData("a😀de", "a😀…")]
    public void Shortened_Text_IsNotCutInsideACharacter(string text, string shown)
    {
        TokenText.Shortened(text, 4).Should().Be(shown);
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "████████████████████")]
    [InlineData(0.5, "██████████")]
    [InlineData(0.00625, "▏")]
    [InlineData(2, "████████████████████")]
    public void Bar_Share_IsInEighthsOfACharacter(double share, string bar)
    {
        Probability.Bar(share).Should().Be(bar);
    }
}
