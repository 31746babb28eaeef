// Lesson 4: Attention. 60 minutes. Page: docs/lessons/04-attention.md
// Attention is how a token takes in what stands before it. Each step here is one of the model's steps 5 to 8, on plain arrays.

namespace Exercises;

public static class Lesson04Attention
{
    // 4.1 The score of two tokens
    /// <summary>
    /// How well a key answers a query: Σ query[i] · key[i], divided by √headSize.
    /// Example: (1, 2, 3, 4) and (1, 0, 1, 0) have the dot product 4, and the score 4 / √4 = 2.
    /// </summary>
    /// <param name="query">[headSize]: what a token looks for.</param>
    /// <param name="key">[headSize]: what a token offers.</param>
    public static float Score(float[] query, float[] key)
    {
        throw new NotImplementedException("the sum of query[i] · key[i], divided by √headSize");
    }

    // 4.2 The columns of a head
    /// <summary>
    /// Cuts out the columns that belong to a head: head 0 has the first channels / heads columns, head 1 the next, and so on.
    /// Example: of 8 channels and 4 heads, head 1 has the columns 2 and 3.
    /// </summary>
    /// <param name="matrix">[tokens, channels]: the queries, keys or values of all heads side by side.</param>
    /// <param name="head">The head, from 0.</param>
    /// <param name="heads">Number of heads.</param>
    /// <returns>[tokens, headSize] with headSize = channels / heads.</returns>
    public static float[,] HeadColumns(float[,] matrix, int head, int heads)
    {
        throw new NotImplementedException("a table with the headSize columns from head · headSize on");
    }

    // 4.3 The scores of a head
    /// <summary>
    /// The score of every token with every token: row = the token that asks, column = the token that is asked.
    /// </summary>
    /// <param name="queries">[tokens, headSize]</param>
    /// <param name="keys">[tokens, headSize]</param>
    /// <returns>[tokens, tokens]: step 6 of a block, before the mask.</returns>
    public static float[,] Scores(float[,] queries, float[,] keys)
    {
        throw new NotImplementedException("for each pair of tokens the dot product of query and key, divided by √headSize");
    }

    // 4.4 The causal mask
    /// <summary>
    /// Hides the future: sets every score with column > row to −1e10, so that softmax makes it 0. The others stay.
    /// Example: (1 2 / 3 0) becomes (1 −1e10 / 3 0).
    /// </summary>
    /// <param name="scores">[tokens, tokens], changed in place.</param>
    public static void MaskFuture(float[,] scores)
    {
        throw new NotImplementedException("set the scores whose column is larger than their row to -1e10f");
    }

    // 4.5 Softmax of the rows
    /// <summary>
    /// Softmax of each row: e^(score − largest of the row) / Σ of these over the row. Every row sums to 1.
    /// Example: the row (0, ln 3) becomes (0.25, 0.75).
    /// </summary>
    /// <param name="scores">[tokens, tokens]; must not be changed.</param>
    /// <returns>[tokens, tokens]: step 7 of a block.</returns>
    public static float[,] SoftmaxRows(float[,] scores)
    {
        throw new NotImplementedException("for each row e^(score − maximum), divided by the row's sum");
    }

    // 4.6 The attended values
    /// <summary>
    /// What each token takes from the others: the values of all tokens, weighted by its row of attention.
    /// Example: attention (0.25 0.75) on the values (4 0) and (0 8) gives (1 6).
    /// </summary>
    /// <param name="attention">[tokens, tokens]</param>
    /// <param name="values">[tokens, headSize]</param>
    /// <returns>[tokens, headSize]: step 8 of a block, for one head.</returns>
    public static float[,] AttendedValues(float[,] attention, float[,] values)
    {
        throw new NotImplementedException("for each row the sum over the tokens of attention · value");
    }
}
