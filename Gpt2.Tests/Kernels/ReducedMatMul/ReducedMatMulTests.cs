// Products with weights of reduced precision: by hand, against the definition within the stated bounds, the same bits for
// a row alone and at every number of threads, NaN and infinities, refusals.

using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using FsCheck;
using FsCheck.Fluent;
using Gpt2.Kernels;
using Gpt2.Kernels.MatMul;
using Gpt2.Kernels.ReducedMatMul;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Kernels.ReducedMatMul;

public sealed class ReducedMatMulTests
{
    private static readonly Gen<(int Rows, int Inner, int Columns, bool Bias)> Shapes =
        from rows in Gen.Choose(0, 20)
        from inner in Gen.Choose(1, 300)
        from columns in Gen.Choose(1, 300)
        from bias in Gen.Elements(true, false)
        select (rows, inner, columns, bias);

    [Theory]
    [MemberData(nameof(ReducedData.RungsAndTypes), MemberType = typeof(ReducedData))]
    public void Multiply_ByHand_GivesProductPlusBias(KernelRung rung, WeightType type)
    {
        ReducedMatMulKernel matMul = KernelSet.Create(rung).ReducedMatMul;
        float[] weights = [127, 0, 0, -127, 127, 0];     // [3, 2], which every type keeps
        byte[] panels = ReducedData.Pack(type, weights, 3, 2);
        var plain = new float[4];
        var biased = new float[4];

        matMul.Multiply(type, [1, 2, 3, 4, 5, 6], panels, [], 3, 2, plain);
        matMul.Multiply(type, [1, 2, 3, 4, 5, 6], panels, [100, -1], 3, 2, biased);

        Close.Assert(plain, [508, -254, 1270, -635], rtol: 1e-4, atol: 0);
        Close.Assert(biased, [608, -255, 1370, -636], rtol: 1e-4, atol: 0);
    }

    [Fact]
    public void Multiply_BFloat16Tuned_HasTheBitsOfFloatsOfTheSameValue() =>
        SeededProperty.Holds(Shapes, shape => AssertBitsOfFloats(shape.Rows, shape.Inner, shape.Columns, shape.Bias), 100);

    [Theory]
    [InlineData(13, 1600, 70)]
    [InlineData(40, 900, 33)]
    [InlineData(1, 2000, 65)]
    public void Multiply_BFloat16TunedOverSeveralBlocks_HasTheBitsOfFloatsOfTheSameValue(int rows, int inner, int columns) =>
        AssertBitsOfFloats(rows, inner, columns, bias: true);

    [Theory]
    [MemberData(nameof(ReducedData.WholeNumberTypes), MemberType = typeof(ReducedData))]
    public void Multiply_WholeNumbersTuned_HasTheBitsOfTheFormula(WeightType type)
    {
        // Sums of whole numbers are exact, so that vectors of every width and every instruction give these bits.
        const int rows = 15, inner = 330, columns = 70;
        float[] input = KernelData.Normal(1, rows * inner);
        byte[] panels = ReducedData.Pack(type, KernelData.Normal(2, inner * columns), inner, columns);
        (int[] numbers, float[] scales) = ReducedData.Decode(type, panels, inner, columns);
        float[] bias = KernelData.Normal(3, columns);
        var expected = new float[rows * columns];
        for (int row = 0; row < rows; row++)
        {
            bias.CopyTo(expected, row * columns);
            for (int first = 0; first < inner; first += ReducedData.Group(type))
            {
                float[] x = input[((row * inner) + first)..((row * inner) + Math.Min(first + ReducedData.Group(type), inner))];
                float step = x.Max(MathF.Abs) / 32767, inverse = 1 / step;
                for (int column = 0; column < columns; column++)
                {
                    long sum = 0;
                    for (int k = 0; k < x.Length; k++)
                    {
                        sum += (long)MathF.Round(x[k] * inverse) * numbers[((first + k) * columns) + column];
                    }

                    ref float element = ref expected[(row * columns) + column];
                    float scaled = sum * step, scale = scales[(first * columns) + column];
                    element = Fma.IsSupported || AdvSimd.IsSupported ? MathF.FusedMultiplyAdd(scaled, scale, element) : (scaled * scale) + element;
                }
            }
        }

        var product = new float[rows * columns];
        KernelSet.Create(KernelRung.Tuned).ReducedMatMul.Multiply(type, input, panels, bias, inner, columns, product);

        KernelData.Bits(product).Should().Equal(KernelData.Bits(expected));
    }

