// Checks of lesson 5: values from tables of the normal distribution, the model's own hidden layer, and the errors known for a parabola.

using Exercises.Support;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Model.Layers;

namespace Exercises.Checks;

public sealed class Lesson05MlpChecks
{
    [Fact(DisplayName = "5.1 ReLU")]
    public void Relu()
    {
        float[] inputs = [-3, -0.5f, 0, 0.5f, 3];
        Check.Same(
            "ReLU of −3, −0.5, 0, 0.5 and 3", Array.ConvertAll(inputs, Lesson05Mlp.Relu), new float[] { 0, 0, 0, 0.5f, 3 },
            ("This is the absolute value: ReLU makes 0 of what is negative.", new float[] { 3, 0.5f, 0, 0.5f, 3 }),
            ("This keeps the negative numbers.", new float[] { -3, -0.5f, 0, 0, 0 }));
    }

    [Fact(DisplayName = "5.2 GELU")]
    public void Gelu()
    {
        double[] inputs = [-2, -1, 0, 1, 2];
        Check.Same(
            "GELU of −2, −1, 0, 1 and 2",
            Array.ConvertAll(inputs, Lesson05Mlp.Gelu), new[] { -0.04540231, -0.15880801, 0, 0.84119199, 1.95459769 }, 1e-6,
            ("This is the exact GELU, x · Φ(x), with the error function. GPT-2 was trained with the formula with tanh.",
                new[] { -0.04550026, -0.15865525, 0, 0.84134475, 1.95449974 }),
            ("This is the approximation x · sigmoid(1.702 x). GPT-2 was trained with the formula with tanh.",
                Array.ConvertAll(inputs, x => x / (1 + Math.Exp(-1.702 * x)))),
            ("This is ReLU.", new double[] { 0, 0, 0, 1, 2 }),
            ("The cube is missing: 0.044715 is multiplied by x · x · x.",
                Array.ConvertAll(inputs, x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x)))))));
        double[] row = [.. Workshop.Block(0).MlpHidden.Row(5).ToArray().Select(value => (double)value)];
        Check.Same(
            "Step 14, GELU of the last token in block 0 of the workshop's model",
            Array.ConvertAll(row, Lesson05Mlp.Gelu), Workshop.Row(Workshop.Block(0).Gelu, 5));
    }

    [Fact(DisplayName = "5.3 A row of the hidden layer")]
    public void HiddenRow()
    {
        Check.Same(
            "Step 13, a hidden row of three units",
            Lesson05Mlp.HiddenRow([1, 2], new float[,] { { 1, 0, 3 }, { 0, 1, 1 } }, [0, 0, 10]), new float[] { 1, 2, 15 },
            ("The bias is missing.", new float[] { 1, 2, 5 }));
        Check.Same(
            "Step 13, a hidden row of two units", Lesson05Mlp.HiddenRow([1, 10], new float[,] { { 1, 2 }, { 3, 4 } }, [0, 0]), new float[] { 31, 42 },
            ("Rows and columns of the weights are swapped: weights[i, unit], a column for each unit.", new float[] { 21, 43 }));
        DenseLinear map = Workshop.Model.Model.Weights.Blocks[0].MlpHidden;
        Check.Same(
            "Step 13, the hidden row of the last token in block 0 of the workshop's model",
            Lesson05Mlp.HiddenRow(Workshop.Row(Workshop.Block(0).Ln2Scaled, 5), Workshop.Table(map.Weight), Workshop.Row(map.Bias!, 0)),
            Workshop.Row(Workshop.Block(0).MlpHidden, 5));
    }

    [Fact(DisplayName = "5.4 Follow any curve with ReLUs")]
    public void InterpolatingRelus()
    {
        Check.Same(
            "The weights for the points (0, 0), (1, 2), (2, 2)", Lesson05Mlp.InterpolatingRelus([0, 1, 2], [0, 2, 2]), new double[] { 2, -2 },
            ("These are the slopes of the pieces. The ReLUs before stay switched on: each adds only the change of the slope.",
                new double[] { 2, 0 }));
        Check.Same(
            "The weights for the points (0, 1), (0.5, 3), (2, 0)", Lesson05Mlp.InterpolatingRelus([0, 0.5, 2], [1, 3, 0]), new double[] { 4, -6 },
            ("The steps in y are not divided by the steps in x.", new double[] { 2, -5 }));

        // n lines that touch a parabola at both ends miss it by (1/120) · (second derivative)² · (2/n)⁴ in the mean of squares.
        foreach ((int pieces, double error) in ((int, double)[])[(2, 0.8333), (8, 0.003255), (200, 8.33e-9)])
        {
            Check.Same(
                $"The mean squared error of {pieces} ReLUs on y = 5(x − 1)² + 1, as a share of the right one, {error}",
                ErrorOnTheParabola(pieces) / error, 1, 0.01);
        }
    }

    /// <summary>The mean over 20 places in each piece; a parabola is the same in every piece.</summary>
    private static double ErrorOnTheParabola(int pieces)
    {
        double[] x = [.. Enumerable.Range(0, pieces + 1).Select(i => 2.0 * i / pieces)], y = Array.ConvertAll(x, Parabola.At);
        double[] output = Lesson05Mlp.InterpolatingRelus(x, y);
        double[] places = [.. Enumerable.Range(0, 20 * pieces).Select(i => (i + 0.5) / (10 * pieces))];
        return places.Average(t => Math.Pow(y[0] + output.Select((weight, i) => weight * Math.Max(0, t - x[i])).Sum() - Parabola.At(t), 2));
    }
}
