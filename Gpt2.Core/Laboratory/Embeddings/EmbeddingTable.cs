// Rows of numbers that stand for words: the token embeddings of a model, or any other vectors. What is near a vector, and what b is to a
// as the answer is to c.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Laboratory.Embeddings;

/// <summary>What neighbours are ordered by.</summary>
internal enum NeighbourOrder
{
    /// <summary>The largest cosine first.</summary>
    Cosine,

    /// <summary>The smallest distance first.</summary>
    Distance,
}

/// <summary>A row near a vector.</summary>
/// <param name="Row">The row.</param>
/// <param name="Cosine">Its cosine with the vector; null if one of both is zero.</param>
/// <param name="Distance">Its distance from the vector.</param>
/// <param name="CosineRank">Its place, from 1, by cosine; null if there is no cosine. Of equal ones, the lower row is first.</param>
/// <param name="DistanceRank">Its place, from 1, by distance.</param>
internal readonly record struct Neighbour(int Row, double? Cosine, double Distance, int? CosineRank, int DistanceRank);

/// <summary>Vectors to compare, one in each row.</summary>
/// <param name="rows">The vectors, [vectors, channels].</param>
internal sealed class EmbeddingTable(Matrix rows)
{
    /// <summary>Cosines that differ in later digits are equal: the difference is rounding.</summary>
    private const int Digits = 12;

    /// <summary>Number of vectors.</summary>
    public int Count => rows.Rows;

    /// <summary>Numbers of a vector.</summary>
    public int Channels => rows.Columns;

    /// <summary>A vector.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public double[] this[int row] => VectorGeometry.Doubles(rows.Row(row));

    /// <summary>b − a + c: where the answer to "a is to b as c is to what" should be.</summary>
    /// <remarks>Mikolov, Yih, Zweig, "Linguistic Regularities in Continuous Space Word Representations" (2013).</remarks>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public double[] Analogy(int a, int b, int c)
    {
        double[] from = this[a], to = this[b], sum = this[c];
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] += to[i] - from[i];
        }

        return sum;
    }

    /// <summary>The rows nearest to a vector.</summary>
    /// <param name="vector">The vector.</param>
    /// <param name="except">Rows that are left out, of the ranks too.</param>
    /// <param name="by">What they are ordered by.</param>
    /// <param name="count">The maximum number of rows.</param>
    public IReadOnlyList<Neighbour> Nearest(ReadOnlySpan<double> vector, IReadOnlyCollection<int> except, NeighbourOrder by, int count)
    {
        var row = new double[Channels];
        var found = new List<Neighbour>(Count);
        for (int i = 0; i < Count; i++)
        {
            if (!except.Contains(i))
            {
                VectorGeometry.Copy(rows.Row(i), row);
                found.Add(new Neighbour(i, VectorGeometry.Cosine(vector, row), VectorGeometry.Distance(vector, row), null, 0));
            }
        }

        Neighbour[] byCosine = [.. found.OrderByDescending(
            one => one.Cosine is double cosine ? Math.Round(cosine, Digits) : double.NegativeInfinity)];
        var cosineRank = new Dictionary<int, int>(byCosine.Length);
        foreach ((Neighbour one, int place) in byCosine.Select((one, place) => (one, place)))
        {
            cosineRank[one.Row] = place + 1;
        }

        IEnumerable<Neighbour> ordered = found.OrderBy(one => one.Distance)
            .Select((one, place) => one with { CosineRank = one.Cosine is null ? null : cosineRank[one.Row], DistanceRank = place + 1 });
        if (by == NeighbourOrder.Cosine)
        {
            ordered = ordered.OrderBy(one => cosineRank[one.Row]);
        }

        return [.. ordered.Take(count)];
    }
}