    [Theory]
    [MemberData(nameof(ReducedData.RungsAndTypes), MemberType = typeof(ReducedData))]
    public void Multiply_RandomShapes_IsWithinTheStatedBound(KernelRung rung, WeightType type) =>
        SeededProperty.Holds(Shapes, shape => AssertWithinBound(rung, type, shape.Rows, shape.Inner, shape.Columns, shape.Bias, x => x), 60);

    [Theory]
    [MemberData(nameof(ReducedData.RungsAndTypes), MemberType = typeof(ReducedData))]
    public void Multiply_EverySmallShape_IsWithinTheStatedBound(KernelRung rung, WeightType type)
    {
        for (int size = 1; size <= 70; size++)
        {
            AssertWithinBound(rung, type, 1 + (size % 9), size, 3, bias: false, x => x);
            AssertWithinBound(rung, type, 1 + (size % 9), 5, size, bias: true, x => x);
        }
    }

    [Theory]
    [MemberData(nameof(ReducedData.RungsAndTypes), MemberType = typeof(ReducedData))]
    public void Multiply_InputsOfEverySize_IsWithinTheStatedBound(KernelRung rung, WeightType type)
    {
        foreach (float size in (float[])[0, 1e-44f, 1e-37f, 1e-10f, 1e10f, 1e29f])
        {
            AssertWithinBound(rung, type, 3, 130, 40, bias: size < 1, x => x * size);
        }

        AssertWithinBound(rung, type, 9, 200, 50, bias: true, x => x * x * x * 30); // a few much larger than the rest
    }

    [Theory]
    [MemberData(nameof(ReducedData.Types), MemberType = typeof(ReducedData))]
    public void Multiply_RowAlone_HasTheBitsOfTheRowAmongOthers(WeightType type) =>
        SeededProperty.Holds(Shapes, shape =>
        {
            (int rows, int inner, int columns, bool withBias) = shape;
            ReducedMatMulKernel matMul = KernelSet.Create(KernelRung.Tuned).ReducedMatMul;
            float[] input = KernelData.Normal(rows, rows * inner);
            byte[] panels = ReducedData.Pack(type, KernelData.Normal(inner, inner * columns), inner, columns);
            float[] bias = withBias ? KernelData.Normal(columns, columns) : [];
            var together = new float[rows * columns];
            matMul.Multiply(type, input, panels, bias, inner, columns, together);

            var alone = new float[columns];
            for (int row = 0; row < rows; row++)
            {
                matMul.Multiply(type, input.AsSpan(row * inner, inner), panels, bias, inner, columns, alone);
                KernelData.Bits(alone).AsSpan().SequenceEqual(KernelData.Bits(together.AsSpan(row * columns, columns))).Should().BeTrue();
            }
        }, 60);

    [Theory]
    [MemberData(nameof(ReducedData.Types), MemberType = typeof(ReducedData))]
    public void Multiply_AnyNumberOfThreads_HasTheSameBits(WeightType type)
    {
        (int, int, int)[] shapes = [(1, 300, 2000), (5, 768, 500), (100, 200, 40), (67, 100, 1000), (300, 64, 10)];
        foreach ((int rows, int inner, int columns) in shapes)
        {
            float[] input = KernelData.Normal(rows, rows * inner);
            byte[] panels = ReducedData.Pack(type, KernelData.Normal(inner, inner * columns), inner, columns);
            float[] bias = KernelData.Normal(columns, columns);
            var expected = new float[rows * columns];
            KernelSet.Create(KernelRung.Tuned, 1).ReducedMatMul.Multiply(type, input, panels, bias, inner, columns, expected);

            foreach (int threads in (int[])[2, 3, 7])
            {
                var product = new GuardedSpan(rows * columns);
                KernelSet.Create(KernelRung.Tuned, threads).ReducedMatMul.Multiply(type, input, panels, bias, inner, columns, product.Span);
                KernelData.Bits(product.Span).AsSpan().SequenceEqual(KernelData.Bits(expected)).Should().BeTrue();
            }
        }
    }

