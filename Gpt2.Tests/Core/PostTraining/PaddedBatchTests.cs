// Padding has no effect: not on a log-probability or a reward, not on a gradient.

using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.PostTraining;
using Gpt2.Kernels;
using Gpt2.Tests.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining;

public class PaddedBatchTests
{
    private static readonly Gpt2Config Config = new(19, 70, 24, 3, 2);

    private static readonly TokenSequence[] Sequences = [.. new[] { 5, 67, 1, 33 }.Select((tokens, i) =>
        TokenSequence.Of(TestModels.Ids(Config, 1 + (i % 2), (ulong)i), TestModels.Ids(Config, tokens, (ulong)i + 9)))];

    [Fact]
    public void OfTargets_SequencesOfTwoLengths_HasTheRowsThatCount()
    {
        var batch = PaddedBatch.OfTargets([TokenSequence.Of([1, 2, 3], [4, 5]), new TokenSequence([6, 7], [-1, 8])]);

        batch.Ids.Should().Equal(1, 2, 3, 4, 6, 7, 0, 0);
        batch.HeadRows.Should().Equal(2, 3, 5);
        batch.Targets.Should().Equal(4, 5, 8);
        batch.RowsOf(1).Should().Be(2..3);
        PaddedBatch.OfLastRows([[1, 2, 3], [4]]).HeadRows.Should().Equal(2, 3);
    }

    [Theory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void Forward_PaddedSequences_HaveTheSameBitsAsAlone(KernelRung rung)
    {
        Gpt2Model model = Model(rung);
        var pass = new TokenPass(Config, forwardOnly: true);
        var rewards = new RewardPass(Config, RewardHead.Create(Config.Channels, 3), forwardOnly: true);
        double[][] together = pass.Forward(model, PaddedBatch.OfTargets(Sequences));
        double[] rewarded = rewards.Forward(model, PaddedBatch.OfLastRows([.. Sequences.Select(sequence => sequence.Ids)]));

        for (int i = 0; i < Sequences.Length; i++)
        {
            pass.Forward(model, PaddedBatch.OfTargets([Sequences[i]]))[0].Should().Equal(together[i], "sequence {0}, {1}", i, rung);
            rewards.Forward(model, PaddedBatch.OfLastRows([Sequences[i].Ids])).Should().Equal([rewarded[i]], "sequence {0}, {1}", i, rung);
        }
    }

    [Theory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void Backward_PaddedByASequenceWithoutALoss_HasTheSameBitsAsAlone(KernelRung rung)
    {
        Gpt2Model model = Model(rung);
        var pass = new TokenPass(Config);
        foreach (TokenSequence sequence in Sequences.Where(sequence => sequence != Sequences[1]))
        {
            MatrixGradients padded = new(model.Weights.Matrices()), alone = new(model.Weights.Matrices());
            double[][] logs = pass.Forward(model, PaddedBatch.OfTargets([sequence, Sequences[1]]));
            pass.Backward([Slopes(logs[0]), new double[logs[1].Length]], padded);
            logs = pass.Forward(model, PaddedBatch.OfTargets([sequence]));
            pass.Backward([Slopes(logs[0])], alone);

            foreach ((Matrix one, Matrix other) in padded.Gradients.Zip(alone.Gradients))
            {
                KernelData.Bits(one.Span).Should().Equal(KernelData.Bits(other.Span), "{0} of {1} tokens, {2}", one.Name, sequence.Ids.Count, rung);
            }
        }
    }

    // The rows of a gradient's sum are the same, but how a kernel groups them depends on where a sequence begins: to rounding.
    [Theory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void Backward_PaddedBatch_EqualsTheSumOfItsSequences(KernelRung rung)
    {
        Gpt2Model model = Model(rung);
        var pass = new TokenPass(Config);
        MatrixGradients together = new(model.Weights.Matrices()), alone = new(model.Weights.Matrices());
        pass.Backward([.. pass.Forward(model, PaddedBatch.OfTargets(Sequences)).Select(Slopes)], together);
        foreach (TokenSequence sequence in Sequences)
        {
            pass.Backward([.. pass.Forward(model, PaddedBatch.OfTargets([sequence])).Select(Slopes)], alone);
        }

        foreach ((Matrix one, Matrix other) in together.Gradients.Zip(alone.Gradients))
        {
            Close.Assert(one.Span, other.Span, 1e-4, 1e-5, $"{one.Name} {rung}");
        }
    }

    [Fact]
    public void TokenSequence_NothingToLearn_IsRefused()
    {
        FluentActions.Invoking(() => new TokenSequence([1, 2], [-1, -1])).Should().Throw<Gpt2Exception>().With(found: "no target counts");
        FluentActions.Invoking(() => new TokenSequence([1, 2], [1])).Should().Throw<Gpt2Exception>().With(found: "1 target for 2 tokens");
        FluentActions.Invoking(() => TokenSequence.Of([], [1])).Should().Throw<Gpt2Exception>().With(found: "the prompt is empty");
        FluentActions.Invoking(() => TokenSequence.Of([1], [])).Should().Throw<Gpt2Exception>().With(found: "the completion is empty");
        FluentActions.Invoking(() => PaddedBatch.OfTargets([])).Should().Throw<Gpt2Exception>().With(found: "the batch is empty");
        FluentActions.Invoking(() => PaddedBatch.OfLastRows([[1], []])).Should().Throw<Gpt2Exception>().With(found: "a sequence is empty");
    }

    [Fact]
    public void Forward_WeightsOrIdsThatCannotBe_AreRefused()
    {
        Gpt2Model model = Model(KernelRung.Vector);
        var pass = new TokenPass(Config);
        FluentActions.Invoking(() => pass.Forward(model, PaddedBatch.OfTargets([new TokenSequence([1], [19])])))
            .Should().Throw<Gpt2Exception>().With(found: "target 19 is outside the vocabulary", expected: "0 to 18");
        FluentActions.Invoking(() => pass.Backward([[1]], new MatrixGradients([]))).Should().Throw<InvalidOperationException>();

        model.Weights.FinalNorm.Gain[0, 3] = float.NaN;
        FluentActions.Invoking(() => pass.Forward(model, PaddedBatch.OfTargets(Sequences))).Should().Throw<Gpt2Exception>();
        var reward = new RewardPass(Config, RewardHead.Create(Config.Channels, 3));
        FluentActions.Invoking(() => reward.Forward(model, PaddedBatch.OfLastRows([[1, 2]])))
            .Should().Throw<Gpt2Exception>().With(found: "the reward of sequence 1 is not finite");
    }

    private static double[] Slopes(double[] logs) => [.. logs.Select((log, i) => 0.1 * (i % 3 - 1.3) * log)];

    private static Gpt2Model Model(KernelRung rung) => new(TestModels.Random(Config, 1), KernelSet.Create(rung));
}
