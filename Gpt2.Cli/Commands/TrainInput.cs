// The options of `gpt2 train`, their presets, and what they mean together.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Text;
using Gpt2.Core.Training;
using Gpt2.Core.Weights;
using Gpt2.Kernels;

namespace Gpt2.Cli.Commands;

/// <summary>The options of <see cref="TrainCommand"/>.</summary>
internal sealed class TrainInput
{
    private const string Workshop = "workshop";
    private const int StandardVocabulary = 1024;

    private readonly Argument<string?> file = new("file")
    {
        Description = "The text to learn from, UTF-8.",
        Arity = ArgumentArity.ZeroOrOne,
        HelpName = "FILE",
    };
    private readonly Option<string?> output = new("--out", "-o")
    {
        Description = "The folder of the run; at the end it is a model folder.",
        HelpName = "FOLDER",
    };
    private readonly Option<string?> resume = new("--resume")
    {
        Description = "Continue the run in a folder with its original settings.",
        HelpName = "FOLDER",
    };
    private readonly Option<string?> preset = new("--preset")
    {
        Description = "workshop: the default model, its text and settings.",
        HelpName = Workshop,
    };
    private readonly Option<string?> initial = new("--init")
    {
        Description = "Start with the weights and the vocabulary of a model.",
        HelpName = "FOLDER|NAME",
    };
    private readonly VocabularyInput vocabulary = new("Use a vocab.bpe.");
    private readonly Option<int?> vocabularySize = TrainingOptions.Size(
        "--vocab-size", $"Learn a vocabulary of this many tokens from the text. Default: {StandardVocabulary}.", least: 0);
    private readonly Option<int?> layers = TrainingOptions.Size("--layers", "Blocks of a new model. Default: 4.");
    private readonly Option<int?> heads = TrainingOptions.Size("--heads", "Attention heads per block. Default: 4.");
    private readonly Option<int?> channels = TrainingOptions.Size("--channels", "Width of the residual stream. Default: 128.");
    private readonly Option<int?> context = TrainingOptions.Size("--context", "Tokens of a window, and n_ctx of a new model. Default: 64.");
    private readonly TrainingOptions training = new(new TrainingSettings(), "1000", "Windows", "0.001", "Dropout rate in training");
    private readonly Option<bool> randomWindows = new("--random-windows")
    {
        Description = "Take windows at random places, not epoch by epoch.",
    };
    private readonly Option<ulong?> seed = CommonOptions.Whole<ulong>(
        "--seed", ["-s"], "Seed of weights, windows and dropout. Default: 1.", least: 0);
    private readonly Option<int?> digits = TrainingOptions.Size(
        "--digits", "Decimal digits to keep in the finished weights, 0 for all. Default: 0.", least: 0, most: 9);
    private readonly Option<int> sampleEvery = TrainingSample.Every(standard: 500);
    private readonly Option<string?> samplePrompt = new("--sample-prompt") { Description = "The prompt of samples.", HelpName = "TEXT" };
    private readonly KernelInput kernels = new();
    private readonly Option<bool> json = CommonOptions.Json();

    public void AddTo(Command command)
    {
        command.Arguments.Add(file);
        foreach (Option option in (Option[])
            [
                output, resume, preset, initial, vocabulary.Option, vocabularySize, layers, heads, channels, context, .. training.OfSteps,
                randomWindows, seed, digits, .. training.BetweenSteps, sampleEvery, samplePrompt, .. kernels.All, json,
            ])
        {
            command.Options.Add(option);
        }
    }

    public bool Json(ParseResult parsed) => parsed.GetValue(json);

    public int ReportEvery(ParseResult parsed) => parsed.GetValue(training.ReportEvery);

    public int SampleEvery(ParseResult parsed) => parsed.GetValue(sampleEvery);

    /// <summary>The folder of the run.</summary>
    /// <exception cref="UsageException">Neither --out nor --resume was given.</exception>
    public string FolderOf(ParseResult parsed) =>
        parsed.GetValue(resume)
        ?? CommonOptions.RequireFolderName(parsed.GetValue(output) ?? throw new UsageException("no folder: name one with --out FOLDER"), "--out");

