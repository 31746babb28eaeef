// The sheets of a session: every matrix of the pass in the order in which it was computed, then every weight.

using Gpt2.Core.Explaining;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Tracing;
using Gpt2.Core.Weights;

namespace Gpt2.Cli.Explore;

internal static class SheetList
{
    /// <summary>The sheets of a pass and of its model.</summary>
    public static IEnumerable<Sheet> Of(ForwardTrace trace, Gpt2Weights weights) => trace.Entries
        .Zip(MatrixDescription.AllOf(weights.Config), (entry, description) => OfPass(entry, description, trace.Ids.Count))
        .Concat(weights.Matrices().Select(OfWeight));

    /// <summary>The bytes of the weights that are copies, and not those of a model.</summary>
    public static long BytesOfCopies(Gpt2Weights weights, Gpt2Weights original) => weights.Matrices().Except(original.Matrices())
        .Sum(matrix => (long)matrix.Rows * matrix.Columns * sizeof(float));

    private static Sheet OfPass(TraceEntry entry, MatrixDescription description, int tokens)
    {
        SheetAxis columns = description.Columns switch
        {
            ColumnKind.Vocabulary => SheetAxis.Vocabulary,
            ColumnKind.HeadsAndTokens => SheetAxis.HeadsAndTokens,
            ColumnKind.QueriesKeysValues => SheetAxis.Qkv,
            ColumnKind.HeadsAndChannels => SheetAxis.HeadChannels,
            ColumnKind.Hidden => SheetAxis.Neurons,
            _ => SheetAxis.Channels,
        };
        var key = new SheetKey(entry.Matrix.Name, false, entry.Block, entry.Step);
        return new Sheet(description.Name, key, SheetAxis.Tokens, columns, entry.Matrix)
        {
            FirstToken = tokens - entry.Matrix.Rows, // a matrix with fewer rows than tokens holds those of the last
            Description = description,
        };
    }

    private static Sheet OfWeight(Matrix weight)
    {
        string[] parts = weight.Name.Split('/');
        bool isInBlock = parts[0] is ['h', >= '0' and <= '9', ..];
        int? block = isInBlock ? int.Parse(parts[0].AsSpan(1), System.Globalization.CultureInfo.InvariantCulture) : null;
        (SheetAxis rows, SheetAxis columns) = string.Join('/', isInBlock ? parts[1..] : parts) switch
        {
            "wte" or "lm_head" => (SheetAxis.Vocabulary, SheetAxis.Channels),
            "wpe" => (SheetAxis.Positions, SheetAxis.Channels),
            "attn/c_attn/w" => (SheetAxis.Channels, SheetAxis.Qkv),
            "attn/c_attn/b" => (SheetAxis.Single, SheetAxis.Qkv),
            "attn/c_proj/w" => (SheetAxis.HeadChannels, SheetAxis.Channels),
            "mlp/c_fc/w" => (SheetAxis.Channels, SheetAxis.Neurons),
            "mlp/c_fc/b" => (SheetAxis.Single, SheetAxis.Neurons),
            "mlp/c_proj/w" => (SheetAxis.Neurons, SheetAxis.Channels),
            _ => (SheetAxis.Single, SheetAxis.Channels),
        };
        string file = CsvLayout.FileOf(weight.Name);
        return new Sheet(Path.GetFileNameWithoutExtension(file), new SheetKey(weight.Name, true, block, null), rows, columns, weight);
    }
}
