// The options of gpt2 price, and the models and prices that they name.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.PostTraining;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.PostTraining.Data.Workshop;
using Gpt2.Core.PostTraining.Prices;
using Gpt2.Core.Weights;
using Gpt2.Kernels;

namespace Gpt2.Cli.Commands;

/// <summary>The options of <see cref="PriceCommand"/>.</summary>
internal sealed class PriceInput
{
    private readonly Argument<string> what = new("file")
    {
        Description = "Descriptions with their prices, completions as JSON Lines or CSV; - is standard input. Or one description as text.",
        HelpName = "FILE|TEXT",
    };
    private readonly ModelInput model = new(adapters: true);
    private readonly KernelInput kernels = new();
    private readonly Option<string?> weights = CommonOptions.Weights();
    private readonly Option<string?> training = new("--train")
    {
        Description = "Also predict without a model, from the prices of another file: their mean, their median, and a regression on words.",
        HelpName = "FILE",
    };
    private readonly Option<string[]> also = new("--also")
    {
        Description = "Another model to compare with. Once for each of several.",
        HelpName = "FOLDER|NAME",
        DefaultValueFactory = _ => [],
    };

    public Option<int> K { get; } = CommonOptions.Count("--top-k", [], "Number tokens of which the mean is taken.", least: 1, standard: 3);

    public Option<string?> Reading { get; } = CommonOptions.OneOf(
        "--reading", "The reading that --svg draws. Default: median.", PriceReport.ReadingNames);

    public Option<string?> Svg { get; } = SvgOutput.Option("predicted against true prices");

    public Option<bool> Json { get; } = CommonOptions.Json();

    public void AddTo(Command command)
    {
        command.Arguments.Add(what);
        model.AddTo(command);
        foreach (Option option in (Option[])[also, training, K, Reading, Svg, weights, .. kernels.All, Json])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The file of descriptions; null if a text is given.</summary>
    public string? File(ParseResult parsed) => Text(parsed) is null ? parsed.GetValue(what) : null;

    /// <summary>The files that are read, which no picture may replace.</summary>
    public string?[] Files(ParseResult parsed) => [File(parsed), parsed.GetValue(training)];

    /// <summary>The description, which ends where its price follows; null if a file is given. A text has a space and names no file.</summary>
    public string? Text(ParseResult parsed)
    {
        string given = parsed.GetValue(what)!;
        return TextFile.IsStandardInput(given) || System.IO.File.Exists(given) || !given.Contains(' ', StringComparison.Ordinal) ? null
            : given.EndsWith('$') ? given : given.TrimEnd() + ProductText.End;
    }

    /// <summary>The prices to predict.</summary>
    /// <exception cref="Gpt2Exception">The file cannot be read, or its rows are not prices.</exception>
    public IReadOnlyList<PricedText> List(ParseResult parsed, CommandIo io) => Read(parsed.GetValue(what)!, io);

    /// <summary>The prices to predict from without a model; null if none are given.</summary>
    /// <inheritdoc cref="List"/>
    public IReadOnlyList<PricedText>? Training(ParseResult parsed, CommandIo io) => parsed.GetValue(training) is string file ? Read(file, io) : null;

    /// <summary>The model, and its name with those of its adapters.</summary>
    /// <exception cref="Gpt2Exception">The model or an adapter does not exist, or something is wrong with it.</exception>
    public (string Name, LanguageModel Model) Load(ParseResult parsed, CommandIo io)
    {
        LanguageModel loaded = model.Load(parsed, Kernels(parsed), io, TypeOf(parsed));
        return (string.Join(" + ", model.Adapters(parsed).Select(ModelLocator.NameOf).Prepend(loaded.Name)), loaded);
    }

    /// <summary>The models to compare with: the first one before tuning if there are adapters, with their tokens, and those of --also.</summary>
    /// <inheritdoc cref="Load"/>
    public IEnumerable<(string Name, LanguageModel Model)> Others(ParseResult parsed, CommandIo io)
    {
        string[] adapters = model.Adapters(parsed);
        if (adapters.Length > 0)
        {
            LanguageModel before = model.LoadExtended(parsed, AdapterFolder.AddedTokens(adapters), Options(parsed), io);
            yield return (before.Name, before);
        }

        foreach (string other in parsed.GetValue(also)!)
        {
            LanguageModel loaded = ModelLoading.Load(other, Options(parsed), io);
            yield return (loaded.Name, loaded);
        }
    }

    private LoadOptions Options(ParseResult parsed) => new()
    {
        Kernels = Kernels(parsed),
        Weights = TypeOf(parsed),
        UseCache = model.UsesCache(parsed),
    };

    private KernelSet Kernels(ParseResult parsed) => kernels.Read(parsed);

    private WeightType TypeOf(ParseResult parsed) => CommonOptions.WeightsOf(CommonOptions.Given(parsed, weights));

    private static IReadOnlyList<PricedText> Read(string file, CommandIo io) =>
        PriceList.Of(ExampleReader.Read(TextFile.ReadToLearnFrom(file, io), TextFile.NameOf(file), SkipLimit.Standard));
}
