// Batches of post-training in parts: the gradients of the whole, and the same bits for any number of threads, with dropout too.

using System.Collections.Concurrent;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.PostTraining;
using Gpt2.Core.Training;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining;

public sealed class TokenMicroBatchesTests
{
    private static readonly Gpt2Config Config = new(50, 64, 16, 2, 2);
    private static readonly Gpt2Weights Weights = TestModels.Random(Config, 1);
    private static readonly TokenSequence[] Sequences = [.. Enumerable.Range(0, 20).Select(i => TokenSequence.Of(
        TestModels.Ids(Config, 30 + i, (ulong)i), TestModels.Ids(Config, 5 + (i % 7), (ulong)(100 + i))))];

    private static readonly int Counted = Sequences.Sum(sequence => sequence.Targets.Count(target => target >= 0));

    [Theory]
    [InlineData(false, 0f)]
    [InlineData(false, 0.2f)]
    [InlineData(true, 0f)]
    [InlineData(true, 0.2f)]
    public void Add_AnyNumberOfThreads_GivesTheSameBits(bool full, float dropout)
    {
        (double loss, double evaluated, int[] bits) = Run(full, dropout, threads: 1);
        foreach (int threads in (int[])[2, 3])
        {
            (double otherLoss, double otherEvaluated, int[] otherBits) = Run(full, dropout, threads);

            otherLoss.Should().Be(loss);
            otherEvaluated.Should().Be(evaluated);
            otherBits.Should().Equal(bits);
        }

        bits.Should().Contain(bit => bit != 0);
    }

    [Fact]
    public void Add_Parts_AreTheGradientsOfOnePass()
    {
        MicroBatches.CountOf(Config, Sequences.Length, Sequences.Max(sequence => sequence.Ids.Count)).Should().BeGreaterThan(2);
        var model = new Gpt2Model(Weights, KernelSet.Create(KernelRung.Vector));
        var whole = new MatrixGradients(Weights.Matrices());
        var pass = new TokenPass(Config);
        TokenLoss loss = SupervisedLoss.Of(pass.Forward(model, PaddedBatch.OfTargets(Sequences)), Counted);
        pass.Backward(loss.Gradient, whole);
        var parts = new MatrixGradients(Weights.Matrices());
        var batches = new TokenMicroBatches(model, adapter: null, dropout: 0);

        Add(batches, Sequences, 1, parts).Should().BeApproximately(loss.Loss, 1e-6);

        (SummedLoss(batches) / Counted).Should().BeApproximately(loss.Loss, 1e-6);
        foreach ((Matrix expected, Matrix actual) in whole.Gradients.Zip(parts.Gradients))
        {
            for (int i = 0; i < expected.Span.Length; i++)
            {
                actual.Span[i].Should().BeApproximately(expected.Span[i], 1e-5f, expected.Name);
            }
        }
    }

    [Fact]
    public void Add_Pairs_AreNeverDivided()
    {
        var batches = new TokenMicroBatches(new Gpt2Model(Weights, KernelSet.Create(KernelRung.Vector)), adapter: null, dropout: 0);
        var parts = new ConcurrentBag<(int First, int Count)>();

        batches.Add(Sequences[..14], together: 2, (first, logs) =>
        {
            parts.Add((first, logs.Length));
            return SupervisedLoss.Of(logs, Counted);
        }, seed: 1, new MatrixGradients(Weights.Matrices()));

        parts.Should().HaveCountGreaterThan(1).And.OnlyContain(part => part.First % 2 == 0 && part.Count % 2 == 0 && part.Count > 0);
        parts.Sum(part => part.Count).Should().Be(14);
    }

    private static (double Loss, double Evaluated, int[] Bits) Run(bool full, float dropout, int threads)
    {
        var model = new Gpt2Model(Weights, KernelSet.Create(KernelRung.Tuned, threads));
        Adapter? adapter = full ? null : Adapter.Create(new LoraSettings { Dropout = dropout }, ModelFingerprint.Of(Weights), 3);
        foreach (Matrix matrix in adapter?.Matrices() ?? [])
        {
            matrix.Span.Fill(0.01f); // B of a new adapter is 0, and A would have no gradient
        }

        var gradients = new MatrixGradients(adapter?.Matrices() ?? Weights.Matrices());
        var batches = new TokenMicroBatches(model, adapter, dropout);
        double loss = Add(batches, Sequences, 7, gradients) + Add(batches, Sequences[..9], 8, gradients);
        IEnumerable<float> numbers = gradients.Gradients.SelectMany(matrix => matrix.Span.ToArray());
        return (loss, SummedLoss(batches), [.. numbers.Select(BitConverter.SingleToInt32Bits)]);
    }

    private static double Add(TokenMicroBatches batches, TokenSequence[] sequences, ulong seed, MatrixGradients gradients) =>
        batches.Add(sequences, together: 1, (_, logs) => SupervisedLoss.Of(logs, Counted), seed, gradients);

    private static double SummedLoss(TokenMicroBatches batches) => SupervisedLoss.Of(batches.Evaluate(Sequences), counted: 1).Loss;
}
