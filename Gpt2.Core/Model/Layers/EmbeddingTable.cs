// The source of the rows of wte: the matrix itself, or the language head's weights if those replaced it.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Model.Layers;

/// <summary>A row of channels for every token of the vocabulary.</summary>
internal abstract class EmbeddingTable
{
    public abstract int Vocabulary { get; }

    public abstract int Channels { get; }

    /// <summary>Copies the row of a token.</summary>
    /// <param name="id">The token, below <see cref="Vocabulary"/>.</param>
    /// <param name="destination">[channels]</param>
    public abstract void CopyRow(int id, Span<float> destination);
}

/// <summary>The rows of a matrix.</summary>
internal sealed class DenseEmbedding(Matrix weight) : EmbeddingTable
{
    public Matrix Weight => weight;

    public override int Vocabulary => weight.Rows;

    public override int Channels => weight.Columns;

    public override void CopyRow(int id, Span<float> destination) => weight.Row(id).CopyTo(destination);
}

/// <summary>The columns of the language head's packed weights, so that wte is not stored twice.</summary>
internal sealed class TiedEmbedding(PackedLinear head) : EmbeddingTable
{
    public override int Vocabulary => head.Outputs;

    public override int Channels => head.Inputs;

    public override void CopyRow(int id, Span<float> destination) => head.CopyWeightsOf(id, destination);
}
