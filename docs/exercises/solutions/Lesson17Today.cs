// Lesson 17: From GPT-2 to today's models. 45 minutes. Page: docs/lessons/17-today.md
// Three parts that newer models have in place of GPT-2's, each as small as the one it replaced.

namespace Exercises;

public static class Lesson17Today
{
    // 17.1 RMSNorm
    // hint: The mean of the squares, plus 1e-5, and the square root of that.
    // hint: Nothing is subtracted: that is the difference from layer norm.
    // meaning: Layer norm's mean turned out not to matter. Leaving it out saves a pass over the numbers, and a bias; Llama and nearly
    //   all that came after it do so.
    /// <summary>
    /// The norm of newer models: each value divided by √(mean of the squares + 1e-5), times its gain.
    /// Example: (3, 4) with the gain (1, 2): the mean square is 12.5, its root 3.5355, the result (0.8485, 2.2627).
    /// </summary>
    public static float[] RmsNorm(float[] row, float[] gain)
    {
        // write: each value / √(mean of squares + 1e-5) · its gain
        double squares = 0;
        foreach (float value in row)
        {
            squares += (double)value * value / row.Length;
        }

        double root = Math.Sqrt(squares + 1e-5);
        float[] result = new float[row.Length];
        for (int i = 0; i < row.Length; i++)
        {
            result[i] = (float)(row[i] / root * gain[i]);
        }

        return result;
        // end
    }

    // 17.2 Rotary positions
    // hint: Pair i is (row[2i], row[2i + 1]), and its angle is position · 10000^(−2i / row.Length).
    // hint: A point (x, y) turned by an angle: (x · cos − y · sin, x · sin + y · cos).
    // meaning: Turn a query by its position and a key by its own, and their dot product depends only on how far apart they stand. So
    //   "three words back" is the same everywhere in a text, which GPT-2 had to learn for each of its 1,024 positions.
    /// <summary>
    /// Turns each pair of neighbours (row[2i], row[2i + 1]) of a query or key by the angle position · 10000^(−2i / headSize).
    /// Example: (1, 0) at position 1 is turned by 1 radian: (cos 1, sin 1) = (0.5403, 0.8415).
    /// </summary>
    /// <param name="row">[headSize], an even number; must not be changed.</param>
    /// <param name="position">The token's position, from 0.</param>
    public static float[] Rotate(float[] row, int position)
    {
        // write: turn each pair (row[2i], row[2i + 1]) by position · 10000^(−2i / headSize)
        float[] result = new float[row.Length];
        for (int i = 0; i < row.Length / 2; i++)
        {
            double angle = position * Math.Pow(10000, -2.0 * i / row.Length);
            (float x, float y) = (row[2 * i], row[2 * i + 1]);
            result[2 * i] = (float)(x * Math.Cos(angle) - y * Math.Sin(angle));
            result[2 * i + 1] = (float)(x * Math.Sin(angle) + y * Math.Cos(angle));
        }

        return result;
        // end
    }

    // 17.3 A mixture of experts
    // hint: Find the two experts with the largest router logits first.
    // hint: Softmax over these two logits gives their weights (Lesson08LanguageHead.Softmax).
    // hint: Do not call the other experts at all: not to compute them is the point.
    // meaning: A model of 50 billion weights may compute with 13 of them for each token: it knows as much as the large model and costs
    //   as much as the small one. Which expert gets which token is learned like all the rest.
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
        // write: the outputs of the two best experts, weighted by softmax over their two logits
        int[] best = [.. Enumerable.Range(0, experts.Length).OrderByDescending(expert => routerLogits[expert]).Take(2)];
        float[] weights = Lesson08LanguageHead.Softmax([routerLogits[best[0]], routerLogits[best[1]]]);
        float[] first = experts[best[0]](row), second = experts[best[1]](row);
        float[] result = new float[first.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = weights[0] * first[i] + weights[1] * second[i];
        }

        return result;
        // end
    }
}
