// Fresh weights as GPT-2's training began with.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Model;

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
    /// <param name="weights">The weights.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="cancellation">Stops between rows.</param>
    public static void Fill(Gpt2Weights weights, ulong seed, CancellationToken cancellation = default)
    {
        var random = new RandomGenerator(seed);
        double projectionDeviation = MatrixDeviation / Math.Sqrt(2.0 * weights.Config.Layers);

        FillNormal(weights.TokenEmbedding, MatrixDeviation, random, cancellation);
        FillNormal(weights.PositionEmbedding, PositionDeviation, random, cancellation);
        foreach (BlockWeights block in weights.Blocks)
        {
            block.Ln1.Gain.Span.Fill(1);
            FillNormal(block.AttentionQkv.Weight, MatrixDeviation, random, cancellation);
            FillNormal(block.AttentionProjection.Weight, projectionDeviation, random, cancellation);
            block.Ln2.Gain.Span.Fill(1);
            FillNormal(block.MlpHidden.Weight, MatrixDeviation, random, cancellation);
            FillNormal(block.MlpProjection.Weight, projectionDeviation, random, cancellation);
        }

        weights.FinalNorm.Gain.Span.Fill(1);
        if (!weights.Config.TiedHead)
        {
            FillNormal(weights.Head.Weight, MatrixDeviation, random, cancellation);
        }
    }

    private static void FillNormal(Matrix matrix, double deviation, RandomGenerator random, CancellationToken cancellation)
    {
        for (int row = 0; row < matrix.Rows; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            foreach (ref float weight in matrix.Row(row))
            {
                weight = (float)(deviation * random.NextNormal());
            }
        }
    }
}
