// Lesson 6: The residual stream and layer norm. 30 minutes. Page: docs/lessons/06-residual-stream.md
// Every block reads the stream and adds to it. Before it reads, layer norm brings each token's numbers to the same scale.

namespace Exercises;

public static class Lesson06ResidualStream
{
    // 6.1 Normalise a row
    // hint: Mean first, then the mean of the squared distances from it, the variance.
    // hint: The variance here divides by the number of values, not by one less.
    // hint: 1e-5 is added to the variance before the square root is taken.
    // meaning: Whatever grows in the stream, each layer sees numbers with mean 0 and deviation 1. Without it the numbers of a deep model
    //   would explode or vanish, and it could not be trained.
    /// <summary>
    /// Layer norm of one row: (value − mean) / √(variance + 1e-5), where variance is the mean of (value − mean)².
    /// Example: (1, 3) has the mean 2 and the variance 1, and becomes (−1, 1).
    /// </summary>
    /// <param name="row">[channels]; must not be changed.</param>
    /// <returns>[channels]: a row of step 2 of a block.</returns>
    public static float[] Normalise(float[] row)
    {
        // write: each value minus the mean, divided by √(variance + 1e-5)
        double mean = 0, variance = 0;
        foreach (float value in row)
        {
            mean += value / (double)row.Length;
        }

        foreach (float value in row)
        {
            variance += (value - mean) * (value - mean) / row.Length;
        }

        double deviation = Math.Sqrt(variance + 1e-5);
        return Array.ConvertAll(row, value => (float)((value - mean) / deviation));
        // end
    }

    // 6.2 Gain and bias
    // hint: result[i] = normalised[i] · gain[i] + bias[i].
    // meaning: The norm takes the scale away, and these two learned rows may give each channel one of its own, if that helps.
    /// <summary>
    /// The second half of layer norm: each channel times its gain, plus its bias.
    /// Example: (−1, 1) with the gain (2, 1) and the bias (0, 5) becomes (−2, 6).
    /// </summary>
    /// <returns>[channels]: a row of step 3 of a block.</returns>
    public static float[] GainAndBias(float[] normalised, float[] gain, float[] bias)
    {
        // write: normalised[i] · gain[i] + bias[i] for every channel
        float[] result = new float[normalised.Length];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = normalised[i] * gain[i] + bias[i];
        }

        return result;
        // end
    }

    // 6.3 Add to the stream
    // hint: One loop, and +=.
    // meaning: A block never replaces what is in the stream, it only adds. So the words of the prompt are still there at the end, and in
    //   training the gradient has a straight way down through all blocks.
    /// <summary>
    /// The residual connection: adds what a layer has computed to the stream.
    /// Example: the stream (1, 2) and the output (10, 0): the stream is then (11, 2).
    /// </summary>
    /// <param name="stream">[channels], changed in place.</param>
    /// <param name="output">[channels]; must not be changed.</param>
    public static void AddToStream(float[] stream, float[] output)
    {
        // write: add each number of output to the one of stream
        for (int i = 0; i < stream.Length; i++)
        {
            stream[i] += output[i];
        }
        // end
    }
}
