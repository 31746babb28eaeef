// The options that all of `gpt2 tune` have, and what they mean together. What a method has besides is in its own file.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.PostTraining;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Text;
using Gpt2.Core.Training;
using Gpt2.Core.Weights;
using Gpt2.Kernels;

namespace Gpt2.Cli.Commands;

/// <summary>How the methods differ in the options that they share.</summary>
/// <param name="Name">The name of the method.</param>
/// <param name="HelpName">The name of the argument.</param>
/// <param name="Description">What the file has.</param>
/// <param name="Items">What a batch has.</param>
/// <param name="Standard">The settings of a run that says nothing else.</param>
/// <param name="Epochs">How often each example is learned; null if the steps do not follow from the examples.</param>
/// <param name="ReportEvery">Steps between lines of progress.</param>
/// <param name="Kind">The kind of examples that it learns from; null for any.</param>
internal sealed record TuneMethodOptions(
    string Name, string HelpName, string Description, string Items, TrainingSettings Standard, double? Epochs, int ReportEvery, ExampleKind? Kind)
{
    /// <summary>The usual learning rate of an adapter.</summary>
    public const float RateOfAdapter = 2e-3f;

    /// <summary>The highest learning rate of all weights, unless another is given.</summary>
    public const float RateOfWeights = 2e-4f;

    /// <summary>The settings that all methods begin with.</summary>
    public static TrainingSettings StandardWith(float rate, int steps = 1000) => new()
    {
        Steps = steps,
        LearningRate = rate,
        MinLearningRate = rate / 10,
        Optimizer = new OptimizerSettings { WeightDecay = 0 },
        EvaluationWindows = 1000, // examples
    };
}

/// <summary>The options of a method.</summary>
internal sealed class TuneInput
{
    /// <summary>The share of the examples that is kept for validation if nothing else is said.</summary>
    private const double StandardShare = 0.05;

    private readonly TuneMethodOptions method;
    private readonly Argument<string?> file;
    private readonly ModelInput model = new();
    private readonly TuneAdapterInput adapter = new();
    private readonly Option<string?> output = new("--out", "-o")
    {
        Description = "The folder of the run; at the end the result is in it.",
        HelpName = "FOLDER",
    };
    private readonly Option<string?> resume = new("--resume")
    {
        Description = "Continue the run in a folder with its original settings.",
        HelpName = "FOLDER",
    };
    private readonly AddedTokensInput added = new(
        "The row of each begins as the mean of the rows of its pieces; an adapter learns a low-rank change of these rows.");
    private readonly Option<string?> template = new("--template")
    {
        Description = "alpaca, short, plain, chat, or a file. Default: that of --adapter, or by the kind of examples and the context.",
        HelpName = "NAME|FILE",
    };
    private readonly Option<string?> maxSkipped = new("--max-skipped")
    {
        Description = "Rows that may be skipped because they cannot be used, as 20 or 5%. Default: 5%.",
        HelpName = "N|N%",
    };
    private readonly Option<double?> validationShare = CommonOptions.Number<double>(
        "--validation-share", [], "The share of the examples to keep for validation. Default: 0.05.", "a number such as 0.05");
    private readonly Option<string?> validation = new("--validation")
    {
        Description = "Examples to validate on; the others are all learned.",
        HelpName = "FILE",
    };
    private readonly Option<double?> epochs;
    private readonly TrainingOptions training;
    private readonly Option<ulong?> seed = CommonOptions.Whole<ulong>(
        "--seed", ["-s"], "Seed of the adapter, of what is kept, and of all that is random in the run. Default: 1.", least: 0);
    private readonly Option<int?> digits = CommonOptions.Whole(
        "--digits", [], "Decimal digits to keep in what was trained, 0 for all. Default: 0.", least: 0, most: 9);
    private readonly Option<int?> show = TrainingOptions.Size("--show", "Show so many examples as tokens with what is learned, and end.");
    private readonly KernelInput kernels = new();
    private readonly Option<bool> json = CommonOptions.Json();

