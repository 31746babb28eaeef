// Lesson 17: From GPT-2 to today's models. 45 minutes. Page: docs/lessons/17-today.md
// Three parts that newer models have in place of GPT-2's, each as small as the one it replaced.

namespace Exercises;

public static class Lesson17Today
{
    // 17.1 RMSNorm
    /// <summary>
    /// The norm of newer models: each value divided by √(mean of the squares + 1e-5), times its gain.
    /// Example: (3, 4) with the gain (1, 2): the mean square is 12.5, its root 3.5355, the result (0.8485, 2.2627).
    /// </summary>
    public static float[] RmsNorm(float[] row, float[] gain)
    {
        throw new NotImplementedException("each value / √(mean of squares + 1e-5) · its gain");
    }

    // 17.2 Rotary positions
    /// <summary>
    /// Turns each pair of neighbours (row[2i], row[2i + 1]) of a query or key by the angle position · 10000^(−2i / headSize).
    /// Example: (1, 0) at position 1 is turned by 1 radian: (cos 1, sin 1) = (0.5403, 0.8415).
    /// </summary>
    /// <param name="row">[headSize], an even number; must not be changed.</param>
    /// <param name="position">The token's position, from 0.</param>
    public static float[] Rotate(float[] row, int position)
    {
        throw new NotImplementedException("turn each pair (row[2i], row[2i + 1]) by position · 10000^(−2i / headSize)");
    }

    // 17.3 A mixture of experts
    /// <summary>
    /// The output of a layer with experts: only the two with the largest router logits compute, and their outputs are added, weighted
    /// by softmax over these two logits.
    /// Example: logits (0, −5, ln 3): the experts 0 and 2 with the weights 0.25 and 0.75.
    /// </summary>
    /// <param name="row">[channels]: of one token.</param>
    /// <param name="routerLogits">[experts]: how well each expert suits this token; no two alike.</param>
    /// <param name="experts">What each expert computes; [channels] to [channels].</param>
    public static float[] MixtureOfExperts(float[] row, float[] routerLogits, Func<float[], float[]>[] experts)
    {
        throw new NotImplementedException("the outputs of the two best experts, weighted by softmax over their two logits");
    }
}
