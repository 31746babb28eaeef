// Sessions that fork, rewind and take tokens of the caller's choice.

using Gpt2.Core;
using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Generation;

public class GenerationSessionTests
{
    private static readonly Gpt2Config Config = new(60, 16, 12, 3, 2);

    [Theory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void Fork_InTheMiddle_GoesOnAsTheParentDoes(KernelRung rung)
    {
        GenerationSession session = Session(rung, 24);
        Take(session, 5);
        GenerationSession fork = session.Fork(19);
        GenerationSession other = session.Fork(19, new Sampler(new() { Temperature = 4, Seed = 1 }));

        int[] drawn = Take(other, 19), forked = Take(fork, 19), own = Take(session, 19);

        forked.Should().Equal(own);
        drawn.Should().NotEqual(own);
        session.Ids.Should().HaveCount(27).And.Equal(fork.Ids);
        fork.FinishReason.Should().Be(FinishReason.Length);
    }

    [Theory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void Rewind_AnyLength_GoesOnAsBefore(KernelRung rung)
    {
        GenerationSession session = Session(rung, 24);
        Take(session, 24);
        int[] whole = [.. session.Ids];
        foreach (int length in (int[])[26, 20, 16, 15, 9, 3])
        {
            session.Rewind(length);
            session.FinishReason.Should().BeNull();
            session.Ids.Should().Equal(whole.Take(length));

            Take(session, 24).Should().Equal(whole.Skip(length));
        }

        session.Rewind(2);
        Take(session, 30).Should().Equal(Take(Session(rung, 24, 1, 2), 30), "the prompt is two tokens now");
        session.FinishReason.Should().Be(FinishReason.Length);
    }

    [Fact]
    public void Rewind_InAFork_LeavesTheParentAsItWas()
    {
        GenerationSession session = Session(KernelRung.Tuned, 12);
        Take(session, 4);
        GenerationSession fork = session.Fork(12);
        fork.Rewind(2);
        fork.Append(7);

        int[] expected = Take(Session(KernelRung.Tuned, 12, [.. fork.Ids]), 5);
        Take(fork, 5).Should().Equal(expected);
        Take(session, 8).Should().Equal(Take(Session(KernelRung.Tuned, 12), 12).Skip(4));
    }

    [Fact]
    public void Append_ChosenByTheCaller_IsPartOfTheText()
    {
        GenerationSession session = Session(KernelRung.Vector, 10);
        session.Append(5);
        session.Append(6);

        Take(session, 4).Should().Equal(Take(Session(KernelRung.Vector, 10, [1, 2, 3, 5, 6]), 4));
        Action outside = () => session.Append(60);
        outside.Should().Throw<Gpt2Exception>().With(found: "token id 60 *");
    }

    [Fact]
    public void Rewind_ToNothingOrBeyond_IsRefused()
    {
        GenerationSession session = Session(KernelRung.Vector, 10);
        foreach (int length in (int[])[0, -1, 4])
        {
            Action rewind = () => session.Rewind(length);

            rewind.Should().Throw<ArgumentOutOfRangeException>();
        }
    }

    [Fact]
    public void Logits_AskedForTwice_ArePredictedOnce()
    {
        GenerationSession session = Session(KernelRung.Vector, 10);
        float[] first = session.Logits().ToArray();

        session.Logits().ToArray().Should().Equal(first);
        session.TryNext(out int id).Should().BeTrue();
        id.Should().Be(Greedy.Choose(first));
        session.Probabilities().ToArray().Sum().Should().BeApproximately(1, 1e-5f);
    }

    private static GenerationSession Session(KernelRung rung, int max, params int[] prompt) => new(
        Gpt2Model.ForInference(TestModels.Random(Config, 3), KernelSet.Create(rung, 2)),
        prompt.Length == 0 ? [1, 2, 3] : prompt, max, endOfText: null);

    private static int[] Take(GenerationSession session, int most)
    {
        var taken = new List<int>();
        while (taken.Count < most && session.TryNext(out int id))
        {
            taken.Add(id);
        }

        return [.. taken];
    }
}
