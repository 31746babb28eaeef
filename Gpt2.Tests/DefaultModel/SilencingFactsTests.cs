// What lessons 4 and 7 say of heads and blocks that are switched off: which of them the predictions depend on.

using Gpt2.Core.Generation;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Tracing;

namespace Gpt2.Tests.DefaultModel;

public class SilencingFactsTests(DefaultModelFixture model) : IClassFixture<DefaultModelFixture>
{
    private const string Mike = "Mike is quick. He moves", France = "The capital of France is";

    [Fact]
    public void Heads_ThatFetchQuick_AreNeededForQuickly_AndThoseOfTheLastBlockAreNot()
    {
        Shown(After(Mike)).Should().Be(" quickly 99.93 %");
        Shown(After(Mike, new SilenceHead(0, 1))).Should().StartWith(" quickly 90.");
        Shown(After(Mike, new SilenceHead(0, 0), new SilenceHead(0, 1))).Should().StartWith(" happily 43.");
        for (int head = 0; head < 4; head++)
        {
            Shown(After(Mike, new SilenceHead(3, head))).Should().StartWith(" quickly 99.");
        }
    }

    [Fact]
    public void Head_ThatFetchesFrance_IsNeededForParis_ButNotForACapital()
    {
        string[] capitals = [" Nairobi", " Ankara", " Oslo"];

        ReadOnlySpan<float> without = After(France, new SilenceHead(0, 0));
        Candidate[] top = [.. Prediction.Top(without, without, 3)];

        top.Select(candidate => model.Tokenizer.Decode([candidate.Id])).Should().BeEquivalentTo(capitals);
    }

    [Theory]
    [InlineData(0, "<|endoftext|> 4.26 %")]
    [InlineData(1, " Paris 97.27 %")]
    [InlineData(2, " Paris 99.06 %")]
    [InlineData(3, " Paris 97.46 %")]
    public void Block_LeftOutForTheLastToken_IsMadeUpForByTheOthers_UnlessItIsTheFirst(int block, string expected)
    {
        Shown(After(France)).Should().Be(" Paris 99.65 %");
        Shown(After(France, new FillRow($"h{block}.step9", 4, 0), new FillRow($"h{block}.step15", 4, 0))).Should().Be(expected);
    }

    /// <summary>The probabilities after a prompt, with edits.</summary>
    private ReadOnlySpan<float> After(string prompt, params PassEdit[] edits)
    {
        var trace = ForwardTrace.Run(model.Model, model.Tokenizer.Encode(prompt), HeadRows.Last);
        Matrix probabilities = EditedPass.Run(model.Model, trace, edits).Trace.Activations.Probabilities;
        return probabilities.Row(probabilities.Rows - 1);
    }

    private string Shown(ReadOnlySpan<float> probabilities)
    {
        int best = Greedy.Choose(probabilities);
        return FormattableString.Invariant($"{model.Tokenizer.Decode([best])} {100 * probabilities[best]:0.00} %");
    }
}