    /// <summary>Creates the trainer for the options.</summary>
    /// <exception cref="UsageException">Options contradict each other.</exception>
    /// <exception cref="Core.Gpt2Exception">
    /// Text, model or vocabulary does not exist, or something is wrong with it.
    /// </exception>
    public TrainingStart Start(ParseResult parsed, CommandIo io)
    {
        string folder = FolderOf(parsed);
        if (parsed.GetValue(resume) is not null)
        {
            RefuseWithResume(parsed);
            return TrainingStart.Resume(folder, rung => kernels.Read(parsed, rung), io);
        }

        KernelSet set = kernels.Read(parsed);
        bool workshop = IsWorkshop(parsed);
        if (workshop == parsed.GetValue(file) is not null)
        {
            throw new UsageException(
                workshop ? "--preset workshop has its own text: expected no FILE" : "no text: name a FILE, or --preset workshop");
        }

        TrainingFolder.RequireFree(folder);

        RefuseWithInit(parsed);
        TrainingSettings standard = workshop ? WorkshopPreset.Settings : new TrainingSettings();
        TrainingSettings settings = SettingsOf(parsed, standard);
        Gpt2Weights? weights = null;
        Tokenizer? tokenizer = vocabulary.Read(parsed) is Vocabulary given ? new Tokenizer(given) : null;
        if (parsed.GetValue(initial) is string model)
        {
            using ModelSource source = ModelFolder.Open(ModelLocator.Find(model));
            tokenizer = source.ReadTokenizer()
                ?? throw new Gpt2Exception("this model has no vocabulary and so no text to train on") { Where = source.Path };
            weights = ModelLoading.ReadWeights(source, io, cache: true);
            settings = settings with { Context = parsed.GetValue(context) ?? Math.Min(settings.Context, weights.Config.Context) };
        }

        Gpt2Config sizes = workshop ? WorkshopPreset.Sizes : new Gpt2Config(1, settings.Context, 128, 4, 4);
        sizes = sizes with
        {
            Context = settings.Context,
            Channels = parsed.GetValue(channels) ?? sizes.Channels,
            Heads = parsed.GetValue(heads) ?? sizes.Heads,
            Layers = parsed.GetValue(layers) ?? sizes.Layers,
        };
        if ((settings.Problem() ?? sizes.Problem()) is Gpt2Exception problem)
        {
            throw new UsageException(problem);
        }

        TrainingStart start = TrainingStart.Begin(
            parsed.GetValue(file), tokenizer, VocabularySizeOf(parsed, workshop), weights, sizes, settings,
            parsed.GetValue(samplePrompt) ?? (workshop ? WorkshopPreset.SamplePrompt : null), set, io);
        NoteWarmup(settings, standard, io);
        return start;
    }

    private bool IsWorkshop(ParseResult parsed) => parsed.GetValue(preset) switch
    {
        null => false,
        Workshop => true,
        string other => throw new UsageException($"found '{other}'", where: "--preset", expected: Workshop),
    };

    private int VocabularySizeOf(ParseResult parsed, bool workshop)
    {
        int size = parsed.GetValue(vocabularySize) ?? (workshop ? WorkshopPreset.VocabularySize : StandardVocabulary);
        if (parsed.GetValue(vocabularySize) is not null && vocabulary.IsGiven(parsed))
        {
            throw new UsageException("expected one of --vocab and --vocab-size, found both");
        }

        return size >= Vocabulary.SmallestCount
            ? size
            : throw new UsageException($"found {size}", where: "--vocab-size", expected: $"at least {Vocabulary.SmallestCount}");
    }

    /// <summary>
    /// The settings of the run are in the checkpoint; only the options for reports may be given again.
    /// </summary>
    private void RefuseWithResume(ParseResult parsed) =>
        training.RefuseWithResume(parsed, file, "text", resume, sampleEvery, kernels.Threads, json);

    private void RefuseWithInit(ParseResult parsed)
    {
        if (parsed.GetValue(initial) is null)
        {
            return;
        }

        foreach (Option option in (Option[])[vocabulary.Option, vocabularySize, layers, heads, channels])
        {
            if (parsed.GetResult(option) is not null)
            {
                throw new UsageException($"--init has its own vocabulary and sizes: expected no {option.Name} with it");
            }
        }
    }

    private TrainingSettings SettingsOf(ParseResult parsed, TrainingSettings standard) => training.Read(parsed, standard) with
    {
        Context = parsed.GetValue(context) ?? standard.Context,
        Seed = parsed.GetValue(seed) ?? standard.Seed,
        Windows = parsed.GetValue(randomWindows) ? WindowOrder.Random : standard.Windows,
        Digits = parsed.GetValue(digits) ?? standard.Digits,
    };

    private static void NoteWarmup(TrainingSettings settings, TrainingSettings standard, CommandIo io)
    {
        if (settings.Warmup >= settings.Steps)
        {
            io.Note($"note: the warm-up of {settings.Warmup} steps is as long as the run of {settings.Steps}: the learning rate rises to the end");
        }
        else if (settings.Warmup == settings.Steps / 10 && settings.Warmup < standard.Warmup)
        {
            io.Note($"warm-up: {settings.Warmup} steps, a tenth of the run, in place of {standard.Warmup}; --warmup N sets it");
        }
    }
}
