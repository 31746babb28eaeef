// Lesson 3: Positions. 20 minutes. Page: docs/lessons/03-positions.md
// "Dog bites man" and "man bites dog" have the same tokens. A second table says where a token stands, and its rows are simply added.

namespace Exercises;

public static class Lesson03Positions
{
    // 3.1 Look up the embeddings
    /// <summary>
    /// The embeddings of a prompt: for each token the row of its id.
    /// Example: the ids 2 0 give rows 2 and 0 of the table.
    /// </summary>
    /// <param name="ids">[tokens]</param>
    /// <param name="wte">[vocabulary, channels]: the table of token embeddings.</param>
    /// <returns>[tokens, channels]</returns>
    public static float[,] LookUp(int[] ids, float[,] wte)
    {
        throw new NotImplementedException("a table whose row i is row ids[i] of wte");
    }

    // 3.2 Add the positions
    /// <summary>
    /// Adds to each token's row the row of its position.
    /// Example: with first = 0, token 0 gets row 0 of wpe, token 1 row 1. With first = 5, as when five tokens were read before, rows 5 and 6.
    /// </summary>
    /// <param name="embeddings">[tokens, channels]; must not be changed.</param>
    /// <param name="wpe">[positions, channels]: the table of position embeddings.</param>
    /// <param name="first">The position of the first token.</param>
    /// <returns>[tokens, channels]: what the first block gets.</returns>
    public static float[,] AddPositions(float[,] embeddings, float[,] wpe, int first)
    {
        throw new NotImplementedException("a table whose row t is row t of embeddings plus row first + t of wpe");
    }
}
