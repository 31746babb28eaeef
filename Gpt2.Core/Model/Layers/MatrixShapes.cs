// The names and shapes of a model's matrices without the matrices themselves: what a folder must hold, known before
// anything is read or allocated.

namespace Gpt2.Core.Model.Layers;

/// <summary>A matrix's name in OpenAI's checkpoint and its shape.</summary>
internal readonly record struct MatrixShape(string Name, int Rows, int Columns)
{
    public long Count => (long)Rows * Columns;
}

/// <summary>The shapes of a configuration, in the order of <see cref="Gpt2Weights.Matrices"/>.</summary>
internal static class MatrixShapes
{
    /// <summary>Every matrix of the model.</summary>
    public static IEnumerable<MatrixShape> Of(Gpt2Config config) =>
        Before(config)
            .Concat(Enumerable.Range(0, config.Layers).SelectMany(block => OfBlock(config, block)))
            .Concat(After(config));

    /// <summary>
    /// Number of weights, for sizes that have no <see cref="Gpt2Config.Problem"/>. A tied head counts once.
    /// </summary>
    public static long Count(Gpt2Config config) =>
        Before(config).Concat(After(config)).Sum(shape => shape.Count) + (config.Layers * OfBlock(config, 0).Sum(shape => shape.Count));

    private static IEnumerable<MatrixShape> Before(Gpt2Config config)
    {
        yield return new MatrixShape("wte", config.Vocabulary, config.Channels);
        yield return new MatrixShape("wpe", config.Context, config.Channels);
    }

    private static IEnumerable<MatrixShape> OfBlock(Gpt2Config config, int block)
    {
        int channels = config.Channels;
        yield return new MatrixShape($"h{block}/ln_1/g", 1, channels);
        yield return new MatrixShape($"h{block}/ln_1/b", 1, channels);
        yield return new MatrixShape($"h{block}/attn/c_attn/w", channels, 3 * channels);
        if (config.QkvBias)
        {
            yield return new MatrixShape($"h{block}/attn/c_attn/b", 1, 3 * channels);
        }

        yield return new MatrixShape($"h{block}/attn/c_proj/w", channels, channels);
        yield return new MatrixShape($"h{block}/attn/c_proj/b", 1, channels);
        yield return new MatrixShape($"h{block}/ln_2/g", 1, channels);
        yield return new MatrixShape($"h{block}/ln_2/b", 1, channels);
        yield return new MatrixShape($"h{block}/mlp/c_fc/w", channels, config.Hidden);
        yield return new MatrixShape($"h{block}/mlp/c_fc/b", 1, config.Hidden);
        yield return new MatrixShape($"h{block}/mlp/c_proj/w", config.Hidden, channels);
        yield return new MatrixShape($"h{block}/mlp/c_proj/b", 1, channels);
    }

    private static IEnumerable<MatrixShape> After(Gpt2Config config)
    {
        yield return new MatrixShape("ln_f/g", 1, config.Channels);
        yield return new MatrixShape("ln_f/b", 1, config.Channels);
        if (!config.TiedHead)
        {
            yield return new MatrixShape("lm_head", config.Vocabulary, config.Channels);
        }
    }
}
