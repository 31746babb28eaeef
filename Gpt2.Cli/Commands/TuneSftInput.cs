// The options of `gpt2 tune sft` and what they mean together.

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

/// <summary>The options of <see cref="TuneSft"/>.</summary>
internal sealed class TuneSftInput
{
    private const float RateOfAdapter = 2e-3f, RateOfWeights = 2e-4f;

    private static readonly TrainingSettings Standard = new()
    {
        LearningRate = RateOfAdapter,
        MinLearningRate = RateOfAdapter / 10,
        Optimizer = new OptimizerSettings { WeightDecay = 0 },
        EvaluationWindows = 1000, // examples
    };

    private static readonly (string Name, AdaptedMaps Map)[] MapNames =
    [
        ("qkv", AdaptedMaps.AttentionQkv), ("attention", AdaptedMaps.AttentionProjection), ("hidden", AdaptedMaps.MlpHidden),
        ("mlp", AdaptedMaps.MlpProjection), ("all", AdaptedMaps.All),
    ];

    private readonly Argument<string?> file = new("file")
    {
        Description = "The examples, JSON Lines or CSV; - is standard input.",
        Arity = ArgumentArity.ZeroOrOne,
        HelpName = "FILE",
    };
    private readonly ModelInput model = new();
    private readonly Option<string?> output = new("--out", "-o")
    {
        Description = "The folder of the run; at the end the adapter is in it, or with --full the model.",
        HelpName = "FOLDER",
    };
    private readonly Option<string?> resume = new("--resume")
    {
        Description = "Continue the run in a folder with its original settings.",
        HelpName = "FOLDER",
    };
    private readonly Option<bool> full = new("--full") { Description = "Train all weights, not an adapter." };
    private readonly Option<int?> rank = TrainingOptions.Size("--rank", "Rank of the adapter. Default: 8.");
    private readonly Option<float?> alpha = TrainingOptions.Decimal(
        "--alpha", "The adapter's change is multiplied by alpha / rank. Default: twice the rank.");
    private readonly Option<string?> maps = new("--maps")
    {
        Description = "The maps to adapt, with commas: qkv, attention, hidden, mlp. Default: all.\n"
            + "qkv is attn/c_attn, attention is attn/c_proj, hidden is mlp/c_fc, mlp is mlp/c_proj.",
        HelpName = "LIST",
    };
    private readonly Option<string?> template = new("--template")
    {
        Description = "alpaca, short, plain, chat, or a file. Default: by the kind of examples and the context.",
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
    private readonly Option<double?> epochs = CommonOptions.Number<double>(
        "--epochs", [], "How often each example is learned. Default: 3.", "a number such as 3");
    private readonly TrainingOptions training = new(
        Standard, "from --epochs", "Examples", FormattableString.Invariant($"{RateOfAdapter}, with --full {RateOfWeights}"),
        "Dropout rate of the adapter's inputs, with --full of the model");
    private readonly Option<ulong?> seed = CommonOptions.Whole<ulong>(
        "--seed", ["-s"], "Seed of the adapter, of what is kept, of order and dropout. Default: 1.", least: 0);
    private readonly Option<int?> answers = TrainingOptions.Size(
        "--answers", "The most validation examples that the model answers, before and after, 0 for none. Default: 200.", least: 0);
    private readonly Option<int?> show = TrainingOptions.Size("--show", "Show so many examples as tokens with what is learned, and end.");
    private readonly KernelInput kernels = new();
    private readonly Option<bool> json = CommonOptions.Json();

    public void AddTo(Command command)
    {
        command.Arguments.Add(file);
        model.AddTo(command);
        foreach (Option option in (Option[])
            [
                output, resume, full, rank, alpha, maps, template, maxSkipped, validationShare, validation, epochs, .. training.OfSteps, seed,
                .. training.BetweenSteps, answers, show, .. kernels.All, json,
            ])
        {
            command.Options.Add(option);
        }
    }

    public bool Json(ParseResult parsed) => parsed.GetValue(json);

    public int ReportEvery(ParseResult parsed) => parsed.GetValue(training.ReportEvery);

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
        Tokenizer tokenizer = TuneSftStart.TokenizerOf(source);
        return (ReadExamples(parsed, tokenizer, source.Config.Context, io), tokenizer);
    }

