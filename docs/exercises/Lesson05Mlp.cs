// Lesson 5: The MLP. 45 minutes. Page: docs/lessons/05-mlp.md
// After attention each token goes alone through a small network with one hidden layer. This lesson builds it, and what bends its lines.

namespace Exercises;

public static class Lesson05Mlp
{
    // 5.1 ReLU
    /// <summary>
    /// The rectified linear unit: x where x is positive, else 0.
    /// Example: 3 stays 3, −3 becomes 0.
    /// </summary>
    public static float Relu(float x)
    {
        throw new NotImplementedException("x if it is positive, else 0");
    }

    // 5.2 GELU
    /// <summary>
    /// GPT-2's GELU: 0.5 · x · (1 + tanh(√(2/π) · (x + 0.044715 · x³))).
    /// Example: 0 gives 0, 1 gives 0.8412, −1 gives −0.1588, 10 gives 10.
    /// </summary>
    public static double Gelu(double x)
    {
        throw new NotImplementedException("0.5 · x · (1 + tanh(√(2/π) · (x + 0.044715 · x³)))");
    }

    // 5.3 A row of the hidden layer
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
        throw new NotImplementedException("for each unit the bias plus the sum of input[i] · weights[i, unit]");
    }

    // 5.4 Follow any curve with ReLUs
    /// <summary>
    /// The weights with which f(t) = y[0] + Σ output[i] · relu(t − x[i]) goes straight from each point of a curve to the next.
    /// Example: the points (0, 0), (1, 2), (2, 2): the slope is 2 and then 0, the weights are 2 and −2.
    /// </summary>
    /// <param name="x">[points], increasing.</param>
    /// <param name="y">[points]: the curve at x.</param>
    /// <returns>[points − 1]: the weight of the ReLU whose corner is at x[i].</returns>
    public static double[] InterpolatingRelus(double[] x, double[] y)
    {
        throw new NotImplementedException("for each piece its slope minus the slope of the piece before");
    }
}
