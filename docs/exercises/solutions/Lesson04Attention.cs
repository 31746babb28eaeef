// Lesson 4: Attention. 60 minutes. Page: docs/lessons/04-attention.md
// Attention is how a token takes in what stands before it. Each step here is one of the model's steps 5 to 8, on plain arrays.

namespace Exercises;

public static class Lesson04Attention
{
    // 4.1 The score of two tokens
    // hint: Multiply the numbers in the same place, add up the products, and divide by a square root at the end.
    // hint: query.Length is headSize; MathF.Sqrt gives a float.
    // meaning: A large score means that the query asks for what the key offers. The division keeps the scores of long vectors from
    //   growing: without it one token would get nearly all the attention, and training would hardly move.
    /// <summary>
    /// How well a key answers a query: Σ query[i] · key[i], divided by √headSize.
    /// Example: (1, 2, 3, 4) and (1, 0, 1, 0) have the dot product 4, and the score 4 / √4 = 2.
    /// </summary>
    /// <param name="query">[headSize]: what a token looks for.</param>
    /// <param name="key">[headSize]: what a token offers.</param>
    public static float Score(float[] query, float[] key)
    {
        // write: the sum of query[i] · key[i], divided by √headSize
        float sum = 0;
        for (int i = 0; i < query.Length; i++)
        {
            sum += query[i] * key[i];
        }

        return sum / MathF.Sqrt(query.Length);
        // end
    }

    // 4.2 The columns of a head
    // hint: Head h begins at column h · headSize.
    // hint: result[token, i] = matrix[token, head * headSize + i]
    // meaning: Heads are not a new kind of thing: they are columns that are computed with apart from the others. That is why twelve
    //   heads cost no more than one.
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
        // write: a table with the headSize columns from head · headSize on
        int tokens = matrix.GetLength(0), headSize = matrix.GetLength(1) / heads;
        float[,] columns = new float[tokens, headSize];
        for (int token = 0; token < tokens; token++)
        {
            for (int i = 0; i < headSize; i++)
            {
                columns[token, i] = matrix[token, head * headSize + i];
            }
        }

        return columns;
        // end
    }

    // 4.3 The scores of a head
    // hint: Three loops: over the tokens that ask, over the tokens that are asked, over the headSize numbers of both.
    // hint: scores[asking, asked] = Σ over i of queries[asking, i] · keys[asked, i] / √headSize.
    // meaning: All tokens ask all tokens at once. That is a matrix product, queries · keysᵀ, and the reason why a long prompt costs its
    //   length squared.
    /// <summary>
    /// The score of every token with every token: row = the token that asks, column = the token that is asked.
    /// </summary>
    /// <param name="queries">[tokens, headSize]</param>
    /// <param name="keys">[tokens, headSize]</param>
    /// <returns>[tokens, tokens]: step 6 of a block, before the mask.</returns>
    public static float[,] Scores(float[,] queries, float[,] keys)
    {
        // write: for each pair of tokens the dot product of query and key, divided by √headSize
        int tokens = queries.GetLength(0), headSize = queries.GetLength(1);
        float[,] scores = new float[tokens, tokens];
        for (int asking = 0; asking < tokens; asking++)
        {
            for (int asked = 0; asked < tokens; asked++)
            {
                float sum = 0;
                for (int i = 0; i < headSize; i++)
                {
                    sum += queries[asking, i] * keys[asked, i];
                }

                scores[asking, asked] = sum / MathF.Sqrt(headSize);
            }
        }

        return scores;
        // end
    }

    // 4.4 The causal mask
    // hint: A token is in the future if its column is larger than the row of the token that asks.
    // hint: Two loops, the inner one from row + 1 on. The diagonal stays: a token may attend to itself.
    // meaning: The mask makes the model a predictor: position 3 must not see position 4, which it is to predict. It goes by place and
    //   not by value, because a score may well be 0, and then means "neither for nor against".
    /// <summary>
    /// Hides the future: sets every score with column > row to −1e10, so that softmax makes it 0. The others stay.
    /// Example: (1 2 / 3 0) becomes (1 −1e10 / 3 0).
    /// </summary>
    /// <param name="scores">[tokens, tokens], changed in place.</param>
    public static void MaskFuture(float[,] scores)
    {
        // write: set the scores whose column is larger than their row to -1e10f
        for (int row = 0; row < scores.GetLength(0); row++)
        {
            for (int column = row + 1; column < scores.GetLength(1); column++)
            {
                scores[row, column] = -1e10f;
            }
        }
        // end
    }

    // 4.5 Softmax of the rows
    // hint: For one row: e to the power of each number, then each divided by the sum of all.
    // hint: Subtract the largest number of the row first, from every number of the row. The result is the same, and nothing overflows.
    // meaning: Each row is now a way to divide one unit of attention among the tokens so far. Rows, since it is the asking token that
    //   divides its attention; a token that is asked may get much from many, or nothing.
    /// <summary>
    /// Softmax of each row: e^(score − largest of the row) / Σ of these over the row. Every row sums to 1.
    /// Example: the row (0, ln 3) becomes (0.25, 0.75).
    /// </summary>
    /// <param name="scores">[tokens, tokens]; must not be changed.</param>
    /// <returns>[tokens, tokens]: step 7 of a block.</returns>
    public static float[,] SoftmaxRows(float[,] scores)
    {
        // write: for each row e^(score − maximum), divided by the row's sum
        int rows = scores.GetLength(0), columns = scores.GetLength(1);
        float[,] attention = new float[rows, columns];
        for (int row = 0; row < rows; row++)
        {
            float max = float.NegativeInfinity, sum = 0;
            for (int column = 0; column < columns; column++)
            {
                max = MathF.Max(max, scores[row, column]);
            }

            for (int column = 0; column < columns; column++)
            {
                attention[row, column] = MathF.Exp(scores[row, column] - max);
                sum += attention[row, column];
            }

            for (int column = 0; column < columns; column++)
            {
                attention[row, column] /= sum;
            }
        }

        return attention;
        // end
    }

    // 4.6 The attended values
    // hint: attended[row, i] = Σ over token of attention[row, token] · values[token, i].
    // hint: The outer loops run over the rows and over i; the sum runs over the tokens.
    // meaning: This is all that attention does: a mean of the values, weighted by attention. Here information moves from one token to
    //   another; everywhere else in the model each token is alone.
    /// <summary>
    /// What each token takes from the others: the values of all tokens, weighted by its row of attention.
    /// Example: attention (0.25 0.75) on the values (4 0) and (0 8) gives (1 6).
    /// </summary>
    /// <param name="attention">[tokens, tokens]</param>
    /// <param name="values">[tokens, headSize]</param>
    /// <returns>[tokens, headSize]: step 8 of a block, for one head.</returns>
    public static float[,] AttendedValues(float[,] attention, float[,] values)
    {
        // write: for each row the sum over the tokens of attention · value
        int tokens = attention.GetLength(0), headSize = values.GetLength(1);
        float[,] attended = new float[tokens, headSize];
        for (int row = 0; row < tokens; row++)
        {
            for (int i = 0; i < headSize; i++)
            {
                for (int token = 0; token < values.GetLength(0); token++)
                {
                    attended[row, i] += attention[row, token] * values[token, i];
                }
            }
        }

        return attended;
        // end
    }
}
