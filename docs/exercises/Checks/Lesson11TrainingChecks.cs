// Checks of lesson 11: steps that can be followed on paper, and the library's own optimiser.

using Exercises.Support;
using Gpt2.Kernels;
using Gpt2.Kernels.AdamW;

namespace Exercises.Checks;

public sealed class Lesson11TrainingChecks
{
    [Fact(DisplayName = "11.1 A step of AdamW")]
    public void AdamW()
    {
        float[] matrix = [1], bias = [1];
        Lesson11Training.AdamW(bias, [0.5f], new float[1], new float[1], 1, 0.1f, isMatrix: false);
        Lesson11Training.AdamW(matrix, [0.5f], new float[1], new float[1], 1, 0.1f, isMatrix: true);
        float uncorrected = 0.1f * 0.05f / MathF.Sqrt(0.0125f);
        Check.Same(
            "A bias of 1 after its first step, g = 0.5, learning rate 0.1", bias, new float[] { 0.9f },
            ("The bias has decayed: only matrices do. Biases and gains have to be free.", new float[] { 0.89f }),
            ("The correction is missing: m and v begin at 0, divide them by 1 − β^step.", new float[] { 1 - uncorrected }),
            ("This is a step uphill.", new float[] { 1.1f }));
        Check.Same(
            "A matrix element of 1 after its first step", matrix, new float[] { 0.89f },
            ("The matrix has not decayed: subtract learningRate · WeightDecay · w, too.", new float[] { 0.9f }),
            ("The decay is not multiplied by the learning rate.", new float[] { 0.8f }));

        // Decay that is added to the gradient would be divided by √v̂ like the rest: that is Adam with L2, not AdamW.
        const int Count = 20, Steps = 5;
        foreach (bool isMatrix in (bool[])[true, false])
        {
            float[] weights = Numbers.Row(Count, 1), m = new float[Count], v = new float[Count];
            float[] right = [.. weights], means = new float[Count], squares = new float[Count];
            for (int step = 1; step <= Steps; step++)
            {
                float[] gradients = Numbers.Row(Count, 10 + step);
                Lesson11Training.AdamW(weights, [.. gradients], m, v, step, 0.01f, isMatrix);
                var settings = new AdamWSettings(
                    0.01f, Lesson11Training.Beta1, Lesson11Training.Beta2, Lesson11Training.Epsilon,
                    WeightDecay: isMatrix ? Lesson11Training.WeightDecay : 0, GradientScale: 1, Step: step);
                KernelSet.Create(KernelRung.Scalar).AdamW.Update(gradients, settings, right, means, squares);
                Check.Same($"m after step {step}", m, means, 1e-6);
                Check.Same($"v after step {step}", v, squares, 1e-6);
                Check.Same($"The weights of a {(isMatrix ? "matrix" : "bias")} after step {step}", weights, right, 1e-5);
            }
        }
    }

    [Fact(DisplayName = "11.2 Clip the gradients")]
    public void ClipGradients()
    {
        float[][] gradients = [[3, 0], [4]];
        double norm = Lesson11Training.ClipGradients(gradients, 1);
        float[] all = [.. gradients.SelectMany(tensor => tensor)];
        Check.Same(
            "The gradients (3 0) and (4), clipped to a norm of 1", all, new float[] { 0.6f, 0, 0.8f },
            ("Each tensor was clipped by its own norm, or each number was cut off at 1. Both change the direction: there is one norm for all of them "
                + "together, and one factor.", new float[] { 1, 0, 1 }),
            ("Nothing has changed: write into the arrays that you were given.", new float[] { 3, 0, 4 }));
        Check.Same("The norm before", norm, 5, ("This is the square of the norm.", 25), ("This is the norm after clipping.", 1));

        gradients = [[0.3f], [0.4f]];
        Check.Same("The norm of small gradients", Lesson11Training.ClipGradients(gradients, 1), 0.5);
        Check.Same(
            "Gradients whose norm is below the maximum", gradients.SelectMany(tensor => tensor).ToArray(), new float[] { 0.3f, 0.4f },
            ("They were made longer: small gradients stay as they are.", new float[] { 0.6f, 0.8f }));
    }

    [Fact(DisplayName = "11.3 The learning rate")]
    public void LearningRate()
    {
        int[] steps = [0, 4, 9, 10, 35, 60, 110];
        double[] rates = Array.ConvertAll(steps, step => Lesson11Training.LearningRate(step, 10, 111, 1, 0.2));
        Check.Same(
            "The learning rates of the steps 0, 4, 9, 10, 35, 60 and 110 (warm-up 10, 111 steps, from 1 to 0.2)", rates,
            new[] { 0.1, 0.5, 1, 1, 0.6 + (0.4 * Math.Sqrt(0.5)), 0.6, 0.2 }, 1e-9,
            ("The warm-up is one step late: the first step has highest · 1 / warmup, not 0.",
                new[] { 0, 0.4, 0.9, 1, 0.6 + (0.4 * Math.Sqrt(0.5)), 0.6, 0.2 }),
            ("It falls to 0 and not to the lowest rate.", new[] { 0.1, 0.5, 1, 1, 0.5 + (0.5 * Math.Sqrt(0.5)), 0.5, 0 }),
            ("This falls along a straight line; the cosine is slow at both ends.", new[] { 0.1, 0.5, 1, 1, 0.8, 0.6, 0.2 }));
    }
}