    /// <param name="method">The method.</param>
    /// <param name="rate">The default of --learning-rate, as the help says it; null to say that of the method.</param>
    /// <param name="dropped">What --dropout is for.</param>
    public TuneInput(TuneMethodOptions method, string? rate = null, string dropped = "Dropout rate of the adapter's inputs")
    {
        this.method = method;
        file = new Argument<string?>("file")
        {
            Description = method.Description + "; - is standard input.",
            Arity = ArgumentArity.ZeroOrOne,
            HelpName = method.HelpName,
        };
        epochs = CommonOptions.Number<double>(
            "--epochs", [], $"How often each example is learned. Default: {method.Epochs?.ToString(CultureInfo.InvariantCulture)}.",
            "a number such as 3");
        string steps = method.Epochs is null ? method.Standard.Steps.ToString(CultureInfo.InvariantCulture) : "from --epochs";
        training = new TrainingOptions(
            method.Standard, steps, method.Items, rate ?? method.Standard.LearningRate.ToString("0.#####", CultureInfo.InvariantCulture), dropped,
            method.ReportEvery, samples: method.Epochs is null);
    }

    public string Method => method.Name;

    public void AddTo(Command command, IReadOnlyList<Option> own)
    {
        command.Arguments.Add(file);
        model.AddTo(command);
        foreach (Option option in (Option[])
            [
                output, resume, .. own, .. adapter.All, added.Option, template, maxSkipped, validationShare, validation,
                .. method.Epochs is null ? (Option[])[] : [epochs], .. training.OfSteps, digits, seed, .. training.BetweenSteps, show,
                .. kernels.All, json,
            ])
        {
            command.Options.Add(option);
        }
    }

    public bool Json(ParseResult parsed) => parsed.GetValue(json);

    public int ReportEvery(ParseResult parsed) => parsed.GetValue(training.ReportEvery);

    public bool IsResumed(ParseResult parsed) => parsed.GetValue(resume) is not null;

    /// <summary>The number of examples to show; null to train.</summary>
    public int? Show(ParseResult parsed) => parsed.GetValue(show);

    /// <summary>The folder of the run.</summary>
    /// <exception cref="UsageException">Neither --out nor --resume was given.</exception>
    public string FolderOf(ParseResult parsed) =>
        parsed.GetValue(resume)
        ?? CommonOptions.RequireFolderName(parsed.GetValue(output) ?? throw new UsageException("no folder: name one with --out FOLDER"), "--out");

    /// <summary>Reads model and examples, for --show.</summary>
    /// <exception cref="UsageException">Options contradict each other.</exception>
    /// <exception cref="Gpt2Exception">Model or examples cannot be read.</exception>
    public (TuneExamples Examples, Tokenizer Tokenizer) ReadExamples(ParseResult parsed, CommandIo io)
    {
        using ModelSource source = model.Open(parsed);
        StartAdapter? start = adapter.Read(parsed);
        (_, Tokenizer tokenizer) = AddTokens(parsed, TuneStart.TokenizerOf(source), start, io);
        return (ReadExamples(parsed, tokenizer, source.Config.Context, start, io), tokenizer);
    }

    /// <summary>Prepares the run that the options describe.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="full">Whether all weights are trained.</param>
    /// <param name="answered">The most validation examples to answer, or answers to sample, in an evaluation.</param>
    /// <param name="io">Notes.</param>
    /// <exception cref="UsageException">Options contradict each other.</exception>
    /// <exception cref="Gpt2Exception">Model or examples cannot be used.</exception>
    public TuneStart Begin(ParseResult parsed, bool full, int answered, CommandIo io)
    {
        adapter.RefuseWithFull(parsed, full);
        string folder = FolderOf(parsed);
        TrainingFolder.RequireFree(folder);
        KernelSet set = kernels.Read(parsed);
        StartAdapter? start = adapter.Read(parsed);
        using ModelSource source = model.Open(parsed);
        OutputTarget.RequireNotRead(folder, source.Path);
        (IReadOnlyList<string> tokens, Tokenizer tokenizer) = AddTokens(parsed, TuneStart.TokenizerOf(source), start, io);
        TuneExamples examples = ReadExamples(parsed, tokenizer, source.Config.Context, start, io);
        TrainingSettings settings = SettingsOf(parsed, full, examples.Split.Training.Count);
        if (settings.Problem() is Gpt2Exception problem)
        {
            throw new UsageException(problem);
        }

        LoraSettings? lora = full ? null : adapter.SettingsOf(parsed, settings.Dropout, start);
        return TuneStart.Begin(
            method.Name, source, tokens, tokenizer, examples, start, lora, settings, ShareOf(parsed), LimitOf(parsed).Text, answered, set,
            adapter.WeightsOf(parsed), model.UsesCache(parsed), io);
    }

