// Lesson 11: Training. 45 minutes. Page: docs/lessons/11-training.md
// What makes plain gradient descent good enough for a language model: a step of its own for each weight, and two brakes.

namespace Exercises;

public static class Lesson11Training
{
    public const float Beta1 = 0.9f, Beta2 = 0.95f, Epsilon = 1e-8f, WeightDecay = 0.1f;

    // 11.1 A step of AdamW
    /// <summary>
    /// One step of AdamW on one tensor, with the constants above:
    /// m = β₁ · m + (1 − β₁) · g; v = β₂ · v + (1 − β₂) · g²; m̂ = m / (1 − β₁^step); v̂ = v / (1 − β₂^step);
    /// w = w − learningRate · WeightDecay · w (matrices only), then w = w − learningRate · m̂ / (√v̂ + ε).
    /// Example: w = 1, g = 0.5, step 1, learning rate 0.1, a bias: m̂ = 0.5, v̂ = 0.25, w = 1 − 0.1 · 0.5 / 0.5 = 0.9.
    /// </summary>
    /// <param name="weights">w, changed in place, as are m and v.</param>
    /// <param name="gradients">g; must not be changed.</param>
    /// <param name="m">The running mean of the gradients, 0 before the first step.</param>
    /// <param name="v">The running mean of their squares, 0 before the first step.</param>
    /// <param name="step">The number of this step, from 1.</param>
    /// <param name="learningRate">How far a weight moves, about.</param>
    /// <param name="isMatrix">Whether the tensor is a matrix; biases and gains are not, and do not decay.</param>
    public static void AdamW(float[] weights, float[] gradients, float[] m, float[] v, int step, float learningRate, bool isMatrix)
    {
        throw new NotImplementedException("update m, v and the weights by the formula; only a matrix decays");
    }

    // 11.2 Clip the gradients
    /// <summary>
    /// Shortens the gradients of a model, taken as one long vector, to a length of at most maxNorm.
    /// Example: gradients (3) and (4) have the norm 5; with maxNorm 1 they become (0.6) and (0.8).
    /// </summary>
    /// <param name="gradients">Those of every tensor, changed in place.</param>
    /// <param name="maxNorm">The greatest length that is allowed.</param>
    /// <returns>The norm before: √ of the sum of all squares.</returns>
    public static double ClipGradients(float[][] gradients, double maxNorm)
    {
        throw new NotImplementedException("scale all gradients by maxNorm / norm if their common norm is larger; return the norm");
    }

    // 11.3 The learning rate
    /// <summary>
    /// The learning rate of a step. Warm-up: it grows evenly, highest · (step + 1) / warmup until step = warmup − 1. Then it falls along half
    /// a cosine: lowest + (highest − lowest) · (1 + cos(π · progress)) / 2 with progress = (step − warmup) / (steps − 1 − warmup).
    /// </summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="warmup">Number of steps of the warm-up.</param>
    /// <param name="steps">Number of all steps; more than warmup + 1.</param>
    /// <param name="highest">The learning rate after the warm-up.</param>
    /// <param name="lowest">The learning rate of the last step.</param>
    public static double LearningRate(int step, int warmup, int steps, double highest, double lowest)
    {
        throw new NotImplementedException("highest · (step + 1) / warmup in the warm-up, else the half cosine from highest to lowest");
    }
}
