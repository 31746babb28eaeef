// A batch's loss and gradients: sequences together and alone, what is not counted, what is added, refusals.

using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Training;
using Gpt2.Kernels;
using Gpt2.Tests.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Training;

public class BatchGradientsTests
{
    private static readonly Gpt2Config Config = new(19, 8, 12, 3, 2);

    [Theory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void Add_TwoSequences_EqualsTheTwoAlone(KernelRung rung)
    {
        Gpt2Model model = Model(rung);
        int[] ids = TestModels.Ids(Config, 14, 2), targets = TestModels.Ids(Config, 14, 3);
        targets[3] = -1;
        Gpt2Gradients together = new(Config), alone = new(Config);

        double loss = new BatchGradients(Config, 2, dropout: 0).Add(model, ids, targets, 13, together);
        var one = new BatchGradients(Config, 1, dropout: 0);
        double sum = one.Add(model, ids.AsSpan(0, 7), targets.AsSpan(0, 7), 13, alone)
            + one.Add(model, ids.AsSpan(7), targets.AsSpan(7), 13, alone);

        loss.Should().BeApproximately(sum, 1e-10);
        AssertEqual(together, alone);
    }

    [Fact]
    public void Add_Twice_AddsToWhatWasThere()
    {
        Gpt2Model model = Model();
        int[] ids = TestModels.Ids(Config, 8, 2), targets = TestModels.Ids(Config, 8, 3);
        Gpt2Gradients once = new(Config), twice = new(Config);
        var batch = new BatchGradients(Config, 1, dropout: 0);

        batch.Add(model, ids, targets, 4, once); // half of 8 counted gives the gradients twice over
        batch.Add(model, ids, targets, 8, twice);
        batch.Add(model, ids, targets, 8, twice);

        AssertEqual(twice, once);
        once.Clear();
        once.Norm(model.Kernels).Should().Be(0);
    }

    [Fact]
    public void Add_NothingCounted_HasNoLossAndNoGradients()
    {
        var gradients = new Gpt2Gradients(Config);

        double loss = new BatchGradients(Config, 1, dropout: 0)
            .Add(Model(), TestModels.Ids(Config, 8, 2), [.. Enumerable.Repeat(-1, 8)], 1, gradients);

        loss.Should().Be(0);
        gradients.Norm(KernelData.Scalar).Should().Be(0);
    }

    [Theory]
    [InlineData(7)]
    [InlineData(9)]
    public void Add_MoreOrFewerTargetsThanTokens_IsRefused(int targets) => FluentActions
        .Invoking(() => new BatchGradients(Config, 1, dropout: 0).Add(
            Model(), TestModels.Ids(Config, 8, 2), new int[targets], 8, new Gpt2Gradients(Config)))
        .Should().Throw<ArgumentException>().WithMessage($"{targets} targets for 8 tokens*");

    [Fact]
    public void SummedLoss_ProbabilityWithoutDigits_ComesFromTheLogits()
    {
        var a = new ForwardActivations(new Gpt2Config(3, 1, 1, 1, 1), headRows: HeadRows.All);
        a.Logits.Resize(2, 3);
        a.Probabilities.Resize(2, 3);
        float[] logits = [0, 1000, 1000, 0, 0, 0];
        float[] probabilities = [0, 0.5f, 0.5f, 1 / 3f, 1 / 3f, 1 / 3f];
        logits.CopyTo(a.Logits.Span);
        probabilities.CopyTo(a.Probabilities.Span);

        BatchGradients.SummedLoss(a, [0, -1]).Should().BeApproximately(1000 + Math.Log(2), 1e-6);
        BatchGradients.SummedLoss(a, [1, 2]).Should().BeApproximately(Math.Log(2) + Math.Log(3), 1e-6);
    }

    [Theory]
    [InlineData(-0.1f)]
    [InlineData(1)]
    [InlineData(float.NaN)]
    public void BatchGradients_DropoutOutOfRange_IsRefused(float dropout) => FluentActions
        .Invoking(() => new BatchGradients(Config, 1, dropout)).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void Run_ActivationsThatKeepTooLittle_AreRefused()
    {
        Gpt2Model model = Model();
        int[] ids = TestModels.Ids(Config, 4, 2);
        foreach (ForwardActivations a in (ForwardActivations[])[new(Config, false, HeadRows.All), new(Config, true, HeadRows.Last)])
        {
            model.Forward(ids, null, a);

            FluentActions.Invoking(() => new Gpt2Backward().Run(model, ids, ids, 4, a, new Gpt2Gradients(Config)))
                .Should().Throw<ArgumentException>().WithMessage("*every block and every row*");
        }
    }

    private static Gpt2Model Model(KernelRung rung = KernelRung.Vector) => new(TestModels.Random(Config, 1), KernelSet.Create(rung));

    private static void AssertEqual(Gpt2Gradients actual, Gpt2Gradients expected)
    {
        foreach ((Matrix sum, Matrix other) in actual.Weights.Matrices().Zip(expected.Weights.Matrices()))
        {
            Close.Assert(sum.Span, other.Span, 1e-5, 1e-6, sum.Name);
        }
    }
}
