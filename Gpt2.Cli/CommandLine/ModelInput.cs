// What predict, generate and trace all begin with: a prompt, a model to run it on, kernels, perhaps a breakpoint.

using System.CommandLine;
using Gpt2.Core.Model;
using Gpt2.Kernels;

namespace Gpt2.Cli.CommandLine;

/// <summary>The options of a command that runs a prompt through a model.</summary>
internal sealed class ModelInput
{
    private readonly PromptOptions prompt = new("prompt");
    private readonly ModelOptions model = new();
    private readonly Option<string?> kernels = CommonOptions.Kernels();
    private readonly Option<int> threads = CommonOptions.Threads();
    private readonly Option<string?> weights = CommonOptions.Weights();
    private readonly Option<string?> breakpoint = CommonOptions.Break();
    private readonly Option<bool> json = CommonOptions.Json();

    public void AddTo(Command command)
    {
        prompt.AddTo(command);
        model.AddTo(command);
        command.Options.Add(kernels);
        command.Options.Add(threads);
        command.Options.Add(weights);
        command.Options.Add(breakpoint);
        command.Options.Add(json);
    }

    /// <summary>Reads prompt and model.</summary>
    /// <exception cref="UsageException">The prompt is given twice or not at all.</exception>
    /// <exception cref="Core.Gpt2Exception">Prompt or model is not there, or something is wrong with it.</exception>
    public PromptedModel Read(ParseResult parsed, CommandIo io)
    {
        Prompt given = prompt.Read(parsed, dropFinalLineEnd: true, io);
        KernelSet set = CommonOptions.KernelsOf(parsed.GetValue(kernels), parsed.GetValue(threads));
        LoadedModel loaded = model.Load(
            parsed, set, io, CommonOptions.WeightsOf(parsed.GetValue(weights)), keepMatrices: parsed.GetValue(breakpoint) is not null);
        int[] ids = given.Encode(loaded.Tokenizer);
        StepBreakpoint? stop = Breakpoints.Parse(parsed.GetValue(breakpoint), loaded.Config, io);
        return new PromptedModel(loaded, given.Text, ids, stop, parsed.GetValue(json));
    }
}

/// <summary>A model with a prompt for it.</summary>
/// <param name="Model">The model.</param>
/// <param name="Text">The prompt as it was given; null where it was given as ids.</param>
/// <param name="Ids">The prompt's ids.</param>
/// <param name="Breakpoint">Where to stop a debugger, or null.</param>
/// <param name="Json">Whether the result is wanted as JSON.</param>
internal sealed record PromptedModel(LoadedModel Model, string? Text, int[] Ids, StepBreakpoint? Breakpoint, bool Json)
{
    /// <summary>The prompt as text, also where ids were given; null where the model has no text.</summary>
    public string? PromptText => Text ?? Model.TextOf(Ids);
}
