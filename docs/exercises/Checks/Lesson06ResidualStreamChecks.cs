// Checks of lesson 6: rows that can be normalised in the head, and the steps of the workshop's model.

using Exercises.Support;
using Gpt2.Core.Model.Layers;

namespace Exercises.Checks;

public sealed class Lesson06ResidualStreamChecks
{
    [Fact(DisplayName = "6.1 Normalise a row")]
    public void Normalise()
    {
        // The deviations of 2 4 4 4 5 5 7 9: mean 5, squared distances 9 1 1 1 0 0 4 16, their sum 32, population variance 4.
        float[] row = [2, 4, 4, 4, 5, 5, 7, 9], distances = [-3, -1, -1, -1, 0, 0, 2, 4];
        Check.Same(
            "Step 2, the row 2 4 4 4 5 5 7 9 normalised", Lesson06ResidualStream.Normalise([.. row]), Array.ConvertAll(distances, d => d / 2),
            ("This is the sample variance, divided by n − 1. Layer norm divides by n, the number of channels.",
                Array.ConvertAll(distances, d => d / MathF.Sqrt(32f / 7))),
            ("This is divided by the variance: take its square root.", Array.ConvertAll(distances, d => d / 4)),
            ("The mean was not subtracted.", Array.ConvertAll(row, value => value / 2)),
            ("The mean was subtracted, but the deviation not divided by.", distances));

        // A row with the variance 1e-6, far below the 1e-5 that is added to it.
        Check.Same(
            "Step 2, the row −0.001 0.001 normalised", Lesson06ResidualStream.Normalise([-0.001f, 0.001f]), new float[] { -0.30151f, 0.30151f },
            ("1e-5 is added to the deviation, outside the root. It belongs to the variance, before the root is taken.",
                new float[] { -0.990099f, 0.990099f }),
            ("1e-5 is missing under the root.", new float[] { -1, 1 }));
        Check.Same(
            "Step 2, a row of equal numbers normalised", Lesson06ResidualStream.Normalise([3, 3, 3, 3]), new float[4],
            ("This is 0 divided by 0: add 1e-5 to the variance.", new float[] { float.NaN, float.NaN, float.NaN, float.NaN }));
        Check.Same(
            "Step 2, the last token in block 2 of the workshop's model",
            Lesson06ResidualStream.Normalise(Workshop.Row(Workshop.Block(2).Input, 5)), Workshop.Row(Workshop.Block(2).Ln1Normalised, 5));
    }

    [Fact(DisplayName = "6.2 Gain and bias")]
    public void GainAndBias()
    {
        Check.Same(
            "Step 3, (−1 1) with gain (2 1) and bias (0 5)", Lesson06ResidualStream.GainAndBias([-1, 1], [2, 1], [0, 5]), new float[] { -2, 6 },
            ("The bias is missing.", new float[] { -2, 1 }));
        Check.Same(
            "Step 3, (1) with gain (3) and bias (10)", Lesson06ResidualStream.GainAndBias([1], [3], [10]), new float[] { 13 },
            ("The bias was added before the gain was multiplied with: first the gain, then the bias.", new float[] { 33 }));
        LayerNormWeights norm = Workshop.Model.Model.Weights.Blocks[2].Ln1;
        Check.Same(
            "Step 3, the last token in block 2 of the workshop's model",
            Lesson06ResidualStream.GainAndBias(
                Workshop.Row(Workshop.Block(2).Ln1Normalised, 5), Workshop.Row(norm.Gain, 0), Workshop.Row(norm.Bias, 0)),
            Workshop.Row(Workshop.Block(2).Ln1Scaled, 5));
    }

    [Fact(DisplayName = "6.3 Add to the stream")]
    public void AddToStream()
    {
        float[] stream = [1, 2], output = [10, 0];
        Lesson06ResidualStream.AddToStream(stream, output);
        Check.Same(
            "Step 10, the stream (1 2) after (10 0) was added", stream, new float[] { 11, 2 },
            ("The output took the place of the stream: a block adds to it.", new float[] { 10, 0 }),
            ("The stream has not changed: write into the array that you were given.", new float[] { 1, 2 }));
        Check.Same("The output that was added, which must not change", output, new float[] { 10, 0 });

        stream = Workshop.Row(Workshop.Block(0).Input, 5);
        Lesson06ResidualStream.AddToStream(stream, Workshop.Row(Workshop.Block(0).AttentionOutput, 5));
        Lesson06ResidualStream.AddToStream(stream, Workshop.Row(Workshop.Block(0).MlpOutput, 5));
        Check.Same("Step 16 of block 0, from steps 1, 9 and 15", stream, Workshop.Row(Workshop.Block(0).Residual2, 5));
    }
}
