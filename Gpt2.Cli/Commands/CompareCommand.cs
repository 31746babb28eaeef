// gpt2 compare: what a model and adapters on it answer to one prompt, side by side.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Generation;
using Gpt2.Core.PostTraining;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal static class CompareCommand
{
    private const int StandardTokens = 50;

    public static Command Create(CommandIo io)
    {
        var prompt = new PromptInput("prompt");
        var model = new ModelInput();
        var adapter = new Option<string[]>("--adapter")
        {
            Description = "Folders or names of adapters with commas; none is the model itself.\n"
                + "Default: none, and the adapters for the model that come with the program and add no tokens.",
            HelpName = "LIST",
            DefaultValueFactory = _ => [],
        };
        var generation = new GenerationInput(StandardTokens, draws: true);
        var kernels = new KernelInput();
        Option<string?> weights = CommonOptions.Weights();
        Option<bool> json = CommonOptions.Json();

        var command = new Command(
            "compare",
            "Compare the answers of adapters to a prompt.\n"
            + "Each adapter is asked with the template of its training, and the model itself both with the prompt as it is and with these "
            + "templates. See docs/post-training.md.");
        prompt.AddTo(command);
        model.AddTo(command);
        command.Options.Add(adapter);
        generation.AddTo(command);
        foreach (Option option in (Option[])[.. kernels.All, weights, json])
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            string asked = prompt.Read(parsed, dropFinalLineEnd: true, io).Text
                ?? throw new UsageException("a template stands around a text: give the prompt as one, without --ids");
            GenerationOptions options = generation.Read(parsed);
            if (options.MaxNewTokens == 0)
            {
                throw new UsageException("found 0", where: "--max-new-tokens", expected: "at least 1");
            }

            string[] named = [.. parsed.GetValue(adapter)!.SelectMany(list => list.Split(',')).Select(name => name.Trim())];
            string[] folders = [.. named.Select(FolderOf)]; // before the model is read
            var load = new LoadOptions { Kernels = kernels.Read(parsed), Weights = CommonOptions.WeightsOf(parsed.GetValue(weights)) };
            (LanguageModel loaded, ModelFingerprint fingerprint) = model.LoadBase(parsed, load.Kernels, io, load.Weights);
            if (folders.Length == 0)
            {
                folders =
                [
                    ComparedAnswers.None, // an adapter that adds tokens needs a larger vocabulary than the others
                    .. AdapterLocator.NamesFor(fingerprint).Select(AdapterLocator.Find)
                        .Where(folder => AdapterFolder.ReadFor(fingerprint, folder).AddedTokens.Count == 0),
                ];
            }

            generation.Sampling.NoteSeed(parsed, options.Sampling, io);
            var compared = new ComparedAnswers(
                loaded, fingerprint, tokens => model.LoadExtended(parsed, tokens, load, io), options, io.Cancellation);
            ComparedAnswer[] answers = Progress.Run("answering", io, progress => compared.Of(asked, folders, progress));
            if (parsed.GetValue(json))
            {
                JsonShapes.Write(new CompareResult(loaded.Name, asked, options.Sampling?.Seed, answers), io.Out);
            }
            else
            {
                Show(answers, asked, loaded.Name, io);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static string FolderOf(string name) => name == ComparedAnswers.None ? name : AdapterLocator.Find(name);

    private static void Show(ComparedAnswer[] answers, string prompt, string model, CommandIo io)
    {
        io.Say($"answers to {TokenText.Quoted(TokenText.Shortened(prompt))}, of {model} with adapters");
        var table = new TableWriter(
            io, new Column("adapter"), new Column("asked with", Short: "with"), new Column("answer", Flow: Flow.Wrap),
            Column.Number("tokens", drop: 1), new Column("end", Drop: 2), Column.Number("ln p per token", drop: 3, brief: "ln p"),
            Column.Number("by the base", drop: 4, brief: "base"));
        foreach (ComparedAnswer answer in answers)
        {
            table.Row(
                answer.Adapter, answer.Template ?? "prompt alone", TokenText.Quoted(answer.Text), Invariant($"{answer.Ids.Length}"),
                answer.FinishReason, Invariant($"{answer.MeanLogprob:0.000}"),
                answer.BaseMeanLogprob is double mean ? Invariant($"{mean:0.000}") : "");
        }

        table.End();
    }
}
