// The sizes that follow from a model's tensors are compared with the stated ones. If they differ, that is one finding,
// and the tensors are then checked against the sizes they show, so that one mistake does not become a hundred findings.

using System.Globalization;
using System.Text.RegularExpressions;
using Gpt2.Core.Model;

namespace Gpt2.Core.Weights.Doctor;

/// <summary>The sizes that the tensors show.</summary>
/// <param name="Vocabulary">Rows of wte; null if they are not known.</param>
/// <param name="Context">Rows of wpe; null if they are not known.</param>
/// <param name="Channels">The width that most tensors agree on; 0 if there is none.</param>
/// <param name="Layers">Blocks that have any tensor; null if it is not known which tensors there are.</param>
internal sealed partial record SeenSizes(int? Vocabulary, int? Context, int Channels, int? Layers)
{
    private static readonly string[] OfChannels = ["ln_1/g", "ln_1/b", "ln_2/g", "ln_2/b", "attn/c_proj/b", "mlp/c_proj/b"];

    /// <summary>
    /// Uses the tensors' names, and the shapes of those that have as many columns as there are channels.
    /// </summary>
    public static SeenSizes Of(ModelFiles files)
    {
        int? layers = files.Names?.Select(name => Block().Match(name)).Where(match => match.Success)
            .Select(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) + 1).DefaultIfEmpty(0).Max();
        IEnumerable<string> vectors = Enumerable.Range(0, layers ?? 0)
            .SelectMany(block => OfChannels.Select(name => $"h{block}/{name}")).Concat(["ln_f/g", "ln_f/b"]);
        long[]? tokens = files.ShapeOf("wte"), positions = files.ShapeOf("wpe");
        long channels = vectors.Select(files.ShapeOf).Select(shape => shape?.DefaultIfEmpty(0).Max() ?? 0)
            .Concat([Width(tokens), Width(positions)]).Where(width => width is > 0 and <= int.MaxValue)
            .GroupBy(width => width).OrderByDescending(width => width.Count()).ThenByDescending(width => width.Key).FirstOrDefault()?.Key ?? 0;
        return new SeenSizes(Rows(tokens, channels), Rows(positions, channels), (int)channels, layers);
    }

    /// <summary>The sizes to check against: those that the tensors show if a model can have them, otherwise the stated ones.</summary>
    public Gpt2Config Reconcile(Gpt2Config stated, ModelFiles files, FindingList findings)
    {
        Gpt2Config sizes = stated;
        if (Channels > 0 && Channels != stated.Channels)
        {
            sizes = sizes with { Channels = Channels, Heads = Channels % stated.Heads == 0 ? stated.Heads : 1 };
            Differs("n_embd", stated.Channels, Channels, $"most tensors have {Plural.Of(Channels, "column")}");
        }

        if (Vocabulary is int tokens && tokens != stated.Vocabulary)
        {
            sizes = sizes with { Vocabulary = tokens };
            Differs(files.SizeNames.Vocabulary, stated.Vocabulary, tokens, $"{files.NameOf("wte")} has {Plural.Of(tokens, "row")}");
        }

        if (Context is int positions && positions != stated.Context)
        {
            sizes = sizes with { Context = positions };
            Differs(files.SizeNames.Context, stated.Context, positions, $"{files.NameOf("wpe")} has {Plural.Of(positions, "row")}");
        }

        if (Layers is int layers && layers != stated.Layers)
        {
            sizes = sizes with { Layers = Math.Max(layers, 1) };
            Differs("n_layer", stated.Layers, layers, $"there are tensors of {Plural.Of(layers, "block")}");
        }

        return sizes.Problem() is null ? sizes : stated;

        void Differs(string size, int said, int seen, string what) => findings.Wrong(
            FindingArea.Sizes, files.SizesFile, $"{size} is {said}, but {what}",
            $"{(seen < said ? "copy the files again if some are missing or cut off, or " : "")}take the {files.SizesFile} of the same model");
    }

    /// <summary>
    /// The sizes if none are stated; null if the tensors show too little. They do not show the number of heads, so that
    /// of GPT-2 is assumed.
    /// </summary>
    public Gpt2Config? Guess()
    {
        const int HeadSize = Gpt2Config.HeadSizeOfGpt2;
        Gpt2Config? guess = Vocabulary is int tokens && Context is int positions && Channels > 0 && Layers is int layers
            ? new Gpt2Config(tokens, positions, Channels, Channels % HeadSize == 0 ? Channels / HeadSize : 1, layers)
            : null;
        return guess?.Problem() is null ? guess : null;
    }

    private static long Width(long[]? embedding) => embedding is [> 0, long columns] ? columns : 0;

    /// <summary>
    /// The dimension of an embedding that is not its channels, even if the embedding is transposed; of one without numbers it is not known.
    /// </summary>
    private static int? Rows(long[]? embedding, long channels) => embedding switch
    {
        [long rows, long columns] when columns == channels && rows is > 0 and <= int.MaxValue => (int)rows,
        [long rows, long columns] when rows == channels && columns is > 0 and <= int.MaxValue => (int)columns,
        _ => null,
    };

    [GeneratedRegex(@"(?:(?:^|[/_])h\.?|^blk\.)([0-9]{1,3})[./_]")]
    private static partial Regex Block();
}
