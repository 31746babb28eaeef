// Lesson 2: Token embeddings. 40 minutes. Page: docs/lessons/02-embeddings.md
// Each token has a row of numbers. Tokens that are used alike have rows that point the same way, and directions can be added up.

namespace Exercises;

public static class Lesson02Embeddings
{
    // 2.1 Cosine similarity
    /// <summary>
    /// How alike two directions are: Σ a[i] · b[i] / (|a| · |b|), where |a| = √Σ a[i]². 1 is the same direction, 0 a right angle.
    /// Example: (1, 0) and (1, 1) have the cosine 1 / (1 · √2) = 0.707.
    /// </summary>
    public static double Cosine(float[] a, float[] b)
    {
        throw new NotImplementedException("the dot product divided by the product of both norms");
    }

    // 2.2 Distance
    /// <summary>
    /// How far apart two points are: √Σ (a[i] − b[i])².
    /// Example: (1, 2) and (4, 6): √(9 + 16) = 5.
    /// </summary>
    public static double Distance(float[] a, float[] b)
    {
        throw new NotImplementedException("the square root of the sum of the squared differences");
    }

    // 2.3 Analogy
    /// <summary>
    /// Solves "a is to b as c is to ?": the row whose direction is nearest, by cosine, to row b − row a + row c.
    /// Example: man is to king as woman is to ?: king − man + woman, and the nearest row is queen's.
    /// </summary>
    /// <param name="table">[tokens, channels]: the embedding of each token.</param>
    /// <param name="a">A row of the table; so are b and c. None of these three can be the answer.</param>
    /// <returns>The number of the row.</returns>
    public static int Analogy(float[,] table, int a, int b, int c)
    {
        throw new NotImplementedException("the row, other than a, b and c, with the largest cosine to row b − row a + row c");
    }
}
