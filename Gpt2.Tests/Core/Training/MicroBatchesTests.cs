// A batch divided into micro-batches: when it is, that the sum is that of the whole batch, the same bits with any number
// of threads, and each micro-batch with dropout of its own.

using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Training;
using Gpt2.Kernels;
using Gpt2.Tests.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Training;

public class MicroBatchesTests
{
    private const int Context = 100;

    private static readonly Gpt2Config Config = new(19, Context, 12, 3, 2);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 1)]      // 500 tokens
    [InlineData(6, 2)]      // 600
    [InlineData(11, 4)]     // 1,100: parts of 2 and 3 sequences
    [InlineData(64, 25)]
    public void Count_BatchOfASmallModel_IsItsTokensByThoseOfAMicroBatch(int batchSize, int count) =>
        new MicroBatches(Config, batchSize, Context, dropout: 0).Count.Should().Be(count);

    [Fact]
    public void Count_SequencesLongerThanAMicroBatch_IsOnePerSequence() =>
        new MicroBatches(new Gpt2Config(19, 1024, 12, 3, 2), 3, 1024, dropout: 0).Count.Should().Be(3);

    [Fact]
    public void Count_LargeModel_IsOne() =>
        new MicroBatches(new Gpt2Config(19, 1024, 600, 3, 4), 8, 1024, dropout: 0).Count.Should().Be(1);

    [Theory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void Add_DividedBatch_EqualsTheWholeBatch(KernelRung rung)
    {
        const int Sequences = 11;
        Gpt2Model model = Model(KernelSet.Create(rung));
        (int[] ids, int[] targets) = Batch(Sequences);
        Gpt2Gradients divided = new(Config), whole = new(Config);
        var micro = new MicroBatches(Config, Sequences, Context, dropout: 0);

        double loss = micro.Add(model, ids, targets, ids.Length, divided);
        double expected = new BatchGradients(Config, Sequences, dropout: 0).Add(model, ids, targets, ids.Length, whole);

        loss.Should().BeApproximately(expected, 1e-6 * expected);
        AssertClose(divided, whole);

        micro.Add(model, ids, targets, ids.Length, divided); // adds, and nothing is left of the first batch
        new BatchGradients(Config, Sequences, dropout: 0).Add(model, ids, targets, ids.Length, whole);
        AssertClose(divided, whole);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.2f)]
    public void Add_AnyNumberOfThreads_GivesTheSameBits(float dropout)
    {
        const int Sequences = 11;
        (int[] ids, int[] targets) = Batch(Sequences);
        double? firstLoss = null;
        int[]? firstBits = null;
        foreach (int threads in new[] { 1, 2, 3, 8, 2, 2 })
        {
            Gpt2Model model = Model(KernelSet.Create(KernelRung.Tuned, threads));
            var gradients = new Gpt2Gradients(Config);
            var micro = new MicroBatches(Config, Sequences, Context, dropout);
            micro.SeedDropout(5);
            double loss = micro.Add(model, ids, targets, ids.Length, gradients) + micro.Add(model, ids, targets, ids.Length, gradients);
            int[] bits = [.. gradients.Weights.Matrices().SelectMany(matrix => KernelData.Bits(matrix.Span))];
            loss.Should().Be(firstLoss ??= loss, $"{threads} threads");
            bits.Should().Equal(firstBits ??= bits, $"{threads} threads");
        }
    }

    [Fact]
    public void Add_Dropout_DropsOtherElementsInEveryMicroBatchAndBatch()
    {
        // The same sequence again and again: only dropout tells the micro-batches and batches apart.
        const int Sequences = 6;
        Gpt2Model model = Model(KernelSet.Create(KernelRung.Tuned, 2));
        int[] one = TestModels.Ids(Config, Context, 2), other = TestModels.Ids(Config, Context, 3);
        int[] ids = [.. Enumerable.Repeat(one, Sequences).SelectMany(id => id)];
        int[] targets = [.. Enumerable.Repeat(other, Sequences).SelectMany(id => id)];
        int[] firstHalf = [.. targets.Select((id, i) => i < ids.Length / 2 ? id : -1)];
        int[] secondHalf = [.. targets.Select((id, i) => i < ids.Length / 2 ? -1 : id)];
        var micro = new MicroBatches(Config, Sequences, Context, 0.3f);
        micro.Count.Should().Be(2);

        micro.SeedDropout(5);
        double first = micro.Add(model, ids, firstHalf, 1, new Gpt2Gradients(Config));
        double again = micro.Add(model, ids, firstHalf, 1, new Gpt2Gradients(Config));
        micro.SeedDropout(5);
        double second = micro.Add(model, ids, secondHalf, 1, new Gpt2Gradients(Config));
        micro.SeedDropout(5);
        double repeated = micro.Add(model, ids, firstHalf, 1, new Gpt2Gradients(Config));

        repeated.Should().Be(first);
        second.Should().NotBe(first);
        again.Should().NotBe(first);
    }

    private static Gpt2Model Model(KernelSet kernels) => new(TestModels.Random(Config, 1), kernels);

    private static (int[] Ids, int[] Targets) Batch(int sequences)
    {
        int[] targets = TestModels.Ids(Config, sequences * Context, 3);
        targets[3] = -1;
        return (TestModels.Ids(Config, sequences * Context, 2), targets);
    }

    private static void AssertClose(Gpt2Gradients actual, Gpt2Gradients expected)
    {
        foreach ((Matrix sum, Matrix whole) in actual.Weights.Matrices().Zip(expected.Weights.Matrices()))
        {
            Close.Assert(sum.Span, whole.Span, 1e-3, 1e-5, sum.Name);
        }
    }
}