    /// <summary>Prepares the run that the options describe.</summary>
    /// <exception cref="UsageException">Options contradict each other.</exception>
    /// <exception cref="Gpt2Exception">Model, examples or checkpoint cannot be used.</exception>
    public TuneSftStart Start(ParseResult parsed, CommandIo io)
    {
        string folder = FolderOf(parsed);
        if (parsed.GetValue(resume) is not null)
        {
            RefuseWithResume(parsed);
            return TuneSftStart.Resume(folder, rung => kernels.Read(parsed, rung), io);
        }

        bool all = parsed.GetValue(full);
        RefuseWithFull(parsed, all);
        TrainingFolder.RequireFree(folder);
        KernelSet set = kernels.Read(parsed);
        using ModelSource source = model.Open(parsed);
        OutputTarget.RequireNotRead(folder, source.Path);
        Tokenizer tokenizer = TuneSftStart.TokenizerOf(source);
        TuneExamples examples = ReadExamples(parsed, tokenizer, source.Config.Context, io);
        TrainingSettings settings = SettingsOf(parsed, all, examples.Split.Training.Count);
        if (settings.Problem() is Gpt2Exception problem)
        {
            throw new UsageException(problem);
        }

        LoraSettings? lora = all ? null : LoraOf(parsed, settings.Dropout);
        return TuneSftStart.Begin(
            source, tokenizer, examples, lora, settings, parsed.GetValue(validationShare) ?? TuneSftStart.ValidationShare,
            LimitOf(parsed).Text, parsed.GetValue(answers) ?? 200, set, io);
    }

    private TuneExamples ReadExamples(ParseResult parsed, Tokenizer tokenizer, int context, CommandIo io)
    {
        string path = parsed.GetValue(file) ?? throw new UsageException("no examples: name a FILE");
        if (parsed.GetValue(validation) is not null && parsed.GetValue(validationShare) is not null)
        {
            throw new UsageException("expected one of --validation and --validation-share, found both");
        }

        double share = parsed.GetValue(validationShare) ?? TuneSftStart.ValidationShare;
        if (!(share is >= 0 and < 1))
        {
            throw new UsageException(
                $"found {share.ToString(CultureInfo.InvariantCulture)}", where: "--validation-share", expected: "at least 0 and less than 1");
        }

        return TuneExamples.Read(
            path, parsed.GetValue(validation), share, parsed.GetValue(seed) ?? Standard.Seed,
            parsed.GetValue(template) is string name ? TuneExamples.TemplateOf(name, io) : null, LimitOf(parsed), tokenizer, context, io);
    }

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

    private TrainingSettings SettingsOf(ParseResult parsed, bool all, int examples)
    {
        if (parsed.GetValue(epochs) is not null && parsed.GetValue(training.Steps) is not null)
        {
            throw new UsageException("expected one of --epochs and --steps, found both");
        }

        double times = parsed.GetValue(epochs) ?? 3;
        if (!(times > 0 && times <= 1e6))
        {
            throw new UsageException(
                $"found {times.ToString(CultureInfo.InvariantCulture)}", where: "--epochs", expected: "more than 0, at most 1000000");
        }

        TrainingSettings standard = all ? Standard with { LearningRate = RateOfWeights, MinLearningRate = RateOfWeights / 10 } : Standard;
        return training.Read(
            parsed, standard with { Seed = parsed.GetValue(seed) ?? standard.Seed },
            settings => settings.BatchSize < 1 || settings.Accumulate < 1 ? 1 : (int)Math.Clamp(
                Math.Ceiling(times * SupervisedTuning.StepsPerEpoch(examples, settings.BatchSize, settings.Accumulate)), 1, int.MaxValue));
    }

    private LoraSettings LoraOf(ParseResult parsed, float dropout)
    {
        int ofRank = parsed.GetValue(rank) ?? new LoraSettings().Rank;
        AdaptedMaps adapted = AdaptedMaps.None;
        foreach (string name in (parsed.GetValue(maps) ?? "all").Split(','))
        {
            adapted |= MapNames.FirstOrDefault(entry => entry.Name == name.Trim()) is { Name: not null } entry
                ? entry.Map
                : throw new UsageException(
                    $"found '{name}'", where: "--maps", expected: string.Join(", ", MapNames.Select(entry => entry.Name)) + ", with commas");
        }

        var settings = new LoraSettings { Rank = ofRank, Alpha = parsed.GetValue(alpha) ?? 2 * ofRank, Dropout = dropout, Maps = adapted };
        return settings.Problem() is Gpt2Exception problem ? throw new UsageException(problem) : settings;
    }

    private void RefuseWithFull(ParseResult parsed, bool all)
    {
        foreach (Option option in (Option[])[rank, alpha, maps])
        {
            if (all && parsed.GetResult(option) is { Implicit: false })
            {
                throw new UsageException($"--full trains no adapter: expected no {option.Name} with it");
            }
        }
    }

    /// <summary>The settings of the run are in the checkpoint; only the options for reports may be given again.</summary>
    private void RefuseWithResume(ParseResult parsed) =>
        training.RefuseWithResume(parsed, file, "examples", resume, kernels.Threads, json);
}
