// Lesson 3: Positions. 20 minutes. Page: docs/lessons/03-positions.md
// "Dog bites man" and "man bites dog" have the same tokens. A second table says where a token stands, and its rows are simply added.

namespace Exercises;

public static class Lesson03Positions
{
    // 3.1 Look up the embeddings
    // hint: Row i of the result is a copy of row ids[i] of the table.
    // meaning: The first step of the model is no arithmetic at all: it looks up a row for each id. The ids themselves are never
    //   computed with; token 1001 is no more like token 1000 than any other.
    /// <summary>
    /// The embeddings of a prompt: for each token the row of its id.
    /// Example: the ids 2 0 give rows 2 and 0 of the table.
    /// </summary>
    /// <param name="ids">[tokens]</param>
    /// <param name="wte">[vocabulary, channels]: the table of token embeddings.</param>
    /// <returns>[tokens, channels]</returns>
    public static float[,] LookUp(int[] ids, float[,] wte)
    {
        // write: a table whose row i is row ids[i] of wte
        int channels = wte.GetLength(1);
        float[,] embeddings = new float[ids.Length, channels];
        for (int token = 0; token < ids.Length; token++)
        {
            for (int i = 0; i < channels; i++)
            {
                embeddings[token, i] = wte[ids[token], i];
            }
        }

        return embeddings;
        // end
    }

    // 3.2 Add the positions
    // hint: Token t of these stands at position first + t.
    // meaning: After this addition the same word at two places has two different rows, and attention can tell them apart. That GPT-2
    //   has 1,024 such rows is why it cannot read a longer text.
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
        // write: a table whose row t is row t of embeddings plus row first + t of wpe
        int tokens = embeddings.GetLength(0), channels = embeddings.GetLength(1);
        float[,] sum = new float[tokens, channels];
        for (int token = 0; token < tokens; token++)
        {
            for (int i = 0; i < channels; i++)
            {
                sum[token, i] = embeddings[token, i] + wpe[first + token, i];
            }
        }

        return sum;
        // end
    }
}
