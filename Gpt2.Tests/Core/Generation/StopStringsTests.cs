// Stop strings: found in one piece and over several, held back while they may still come, and never shown.

using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Generation;

public class StopStringsTests
{
    [Theory]
    [InlineData("one |STOP| two", "STOP", "one ", true)]
    [InlineData("S|T|O|P", "STOP", "", true)]
    [InlineData("a S|T|O| b", "STOP", "a STO b", false)]
    [InlineData("aa|ab", "aab", "a", true)]
    [InlineData("abab|abc", "ababc", "ab", true)]
    [InlineData("the end", "x", "the end", false)]
    [InlineData("a\n|\nb", "\n\n", "a", true)]
    [InlineData("end ST", "STOP", "end ST", false)]
    public void Push_PiecesOfAText_EndBeforeTheStopString(string pieces, string stop, string expected, bool found)
    {
        var stops = new StopStrings([stop]);
        string shown = string.Concat(pieces.Split('|').Where(piece => piece.Length > 0).Select(stops.Push));

        (shown + (stops.Found ? "" : stops.Flush())).Should().Be(expected);
        stops.Found.Should().Be(found);
    }

    [Fact]
    public void Push_WhatMayStillBecomeAStopString_Waits()
    {
        var stops = new StopStrings(["STOP", "\n\n"]);

        stops.Push("one S").Should().Be("one ");
        stops.Push("T").Should().BeEmpty();
        stops.Push("A\n").Should().Be("STA");
        stops.Push("x").Should().Be("\nx");
        stops.Push("\n\nmore").Should().BeEmpty();
        stops.Found.Should().BeTrue();
        stops.Push("more").Should().BeEmpty("the text has ended");
        stops.Flush().Should().BeEmpty();
    }

    [Fact]
    public void Push_SeveralStopStrings_TheOneThatBeginsFirstCounts()
    {
        var stops = new StopStrings(["cd", "bcde"]);

        stops.Push("abcdef").Should().Be("a");
        new StopStrings([]).Push("abc").Should().Be("abc");
    }

    [Fact]
    public void Push_RandomTextsInRandomPieces_AgreeWithSearchingTheWhole()
    {
        var random = new RandomGenerator(8);
        string Word(int most) =>
            string.Concat(Enumerable.Range(0, 1 + (int)(random.NextBits() % (ulong)most)).Select(_ => "ab"[(int)(random.NextBits() >> 63)]));
        for (int round = 0; round < 2000; round++)
        {
            string[] stops = [.. Enumerable.Range(0, 1 + (int)(random.NextBits() % 3)).Select(_ => Word(5))];
            string[] pieces = [.. Enumerable.Range(0, 8).Select(_ => Word(3))];
            var search = new StopStrings(stops);
            string shown = "", read = "";
            foreach (string piece in pieces)
            {
                read += piece;
                shown += search.Push(piece);
                int[] found = [.. stops.Select(stop => read.IndexOf(stop, StringComparison.Ordinal)).Where(at => at >= 0)];
                if (found.Length > 0)
                {
                    search.Found.Should().BeTrue();
                    shown.Should().Be(read[..found.Min()]);
                    break;
                }

                search.Found.Should().BeFalse();
                read.Should().StartWith(shown);
                string held = read[shown.Length..];
                stops.Any(stop => stop.StartsWith(held, StringComparison.Ordinal)).Should().BeTrue("'{0}' is held back for a reason", held);
            }
        }
    }

    [Fact]
    public void Generate_StopStringThatSpansTokens_EndsTheTextBeforeIt()
    {
        var bytes = new Tokenizer(new Vocabulary([]));
        var model = new Gpt2Model(TestModels.Random(new Gpt2Config(257, 24, 12, 3, 2), 7), KernelSet.Create(KernelRung.Vector));
        var generator = new TextGenerator(model, bytes, null);
        var options = new GenerationOptions { MaxNewTokens = 60, Sampling = new() { Seed = 11, TopK = 60 } };
        GeneratedToken[] free = [.. generator.Generate([5], options)];
        string text = TextGeneratorTests.TextOf(free);
        string stop = text.Substring(text.Length / 2, 3); // one token is at most one character here
        string before = text[..text.IndexOf(stop, StringComparison.Ordinal)];

        GeneratedToken[] stopped = [.. generator.Generate([5], options with { Stop = ["never in it", stop] })];

        TextGeneratorTests.TextOf(stopped).Should().Be(before);
        stopped[^1].Finish.Should().Be(FinishReason.Stop);
        stopped.Select(token => token.Id).Should().Equal(free.Take(stopped.Length).Select(token => token.Id));
        stopped.Length.Should().BeLessThan(free.Length);
    }
}
