// Lesson 5: The MLP. 45 minutes. Page: docs/lessons/05-mlp.md
// After attention each token goes alone through a small network with one hidden layer. This lesson builds it, and what bends its lines.

namespace Exercises;

public static class Lesson05Mlp
{
    // 5.1 ReLU
    // hint: MathF.Max, or a condition.
    // meaning: Without something that bends, two layers of a network would be no more than one, since a line of a line is a line. One
    //   corner at 0 is enough.
    /// <summary>
    /// The rectified linear unit: x where x is positive, else 0.
    /// Example: 3 stays 3, −3 becomes 0.
    /// </summary>
    public static float Relu(float x)
    {
        // write: x if it is positive, else 0
        return MathF.Max(0, x);
        // end
    }

    // 5.2 GELU
    // hint: Math.Tanh, Math.Sqrt, Math.PI. The cube is x * x * x; ^ is something else in C#.
    // hint: Put it together from the inside: x + 0.044715 · x³, times √(2/π), tanh, plus 1, times x / 2.
    // meaning: GELU is a ReLU with a round corner, so that there is a slope to follow even below 0. GPT-2 was trained with this formula;
    //   the exact one, with the normal distribution, differs from it in the fourth digit.
    /// <summary>
    /// GPT-2's GELU: 0.5 · x · (1 + tanh(√(2/π) · (x + 0.044715 · x³))).
    /// Example: 0 gives 0, 1 gives 0.8412, −1 gives −0.1588, 10 gives 10.
    /// </summary>
    public static double Gelu(double x)
    {
        // write: 0.5 · x · (1 + tanh(√(2/π) · (x + 0.044715 · x³)))
        return 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x)));
        // end
    }

    // 5.3 A row of the hidden layer
    // hint: hidden[unit] = bias[unit] + Σ over i of input[i] · weights[i, unit].
    // hint: GELU is the next step of the model and is not part of this exercise.
    // meaning: Each hidden unit is a question to the token: its column of weights says what it looks for. GPT-2 asks four times as many
    //   questions as a token has numbers, and more than half of its weights are here.
    /// <summary>
    /// One row of step 13: input · weights + bias, a linear map.
    /// Example: input (1, 2), weights (1 0 3 / 0 1 1) and bias (0 0 10) give (1, 2, 15).
    /// </summary>
    /// <param name="input">[channels]: the row of one token.</param>
    /// <param name="weights">[channels, hidden]</param>
    /// <param name="bias">[hidden]</param>
    /// <returns>[hidden]</returns>
    public static float[] HiddenRow(float[] input, float[,] weights, float[] bias)
    {
        // write: for each unit the bias plus the sum of input[i] · weights[i, unit]
        float[] hidden = [.. bias];
        for (int unit = 0; unit < hidden.Length; unit++)
        {
            for (int i = 0; i < input.Length; i++)
            {
                hidden[unit] += input[i] * weights[i, unit];
            }
        }

        return hidden;
        // end
    }

    // 5.4 Follow any curve with ReLUs
    // hint: The slope of piece i is (y[i + 1] − y[i]) / (x[i + 1] − x[i]).
    // hint: At a corner the ReLU only has to add what the slope changes by: output[i] = slope of piece i − slope of piece i − 1.
    // hint: The first ReLU has nothing before it: output[0] is the slope of the first piece.
    // meaning: With enough corners a network of ReLUs follows any curve as closely as you like. That is all there is to "universal
    //   approximation". It does not say that training finds these weights, but it often finds good ones.
    /// <summary>
    /// The weights with which f(t) = y[0] + Σ output[i] · relu(t − x[i]) goes straight from each point of a curve to the next.
    /// Example: the points (0, 0), (1, 2), (2, 2): the slope is 2 and then 0, the weights are 2 and −2.
    /// </summary>
    /// <param name="x">[points], increasing.</param>
    /// <param name="y">[points]: the curve at x.</param>
    /// <returns>[points − 1]: the weight of the ReLU whose corner is at x[i].</returns>
    public static double[] InterpolatingRelus(double[] x, double[] y)
    {
        // write: for each piece its slope minus the slope of the piece before
        double[] output = new double[x.Length - 1];
        double before = 0;
        for (int i = 0; i < output.Length; i++)
        {
            double slope = (y[i + 1] - y[i]) / (x[i + 1] - x[i]);
            output[i] = slope - before;
            before = slope;
        }

        return output;
        // end
    }
}
