// A model as commands use it: found, read with progress, and paired with its tokenizer.

using System.Diagnostics;
using System.Globalization;
using Gpt2.Cli.Output;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Kernels;

namespace Gpt2.Cli.CommandLine;

/// <summary>A model with its name, folder and tokenizer.</summary>
internal sealed record LoadedModel(string Name, string Folder, Gpt2Model Model, Tokenizer? Tokenizer)
{
    /// <summary>From this many weights on, loading takes long enough to be shown.</summary>
    private const long ShowProgressFrom = 5_000_000;

    public Gpt2Config Config => Model.Config;

    /// <summary>The token that ends a text; null where the vocabulary has none.</summary>
    public int? EndOfText => Tokenizer?.Vocabulary.EndOfText;

    /// <summary>Finds and reads a model.</summary>
    /// <param name="model">Folder or name; null for the default model.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="io">Where progress goes.</param>
    /// <param name="keepMatrices">Whether the weights must stay readable matrices, for a debugger, and are not packed.</param>
    /// <exception cref="Core.Gpt2Exception">It is not there, or something is wrong with it.</exception>
    public static LoadedModel Load(string? model, KernelSet kernels, CommandIo io, bool keepMatrices = false)
    {
        string folder = ModelLocator.Find(model ?? ModelLocator.DefaultModel);
        string name = ModelLocator.NameOf(folder);
        Gpt2Config config = CsvLayout.ConfigOf(folder);
        Tokenizer? tokenizer = CsvLayout.TokenizerOf(folder, config);
        Gpt2Weights weights = config.Parameters < ShowProgressFrom
            ? CsvModelFolder.ReadWeights(folder, config, null, io.Cancellation)
            : ReadWithProgress(folder, config, name, io);
        Gpt2Model loaded = keepMatrices ? new Gpt2Model(weights, kernels) : Gpt2Model.ForInference(weights, kernels);
        return new LoadedModel(name, folder, loaded, tokenizer);
    }

    /// <summary>A token as text, for reading: null where the model has no text.</summary>
    public string? TextOf(int id) => Tokenizer?.Decode([id]);

    /// <summary>A token for a reader: in quotes, or its id where the model has no text.</summary>
    public string Shown(int id) => Tokenizer is null
        ? id.ToString(CultureInfo.InvariantCulture)
        : TokenText.Quoted(Tokenizer.Vocabulary.BytesOf(id));

    /// <summary>The text of ids: null where the model has no text.</summary>
    public string? TextOf(ReadOnlySpan<int> ids) => Tokenizer?.Decode(ids);

    private static Gpt2Weights ReadWithProgress(string folder, Gpt2Config config, string name, CommandIo io)
    {
        // What reading the vocabulary left behind goes first: the weights are most of what the process may hold.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        var watch = Stopwatch.StartNew();
        Gpt2Weights weights = Progress.Run(
            $"loading {name}", io, progress => CsvModelFolder.ReadWeights(folder, config, progress, io.Cancellation));
        io.Note(string.Create(CultureInfo.InvariantCulture, $"loaded {name} in {watch.Elapsed.TotalSeconds:0.0} s"));
        return weights;
    }
}
