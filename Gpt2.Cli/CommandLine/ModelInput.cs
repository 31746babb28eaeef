// Which model to take and how: --model, --adapter, --format and --no-cache.

using System.CommandLine;
using Gpt2.Core;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.PostTraining;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Kernels;

namespace Gpt2.Cli.CommandLine;

/// <summary>The options of a command that reads a model.</summary>
/// <param name="adapters">Whether adapters can be put on it.</param>
internal sealed class ModelInput(bool adapters = false)
{
    private readonly Option<string?> model = CommonOptions.Model();
    private readonly Option<string[]> adapter = CommonOptions.Adapter();
    private readonly Option<string?> format = CommonOptions.Format();
    private readonly Option<bool> noCache = CommonOptions.NoCache();

    public void AddTo(Command command)
    {
        command.Options.Add(model);
        if (adapters)
        {
            command.Options.Add(adapter);
        }

        command.Options.Add(format);
        command.Options.Add(noCache);
    }

    /// <summary>The value of --model; null if it was not given.</summary>
    public string? NameGiven(ParseResult parsed) => parsed.GetValue(model);

    /// <summary>Whether weights may be read from the user's cache: --no-cache was not given.</summary>
    public bool UsesCache(ParseResult parsed) => !parsed.GetValue(noCache);

    /// <summary>The folders of the adapters that are put on the model.</summary>
    /// <exception cref="Core.Gpt2Exception">One does not exist.</exception>
    public string[] Adapters(ParseResult parsed) => adapters ? [.. parsed.GetValue(adapter)!.Select(AdapterLocator.Find)] : [];

    /// <summary>The tokenizer of an opened model, with the tokens that adapters add; null if the model has none.</summary>
    /// <exception cref="Core.Gpt2Exception">Something is wrong with the vocabulary or an adapter.</exception>
    public Tokenizer? ReadTokenizer(ParseResult parsed, ModelSource source) =>
        AdapterFolder.TokenizerWith(Adapters(parsed), source.ReadTokenizer());

    /// <summary>Finds and opens the model, without reading its weights.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="elsewhere">The model to use without --model; null for the one that ships with the program.</param>
    /// <exception cref="Core.Gpt2Exception">The model does not exist, or something is wrong with it.</exception>
    public ModelSource Open(ParseResult parsed, string? elsewhere = null) => ModelFolder.Open(
        ModelLocator.Find(NameGiven(parsed) ?? elsewhere ?? ModelLocator.DefaultModel), CommonOptions.FormatOf(parsed.GetValue(format)));

    /// <summary>Finds and reads the model and its adapters.</summary>
    /// <exception cref="Core.Gpt2Exception">One of them does not exist, or something is wrong with it.</exception>
    public LanguageModel Load(
        ParseResult parsed, KernelSet kernels, CommandIo io, WeightType type = WeightType.Float32, bool keepMatrices = false) =>
        ModelLoading.Load(
            NameGiven(parsed),
            new LoadOptions
            {
                Kernels = kernels,
                Weights = type,
                KeepMatrices = keepMatrices,
                Adapters = Adapters(parsed),
                Format = CommonOptions.FormatOf(parsed.GetValue(format)),
                UseCache = UsesCache(parsed),
            },
            io);

    /// <summary>Finds and reads the model without adapters, and takes the fingerprint by which adapters know it.</summary>
    /// <exception cref="Core.Gpt2Exception">It does not exist, or something is wrong with it.</exception>
    public (LanguageModel Model, ModelFingerprint Fingerprint) LoadBase(ParseResult parsed, KernelSet kernels, CommandIo io, WeightType type)
    {
        using ModelSource source = Open(parsed);
        ModelFingerprint? fingerprint = null;
        LanguageModel loaded = LanguageModel.Load(source, new LoadOptions { Kernels = kernels, Weights = type }, () =>
        {
            Gpt2Weights weights = ModelLoading.ReadWeights(source, io, cache: UsesCache(parsed));
            fingerprint = ModelFingerprint.Of(weights); // before they are packed
            return weights;
        });
        return (loaded, fingerprint!);
    }

    /// <summary>Finds and reads the model without adapters but with tokens that they add.</summary>
    /// <exception cref="Core.Gpt2Exception">It does not exist, something is wrong with it, or it cannot have these tokens.</exception>
    public LanguageModel LoadExtended(ParseResult parsed, IReadOnlyList<string> tokens, LoadOptions options, CommandIo io)
    {
        using ModelSource source = Open(parsed);
        Gpt2Weights weights = ModelLoading.ReadWeights(source, io, cache: UsesCache(parsed));
        (Gpt2Weights extended, Tokenizer? tokenizer) = TokenRows.Extend(weights, source.ReadTokenizer(), tokens);
        return LanguageModel.Of(extended, tokenizer, ModelLocator.NameOf(source.Path), options);
    }
}
