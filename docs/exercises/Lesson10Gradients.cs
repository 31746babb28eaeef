// Lesson 10: Gradients. 50 minutes. Page: docs/lessons/10-gradients.md
// The gradient says for every weight: if you grow a little, how much does the loss change? Training goes a small step the other way.

namespace Exercises;

public static class Lesson10Gradients
{
    // 10.1 Measure a slope
    /// <summary>
    /// The slope of f at x, measured: (f(x + h) − f(x − h)) / 2h.
    /// Example: f = x², x = 3, h = 0.1: (9.61 − 8.41) / 0.2 = 6.
    /// </summary>
    public static double CentralDifference(Func<double, double> f, double x, double h)
    {
        throw new NotImplementedException("the difference of f at x + h and at x − h, divided by 2h");
    }

    // 10.2 The gradient of the loss
    /// <summary>
    /// The gradient of −ln(softmax(logits)[target]) for each logit: the probability, and 1 less for the target.
    /// Example: logits (0, ln 3), target 0: the probabilities are (0.25, 0.75), the gradient is (−0.75, 0.75).
    /// </summary>
    public static float[] CrossEntropyGradient(float[] logits, int target)
    {
        throw new NotImplementedException("the probabilities of the logits, minus 1 at the target");
    }

    // 10.3 Back through a linear layer
    /// <summary>
    /// Given how the loss changes with the output of output = input · weights + bias: how it changes with input, weights and bias.
    /// Input: outputGradient · weightsᵀ. Weights: inputᵀ · outputGradient. Bias: the sum of outputGradient over the tokens.
    /// </summary>
    /// <param name="input">[tokens, inputs]</param>
    /// <param name="weights">[inputs, outputs]</param>
    /// <param name="outputGradient">[tokens, outputs]</param>
    /// <returns>[tokens, inputs], [inputs, outputs] and [outputs].</returns>
    public static (float[,] Input, float[,] Weights, float[] Bias) LinearBackward(float[,] input, float[,] weights, float[,] outputGradient)
    {
        throw new NotImplementedException("outputGradient · weightsᵀ, inputᵀ · outputGradient, and the column sums of outputGradient");
    }

    // 10.4 A step downhill
    /// <summary>
    /// One step of gradient descent: each weight minus learningRate · its gradient.
    /// Example: weight 2, gradient 10, learning rate 0.1: the weight is then 1.
    /// </summary>
    /// <param name="weights">Changed in place.</param>
    /// <param name="gradients">As many; must not be changed.</param>
    /// <param name="learningRate">The length of the step, for a slope of 1.</param>
    public static void DescentStep(float[] weights, float[] gradients, float learningRate)
    {
        throw new NotImplementedException("subtract learningRate · gradient from each weight");
    }
}
