// Text on a screen: how wide it is, and where it is broken.

using Gpt2.Cli.Output;

namespace Gpt2.Tests.Cli;

public sealed class DisplayTextTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("Mike", 4)]
    [InlineData("größer", 6)]
    [InlineData("e\u0301", 1)]
    [InlineData("字", 2)]
    [InlineData("字👍", 4)]
    public void Width_WideCharacters_CountTwo(string text, int width)
    {
        DisplayText.Width(text).Should().Be(width);
        DisplayText.Width(DisplayText.Padded(text, 9, right: true)).Should().Be(9);
        DisplayText.Width(DisplayText.Padded(text, 9, right: false)).Should().Be(9);
    }

    [Fact]
    public void Wrapped_Sentence_BreaksBetweenWordsOnly()
    {
        DisplayText.Wrapped("the model is in /some/where/far away", 12).Should().Equal("the model is", "in", "/some/where/far", "away");
        DisplayText.Wrapped("  two words more", 9, indent: 2).Should().Equal("  two", "  words", "  more");
        DisplayText.Wrapped("one\ntwo", 80).Should().Equal("one", "two");
        DisplayText.Wrapped("\" a\" 1 %  \" b\" 2 %", 12, separator: "  ").Should().Equal("\" a\" 1 %", "\" b\" 2 %");
        DisplayText.Wrapped("字字 字字", 8).Should().Equal("字字", "字字");
    }

    [Fact]
    public void Wrapped_WithoutScreen_IsOneLineHoweverLong()
    {
        string text = string.Join(' ', Enumerable.Repeat("word", 500));

        DisplayText.Wrapped(text, width: null).Should().Equal(text);
    }

    [Theory]
    [InlineData("carelessly", 10, "carelessly")]
    [InlineData("carelessly", 6, "carel…")]
    [InlineData("字字字", 5, "字字…")]
    [InlineData("字字字", 4, "字…")]
    [InlineData("👍👍", 3, "👍…")]
    public void Cut_LongText_FitsAndSaysSo(string text, int width, string cut) => DisplayText.Cut(text, width).Should().Be(cut);
}
