// Lesson 7: Depth. 35 minutes. Page: docs/lessons/07-depth.md
// The same block again and again, each with weights of its own: where does the answer appear?

namespace Exercises;

public static class Lesson07Depth
{
    // 7.1 Block after block
    /// <summary>
    /// Sends a row through all blocks: each gets the stream, and what it returns is added to the stream.
    /// Example: the stream (1) and two blocks that both return double what they get: 1 + 2 = 3, then 3 + 6 = 9.
    /// </summary>
    /// <param name="stream">[channels]; must not be changed.</param>
    /// <param name="blocks">What each block computes from a row; no row is changed.</param>
    /// <returns>[channels]: the stream after the last block.</returns>
    public static float[] RunBlocks(float[] stream, Func<float[], float[]>[] blocks)
    {
        throw new NotImplementedException("for each block in turn, add what it returns for the stream to the stream");
    }

    // 7.2 The logit lens
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
        throw new NotImplementedException("for each row the id whose row of wte has the largest dot product with its layer norm");
    }
}
