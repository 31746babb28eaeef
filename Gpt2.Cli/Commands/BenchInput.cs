// The options of `gpt2 bench` and of its parts, and what they mean together.

using System.CommandLine;
using Gpt2.Cli.Bench;
using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Core.Measurement;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Kernels;

namespace Gpt2.Cli.Commands;

/// <summary>The options that a part of the bench has besides the common ones.</summary>
[Flags]
internal enum BenchChoices
{
    None = 0,
    Sizes = 1,
    Prompt = 2,
    Decode = 4,
    Train = 8,
    Model = 16,
    Roofline = 32,
    Kernels = 64,
    Rounds = 128,
    Serve = 256,
    Sweep = 512,
}

/// <summary>The options of one command.</summary>
internal sealed class BenchInput
{
    private const string Gpt2Name = "gpt2", CustomName = "custom";
    private const int StandardPrompt = 512, StandardFrom = 64, StandardTo = 256, ServePrompt = 32, StandardNewTokens = 64, StandardRequests = 2;

    private static readonly int[] StandardClients = [1, 4, 16, 64];

    private static readonly BenchBatch Gpt2Batch = new(4, 64);

    private readonly string standardSize;
    private readonly int standardSteps;
    private readonly KernelInput kernels = new();
    private readonly Option<bool> json = CommonOptions.Json();
    private readonly Option<int?> rounds = Count("--rounds", "Rounds of measuring, of which the middle one counts. Default: 3.");
    private readonly Option<string?> size;
    private readonly Option<int?> layers = Count("--layers", "Blocks, instead of the size's.");
    private readonly Option<int?> heads = Count("--heads", "Attention heads per block.");
    private readonly Option<int?> channels = Count("--channels", "Width of the residual stream.");
    private readonly Option<int?> vocabulary = Count("--vocab-size", "Tokens of the vocabulary.");
    private readonly Option<int?> prompt = Count("--prompt-tokens", $"Tokens of the prompt. Default: {StandardPrompt}.");
    private readonly Option<int?> servePrompt = Count("--prompt-tokens", $"Tokens of a prompt. Default: {ServePrompt}.");
    private readonly Option<int?> from = Count("--from", $"Tokens in the cache when decoding begins. Default: {StandardFrom}.");
    private readonly Option<int?> to = Count("--to", $"Tokens in the cache when it ends. Default: {StandardTo}.");
    private readonly Option<int?> batch = Count("--batch-size", "Sequences of a training step. Default: 4 for gpt2, 16 for workshop.");
    private readonly Option<int?> context = Count("--context", "Tokens of each sequence. Default: 64 for gpt2, 128 for workshop.");
    private readonly Option<int?> steps;
    private readonly Option<int?> newTokens = Count("--new-tokens", $"Tokens of a completion. Default: {StandardNewTokens}.", least: 2);
    private readonly Option<int?> requests = Count("--requests", $"Requests of each client. Default: {StandardRequests}.");
    private readonly Option<int[]> clients = new("--clients")
    {
        Description = $"Numbers of clients. Default: {string.Join(' ', StandardClients)}.",
        HelpName = "N …",
        AllowMultipleArgumentsPerToken = true,
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<bool> sweep = new("--sweep")
    {
        Description = "Measure all products of GPT-2 small to XL and of the default model, and random ones, and show the weakest tenth.",
    };

    private readonly Option<string?> weights = CommonOptions.Weights();
    private readonly Option<string?> model = CommonOptions.Model();
    private readonly Option<string?> roofline = new("--roofline")
    {
        Description = "Draw what was measured below the machine's limits, as an SVG picture.",
        HelpName = "FILE",
    };

    // For tests: how much is read from memory, and how long a run is.
    private readonly Option<int?> bufferMegabytes = Count("--buffer-mib", "MiB, more than the caches hold. Default: 256.");
    private readonly Option<int?> runMilliseconds = Count("--run-ms", "Minimum milliseconds of a run. Default: 20.", least: 0);

    /// <param name="choices">The options of the command.</param>
    /// <param name="standardSize">The default of --size.</param>
    /// <param name="standardSteps">The default of --steps.</param>
    public BenchInput(BenchChoices choices, string standardSize = Gpt2Name, int standardSteps = 5)
    {
        Choices = choices;
        this.standardSize = standardSize;
        this.standardSteps = standardSteps;
        bufferMegabytes.Hidden = true;
        runMilliseconds.Hidden = true;
        steps = Count("--steps", $"Training steps to measure, after two to warm up. Default: {standardSteps}.");
        size = new Option<string?>("--size")
        {
            Description = $"Sizes of the model. Default: {standardSize}.",
            HelpName = $"{BenchSettings.WorkshopName}|{Gpt2Name}",
        };
        size.AcceptOnlyFromAmong(BenchSettings.WorkshopName, Gpt2Name);
    }

    public BenchChoices Choices { get; }

    public void AddTo(Command command)
    {
        (BenchChoices Choice, Option[] Options)[] optional =
        [
            (BenchChoices.Kernels, [.. kernels.All.Except([kernels.Threads])]),
            (BenchChoices.Rounds, [rounds]), (BenchChoices.Sizes, [size, layers, heads, channels, vocabulary]),
            (BenchChoices.Prompt, [prompt]), (BenchChoices.Decode, [from, to]), (BenchChoices.Train, [batch, context, steps]),
            (BenchChoices.Serve, [clients, requests, servePrompt, newTokens, weights]), (BenchChoices.Model, [model]), (BenchChoices.Sweep, [sweep]),
            (BenchChoices.Roofline, [roofline]),
        ];
        foreach (Option option in optional.Where(entry => Choices.HasFlag(entry.Choice)).SelectMany(entry => entry.Options)
            .Concat([kernels.Threads, json, bufferMegabytes, runMilliseconds]))
        {
            command.Options.Add(option);
        }
    }

    public bool Json(ParseResult parsed) => parsed.GetValue(json);

    public string? Roofline(ParseResult parsed) => CommonOptions.Given(parsed, roofline);

    public string? Model(ParseResult parsed) => CommonOptions.Given(parsed, model);

    public bool Sweep(ParseResult parsed) => parsed.GetValue(sweep);

    public WeightType Weights(ParseResult parsed) => CommonOptions.WeightsOf(parsed.GetValue(weights));

    /// <summary>The clients of a server.</summary>
    /// <exception cref="UsageException">A number of clients is not positive.</exception>
    public ServeBenchLoad Load(ParseResult parsed)
    {
        int[] counts = parsed.GetValue(clients) is { Length: > 0 } given ? given : StandardClients;
        if (counts.Any(count => count < 1))
        {
            throw new UsageException($"--clients {counts.Min()}: expected at least 1");
        }

        return new ServeBenchLoad(
            counts, CommonOptions.Given(parsed, requests) ?? StandardRequests, CommonOptions.Given(parsed, servePrompt) ?? ServePrompt,
            CommonOptions.Given(parsed, newTokens) ?? StandardNewTokens);
    }

    /// <summary>Whether sizes or a batch were given, instead of the usual ones.</summary>
    public bool HasOwnSizes(ParseResult parsed) =>
        CommonOptions.Given(parsed, size) is not null || IsChanged(parsed)
        || CommonOptions.Given(parsed, batch) is not null || CommonOptions.Given(parsed, context) is not null;

    /// <summary>What is measured.</summary>
    /// <exception cref="UsageException">The sizes are not valid.</exception>
    public BenchSettings Read(ParseResult parsed)
    {
        string name = CommonOptions.Given(parsed, size) ?? standardSize;
        (Gpt2Config sizes, BenchBatch usual) = name == Gpt2Name
            ? (Gpt2Config.Small, Gpt2Batch)
            : (BenchSettings.Workshop, BenchSettings.WorkshopBatch);
        var chosen = new BenchBatch(CommonOptions.Given(parsed, batch) ?? usual.Sequences, CommonOptions.Given(parsed, context) ?? usual.Tokens);

        // The defaults are limited to what the model has room for.
        int promptTokens = CommonOptions.Given(parsed, prompt) ?? Math.Min(StandardPrompt, sizes.Context);
        int last = CommonOptions.Given(parsed, to) ?? Math.Max(Math.Min(StandardTo, sizes.Context), (CommonOptions.Given(parsed, from) ?? 0) + 1);
        int first = CommonOptions.Given(parsed, from) ?? Math.Min(StandardFrom, Math.Max(1, last / 2));
        if (first >= last)
        {
            throw new UsageException($"found {first}", where: "--from", expected: $"fewer tokens than --to {last}");
        }

        int served = Choices.HasFlag(BenchChoices.Serve) && Load(parsed) is ServeBenchLoad load ? load.PromptTokens + load.NewTokens : 0;
        sizes = sizes with
        {
            Vocabulary = CommonOptions.Given(parsed, vocabulary) ?? sizes.Vocabulary,
            Context = ((int[])[sizes.Context, chosen.Tokens, promptTokens, last, served]).Max(),
            Channels = CommonOptions.Given(parsed, channels) ?? sizes.Channels,
            Heads = CommonOptions.Given(parsed, heads) ?? sizes.Heads,
            Layers = CommonOptions.Given(parsed, layers) ?? sizes.Layers,
        };
        if (sizes.Problem() is Gpt2Exception problem)
        {
            throw new UsageException(problem);
        }

        if (served > 0 && sizes.Vocabulary < Vocabulary.SmallestCount)
        {
            throw new UsageException($"--vocab-size {sizes.Vocabulary}: expected at least {Vocabulary.SmallestCount}, the bytes and the end of text");
        }

        int used = parsed.GetValue(kernels.Threads);
        var effort = new Effort(Rounds: CommonOptions.Given(parsed, rounds) ?? 3,
            MinRunSeconds: (CommonOptions.Given(parsed, runMilliseconds) ?? 20) / 1000.0);
        return new BenchSettings(
            kernels.Read(parsed), used, effort, (CommonOptions.Given(parsed, bufferMegabytes) ?? 256L) << 20, sizes,
            IsChanged(parsed) ? CustomName : name, promptTokens, first, last, chosen, CommonOptions.Given(parsed, steps) ?? standardSteps);
    }

    private static Option<int?> Count(string name, string description, int least = 1) =>
        CommonOptions.Whole(name, [], description, least);

    private bool IsChanged(ParseResult parsed) =>
        ((Option<int?>[])[layers, heads, channels, vocabulary]).Any(option => CommonOptions.Given(parsed, option) is not null);
}
