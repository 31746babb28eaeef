// Lesson 7: Depth. 35 minutes. Page: docs/lessons/07-depth.md
// The same block again and again, each with weights of its own: where does the answer appear?

namespace Exercises;

public static class Lesson07Depth
{
    // 7.1 Block after block
    // hint: Each block gets the stream as it is by now, with all that the blocks before have added.
    // hint: In the loop: call the block, then add each number of what it returns to the stream.
    // meaning: That is the whole of the model's depth: a loop. GPT-2 small goes through it 12 times, the largest GPT-2 48 times; what a
    //   block adds can be read by every later one.
    /// <summary>
    /// Sends a row through all blocks: each gets the stream, and what it returns is added to the stream.
    /// Example: the stream (1) and two blocks that both return double what they get: 1 + 2 = 3, then 3 + 6 = 9.
    /// </summary>
    /// <param name="stream">[channels]; must not be changed.</param>
    /// <param name="blocks">What each block computes from a row; no row is changed.</param>
    /// <returns>[channels]: the stream after the last block.</returns>
    public static float[] RunBlocks(float[] stream, Func<float[], float[]>[] blocks)
    {
        // write: for each block in turn, add what it returns for the stream to the stream
        float[] current = [.. stream];
        foreach (Func<float[], float[]> block in blocks)
        {
            float[] added = block([.. current]);
            for (int i = 0; i < current.Length; i++)
            {
                current[i] += added[i];
            }
        }

        return current;
        // end
    }

    // 7.2 The logit lens
    // hint: Normalise each row as in lesson 6 (Lesson06ResidualStream.Normalise and GainAndBias) before you compare.
    // hint: The logit of a token is the dot product of the normalised row and the token's row of wte.
    // hint: Keep the id with the largest logit.
    // meaning: The rows in the middle of the model are in the same language as the last: read them early, and you see the guess take
    //   shape from block to block, first something like the word just read, then a word of the right kind, then the answer.
    /// <summary>
    /// What the model would say if it ended early. Each row of the stream goes through the last layer norm (normalise, times gain, plus
    /// bias), and the answer is the token with the largest dot product of its row of wte with that.
    /// </summary>
    /// <param name="streams">[depths, channels]: the last token's row before the first block, after the first, after the second, …</param>
    /// <param name="gain">[channels]: of the last layer norm; so is the bias.</param>
    /// <param name="bias">[channels]</param>
    /// <param name="wte">[vocabulary, channels]: the table of token embeddings.</param>
    /// <returns>[depths]: an id for each depth.</returns>
    public static int[] LogitLens(float[,] streams, float[] gain, float[] bias, float[,] wte)
    {
        // write: for each row the id whose row of wte has the largest dot product with its layer norm
        int depths = streams.GetLength(0), channels = streams.GetLength(1);
        int[] ids = new int[depths];
        for (int depth = 0; depth < depths; depth++)
        {
            float[] row = new float[channels];
            for (int i = 0; i < channels; i++)
            {
                row[i] = streams[depth, i];
            }

            float[] read = Lesson06ResidualStream.GainAndBias(Lesson06ResidualStream.Normalise(row), gain, bias);
            double best = double.NegativeInfinity;
            for (int id = 0; id < wte.GetLength(0); id++)
            {
                double logit = 0;
                for (int i = 0; i < channels; i++)
                {
                    logit += read[i] * wte[id, i];
                }

                if (logit > best)
                {
                    (ids[depth], best) = (id, logit);
                }
            }
        }

        return ids;
        // end
    }
}
