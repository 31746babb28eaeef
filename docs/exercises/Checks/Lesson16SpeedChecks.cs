// Checks of lesson 16: the Scalar rung of the library says what is right. How fast it is decides nothing, but is told.

using Exercises.Support;
using Gpt2.Kernels;
using Xunit.Abstractions;

namespace Exercises.Checks;

public sealed class Lesson16SpeedChecks(ITestOutputHelper output)
{
    private static readonly KernelSet Scalar = KernelSet.Create(KernelRung.Scalar), Vectors = KernelSet.Create(KernelRung.Vector);

    /// <summary>Sizes with and without a rest in every direction.</summary>
    private static readonly (int Rows, int Inner, int Columns)[] Sizes = [(1, 1, 1), (2, 3, 5), (5, 16, 33), (4, 64, 64), (7, 31, 70), (9, 1, 129)];

    [Fact(DisplayName = "16.1 A dot product with vectors")]
    public void DotProduct()
    {
        Check.Same(
            "The dot product of (1 2 3) and (4 5 6)", Lesson16Speed.DotProduct([1, 2, 3], [4, 5, 6]), 32,
            ("Three numbers do not fill a vector, and the rest was forgotten: what is left is added one by one.", 0));
        int width = System.Numerics.Vector<float>.Count;
        for (int length = 0; length <= 4 * width + 1; length++)
        {
            float[] a = Numbers.Row(length, 1), b = Numbers.Row(length, 2);
            double Sum(int count) => Enumerable.Range(0, count).Sum(i => (double)a[i] * b[i]);
            Check.Same(
                $"The dot product of {length} numbers, where a vector has {width}", Lesson16Speed.DotProduct(a, b), Sum(length), 1e-5,
                ("The rest was forgotten: after the whole vectors some numbers are left.", Sum(length / width * width)));
        }
    }

    [Fact(DisplayName = "16.2 A transposed product")]
    public void MultiplyTransposed()
    {
        float[] small = new float[2];
        Lesson16Speed.MultiplyTransposed([1, 2], [1, 0, 3, 4], 2, small);
        Check.Same(
            "(1 2) times the transposed (1 0 / 3 4)", small, new float[] { 1, 11 },
            ("This is the product with the weights themselves: each row of the weights belongs to one column of the product.", new float[] { 7, 8 }));
        foreach ((int rows, int inner, int columns) in Sizes)
        {
            float[] input = Numbers.Row(rows * inner, 1), weights = Numbers.Row(columns * inner, 2);
            float[] product = Numbers.Row(rows * columns, 3), right = new float[rows * columns];
            Lesson16Speed.MultiplyTransposed(input, weights, inner, product);
            Scalar.MatMul.MultiplyTransposed(input, weights, inner, columns, right);
            Check.Same($"The product of [{rows}, {inner}] and the transposed [{columns}, {inner}]", Table(product, columns), Table(right, columns));
        }
    }

    [Fact(DisplayName = "16.3 A matrix product that beats the Vector rung")]
    public void Multiply()
    {
        foreach ((int rows, int inner, int columns) in Sizes)
        {
            float[] input = Numbers.Row(rows * inner, 1), weights = Numbers.Row(inner * columns, 2);
            float[] before = Numbers.Row(rows * columns, 3), product = [.. before], right = new float[rows * columns];
            Lesson16Speed.Multiply(input, weights, inner, columns, product);
            Scalar.MatMul.Multiply(input, weights, [], inner, columns, right);
            Check.Same(
                $"The product of [{rows}, {inner}] and [{inner}, {columns}]", Table(product, columns), Table(right, columns),
                ("The product was added to what was in the result: set it to 0 first.",
                    Table([.. right.Zip(before, (one, other) => one + other)], columns)));
        }

        Measure(rows: 64, inner: 128, columns: 512);
    }

    private void Measure(int rows, int inner, int columns)
    {
        float[] input = Numbers.Row(rows * inner, 1), weights = Numbers.Row(inner * columns, 2), product = new float[rows * columns];
        void Own() => Lesson16Speed.Multiply(input, weights, inner, columns, product);
        double vector = Race.Ratio(Own, () => Vectors.MatMul.Multiply(input, weights, [], inner, columns, product));
        double scalar = Race.Ratio(Own, () => Scalar.MatMul.Multiply(input, weights, [], inner, columns, product));
        output.WriteLine(
            $"Speed: {Race.Text(vector)} the Vector rung and {Race.Text(scalar)} the Scalar rung on this machine, "
            + $"at [{rows}, {inner}] · [{inner}, {columns}]."
            + (Race.IsDebugBuild(typeof(Lesson16Speed)) ? " This is a Debug build: 'gpt2 lesson check 16.3' measures a Release build." : ""));
    }

    private static float[,] Table(float[] numbers, int columns) =>
        Numbers.Of(numbers.Length / columns, columns, (row, column) => numbers[row * columns + column]);
}
