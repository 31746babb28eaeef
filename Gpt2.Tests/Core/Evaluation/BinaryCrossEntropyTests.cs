// Binary cross-entropy by hand, and its ends.

using Gpt2.Core.Evaluation;

namespace Gpt2.Tests.Core.Evaluation;

public class BinaryCrossEntropyTests
{
    [Fact]
    public void Mean_ByHand_IsTheFormula()
    {
        // −1/3 [ln 0.8 + ln(1 − 0.25) + (0.5 ln 0.5 + 0.5 ln 0.5)]
        double expected = -(Math.Log(0.8) + Math.Log(0.75) + Math.Log(0.5)) / 3;

        BinaryCrossEntropy.Mean([0.8f, 0.25f, 0.5f], [1, 0, 0.5f]).Should().BeApproximately(expected, 1e-7);
    }

    [Fact]
    public void Mean_CertainAndRight_IsZero()
    {
        BinaryCrossEntropy.Mean([0, 1], [0, 1]).Should().Be(0);
    }

    [Fact]
    public void Mean_CertainAndWrong_IsBounded()
    {
        BinaryCrossEntropy.Mean([0], [1]).Should().Be(100);
        BinaryCrossEntropy.Mean([1], [0]).Should().Be(100);
        BinaryCrossEntropy.Mean([1, 1], [0, 1]).Should().Be(50);
    }

    [Theory]
    [InlineData(float.NaN, 1)]
    [InlineData(0.5, float.NaN)]
    [InlineData(1.5, 1)]
    [InlineData(-0.5, 1)]
    [InlineData(0.5, 2)]
    public void Mean_OfWhatIsNoShare_IsRefused(float probability, float label)
    {
        ((Action)(() => BinaryCrossEntropy.Mean([probability], [label]))).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Mean_OfNothingOrUnequalLengths_IsRefused()
    {
        ((Action)(() => BinaryCrossEntropy.Mean([], []))).Should().Throw<ArgumentException>();
        ((Action)(() => BinaryCrossEntropy.Mean([0.5f], [1, 0]))).Should().Throw<ArgumentException>();
    }
}
