// The position embeddings of a model: how alike near and far positions are, and how far they move a token that stands at one of them.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Laboratory.Embeddings;

/// <summary>How alike positions are that are a number of tokens apart.</summary>
/// <param name="Apart">The number of tokens.</param>
/// <param name="Pairs">Number of pairs of such positions.</param>
/// <param name="Cosine">The mean of their cosines; null if a position is zero.</param>
/// <param name="Least">The smallest cosine.</param>
/// <param name="Most">The largest.</param>
/// <param name="Distance">The mean of their distances.</param>
internal sealed record PositionLikeness(int Apart, int Pairs, double? Cosine, double? Least, double? Most, double Distance);

/// <summary>
/// What positions add to a token. A token at position p enters the first block as wte[token] + wpe[p], so that its places form a cloud
/// around wte[token] + the mean of wpe, of the same shape for every token.
/// </summary>
internal sealed class PositionGeometry
{
    private readonly EmbeddingTable positions;

    /// <param name="positions">The position embeddings, [positions, channels].</param>
    public PositionGeometry(Matrix positions)
    {
        this.positions = new EmbeddingTable(positions);
        Middle = [.. Enumerable.Range(0, positions.Columns).Select(
            channel => Enumerable.Range(0, positions.Rows).Average(position => (double)positions[position, channel]))];
        double[] away = [.. Enumerable.Range(0, positions.Rows).Select(position => VectorGeometry.Distance(this.positions[position], Middle))];
        Spread = Math.Sqrt(away.Average(distance => distance * distance));
        Farthest = away.Max();
        FarthestPosition = Array.IndexOf(away, Farthest);
    }

    /// <summary>Number of positions.</summary>
    public int Count => positions.Count;

    /// <summary>The mean position embedding.</summary>
    public double[] Middle { get; }

    /// <summary>The root mean square of the distances from the middle.</summary>
    public double Spread { get; }

    /// <summary>The largest of these distances.</summary>
    public double Farthest { get; }

    /// <summary>The position that is so far away.</summary>
    public int FarthestPosition { get; }

    /// <summary>A position embedding.</summary>
    public double[] this[int position] => positions[position];

    /// <summary>How alike positions are, 1, 2, 4, 8 … tokens apart.</summary>
    public IEnumerable<PositionLikeness> Likenesses()
    {
        double[][] all = [.. Enumerable.Range(0, Count).Select(position => positions[position])];
        for (int apart = 1; apart < Count; apart *= 2)
        {
            int pairs = Count - apart;
            double?[] cosines = [.. Enumerable.Range(0, pairs).Select(p => VectorGeometry.Cosine(all[p], all[p + apart]))];
            bool defined = cosines.All(cosine => cosine is not null);
            yield return new PositionLikeness(
                apart, pairs, defined ? cosines.Average() : null, defined ? cosines.Min() : null, defined ? cosines.Max() : null,
                Enumerable.Range(0, pairs).Average(p => VectorGeometry.Distance(all[p], all[p + apart])));
        }
    }

    /// <summary>A token's embedding and a position's.</summary>
    public double[] At(int position, double[] token)
    {
        double[] sum = positions[position];
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] += token[i];
        }

        return sum;
    }
}
