// A model as commands use it: found, read with progress, and paired with its tokenizer.

using System.Diagnostics;
using System.Globalization;
using Gpt2.Cli.Output;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Kernels;

namespace Gpt2.Cli.CommandLine;

/// <summary>A model with its name, folder or file, and tokenizer.</summary>
internal sealed record LoadedModel(string Name, string Folder, Gpt2Model Model, Tokenizer? Tokenizer)
{
    /// <summary>From this many weights on, loading takes long enough to be shown.</summary>
    private const long ShowProgressFrom = 5_000_000;

    public Gpt2Config Config => Model.Config;

    /// <summary>The token that ends a text; null where the vocabulary has none.</summary>
    public int? EndOfText => Tokenizer?.Vocabulary.EndOfText;

    /// <summary>Finds and reads a model.</summary>
    /// <param name="model">Its folder, file or name; null for the one that ships with the program.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="io">Progress and notes.</param>
    /// <param name="format">The format to take where a folder holds several; null to go by the files.</param>
    /// <param name="cache">Whether a copy in the cache may be taken and left.</param>
    /// <param name="type">What to store the weights as.</param>
    /// <param name="keepMatrices">Whether the weights must stay readable matrices, for a debugger, and are not packed.</param>
    /// <exception cref="Core.Gpt2Exception">It is not there, or something is wrong with it.</exception>
    public static LoadedModel Load(
        string? model, KernelSet kernels, CommandIo io, ModelFormat? format = null, bool cache = true,
        WeightType type = WeightType.Float32, bool keepMatrices = false)
    {
        using ModelSource source = ModelFolder.Open(ModelLocator.Find(model ?? ModelLocator.DefaultModel), format);
        Tokenizer? tokenizer = source.ReadTokenizer();
        Gpt2Weights weights = ReadWeights(source, io, cache);
        Gpt2Model loaded = keepMatrices ? new Gpt2Model(weights, kernels) : Gpt2Model.ForInference(weights, kernels, type);
        return new LoadedModel(ModelLocator.NameOf(source.Path), source.Path, loaded, tokenizer);
    }

    /// <summary>Reads the weights of an opened model; a large one shows its progress.</summary>
    /// <exception cref="Core.Gpt2Exception">Something is wrong with them.</exception>
    public static Gpt2Weights ReadWeights(ModelSource source, CommandIo io, bool cache)
    {
        WeightsCache? ofUser = cache ? WeightsCache.OfUser() : null;
        if (cache && ofUser is null)
        {
            io.Detail($"cache: none, since {UserCache.Missing}");
        }

        Gpt2Weights Read(IProgress<double>? progress) => ofUser is null
            ? source.ReadWeights(progress, io.Cancellation)
            : ofUser.Read(source, progress, text => io.Detail("cache: " + text), io.Cancellation);
        if (source.Config.Parameters < ShowProgressFrom)
        {
            return Read(null);
        }

        // What reading the vocabulary left behind goes first: the weights are most of what the process may hold.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        string name = ModelLocator.NameOf(source.Path);
        var watch = Stopwatch.StartNew();
        Gpt2Weights weights = Progress.Run($"loading {name}", io, Read);
        io.Note(string.Create(CultureInfo.InvariantCulture, $"loaded {name} in {watch.Elapsed.TotalSeconds:0.0} s"));
        return weights;
    }

    /// <summary>A token as text, for reading: null where the model has no text.</summary>
    public string? TextOf(int id) => Tokenizer?.Decode([id]);

    /// <summary>A token for a reader: in quotes, or its id where the model has no text.</summary>
    public string Shown(int id) => Tokenizer is null
        ? id.ToString(CultureInfo.InvariantCulture)
        : TokenText.Quoted(Tokenizer.Vocabulary.BytesOf(id));

    /// <summary>The text of ids: null where the model has no text.</summary>
    public string? TextOf(ReadOnlySpan<int> ids) => Tokenizer?.Decode(ids);
}
