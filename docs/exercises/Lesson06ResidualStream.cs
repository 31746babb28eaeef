// Lesson 6: The residual stream and layer norm. 30 minutes. Page: docs/lessons/06-residual-stream.md
// Every block reads the stream and adds to it. Before it reads, layer norm brings each token's numbers to the same scale.

namespace Exercises;

public static class Lesson06ResidualStream
{
    // 6.1 Normalise a row
    /// <summary>
    /// Layer norm of one row: (value − mean) / √(variance + 1e-5), where variance is the mean of (value − mean)².
    /// Example: (1, 3) has the mean 2 and the variance 1, and becomes (−1, 1).
    /// </summary>
    /// <param name="row">[channels]; must not be changed.</param>
    /// <returns>[channels]: a row of step 2 of a block.</returns>
    public static float[] Normalise(float[] row)
    {
        throw new NotImplementedException("each value minus the mean, divided by √(variance + 1e-5)");
    }

    // 6.2 Gain and bias
    /// <summary>
    /// The second half of layer norm: each channel times its gain, plus its bias.
    /// Example: (−1, 1) with the gain (2, 1) and the bias (0, 5) becomes (−2, 6).
    /// </summary>
    /// <returns>[channels]: a row of step 3 of a block.</returns>
    public static float[] GainAndBias(float[] normalised, float[] gain, float[] bias)
    {
        throw new NotImplementedException("normalised[i] · gain[i] + bias[i] for every channel");
    }

    // 6.3 Add to the stream
    /// <summary>
    /// The residual connection: adds what a layer has computed to the stream.
    /// Example: the stream (1, 2) and the output (10, 0): the stream is then (11, 2).
    /// </summary>
    /// <param name="stream">[channels], changed in place.</param>
    /// <param name="output">[channels]; must not be changed.</param>
    public static void AddToStream(float[] stream, float[] output)
    {
        throw new NotImplementedException("add each number of output to the one of stream");
    }
}
