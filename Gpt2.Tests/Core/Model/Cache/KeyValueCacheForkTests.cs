// Caches that fork: each goes on as if it were alone, whatever the others do, and nothing of the past is copied.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Cache;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Model.Cache;

public class KeyValueCacheForkTests
{
    private static readonly Gpt2Config Config = new(40, 60, 12, 3, 2);

    [Theory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void Fork_OfForks_EqualsTheWholeTextAlone(KernelRung rung)
    {
        Gpt2Model model = Model(rung);
        int[] ids = TestModels.Ids(Config, 30, 3);
        var a = new ForwardActivations(Config);
        KeyValueCache cache = Filled(model, ids.AsSpan(0, 10), a);
        for (int token = 10; token < ids.Length; token++)
        {
            KeyValueCache sibling = cache.Fork(Config.Context);
            model.Forward([0], sibling, a); // whatever the sibling adds must not be seen
            model.Forward([ids[token]], cache, a);
        }

        float[] forked = a.Logits.Row(0).ToArray();
        model.Forward(ids, null, a);

        Close.Assert(forked, a.Logits.Row(0), 1e-4, 1e-5);
        cache.Length.Should().Be(30);
    }

    [Fact]
    public void Fork_KeysAndValues_AreTheSameMemory()
    {
        Gpt2Model model = Model(KernelRung.Vector);
        var a = new ForwardActivations(Config);
        KeyValueCache cache = Filled(model, [1, 2, 3], a);
        Matrix keys = cache.Block(1).Keys;

        KeyValueCache fork = cache.Fork(20);
        keys.Row(2).Clear(); // seen through both, as nothing was copied
        model.Forward([7], fork, a);
        float[] ofFork = a.Logits.Row(0).ToArray();
        model.Forward([7], cache, a);

        a.Logits.Row(0).ToArray().Should().Equal(ofFork);
        fork.Block(1).Keys.Rows.Should().Be(1, "only its own token is its own");
        model.Forward([1, 2, 3, 7], null, a);
        a.Logits.Row(0).ToArray().Should().NotEqual(ofFork, "the key was cleared");
    }

    [Fact]
    public void Truncate_IntoWhatIsShared_LeavesTheOthersAsTheyWere()
    {
        Gpt2Model model = Model(KernelRung.Tuned);
        int[] ids = TestModels.Ids(Config, 12, 5);
        var a = new ForwardActivations(Config);
        KeyValueCache cache = Filled(model, ids.AsSpan(0, 8), a);
        KeyValueCache fork = cache.Fork(Config.Context);
        model.Forward([9], fork, a);
        KeyValueCache second = fork.Fork(Config.Context);

        second.Truncate(4);
        second.Length.Should().Be(4);
        model.Forward([ids[4]], second, a);
        second.Truncate(5);
        float[] truncated = Next(model, second, 11, a);
        float[] whole = Next(model, cache, 11, a);
        float[] first = Next(model, fork, 11, a);

        Close.Assert(truncated, Alone(model, [.. ids[..5], 11]), 1e-4, 1e-5);
        Close.Assert(whole, Alone(model, [.. ids[..8], 11]), 1e-4, 1e-5);
        Close.Assert(first, Alone(model, [.. ids[..8], 9, 11]), 1e-4, 1e-5);
        second.Truncate(0);
        second.Length.Should().Be(0);
        Close.Assert(Next(model, second, 11, a), Alone(model, [11]), 1e-4, 1e-5);
    }

    [Fact]
    public void Forward_SeveralTokensAfterAFork_EqualsTheWholeText()
    {
        Gpt2Model model = Model(KernelRung.Tuned);
        int[] ids = TestModels.Ids(Config, 20, 6);
        var a = new ForwardActivations(Config);
        KeyValueCache fork = Filled(model, ids.AsSpan(0, 8), a).Fork(Config.Context);
        model.Forward([ids[8]], fork, a);

        model.Forward(ids.AsSpan(9), fork, a);

        Close.Assert(a.Logits.Row(0), Alone(model, ids), 1e-4, 1e-5);
        fork.Block(0).IsOneRun.Should().BeTrue("the past was put together");
    }

    [Theory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void Reorder_RandomFamilies_EqualEachTextAlone(KernelRung rung)
    {
        Gpt2Model model = Model(rung);
        var random = new RandomGenerator(4);
        var a = new ForwardActivations(Config);
        KeyValueCache cache = Filled(model, [4, 8, 15], a);
        int[][] texts = [[4, 8, 15]];
        for (int step = 0; step < 40; step++)
        {
            int beams = 1 + (int)(random.NextBits() % 5);
            int before = texts.Length;
            int[] parents = [.. Enumerable.Range(0, beams).Select(_ => (int)(random.NextBits() % (ulong)before))];
            int[] tokens = TestModels.Ids(Config, beams, (ulong)step);
            texts = [.. parents.Select((parent, beam) => (int[])[.. texts[parent], tokens[beam]])];
            cache.Reorder(parents);
            a.Sequences = beams;
            model.Forward(tokens, cache, a);
            for (int beam = 0; beam < beams; beam++)
            {
                Close.Assert(a.Logits.Row(beam), Alone(model, texts[beam]), 1e-4, 1e-5, $"step {step} beam {beam}");
            }
        }

        cache.Length.Should().Be(43);
    }

    [Fact]
    public void Reorder_NoSuchSequence_IsRefused()
    {
        var cache = new KeyValueCache(Config, 5);
        foreach (int[] parents in (int[][])[[], [1], [0, -1]])
        {
            Action reorder = () => cache.Reorder(parents);

            reorder.Should().Throw<ArgumentException>().WithMessage("*expected at least one of the sequences 0 to 0*");
        }
    }

    [Fact]
    public void Forward_OtherNumberOfSequencesThanTheCache_IsRefused()
    {
        Gpt2Model model = Model(KernelRung.Vector);
        var a = new ForwardActivations(Config, sequences: 2);
        Action forward = () => model.Forward([1, 2], new KeyValueCache(Config, 5), a);

        forward.Should().Throw<ArgumentException>().WithMessage("2 sequences, expected the 1 of the cache");
    }

    private static Gpt2Model Model(KernelRung rung) => Gpt2Model.ForInference(TestModels.Random(Config, 2), KernelSet.Create(rung, 2));

    private static KeyValueCache Filled(Gpt2Model model, ReadOnlySpan<int> ids, ForwardActivations a)
    {
        var cache = new KeyValueCache(Config, Config.Context);
        model.Forward(ids, cache, a);
        return cache;
    }

    private static float[] Next(Gpt2Model model, KeyValueCache cache, int id, ForwardActivations a)
    {
        model.Forward([id], cache, a);
        return a.Logits.Row(0).ToArray();
    }

    private static float[] Alone(Gpt2Model model, int[] ids)
    {
        var a = new ForwardActivations(Config);
        model.Forward(ids, null, a);
        return a.Logits.Row(0).ToArray();
    }
}