    /// <summary>Prepares the run that is to be resumed.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="allowed">Options that may be given besides those of reports.</param>
    /// <param name="io">Notes.</param>
    /// <exception cref="UsageException">Other options were given.</exception>
    /// <exception cref="Gpt2Exception">There is no checkpoint of this method, or model, adapter or examples have changed.</exception>
    public TuneStart Resume(ParseResult parsed, Option[] allowed, CommandIo io)
    {
        training.RefuseWithResume(parsed, file, "examples", [resume, kernels.Threads, json, .. allowed]);
        return TuneStart.Resume(method.Name, FolderOf(parsed), rung => kernels.Read(parsed, rung), io);
    }

    /// <summary>The tokens that the run adds to a vocabulary, and the tokenizer with them.</summary>
    private (IReadOnlyList<string> Tokens, Tokenizer Tokenizer) AddTokens(ParseResult parsed, Tokenizer tokenizer, StartAdapter? start, CommandIo io)
    {
        if (start is not null && added.IsGiven(parsed))
        {
            throw new UsageException($"the adapter in {start.File.Path} has its tokens already: leave out {added.Option.Name} or --adapter");
        }

        IReadOnlyList<string> tokens = start?.Adapter.AddedTokens ?? added.Read(parsed, tokenizer.Vocabulary, io);
        return (tokens, new Tokenizer(tokenizer.Vocabulary.WithAdded(tokens)));
    }

    private TuneExamples ReadExamples(ParseResult parsed, Tokenizer tokenizer, int context, StartAdapter? start, CommandIo io)
    {
        string path = parsed.GetValue(file)
            ?? throw new UsageException($"no {(method.Epochs is null ? "prompts" : "examples")}: name a {method.HelpName}");
        if (parsed.GetValue(validation) is not null && parsed.GetValue(validationShare) is not null)
        {
            throw new UsageException("expected one of --validation and --validation-share, found both");
        }

        double share = ShareOf(parsed);
        if (!(share is >= 0 and < 1))
        {
            throw new UsageException(
                $"found {share.ToString(CultureInfo.InvariantCulture)}", where: "--validation-share", expected: "at least 0 and less than 1");
        }

        PromptTemplate? words = parsed.GetValue(template) is string name ? TuneExamples.TemplateOf(name, io) : start?.Template;
        var source = new TuneSource(path, parsed.GetValue(validation), share, SeedOf(parsed), words, LimitOf(parsed));
        return TuneExamples.Read(source, method.Kind, method.Epochs is not null, tokenizer, context, io);
    }

    private double ShareOf(ParseResult parsed) => parsed.GetValue(validationShare) ?? StandardShare;

    private ulong SeedOf(ParseResult parsed) => parsed.GetValue(seed) ?? method.Standard.Seed;

    private SkipLimit LimitOf(ParseResult parsed)
    {
        try
        {
            return parsed.GetValue(maxSkipped) is string text ? SkipLimit.Parse(text) : SkipLimit.Standard;
        }
        catch (Gpt2Exception e)
        {
            throw new UsageException(e.At("--max-skipped"));
        }
    }

    private TrainingSettings SettingsOf(ParseResult parsed, bool full, int examples)
    {
        TrainingSettings standard = method.Standard with { Seed = SeedOf(parsed), Digits = parsed.GetValue(digits) ?? 0 };
        const float Rate = TuneMethodOptions.RateOfWeights;
        standard = full ? standard with { LearningRate = Rate, MinLearningRate = Rate / 10 } : standard;
        if (method.Epochs is not double usual)
        {
            return training.Read(parsed, standard);
        }

        if (parsed.GetValue(epochs) is not null && parsed.GetValue(training.Steps) is not null)
        {
            throw new UsageException("expected one of --epochs and --steps, found both");
        }

        double times = parsed.GetValue(epochs) ?? usual;
        if (!(times > 0 && times <= 1e6))
        {
            throw new UsageException(
                $"found {times.ToString(CultureInfo.InvariantCulture)}", where: "--epochs", expected: "more than 0, at most 1000000");
        }

        return training.Read(parsed, standard, settings => settings.BatchSize < 1 || settings.Accumulate < 1 ? 1 : (int)Math.Clamp(
            Math.Ceiling(times * ExampleTuning.StepsPerEpoch(examples, settings.BatchSize, settings.Accumulate)), 1, int.MaxValue));
    }
}
