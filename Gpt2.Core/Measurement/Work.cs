// The minimum number of operations and bytes of parts of the program; dividing it by the measured time gives a rate.

using Gpt2.Core.Model;

namespace Gpt2.Core.Measurement;

/// <summary>Work of one call.</summary>
/// <param name="Operations">Additions and multiplications of floats; a multiply-add is two.</param>
/// <param name="Bytes">
/// Bytes read from or written to memory, counting each number once, if the caches hold nothing beforehand.
/// </param>
internal readonly record struct Work(double Operations, double Bytes)
{
    /// <summary>Operations per byte, which determine whether arithmetic or memory is the limit.</summary>
    public double Intensity => Operations / Bytes;

    /// <summary>
    /// A product of [rows, inner] and [inner, columns]: 2 · rows · inner · columns operations, three matrices.
    /// </summary>
    public static Work Product(long rows, long inner, long columns) => new(
        2.0 * rows * inner * columns, sizeof(float) * ((double)(rows * inner) + (inner * columns) + (rows * columns)));

    /// <summary>
    /// A prompt whose last token's logits are wanted: 2 · (weights of the blocks' matrices) · tokens, attention's
    /// 4 · tokens² · channels per block (the masked half counted too), and the head for one token. Bytes: the weights.
    /// </summary>
    public static Work Prompt(Gpt2Config config, int tokens) => new(
        (2.0 * BlockMatrices(config) * tokens) + (4.0 * tokens * tokens * config.Channels * config.Layers)
        + (2.0 * config.Vocabulary * config.Channels),
        sizeof(float) * (double)WeightsPerToken(config));

    /// <summary>
    /// Another token with others in the cache: 2 operations per weight of the blocks' matrices and the head, and
    /// 4 · tokens · channels per block in attention. Bytes: the weights.
    /// </summary>
    /// <param name="config">The model.</param>
    /// <param name="tokens">Tokens that attention sees, including this one.</param>
    /// <param name="weightBytes">Bytes, as stored, of all weights that a token needs.</param>
    public static Work Token(Gpt2Config config, double tokens, double weightBytes) => new(
        (2.0 * (BlockMatrices(config) + ((double)config.Vocabulary * config.Channels))) + (4 * tokens * config.Channels * config.Layers),
        weightBytes);

    /// <summary>
    /// A training step: 6 operations per weight and token. Bytes: 11 floats per weight: the weight read in the forward
    /// pass, in the backward pass and in the update, and written in the update; the gradient written, read for the norm
    /// and read in the update; its two means read and written. Activations are not counted.
    /// </summary>
    public static Work TrainingStep(Gpt2Config config, int tokens) =>
        new(6.0 * config.Parameters * tokens, 11.0 * sizeof(float) * config.Parameters);

    /// <summary>
    /// Weights that every token needs: those of the blocks, of the last normalisation and of the head.
    /// </summary>
    public static long WeightsPerToken(Gpt2Config config) =>
        config.Parameters - ((long)config.Context * config.Channels) - (config.TiedHead ? 0 : (long)config.Vocabulary * config.Channels);

    /// <summary>Weights of the four matrices of every block.</summary>
    private static long BlockMatrices(Gpt2Config config) =>
        ((4L * config.Channels * config.Channels) + (2L * config.Channels * config.Hidden)) * config.Layers;
}
