// Lesson 10: Gradients. 50 minutes. Page: docs/lessons/10-gradients.md
// The gradient says for every weight: if you grow a little, how much does the loss change? Training goes a small step the other way.

namespace Exercises;

public static class Lesson10Gradients
{
    // 10.1 Measure a slope
    // hint: Go h to the right and h to the left; the two places are 2h apart.
    // meaning: This works for any function, and needs two passes for each weight: for GPT-2, 248 million passes per step.
    //   Back-propagation gets all of them with one pass forward and one back. To check it, one measures.
    /// <summary>
    /// The slope of f at x, measured: (f(x + h) − f(x − h)) / 2h.
    /// Example: f = x², x = 3, h = 0.1: (9.61 − 8.41) / 0.2 = 6.
    /// </summary>
    public static double CentralDifference(Func<double, double> f, double x, double h)
    {
        // write: the difference of f at x + h and at x − h, divided by 2h
        return (f(x + h) - f(x - h)) / (2 * h);
        // end
    }

    // 10.2 The gradient of the loss
    // hint: Begin with softmax (Lesson08LanguageHead.Softmax).
    // hint: Only one number differs from the probabilities: the target's.
    // meaning: All that was learned about softmax and logarithms comes down to "prediction minus truth". Each wrong token is pushed down
    //   by its probability, the right one up by what it lacks to 1; if all is right, nothing moves.
    /// <summary>
    /// The gradient of −ln(softmax(logits)[target]) for each logit: the probability, and 1 less for the target.
    /// Example: logits (0, ln 3), target 0: the probabilities are (0.25, 0.75), the gradient is (−0.75, 0.75).
    /// </summary>
    public static float[] CrossEntropyGradient(float[] logits, int target)
    {
        // write: the probabilities of the logits, minus 1 at the target
        float[] gradient = Lesson08LanguageHead.Softmax(logits);
        gradient[target] -= 1;
        return gradient;
        // end
    }

    // 10.3 Back through a linear layer
    // hint: Forward: output[t, o] = bias[o] + Σ input[t, i] · weights[i, o]. Each term tells how output[t, o] moves with each factor.
    // hint: A weight gets input[t, i] · outputGradient[t, o], summed over the tokens t; a bias the sum of outputGradient[t, o].
    // hint: An input gets weights[i, o] · outputGradient[t, o], summed over the outputs o.
    // meaning: Back-propagation through a matrix product is two more matrix products. That is why a step of training costs three times
    //   as much as a prediction, and why whoever multiplies matrices fast also trains fast.
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
        // write: outputGradient · weightsᵀ, inputᵀ · outputGradient, and the column sums of outputGradient
        int tokens = input.GetLength(0), inputs = input.GetLength(1), outputs = weights.GetLength(1);
        float[,] forInput = new float[tokens, inputs], forWeights = new float[inputs, outputs];
        float[] forBias = new float[outputs];
        for (int t = 0; t < tokens; t++)
        {
            for (int o = 0; o < outputs; o++)
            {
                forBias[o] += outputGradient[t, o];
                for (int i = 0; i < inputs; i++)
                {
                    forInput[t, i] += outputGradient[t, o] * weights[i, o];
                    forWeights[i, o] += input[t, i] * outputGradient[t, o];
                }
            }
        }

        return (forInput, forWeights, forBias);
        // end
    }

    // 10.4 A step downhill
    // hint: The gradient points uphill.
    // meaning: This is all of learning: a hiker in fog who feels the slope under their feet, and takes a step down. Too small a step
    //   takes for ever, too large a one leaps over the valley.
    /// <summary>
    /// One step of gradient descent: each weight minus learningRate · its gradient.
    /// Example: weight 2, gradient 10, learning rate 0.1: the weight is then 1.
    /// </summary>
    /// <param name="weights">Changed in place.</param>
    /// <param name="gradients">As many; must not be changed.</param>
    /// <param name="learningRate">The length of the step, for a slope of 1.</param>
    public static void DescentStep(float[] weights, float[] gradients, float learningRate)
    {
        // write: subtract learningRate · gradient from each weight
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] -= learningRate * gradients[i];
        }
        // end
    }
}
