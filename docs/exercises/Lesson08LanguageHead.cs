// Lesson 8: The language head. 30 minutes. Page: docs/lessons/08-language-head.md
// The last row becomes a number for every token of the vocabulary, and these become probabilities.

namespace Exercises;

public static class Lesson08LanguageHead
{
    // 8.1 Logits
    /// <summary>
    /// The logit of each token: the dot product of its row of wte with the predicted embedding.
    /// Example: the embedding (1, 2) and the rows (1, 0), (0, 1), (1, 1) give the logits 1, 2 and 3.
    /// </summary>
    /// <param name="embedding">[channels]</param>
    /// <param name="wte">[vocabulary, channels]</param>
    /// <returns>[vocabulary]</returns>
    public static float[] Logits(float[] embedding, float[,] wte)
    {
        throw new NotImplementedException("for each row of wte its dot product with the embedding");
    }

    // 8.2 Softmax
    /// <summary>
    /// Probabilities of logits: e^logit / Σ e^logit, computed so that large logits do no harm.
    /// Example: (0, ln 3) gives (0.25, 0.75); (1000, 1000) gives (0.5, 0.5).
    /// </summary>
    public static float[] Softmax(float[] logits)
    {
        throw new NotImplementedException("e^(logit − maximum) of each logit, divided by the sum of these");
    }

    // 8.3 The most probable token
    /// <summary>
    /// The id with the largest logit; of several, the lowest id.
    /// Example: (1, 5, 3, 5) gives 1.
    /// </summary>
    public static int ArgMax(float[] logits)
    {
        throw new NotImplementedException("the place of the largest number, the first of equal ones");
    }
}