    [Theory]
    [MemberData(nameof(ReducedData.RungsAndTypes), MemberType = typeof(ReducedData))]
    public void Multiply_RowWithNaNOrInfinity_IsNaNAlone(KernelRung rung, WeightType type)
    {
        const int rows = 11, inner = 70, columns = 35;
        ReducedMatMulKernel matMul = KernelSet.Create(rung).ReducedMatMul;
        // Zero weights must not hide it; among them infinity gives NaN on every rung.
        byte[] panels = ReducedData.Pack(type, new float[inner * columns], inner, columns);
        foreach (float special in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity])
        {
            float[] input = KernelData.Normal(1, rows * inner);
            input[(5 * inner) + 69] = special;
            var product = new float[rows * columns];

            matMul.Multiply(type, input, panels, KernelData.Repeat(2, columns), inner, columns, product);

            float[] expected = KernelData.Repeat(2, rows * columns);
            expected.AsSpan(5 * columns, columns).Fill(float.NaN);
            product.Should().Equal(expected, (a, b) => a.Equals(b));
        }
    }

    [Theory]
    [MemberData(nameof(ReducedData.RungsAndTypes), MemberType = typeof(ReducedData))]
    public void Multiply_WrongArguments_AreRefused(KernelRung rung, WeightType type)
    {
        ReducedMatMulKernel matMul = KernelSet.Create(rung).ReducedMatMul;
        byte[] panels = ReducedData.Pack(type, new float[6], 3, 2);
        float[] shared = new float[panels.Length];

        FluentActions.Invoking(() => matMul.Multiply(type, new float[7], panels, [], 3, 2, new float[4]))
            .Should().Throw<ArgumentException>().WithMessage("input.Length is 7, expected a multiple of the 3 columns");
        FluentActions.Invoking(() => matMul.Multiply(type, new float[6], new byte[3], [], 3, 2, new float[4]))
            .Should().Throw<ArgumentException>().WithMessage($"panels.Length is 3, expected {panels.Length}");
        FluentActions.Invoking(() => matMul.Multiply(type, new float[6], panels, new float[3], 3, 2, new float[4]))
            .Should().Throw<ArgumentException>().WithMessage("bias.Length is 3, expected 2");
        FluentActions.Invoking(() => matMul.Multiply(type, new float[6], panels, [], 3, 2, new float[5]))
            .Should().Throw<ArgumentException>().WithMessage("product.Length is 5, expected 4");
        FluentActions.Invoking(() => matMul.Multiply(WeightType.Float32, new float[6], panels, [], 3, 2, new float[4]))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("the type is Float32*");
        FluentActions.Invoking(() => matMul.Multiply(type, shared.AsSpan(0, 6), panels, [], 3, 2, shared.AsSpan(0, 4)))
            .Should().Throw<ArgumentException>().WithMessage("product shares memory with input*");
        FluentActions.Invoking(() => matMul.Multiply(type, new float[6], panels, shared.AsSpan(0, 2), 3, 2, shared.AsSpan(1, 4)))
            .Should().Throw<ArgumentException>().WithMessage("product shares memory with bias*");
        FluentActions.Invoking(() => matMul.Multiply(
                type, new float[6], MemoryMarshal.AsBytes(shared.AsSpan())[..panels.Length], [], 3, 2, shared.AsSpan(1, 4)))
            .Should().Throw<ArgumentException>().WithMessage("product shares memory with panels*");
    }

    [Theory]
    [MemberData(nameof(ReducedData.Types), MemberType = typeof(ReducedData))]
    public void Multiply_InTheSteadyState_AllocatesNothing(WeightType type)
    {
        const int inner = 300, columns = 700;
        ReducedMatMulKernel matMul = KernelSet.Create(KernelRung.Tuned).ReducedMatMul;
        float[] input = KernelData.Normal(1, 9 * inner);
        byte[] panels = ReducedData.Pack(type, KernelData.Normal(2, inner * columns), inner, columns);
        var product = new float[9 * columns];
        matMul.Multiply(type, input, panels, [], inner, columns, product);

        long before = GC.GetAllocatedBytesForCurrentThread();
        matMul.Multiply(type, input, panels, [], inner, columns, product);
        matMul.Multiply(type, input.AsSpan(0, inner), panels, [], inner, columns, product.AsSpan(0, columns));

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
    }

    private static void AssertBitsOfFloats(int rows, int inner, int columns, bool bias)
    {
        KernelSet kernels = KernelSet.Create(KernelRung.Tuned);
        float[] input = KernelData.Normal(rows + inner, rows * inner);
        byte[] panels = ReducedData.Pack(WeightType.BFloat16, KernelData.Normal(columns, inner * columns), inner, columns);
        float[] biases = bias ? KernelData.Normal(columns + 2000, columns) : [];
        var floats = new float[WeightPanels.Length(inner, columns)];
        WeightPanels.Pack(ReducedData.Unpack(WeightType.BFloat16, panels, inner, columns), inner, columns, floats);
        var expected = new float[rows * columns];
        kernels.MatMul.MultiplyPacked(input, floats, biases, inner, columns, expected);
        var product = new GuardedSpan(rows * columns);

        kernels.ReducedMatMul.Multiply(WeightType.BFloat16, input, panels, biases, inner, columns, product.Span);

        KernelData.Bits(product.Span).AsSpan().SequenceEqual(KernelData.Bits(expected)).Should().BeTrue();
        product.AssertSurroundingsUntouched($"[{rows}, {inner}] · [{inner}, {columns}]");
    }

    /// <summary>The bound of ReducedMatMul's documentation, from the weights as they are kept.</summary>
    private static void AssertWithinBound(
        KernelRung rung, WeightType type, int rows, int inner, int columns, bool bias, Func<float, float> change)
    {
        float[] input = [.. KernelData.Normal(rows + inner, rows * inner).Select(change)];
        byte[] panels = ReducedData.Pack(type, KernelData.Normal(inner + columns + 1000, inner * columns), inner, columns);
        float[] kept = ReducedData.Unpack(type, panels, inner, columns);
        float[] biases = bias ? KernelData.Normal(columns + 2000, columns) : [];
        var product = new GuardedSpan(rows * columns);

        KernelSet.Create(rung).ReducedMatMul.Multiply(type, input, panels, biases, inner, columns, product.Span);

        bool rounds = rung == KernelRung.Tuned && type != WeightType.BFloat16;
        int group = rounds ? ReducedData.Group(type) : 1, groups = (inner + group - 1) / group;
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> x = input.AsSpan(row * inner, inner);
            for (int column = 0; column < columns; column++)
            {
                double exact = bias ? biases[column] : 0, size = Math.Abs(exact), rounding = 0;
                for (int first = 0; first < inner; first += group)
                {
                    double largest = 0, weightSize = 0;
                    for (int k = first; k < Math.Min(first + group, inner); k++)
                    {
                        double weight = kept[(k * columns) + column];
                        exact += x[k] * weight;
                        size += Math.Abs(x[k] * weight);
                        largest = Math.Max(largest, Math.Abs(x[k]));
                        weightSize += Math.Abs(weight);
                    }

                    rounding += rounds ? 0.51 * Math.Max(largest / 32767, 1.1754943508222875e-38) * weightSize : 0;
                }

                double bound = rounding + ((groups + 4) * Math.Pow(2, -24) * (size + rounding)) + 1e-43;
                float found = product.Span[(row * columns) + column];
                if (!(Math.Abs(found - exact) <= bound))
                {
                    throw new Xunit.Sdk.XunitException(
                        $"[{rows}, {inner}] · [{inner}, {columns}] at {row}, {column} is {found}, expected {exact} within {bound}");
                }
            }
        }

        product.AssertSurroundingsUntouched($"[{rows}, {inner}] · [{inner}, {columns}]");
    }
}
