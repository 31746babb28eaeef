// Matrices as CSV: what is written comes back bit for bit in any culture, and every form of a right file is read.

using FsCheck.Fluent;
using Gpt2.Core;
using Gpt2.Core.Numerics;
using Gpt2.Tests.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Numerics;

public sealed class CsvMatrixFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gpt2-csv-").FullName;

    private string FilePath => Path.Combine(folder, "matrix.csv");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void Write_SmallMatrix_IsPlainLinesWithPoints()
    {
        Write([1, -0.5f, 1e-20f, 3.4028235e38f, 0, 0.1f], 2, 3);

        File.ReadAllText(FilePath).Should().Be("1,-0.5,1E-20\n3.4028235E+38,0,0.1\n");
    }

    [Fact]
    public void RoundTrip_EveryClassOfFloat_KeepsTheBits() =>
        AssertRoundTrip(
        [
            0, -0f, 1, -1, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue, 1.17549435e-38f, 1.17549421e-38f,
            0.1f, 1 / 3f, MathF.PI, 16777216, 16777217, 16777218, 9.999999e9f, 1e10f, 8.5899346e9f, 1.00000012f, 0.99999994f,
        ]);

    [Fact]
    public void RoundTrip_RandomBitPatterns_KeepsTheBits()
    {
        var generator = new RandomGenerator(3);
        float[] finite =
        [
            .. Enumerable.Range(0, 100_000)
                .Select(_ => BitConverter.UInt32BitsToSingle((uint)(generator.NextBits() >> 32)))
                .Where(float.IsFinite),
        ];
        float[] subnormal = [.. Enumerable.Range(0, 5_000).Select(_ => BitConverter.UInt32BitsToSingle((uint)(generator.NextBits() >> 41)))];

        finite.Should().HaveCountGreaterThan(99_000);
        subnormal.Should().OnlyContain(value => value == 0 || float.IsSubnormal(value));
        AssertRoundTrip(finite);
        AssertRoundTrip(subnormal);
    }

    [Fact]
    public void RoundTrip_DecimalCommaCulture_KeepsTheBitsAndTheText()
    {
        float[] values = [-1.5f, 1234567.9f, 1e-30f, -0f];
        Write(values, 2, 2);
        string invariant = File.ReadAllText(FilePath);

        using var culture = new DecimalCommaCulture();

        AssertRoundTrip(values);
        Write(values, 2, 2);
        File.ReadAllText(FilePath).Should().Be(invariant);
    }

    [Theory]
    [InlineData("0.10000000149011611938", 0.1f)]
    [InlineData("0.1000000014901161193847656250000000000000000001", 0.1f)]
    [InlineData("3.4028234663852886e+38", float.MaxValue)]
    [InlineData("1.401298464324817e-45", float.Epsilon)]
    [InlineData("1e-60", 0f)]
    [InlineData("+2", 2f)]
    [InlineData("1.000000059604644775390625", 1f)]
    [InlineData("1.000000059604644775390626", 1.00000012f)]
    [InlineData("0000.50", 0.5f)]
    [InlineData(".5", 0.5f)]
    [InlineData("1E+02", 100f)]
    public void Read_NumbersOfOtherPrograms_AreRoundedToTheNearestFloat(string cell, float expected)
    {
        File.WriteAllText(FilePath, cell + ",7\n");

        ReadBits(1, 2).Should().Equal(BitsOf(expected, 7));
    }

    [Theory]
    [InlineData("1,2\n3,4\n")]
    [InlineData("1,2\n3,4")]
    [InlineData("1,2\r\n3,4\r\n")]
    [InlineData("1,2\n3,4\n\n\n")]
    [InlineData("1,2\r\n3,4\r\n\r\n\r\n")]
    [InlineData("\uFEFF1,2\n3,4\n")]
    [InlineData("\uFEFF1,2\r\n3,4\r\n\r\n")]
    [InlineData(" 1 ,  2\n3 , 4  \n")]
    [InlineData("1.0,2e0\n+3,4.000\n")]
    public void Read_EveryAcceptedForm_GivesTheSameMatrix(string text)
    {
        File.WriteAllText(FilePath, text);

        ReadBits(2, 2).Should().Equal(BitsOf(1, 2, 3, 4));
        CsvMatrixFile.ShapeOf(FilePath).Should().Be((2, 2, text.Contains(".0", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("1,2,3\n")]
    [InlineData("1\n2\n3\n")]
    [InlineData("\uFEFF1\r\n 2\r\n3 \r\n\r\n")]
    public void Read_VectorAsRowOrColumn_GivesTheSameVector(string text)
    {
        File.WriteAllText(FilePath, text);

        ReadBits(1, 3).Should().Equal(BitsOf(1, 2, 3));
    }

    [Fact]
    public void Read_MatrixOfOneColumn_IsNotTakenForAVector()
    {
        File.WriteAllText(FilePath, "1\n2\n3\n");

        ReadBits(3, 1).Should().Equal(BitsOf(1, 2, 3));
    }

    [Fact]
    public void Read_RandomShapes_GivesWhatWasWritten() =>
        SeededProperty.Holds(
            from rows in Gen.Choose(1, 40) from columns in Gen.Choose(1, 40) select (rows, columns),
            shape =>
            {
                float[] values = KernelData.Normal(shape.rows, shape.rows * shape.columns);
                Write(values, shape.rows, shape.columns);

                ReadBits(shape.rows, shape.columns).Should().Equal(BitsOf(values));
                CsvMatrixFile.ShapeOf(FilePath).Should().Be((shape.rows, shape.columns, true));
            },
            count: 60);

    [Fact]
    public void Write_Labels_AreInAHeaderAndBeforeTheRows()
    {
        using var culture = new DecimalCommaCulture();
        var matrix = new Matrix("attention", 2, 2);
        matrix[0, 0] = 0.5f;

        CsvMatrixFile.Write(FilePath, matrix, ["", "a, b", "\"c\""], ["line\n", "plain"]);

        File.ReadAllText(FilePath).Should().Be(",\"a, b\",\"\"\"c\"\"\"\n\"line\n\",0.5,0\nplain,0,0\n");
    }

    [Fact]
    public void Write_OverALongerFile_LeavesNothingOfIt()
    {
        Write(new float[100], 10, 10);
        Write([1], 1, 1);

        File.ReadAllText(FilePath).Should().Be("1\n");
    }

    [Fact]
    public void ShapeOf_MissingOrEmptyFile_SaysSo()
    {
        FluentActions.Invoking(() => CsvMatrixFile.ShapeOf(FilePath)).Should().Throw<Gpt2Exception>().With(found: "no such file*", where: FilePath);
        File.WriteAllText(FilePath, "");
        CsvMatrixFile.ShapeOf(FilePath).Should().Be((0, 0, false));
    }

    private void AssertRoundTrip(float[] values)
    {
        Write(values, 1, values.Length);

        ReadBits(1, values.Length).Should().Equal(BitsOf(values));
    }

    private void Write(float[] values, int rows, int columns)
    {
        var matrix = new Matrix("written", rows, columns);
        values.CopyTo(matrix.Span);
        CsvMatrixFile.Write(FilePath, matrix);
    }

    private int[] ReadBits(int rows, int columns)
    {
        var matrix = new Matrix("read", rows, columns);
        CsvMatrixFile.Read(FilePath, matrix);
        return KernelData.Bits(matrix.Span);
    }

    private static int[] BitsOf(params float[] values) => KernelData.Bits(values);
}
