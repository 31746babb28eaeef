// Dropout: how much is dropped and what becomes of the rest, the same mask from the same seed, and none outside training.

using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Training;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Training;

public class DropoutTests
{
    private static readonly Gpt2Config Config = new(19, 8, 12, 3, 2);

    [Theory]
    [InlineData(0)]
    [InlineData(0.1f)]
    [InlineData(0.5f)]
    [InlineData(0.9f)]
    public void Apply_Ones_DropsTheShareAndEnlargesTheRest(float rate)
    {
        const int Count = 40_000;
        Matrix values = Ones(200, Count / 200), mask = new("mask");

        new Dropout(rate) { Random = new RandomGenerator(1) }.Apply(values, mask);

        float[] kept = [.. values.Span.ToArray().Where(value => value != 0)];
        kept.Should().OnlyContain(value => value == 1 / (1 - rate));
        double deviation = Math.Sqrt(Count * rate * (1 - rate));
        (Count - kept.Length).Should().BeInRange((int)((Count * rate) - (4 * deviation)), (int)Math.Ceiling((Count * rate) + (4 * deviation)));
        mask.Span.ToArray().Should().Equal(values.Span.ToArray(), "the mask times one is the mask");
    }

    [Fact]
    public void Apply_Seed_DecidesTheMask()
    {
        MaskOf(1).Should().Equal(MaskOf(1));
        MaskOf(1).Should().NotEqual(MaskOf(2));
    }

    [Fact]
    public void Multiply_MaskOfAnotherShape_IsRefused() => FluentActions
        .Invoking(() => Dropout.Multiply(new Matrix("mask", 2, 3), new Matrix("values", 3, 2)))
        .Should().Throw<ArgumentException>().WithMessage("*mask*");

    [Fact]
    public void Forward_Dropout_LeavesStepSevenAndDropsWhatStepEightReads()
    {
        var model = new Gpt2Model(TestModels.Random(Config, 1), KernelSet.Create(KernelRung.Vector));
        var a = new ForwardActivations(Config, true, HeadRows.All, null, 1, new Dropout(0.5f));

        model.Forward(TestModels.Ids(Config, 8, 2), null, a);

        Matrix attention = a.Block(0).Attention, dropped = a.Block(0).DropoutOf(a.Block(0).Attention);
        for (int row = 0; row < 8; row++)
        {
            attention.Row(row).ToArray().Sum().Should().BeApproximately(Config.Heads, 1e-5f, "each head's weights still sum to 1");
        }

        dropped.Span.ToArray().Zip(attention.Span.ToArray()).Should().OnlyContain(pair => pair.First == 0 || pair.First == 2 * pair.Second);
        dropped.Span.ToArray().Count(weight => weight == 0).Should().BeGreaterThan(attention.Span.ToArray().Count(weight => weight == 0));
    }

    [Fact]
    public void Forward_WithoutDropout_GivesThePlainBitsWhateverTrainingDropped()
    {
        var model = new Gpt2Model(TestModels.Random(Config, 1), KernelSet.Create(KernelRung.Vector));
        int[] ids = TestModels.Ids(Config, 8, 2);
        float[] before = LogitsOf(model, ids, dropout: null);

        var batch = new BatchGradients(Config, 1, 0.5f);
        batch.SeedDropout(3);
        batch.Add(model, ids, ids, 8, new Gpt2Gradients(Config));

        LogitsOf(model, ids, dropout: null).Should().Equal(before);
        LogitsOf(model, ids, new Dropout(0)).Should().Equal(before, "a rate of 0 drops nothing");
        LogitsOf(model, ids, new Dropout(0.5f)).Should().NotEqual(before);
    }

    [Fact]
    public void ValidationLoss_RunWithDropout_DropsNothing()
    {
        int[] text = TestModels.Ids(Config, 100, 4);
        double Loss(float dropout) => new Trainer(
            new Gpt2Model(TestModels.Random(Config, 1), KernelSet.Create(KernelRung.Vector)),
            new TrainingSettings { Context = 8, BatchSize = 2, Dropout = dropout }, TrainingData.FromIds(text, text)).ValidationLoss();

        Loss(0.5f).Should().Be(Loss(0));
    }

    private static float[] LogitsOf(Gpt2Model model, int[] ids, Dropout? dropout)
    {
        var a = new ForwardActivations(Config, headRows: HeadRows.All, dropout: dropout);
        model.Forward(ids, null, a);
        return a.Logits.Span.ToArray();
    }

    private static float[] MaskOf(ulong seed)
    {
        var mask = new Matrix("mask");
        new Dropout(0.5f) { Random = new RandomGenerator(seed) }.Apply(Ones(10, 10), mask);
        return mask.Span.ToArray();
    }

    private static Matrix Ones(int rows, int columns)
    {
        var ones = new Matrix("ones", rows, columns);
        ones.Span.Fill(1);
        return ones;
    }
}
