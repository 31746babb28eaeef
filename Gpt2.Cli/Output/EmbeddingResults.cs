// The results of gpt2 embeddings as JSON. Either model or table says where the vectors are from. An id is a token, or a row of the table.

using Gpt2.Cli.Commands;
using Gpt2.Core.Laboratory.Embeddings;

namespace Gpt2.Cli.Output;

internal sealed record EmbeddingToken(int Id, string? Token);

/// <summary>Null stands for the cosine with a vector that is zero.</summary>
internal sealed record EmbeddingNeighbour(int Id, string? Token, double? Cosine, double Distance, int? CosineRank, int DistanceRank)
{
    public static EmbeddingNeighbour[] Of(EmbeddingSource source, IReadOnlyList<Neighbour> found) =>
    [
        .. found.Select(one => new EmbeddingNeighbour(
            one.Row, source.TextOf(one.Row), one.Cosine, one.Distance, one.CosineRank, one.DistanceRank)),
    ];
}

internal sealed record EmbeddingNearResult(string? Model, string? Table, EmbeddingToken Token, string By, EmbeddingNeighbour[] Neighbours);

/// <summary>A is to B as C is to the neighbours of vector, which is B − A + C.</summary>
internal sealed record EmbeddingAnalogyResult(
    string? Model, string? Table, EmbeddingToken A, EmbeddingToken B, EmbeddingToken C, double[] Vector, string By, EmbeddingNeighbour[] Neighbours);

internal sealed record EmbeddingSimilarityResult(string? Model, string? Table, EmbeddingToken[] Tokens, double?[][] Cosine, double[][] Distance);

/// <summary>The shares of the variance along the two axes are null if all points are the same.</summary>
internal sealed record EmbeddingMapResult(string? Model, string? Table, double?[] Shares, double Variance, EmbeddingPoint[] Points, string? Svg);

internal sealed record EmbeddingPoint(int Id, string? Token, double X, double Y);

/// <summary>Clouds are those of the tokens asked for, tokens those of the prompt.</summary>
internal sealed record EmbeddingPositionsResult(
    string Model, int Positions, int Channels, PositionLikeness[] Likenesses, double?[] Shares, PositionPoint[] Map, double Spread,
    double Farthest, int FarthestPosition, PositionCloudResult[] Clouds, PositionTokenResult[]? Tokens, string? Svg);

internal sealed record PositionPoint(int Position, double Length, double X, double Y);

/// <summary>A token with its nearest other one.</summary>
internal sealed record PositionCloudResult(int Id, string? Token, int NearestId, string? NearestToken, double NearestDistance);

/// <summary>A token of the prompt: the lengths of its embedding, of its position's, and of their sum, and the token nearest to that.</summary>
internal sealed record PositionTokenResult(
    int Position, int Id, string? Token, double TokenLength, double PositionLength, double SumLength, int NearestId, string? NearestToken);

/// <summary>Kept is the share of the squared weights that the columns keep. Counts are those of the words with one another.</summary>
internal sealed record CooccurrenceResult(
    string File, int Window, string Weighting, int Length, int Distinct, int Counted, int Columns, double Kept, double[] SingularValues,
    CooccurrenceWord[] Words, long[][] Counts, double?[][] Cosine, string? Out);

internal sealed record CooccurrenceWord(string Word, int Frequency, float[] Vector, EmbeddingNeighbour[] Neighbours);
