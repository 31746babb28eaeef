// Weights of reduced precision as they are stored: rounding, its bounds, the layout as documented, refusals.

using System.Buffers.Binary;
using FsCheck;
using FsCheck.Fluent;
using Gpt2.Kernels;
using Gpt2.Kernels.ReducedMatMul;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Kernels.ReducedMatMul;

public sealed class ReducedPanelsTests
{
    private const double SmallestScale = 1.1754943508222875e-38; // 2^-126

    private static readonly Gen<(int Inner, int Columns)> Shapes =
        from inner in Gen.Choose(1, 300)
        from columns in Gen.Choose(1, 300)
        select (inner, columns);

    [Theory]
    [InlineData(1f, 1f)]
    [InlineData(-0f, -0f)]
    [InlineData(1.00390625f, 1f)]                       // 1 + 2^-8 is halfway: to the even 1
    [InlineData(1.01171875f, 1.015625f)]                // 1 + 3 · 2^-8 is halfway: to the even 1 + 4 · 2^-8
    [InlineData(1.003906369f, 1.0078125f)]              // just above halfway
    [InlineData(-3.14159274f, -3.140625f)]
    [InlineData(float.MaxValue, float.PositiveInfinity)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, float.NegativeInfinity)]
    [InlineData(float.NaN, float.NaN)]
    [InlineData(1e-45f, 0f)]
    public void Pack_BFloat16_RoundsToNearestEven(float weight, float expected)
    {
        float[] stored = ReducedData.Unpack(WeightType.BFloat16, ReducedData.Pack(WeightType.BFloat16, [weight], 1, 1), 1, 1);

        KernelData.Bits(stored).Should().Equal(KernelData.Bits([expected]));
    }

    [Fact]
    public void Pack_BFloat16OfNaNWithAnyPayload_StaysNaN()
    {
        float[] weights = [.. ((uint[])[0x7F800001, 0x7FFFFFFF, 0xFF800001, 0xFFFFFFFF, 0x7F80FFFF]).Select(BitConverter.UInt32BitsToSingle)];

        float[] stored = ReducedData.Unpack(WeightType.BFloat16, ReducedData.Pack(WeightType.BFloat16, weights, 5, 1), 5, 1);

        stored.Should().OnlyContain(weight => float.IsNaN(weight));
    }

    [Fact]
    public void Pack_BFloat16_IsOffByAtMostTheStatedBound()
    {
        float[] weights = KernelData.Normal(1, 100 * 70, deviation: 3);

        float[] stored = ReducedData.Unpack(WeightType.BFloat16, ReducedData.Pack(WeightType.BFloat16, weights, 100, 70), 100, 70);

        for (int i = 0; i < weights.Length; i++)
        {
            Math.Abs((double)weights[i] - stored[i]).Should().BeLessThanOrEqualTo(Math.Abs(weights[i]) / 256.0);
        }
    }

    [Theory]
    [MemberData(nameof(ReducedData.WholeNumberTypes), MemberType = typeof(ReducedData))]
    public void Pack_WholeNumbersOfAnyShape_AreOffByAtMostTheStatedBound(WeightType type) =>
        SeededProperty.Holds(Shapes, shape =>
        {
            (int inner, int columns) = shape;
            float[] weights = KernelData.Normal(inner + columns, inner * columns);
            AssertBound(type, weights, inner, columns);
            AssertBound(type, [.. weights.Select(weight => weight * weight * weight)], inner, columns); // heavy tails
        }, 60);

    [Theory]
    [MemberData(nameof(ReducedData.WholeNumberTypes), MemberType = typeof(ReducedData))]
    public void Pack_MagnitudesOfEverySize_AreOffByAtMostTheStatedBound(WeightType type)
    {
        foreach (float size in (float[])[1e-45f, 3e-42f, 1e-38f, 1e-36f, 1e-20f, 1, 1e20f, 8e37f])
        {
            AssertBound(type, [.. KernelData.Normal(3, 70 * 33).Select(weight => Math.Clamp(weight, -1, 1) * size)], 70, 33);
        }
    }

    [Theory]
    [MemberData(nameof(ReducedData.WholeNumberTypes), MemberType = typeof(ReducedData))]
    public void Pack_HugeWeight_SpoilsOnlyItsOwnGroup(WeightType type)
    {
        const int inner = 200, columns = 40;
        float[] weights = KernelData.Normal(5, inner * columns);
        float[] before = ReducedData.Unpack(type, ReducedData.Pack(type, weights, inner, columns), inner, columns);
        int row = 100, column = 35, group = row / ReducedData.Group(type);
        weights[(row * columns) + column] = 1e30f;

        float[] after = ReducedData.Unpack(type, ReducedData.Pack(type, weights, inner, columns), inner, columns);

        AssertBound(type, weights, inner, columns);
        for (int i = 0; i < weights.Length; i++)
        {
            bool same = i % columns == column && i / columns / ReducedData.Group(type) == group;
            after[i].Should().Be(same ? (i == (row * columns) + column ? after[i] : 0) : before[i]);
        }
    }

    [Theory]
    [MemberData(nameof(ReducedData.Types), MemberType = typeof(ReducedData))]
    public void Pack_Zeros_StayZeros(WeightType type)
    {
        float[] stored = ReducedData.Unpack(type, ReducedData.Pack(type, new float[65 * 33], 65, 33), 65, 33);

        stored.Should().OnlyContain(weight => weight == 0);
    }

    [Theory]
    [InlineData(WeightType.BFloat16, new[] { 1f, -0.5f, 0.0078125f, 255, -3.140625f })]
    [InlineData(WeightType.Int8, new[] { 127f, -126, 1, 0, -127, 64, 100 })]
    [InlineData(WeightType.Int8, new[] { 0.25f * 127, 0.25f, -0.25f * 99 })]
    [InlineData(WeightType.Int4, new[] { -8f, 7, 1, 0, -1, 3, 5, -6 })]
    [InlineData(WeightType.Int4, new[] { 8f, -7, 1, 0, -1, -3, -5, 6 })]
    [InlineData(WeightType.Int4, new[] { 0.5f * 7, 0.5f, -0.5f * 3 })]
    public void Pack_WeightsThatHaveAPlace_KeepsThem(WeightType type, float[] weights) =>
        ReducedData.Unpack(type, ReducedData.Pack(type, weights, weights.Length, 1), weights.Length, 1).Should().Equal(weights);

    [Fact]
    public void Pack_Int4_ErrsLessThanOneScalePutAtTheLargest()
    {
        const int inner = 320, columns = 64;
        float[] weights = KernelData.Normal(9, inner * columns);
        double plain = 0;
        ForGroups(weights, inner, columns, 32, group =>
        {
            double scale = group.Max(Math.Abs) / 7.0;
            plain += group.Sum(weight => Math.Pow(weight - (scale * Math.Round(weight / scale)), 2));
        });

        float[] stored = ReducedData.Unpack(WeightType.Int4, ReducedData.Pack(WeightType.Int4, weights, inner, columns), inner, columns);

        double error = weights.Zip(stored, (weight, kept) => Math.Pow(weight - kept, 2)).Sum();
        error.Should().BeLessThan(0.8 * plain);
    }

    [Theory]
    [MemberData(nameof(ReducedData.Types), MemberType = typeof(ReducedData))]
    public void PackTransposed_GivesTheBytesOfPack(WeightType type)
    {
        foreach ((int inner, int columns) in ((int, int)[])[(1, 1), (7, 33), (64, 32), (65, 31), (130, 100), (33, 257)])
        {
            float[] weights = KernelData.Normal(inner * columns, inner * columns);
            var panels = new byte[ReducedPanels.Length(type, inner, columns)];

            ReducedPanels.PackTransposed(type, ReducedData.Transpose(weights, inner, columns), inner, columns, panels);

            panels.Should().Equal(ReducedData.Pack(type, weights, inner, columns));
        }
    }

    [Theory]
    [MemberData(nameof(ReducedData.WholeNumberTypes), MemberType = typeof(ReducedData))]
    public void Pack_WholeNumbers_AreStoredAsDocumented(WeightType type)
    {
        const int inner = 75, columns = 45;
        byte[] panels = ReducedData.Pack(type, KernelData.Normal(2, inner * columns), inner, columns);

        (int[] numbers, float[] scales) = ReducedData.Decode(type, panels, inner, columns);

        numbers.Zip(scales, (number, scale) => number * scale).Should().Equal(ReducedData.Unpack(type, panels, inner, columns));
        numbers.Should().OnlyContain(number => Math.Abs(number + 0.5) <= (type == WeightType.Int8 ? 127.5 : 7.5));
    }

    [Fact]
    public void Pack_BFloat16_IsStoredAsDocumented()
    {
        float[] weights = [.. Enumerable.Range(0, 2 * 40).Select(i => (float)i)]; // [2, 40]

        byte[] panels = ReducedData.Pack(WeightType.BFloat16, weights, 2, 40);

        float At(int halfWord) => BitConverter.UInt32BitsToSingle((uint)BinaryPrimitives.ReadUInt16LittleEndian(panels.AsSpan(2 * halfWord)) << 16);
        panels.Length.Should().Be(2 * 2 * 64);
        At(0).Should().Be(0);           // input 0, column 0
        At(1).Should().Be(16);          // input 0, column 16
        At(2).Should().Be(1);
        At(32 + 31).Should().Be(40 + 31);
        At(64).Should().Be(32);         // the second panel
        At(64 + 32 + 14).Should().Be(40 + 39);
        At(64 + 32 + 16).Should().Be(0);
    }

    [Theory]
    [InlineData(WeightType.BFloat16, 768, 3072, 768 * 3072 * 2)]
    [InlineData(WeightType.Int8, 768, 3072, (768 * 3072) + (12 * 3072 * 2))]
    [InlineData(WeightType.Int4, 768, 3072, (768 * 3072 / 2) + (24 * 3072 * 2))]
    [InlineData(WeightType.Int8, 65, 33, 2 * ((2 * 64) + (17 * 128)))]
    [InlineData(WeightType.Int4, 33, 32, (2 * 64) + (5 * 128))]
    public void Length_IsWeightsAndScales(WeightType type, int inner, int columns, int expected) =>
        ReducedPanels.Length(type, inner, columns).Should().Be(expected);

    [Theory]
    [InlineData(float.NaN, "NaN")]
    [InlineData(float.PositiveInfinity, "Infinity")]
    [InlineData(float.NegativeInfinity, "-Infinity")]
    [InlineData(3e38f, "3E+38")]
    public void Pack_WholeNumbersOfNoNumber_AreRefusedWithTheirPlace(float weight, string text)
    {
        float[] weights = KernelData.Repeat(1, 70 * 40);
        weights[(67 * 40) + 38] = weight;
        foreach (WeightType type in (WeightType[])[WeightType.Int8, WeightType.Int4])
        {
            FluentActions.Invoking(() => ReducedData.Pack(type, weights, 70, 40))
                .Should().Throw<ArgumentException>().WithMessage(
                    $"the weight of input 67 and output 38 is {text}, expected a number of at most 8.507059E+37*");
            FluentActions.Invoking(() => ReducedPanels.PackTransposed(
                    type, ReducedData.Transpose(weights, 70, 40), 70, 40, new byte[ReducedPanels.Length(type, 70, 40)]))
                .Should().Throw<ArgumentException>().WithMessage("the weight of input 67 and output 38 is*");
        }
    }

    [Fact]
    public void ReducedPanels_WrongArguments_AreRefused()
    {
        FluentActions.Invoking(() => ReducedPanels.Length(WeightType.Float32, 1, 1))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("the type is Float32, expected BFloat16, Int8 or Int4*");
        FluentActions.Invoking(() => ReducedPanels.Length(WeightType.Int8, 0, 1))
            .Should().Throw<ArgumentException>().WithMessage("inner is 0, expected at least 1*");
        FluentActions.Invoking(() => ReducedPanels.Length(WeightType.BFloat16, 1 << 20, 1 << 20))
            .Should().Throw<ArgumentException>().WithMessage(
                "weights of 1048576 times 1048576 take 2199023255552 bytes, expected at most 2147483647");
        FluentActions.Invoking(() => ReducedPanels.Pack(WeightType.Int8, new float[5], 2, 3, new byte[ReducedPanels.Length(WeightType.Int8, 2, 3)]))
            .Should().Throw<ArgumentException>().WithMessage("weights.Length is 5, expected 6");
        FluentActions.Invoking(() => ReducedPanels.Pack(WeightType.Int8, new float[6], 2, 3, new byte[7]))
            .Should().Throw<ArgumentException>().WithMessage("panels.Length is 7, expected 192");
        FluentActions.Invoking(() => ReducedPanels.CopyColumn(WeightType.Int8, new byte[192], 32, new float[2]))
            .Should().Throw<ArgumentException>().WithMessage("column is 32, expected*");
        FluentActions.Invoking(() => ReducedPanels.CopyColumn(WeightType.Int8, new byte[192], -1, new float[2]))
            .Should().Throw<ArgumentException>().WithMessage("column is -1, expected at least 0*");
    }

    private static void AssertBound(WeightType type, float[] weights, int inner, int columns)
    {
        float[] stored = ReducedData.Unpack(type, ReducedData.Pack(type, weights, inner, columns), inner, columns);
        float[][] groups = new float[inner * columns][];
        int count = 0;
        ForGroups(weights, inner, columns, ReducedData.Group(type), group => groups[count++] = group);
        count = 0;
        ForGroups(stored, inner, columns, ReducedData.Group(type), kept =>
        {
            float[] group = groups[count++];
            double largest = group.Max(Math.Abs);
            double scale = Math.Max(type == WeightType.Int8 ? largest / 127 * (1 + (1 / 128.0)) : 1.01 * largest / 6.5, SmallestScale);
            for (int k = 0; k < group.Length; k++)
            {
                // 1e-5: the division by the scale is rounded.
                if (!(Math.Abs((double)group[k] - kept[k]) <= scale * (0.5 + 1e-5)))
                {
                    throw new Xunit.Sdk.XunitException($"{group[k]} is kept as {kept[k]} where the largest is {largest}");
                }
            }
        });
    }

    /// <summary>Calls an action with the inputs of every group of every column.</summary>
    private static void ForGroups(float[] weights, int inner, int columns, int length, Action<float[]> action)
    {
        for (int column = 0; column < columns; column++)
        {
            for (int first = 0; first < inner; first += length)
            {
                var group = new float[Math.Min(length, inner - first)];
                for (int k = 0; k < group.Length; k++)
                {
                    group[k] = weights[((first + k) * columns) + column];
                }

                action(group);
            }
        }
    }
}
