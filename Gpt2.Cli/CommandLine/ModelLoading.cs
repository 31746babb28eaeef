// A model as commands use it: read with progress and notes, and its tokens formatted for a reader.

using System.Diagnostics;
using System.Globalization;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Weights;

namespace Gpt2.Cli.CommandLine;

internal static class ModelLoading
{
    /// <summary>From this many weights on, loading takes long enough to show its progress.</summary>
    private const long ShowProgressFrom = 5_000_000;

    /// <summary>Finds and reads a model.</summary>
    /// <param name="model">Its folder, file or name; null for the one that ships with the program.</param>
    /// <param name="options">How to read the model and what to compute with.</param>
    /// <param name="io">Progress and notes.</param>
    /// <exception cref="Gpt2Exception">The model does not exist, or something is wrong with it.</exception>
    public static LanguageModel Load(string? model, LoadOptions options, CommandIo io)
    {
        using ModelSource source = ModelFolder.Open(ModelLocator.Find(model ?? ModelLocator.DefaultModel), options.Format);
        return LanguageModel.Load(source, options, () => ReadWeights(source, io, options.UseCache));
    }

    /// <summary>Reads the weights of an opened model; a large one shows its progress.</summary>
    /// <exception cref="Gpt2Exception">Something is wrong with them.</exception>
    public static Gpt2Weights ReadWeights(ModelSource source, CommandIo io, bool cache)
    {
        WeightsCache? ofUser = cache ? WeightsCache.OfUser() : null;
        if (cache && ofUser is null)
        {
            io.Detail(UserCache.Missing().Message);
        }

        Gpt2Weights Read(IProgress<double>? progress) => ofUser is null
            ? source.ReadWeights(progress, io.Cancellation)
            : ofUser.Read(source, progress, text => io.Detail("cache: " + text), io.Cancellation);
        if (source.Config.Parameters < ShowProgressFrom)
        {
            return Read(null);
        }

        // Memory used for reading the vocabulary is freed first: the weights take most of what the process may use.
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        string name = ModelLocator.NameOf(source.Path);
        var watch = Stopwatch.StartNew();
        Gpt2Weights weights = Progress.Run($"loading {name}", io, Read);
        io.Note(string.Create(CultureInfo.InvariantCulture, $"loaded {name} in {watch.Elapsed.TotalSeconds:0.0} s"));
        return weights;
    }

    /// <summary>A token for a reader: in quotes, or its id if the model has no text.</summary>
    public static string Shown(this LanguageModel model, int id) => model.HasText
        ? TokenText.Of(model.Tokenizer.Vocabulary, id)
        : id.ToString(CultureInfo.InvariantCulture);

    /// <summary>The text of ids; null if the model has no text.</summary>
    public static string? TextOf(this LanguageModel model, ReadOnlySpan<int> ids) => model.HasText ? model.Tokenizer.Decode(ids) : null;
}
