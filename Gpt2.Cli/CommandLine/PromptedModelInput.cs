// The common input of predict, generate and trace: a prompt, a model to run it on, kernels, and possibly a breakpoint.

using System.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Kernels;

namespace Gpt2.Cli.CommandLine;

/// <summary>The options of a command that runs a prompt through a model.</summary>
/// <param name="several">Whether there may be more than one prompt.</param>
/// <param name="last">An argument that follows the prompt; null for none.</param>
/// <param name="keepMatrices">Whether the command reads the weights themselves, so that they stay matrices in f32.</param>
internal sealed class PromptedModelInput(bool several = false, Argument<string>? last = null, bool keepMatrices = false)
{
    private readonly PromptInput prompt = new("prompt", several, last: last);
    private readonly ModelInput model = new(adapters: true);
    private readonly KernelInput kernels = new();
    private readonly Option<string?> weights = CommonOptions.Weights();
    private readonly Option<string?> breakpoint = CommonOptions.Break();
    private readonly Option<bool> json = CommonOptions.Json();

    public void AddTo(Command command)
    {
        prompt.AddTo(command);
        model.AddTo(command);
        kernels.AddTo(command);
        if (!keepMatrices)
        {
            command.Options.Add(weights);
        }

        command.Options.Add(breakpoint);
        command.Options.Add(json);
    }

    public bool Json(ParseResult parsed) => parsed.GetValue(json);

    /// <summary>The file that the prompt is read from; null if it is given otherwise.</summary>
    public string? File(ParseResult parsed) => prompt.File(parsed);

    /// <summary>Whether a prompt is given on the command line.</summary>
    public bool IsGiven(ParseResult parsed) => prompt.IsGiven(parsed);

    /// <summary>Reads prompt and model.</summary>
    /// <exception cref="UsageException">The prompt is given twice or not at all.</exception>
    /// <exception cref="Core.Gpt2Exception">Prompt or model does not exist, or something is wrong with it.</exception>
    public PromptedModel Read(ParseResult parsed, CommandIo io)
    {
        Prompt given = prompt.Read(parsed, dropFinalLineEnd: true, io);
        (LanguageModel loaded, StepBreakpoint? stop) = ReadModel(parsed, io);
        return With(given, loaded, stop, parsed);
    }

    /// <summary>Reads prompts and model.</summary>
    /// <inheritdoc cref="Read"/>
    public IReadOnlyList<PromptedModel> ReadAll(ParseResult parsed, CommandIo io)
    {
        IReadOnlyList<Prompt> given = prompt.ReadAll(parsed, dropFinalLineEnd: true, io);
        (LanguageModel loaded, StepBreakpoint? stop) = ReadModel(parsed, io);
        return [.. given.Select(one => With(one, loaded, stop, parsed))];
    }

    /// <summary>Reads the model, for prompts on the lines of standard input.</summary>
    /// <exception cref="UsageException">A prompt is given elsewhere.</exception>
    /// <exception cref="Core.Gpt2Exception">The model does not exist, or something is wrong with it.</exception>
    public PromptLines ReadLineByLine(ParseResult parsed, CommandIo io)
    {
        if (prompt.IsGiven(parsed))
        {
            throw new UsageException("--interactive reads prompts from standard input: leave out prompt, --file and --ids");
        }

        (LanguageModel loaded, StepBreakpoint? stop) = ReadModel(parsed, io);
        return new PromptLines(
            new InputLines(InputBytes.OfStandardInput(io), TextFile.LongestPrompt),
            line => With(prompt.OfLine(line, loaded, parsed), loaded, stop, parsed),
            parsed.GetValue(json));
    }

    private (LanguageModel Model, StepBreakpoint? Breakpoint) ReadModel(ParseResult parsed, CommandIo io)
    {
        KernelSet set = kernels.Read(parsed);
        WeightType type = CommonOptions.WeightsOf(CommonOptions.Given(parsed, weights));
        if (parsed.GetValue(breakpoint) is not null && type != WeightType.Float32)
        {
            throw new UsageException("--break shows the weights as matrices, in f32: leave out --weights");
        }

        LanguageModel loaded = model.Load(parsed, set, io, type, keepMatrices || parsed.GetValue(breakpoint) is not null);
        return (loaded, Breakpoints.Parse(parsed.GetValue(breakpoint), loaded.Config, io)?.WithTokens(loaded.Shown));
    }

    private PromptedModel With(Prompt given, LanguageModel loaded, StepBreakpoint? stop, ParseResult parsed) =>
        new(loaded, given.Text, given.Encode(loaded.HasText ? loaded.Tokenizer : null), stop, parsed.GetValue(json));
}

/// <summary>Prompts on lines.</summary>
/// <param name="Lines">The lines.</param>
/// <param name="PromptOf">Makes a line a prompt; throws if that is not possible.</param>
/// <param name="Json">Whether results are to be printed as JSON.</param>
internal sealed record PromptLines(InputLines Lines, Func<string, PromptedModel> PromptOf, bool Json);

/// <summary>A model with a prompt for it.</summary>
/// <param name="Model">The model.</param>
/// <param name="Text">The prompt as given; null if it was given as ids.</param>
/// <param name="Ids">The prompt's ids.</param>
/// <param name="Breakpoint">Where to stop a debugger, or null.</param>
/// <param name="Json">Whether the result is to be printed as JSON.</param>
internal sealed record PromptedModel(LanguageModel Model, string? Text, int[] Ids, StepBreakpoint? Breakpoint, bool Json)
{
    /// <summary>The prompt as text, even if ids were given; null if the model has no text.</summary>
    public string? PromptText => Text ?? Model.TextOf(Ids);

    /// <summary>The prompt for headings: its beginning in quotes, or its ids.</summary>
    public string PromptShown => PromptText is string text ? TokenText.Quoted(TokenText.Shortened(text)) : string.Join(' ', Ids);
}
