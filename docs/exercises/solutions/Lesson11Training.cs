// Lesson 11: Training. 45 minutes. Page: docs/lessons/11-training.md
// What makes plain gradient descent good enough for a language model: a step of its own for each weight, and two brakes.

namespace Exercises;

public static class Lesson11Training
{
    public const float Beta1 = 0.9f, Beta2 = 0.95f, Epsilon = 1e-8f, WeightDecay = 0.1f;

    // 11.1 A step of AdamW
    // hint: Per weight: m = β₁·m + (1 − β₁)·g and v = β₂·v + (1 − β₂)·g², both kept for the next step.
    // hint: Both begin at 0 and are too small at first: divide m by 1 − β₁^step, v by 1 − β₂^step, for this step only.
    // hint: First a matrix loses learningRate · WeightDecay of each weight; then learningRate · m̂ / (√v̂ + ε) is subtracted.
    // meaning: v̂ measures how large a weight's gradients usually are, so that every weight moves by about the learning rate, whatever
    //   its scale. Decay keeps matrices small; biases and gains have to be free to be what they are.
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
        // write: update m, v and the weights by the formula; only a matrix decays
        for (int i = 0; i < weights.Length; i++)
        {
            float g = gradients[i];
            m[i] = Beta1 * m[i] + (1 - Beta1) * g;
            v[i] = Beta2 * v[i] + (1 - Beta2) * g * g;
            float mean = m[i] / (1 - MathF.Pow(Beta1, step)), square = v[i] / (1 - MathF.Pow(Beta2, step));
            if (isMatrix)
            {
                weights[i] -= learningRate * WeightDecay * weights[i];
            }

            weights[i] -= learningRate * mean / (MathF.Sqrt(square) + Epsilon);
        }
        // end
    }

    // 11.2 Clip the gradients
    // hint: One norm for all tensors together: the root of the sum of the squares of all their numbers.
    // hint: If it is larger than maxNorm, multiply every number by maxNorm / norm; else leave all as they are.
    // meaning: Now and then a batch has an enormous gradient, and one such step can undo hours. Clipping keeps its direction and
    //   shortens it. All tensors by the same factor, or the direction would be another.
    /// <summary>
    /// Shortens the gradients of a model, taken as one long vector, to a length of at most maxNorm.
    /// Example: gradients (3) and (4) have the norm 5; with maxNorm 1 they become (0.6) and (0.8).
    /// </summary>
    /// <param name="gradients">Those of every tensor, changed in place.</param>
    /// <param name="maxNorm">The greatest length that is allowed.</param>
    /// <returns>The norm before: √ of the sum of all squares.</returns>
    public static double ClipGradients(float[][] gradients, double maxNorm)
    {
        // write: scale all gradients by maxNorm / norm if their common norm is larger; return the norm
        double norm = Math.Sqrt(gradients.Sum(tensor => tensor.Sum(value => (double)value * value)));
        if (norm > maxNorm)
        {
            foreach (float[] tensor in gradients)
            {
                for (int i = 0; i < tensor.Length; i++)
                {
                    tensor[i] *= (float)(maxNorm / norm);
                }
            }
        }

        return norm;
        // end
    }

    // 11.3 The learning rate
    // hint: Two cases: step < warmup, and the rest.
    // hint: progress = (step − warmup) / (steps − 1 − warmup) goes from 0 to 1; cos(π · progress) goes from 1 to −1.
    // meaning: At first the model knows nothing, and large steps would throw it about: warm up. At the end it is near a good place, and
    //   large steps would jump over it: cool down. In between, as fast as it can.
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
        // write: highest · (step + 1) / warmup in the warm-up, else the half cosine from highest to lowest
        if (step < warmup)
        {
            return highest * (step + 1) / warmup;
        }

        double progress = (double)(step - warmup) / (steps - 1 - warmup);
        return lowest + (highest - lowest) * (1 + Math.Cos(Math.PI * progress)) / 2;
        // end
    }
}
