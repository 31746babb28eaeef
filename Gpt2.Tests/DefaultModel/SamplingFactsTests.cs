// What the lectures say of sampling, on the shipped model: greedy choice loops, a seed repeats, low top-p suits code and
// high top-p stories.

using System.Text.RegularExpressions;
using Gpt2.Core.Generation;

namespace Gpt2.Tests.DefaultModel;

public partial class SamplingFactsTests(DefaultModelFixture model) : IClassFixture<DefaultModelFixture>
{
    private const int Seeds = 30;
    private const string LoopPrompt = "The capital of France is";
    private const string CodePrompt = "for (int i = 0;";
    private const string StoryPrompt = "Mike lived in";

    [Fact]
    public void Generate_GreedyBeyondTheEndOfText_FallsIntoALoop_WhereSamplingDoesNot()
    {
        Period(Take(LoopPrompt, 240, new SamplingOptions { Temperature = 0 }, endOfText: null)).Should().BeInRange(1, 60);
        for (ulong seed = 0; seed < 5; seed++)
        {
            Period(Take(LoopPrompt, 240, new SamplingOptions { Seed = seed }, endOfText: null)).Should().Be(0);
        }
    }

    [Fact]
    public void Generate_SameSeed_RepeatsTheSample()
    {
        int[] first = Take(StoryPrompt, 60, new SamplingOptions { Seed = 3 }, model.EndOfText);

        Take(StoryPrompt, 60, new SamplingOptions { Seed = 3 }, model.EndOfText).Should().Equal(first);
        Take(StoryPrompt, 60, new SamplingOptions { Seed = 4 }, model.EndOfText).Should().NotEqual(first);
    }

    [Fact]
    public void Generate_Code_IsWellFormedMoreOftenWithLowTopP()
    {
        int low = Texts(CodePrompt, topP: 0.2).Count(text => WholeLoop().IsMatch(text));
        int high = Texts(CodePrompt, topP: 1).Count(text => WholeLoop().IsMatch(text));

        low.Should().BeGreaterThanOrEqualTo(Seeds * 95 / 100);
        high.Should().BeLessThan(low);
    }

    [Fact]
    public void Generate_Stories_AreMoreVariedWithHighTopP()
    {
        int low = Texts(StoryPrompt, topP: 0.2).Distinct().Count();
        int high = Texts(StoryPrompt, topP: 0.95).Distinct().Count();

        high.Should().BeGreaterThanOrEqualTo(Seeds - 1);
        low.Should().BeLessThan(high);
    }

    /// <summary>The period with which the last 120 tokens repeat; 0 if they do not.</summary>
    private static int Period(int[] ids)
    {
        int[] tail = ids[^120..];
        return Enumerable.Range(1, tail.Length / 2).FirstOrDefault(period => tail.Skip(period).SequenceEqual(tail.SkipLast(period)));
    }

    private string[] Texts(string prompt, double topP) =>
        [.. Enumerable.Range(0, Seeds).Select(seed => model.Tokenizer.Decode(
            Take(prompt, 100, new SamplingOptions { Temperature = 1.3, TopP = topP, Seed = (ulong)seed }, model.EndOfText)))];

    private int[] Take(string prompt, int tokens, SamplingOptions options, int? endOfText) => DefaultModelFixture.Take(
        new GenerationSession(model.Model, model.Tokenizer.Encode(prompt), tokens, endOfText, sampler: new Sampler(options)));

    [GeneratedRegex(@"^ i < [0-9a-z.A-Z]+; i\+\+\)\n\{\n(    [^\n]+;\n)+\}\n")]
    private static partial Regex WholeLoop();
}
