// Random weights for the start of training, as in GPT-2.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Model.Layers;

/// <summary>
/// GPT-2's initialisation (Radford et al., section 2.3, and OpenAI's code): matrices are normal with standard deviation
/// 0.02, wpe with 0.01, the two projections back into the residual stream with 0.02 / √(2 · layers), since each block
/// adds twice to it; biases are 0 and gains 1.
/// </summary>
public static class WeightInitialisation
{
    private const double MatrixDeviation = 0.02;
    private const double PositionDeviation = 0.01;

    /// <summary>Fills the weights. The same seed and sizes give the same bits on every machine.</summary>
    /// <param name="weights">The weights to fill.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="progress">Receives the share drawn so far, 0 to 1, after each matrix; or null.</param>
    /// <param name="cancellation">Stops between matrices.</param>
    public static void Fill(Gpt2Weights weights, ulong seed, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        double projectionDeviation = MatrixDeviation / Math.Sqrt(2.0 * weights.Config.Layers);

        // What is drawn, and in this order.
        List<(Matrix Matrix, double Deviation)> drawn = [(weights.TokenEmbedding, MatrixDeviation), (weights.PositionEmbedding, PositionDeviation)];
        foreach (BlockWeights block in weights.Blocks)
        {
            block.Ln1.Gain.Span.Fill(1);
            block.Ln2.Gain.Span.Fill(1);
            drawn.Add((block.AttentionQkv.Weight, MatrixDeviation));
            drawn.Add((block.AttentionProjection.Weight, projectionDeviation));
            drawn.Add((block.MlpHidden.Weight, MatrixDeviation));
            drawn.Add((block.MlpProjection.Weight, projectionDeviation));
        }

        weights.FinalNorm.Gain.Span.Fill(1);
        if (!weights.Config.TiedHead)
        {
            drawn.Add((weights.Head.Weight, MatrixDeviation));
        }

        var random = new RandomGenerator(seed);
        long done = 0;
        foreach ((Matrix matrix, double deviation) in drawn)
        {
            cancellation.ThrowIfCancellationRequested();
            FillNormal(matrix, deviation, random);
            done += matrix.Span.Length;
            progress?.Report((double)done / weights.Config.Parameters);
        }
    }

    private static void FillNormal(Matrix matrix, double deviation, RandomGenerator random)
    {
        foreach (ref float weight in matrix.Span)
        {
            weight = (float)(deviation * random.NextNormal());
        }
    }
}
