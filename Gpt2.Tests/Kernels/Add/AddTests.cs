// Element-wise addition: by hand, every length against Scalar bit for bit, in place, special values, refusals.

using Gpt2.Kernels;
using Gpt2.Kernels.Add;

namespace Gpt2.Tests.Kernels.Add;

public sealed class AddTests
{
    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Add_ThreeElements_GivesTheirSums(KernelRung rung)
    {
        var sum = new float[3];

        KernelSet.Create(rung).Add.Apply([1, 2, -3], [10, 0.5f, 3], sum);

        sum.Should().Equal(11, 2.5f, 0);
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Add_EveryLength_HasTheBitsOfScalar(KernelRung rung)
    {
        AddKernel add = KernelSet.Create(rung).Add;
        for (int length = 0; length <= KernelData.LongestLength; length++)
        {
            float[] left = KernelData.Normal(length, length);
            float[] right = KernelData.Normal(length + 1000, length, deviation: 1e3);
            var expected = new float[length];
            KernelData.Scalar.Add.Apply(left, right, expected);
            var actual = new GuardedSpan(length);

            add.Apply(left, right, actual.Span);

            KernelData.Bits(actual.Span).Should().Equal(KernelData.Bits(expected), "one addition has one rounding (length {0})", length);
            actual.AssertSurroundingsUntouched($"length {length}");
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Add_IntoEitherSource_GivesTheSameBits(KernelRung rung)
    {
        AddKernel add = KernelSet.Create(rung).Add;
        float[] left = KernelData.Normal(1, 45);
        float[] right = KernelData.Normal(2, 45);
        var expected = new float[45];
        add.Apply(left, right, expected);

        float[] intoLeft = [.. left];
        add.Apply(intoLeft, right, intoLeft);
        float[] intoRight = [.. right];
        add.Apply(left, intoRight, intoRight);

        KernelData.Bits(intoLeft).Should().Equal(KernelData.Bits(expected));
        KernelData.Bits(intoRight).Should().Equal(KernelData.Bits(expected));
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Add_NaNAndInfinities_FollowIeee754(KernelRung rung)
    {
        AddKernel add = KernelSet.Create(rung).Add;
        float[] left = KernelData.Repeat(1, 40);
        float[] right = KernelData.Repeat(1, 40);
        (left[0], left[17], right[17], left[39]) = (float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.NegativeInfinity);
        var sum = new float[40];

        add.Apply(left, right, sum);

        float[] expected = KernelData.Repeat(2, 40);
        (expected[0], expected[17], expected[39]) = (float.NaN, float.NaN, float.NegativeInfinity);
        sum.Should().Equal(expected, (a, b) => a.Equals(b));
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Add_WrongLengthsOrShiftedMemory_IsRefused(KernelRung rung)
    {
        AddKernel add = KernelSet.Create(rung).Add;
        float[] shared = new float[9];

        FluentActions.Invoking(() => add.Apply(new float[8], new float[7], new float[8]))
            .Should().Throw<ArgumentException>().WithMessage("right.Length is 7, expected 8");
        FluentActions.Invoking(() => add.Apply(new float[8], new float[8], new float[9]))
            .Should().Throw<ArgumentException>().WithMessage("sum.Length is 9, expected 8");
        FluentActions.Invoking(() => add.Apply(shared.AsSpan(0, 8), new float[8], shared.AsSpan(1, 8)))
            .Should().Throw<ArgumentException>().WithMessage("sum is left shifted by *expected the same or separate memory");
        FluentActions.Invoking(() => add.Apply(new float[8], shared.AsSpan(1, 8), shared.AsSpan(0, 8)))
            .Should().Throw<ArgumentException>().WithMessage("sum is right shifted by *expected the same or separate memory");
    }
}
