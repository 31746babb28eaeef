// Lesson 2: Token embeddings. 40 minutes. Page: docs/lessons/02-embeddings.md
// Each token has a row of numbers. Tokens that are used alike have rows that point the same way, and directions can be added up.

namespace Exercises;

public static class Lesson02Embeddings
{
    // 2.1 Cosine similarity
    // hint: You need three sums: of a[i] · b[i], of a[i]², and of b[i]².
    // hint: The norm |a| is the square root of the sum of a[i]².
    // meaning: The cosine looks at the direction only. A word that occurs five times as often has counts five times as large, and the
    //   cosine calls it the same. That is why it is the usual measure between embeddings.
    /// <summary>
    /// How alike two directions are: Σ a[i] · b[i] / (|a| · |b|), where |a| = √Σ a[i]². 1 is the same direction, 0 a right angle.
    /// Example: (1, 0) and (1, 1) have the cosine 1 / (1 · √2) = 0.707.
    /// </summary>
    public static double Cosine(float[] a, float[] b)
    {
        // write: the dot product divided by the product of both norms
        double dot = 0, squaresOfA = 0, squaresOfB = 0;
        for (int i = 0; i < a.Length; i++)
        {
            dot += a[i] * b[i];
            squaresOfA += a[i] * a[i];
            squaresOfB += b[i] * b[i];
        }

        return dot / (Math.Sqrt(squaresOfA) * Math.Sqrt(squaresOfB));
        // end
    }

    // 2.2 Distance
    // hint: Pythagoras, with as many sides as there are numbers.
    // meaning: The distance depends on the lengths, too: it finds two words far apart that keep the same company, only because one of
    //   them is more frequent. Cosine and distance answer different questions.
    /// <summary>
    /// How far apart two points are: √Σ (a[i] − b[i])².
    /// Example: (1, 2) and (4, 6): √(9 + 16) = 5.
    /// </summary>
    public static double Distance(float[] a, float[] b)
    {
        // write: the square root of the sum of the squared differences
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }

        return Math.Sqrt(sum);
        // end
    }

    // 2.3 Analogy
    // hint: First the row wanted: for each column table[b] − table[a] + table[c].
    // hint: Then go through all rows but a, b and c, and keep the one with the largest Cosine to it (exercise 2.1).
    // meaning: Nobody wrote "queen" into the model. From word order alone it has learned that the step from man to woman is nearly the
    //   same as the one from king to queen.
    /// <summary>
    /// Solves "a is to b as c is to ?": the row whose direction is nearest, by cosine, to row b − row a + row c.
    /// Example: man is to king as woman is to ?: king − man + woman, and the nearest row is queen's.
    /// </summary>
    /// <param name="table">[tokens, channels]: the embedding of each token.</param>
    /// <param name="a">A row of the table; so are b and c. None of these three can be the answer.</param>
    /// <returns>The number of the row.</returns>
    public static int Analogy(float[,] table, int a, int b, int c)
    {
        // write: the row, other than a, b and c, with the largest cosine to row b − row a + row c
        int channels = table.GetLength(1);
        float[] wanted = new float[channels], row = new float[channels];
        for (int i = 0; i < channels; i++)
        {
            wanted[i] = table[b, i] - table[a, i] + table[c, i];
        }

        int best = -1;
        double bestCosine = double.NegativeInfinity;
        for (int token = 0; token < table.GetLength(0); token++)
        {
            for (int i = 0; i < channels; i++)
            {
                row[i] = table[token, i];
            }

            if (token != a && token != b && token != c && Cosine(row, wanted) > bestCosine)
            {
                (best, bestCosine) = (token, Cosine(row, wanted));
            }
        }

        return best;
        // end
    }
}
