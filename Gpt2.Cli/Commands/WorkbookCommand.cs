// gpt2 workbook: the model as a spreadsheet whose cells are formulas.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Cli.Workbook;
using Gpt2.Core;
using Gpt2.Core.Explaining;
using Gpt2.Core.Model;
using Gpt2.Core.Weights;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal static class WorkbookCommand
{
    /// <summary>The longest prompt for which there is room, unless --length says otherwise.</summary>
    private const int StandardLength = 16;

    public static Command Create(CommandIo io)
    {
        var input = new PromptedModelInput(keepMatrices: true);
        Option<string> output = new("--out", "-o") { Description = "The workbook, an .xlsx file.", HelpName = "FILE", Required = true };
        Option<int?> length = CommonOptions.Whole<int>(
            "--length", [], $"The longest prompt that can be typed, in tokens. Default: {StandardLength}, or as many as the prompt has.", least: 1);
        Option<string?> blocks = new("--blocks")
        {
            Description = "Only these blocks, counted from 0, for a model that is too large.\nThe prompt is then fixed.",
            HelpName = "N|N-N",
        };

        var command = new Command(
            "workbook",
            "Write the model as a live spreadsheet for Excel or LibreOffice.\n"
            + "Every step of the pass is a table of ordinary formulas, the weights are in sheets of their own, and another prompt can be typed.");
        input.AddTo(command);
        command.Options.Add(output);
        command.Options.Add(length);
        command.Options.Add(blocks);
        command.SetAction(parsed =>
        {
            string target = parsed.GetRequiredValue(output);
            if (!target.EndsWith(".xlsx", StringComparison.OrdinalIgnoreCase))
            {
                throw new UsageException($"found '{target}'", where: "--out", expected: "a name that ends in .xlsx");
            }

            PromptedModel given = input.Read(parsed, io);
            LanguageModel model = given.Model;
            model.Model.CheckPrompt(given.Ids, past: 0);
            WorkbookPlan plan = PlanOf(model, given.Ids.Length, parsed.GetValue(length), parsed.GetValue(blocks));
            WorkbookSize.Require(plan, model.Name);
            NotFiniteNumbers.RequireNone(model.Model.Weights, "a cell");
            using var file = new TextOutput(target, io, input.File(parsed), model.Path);
            var pass = PassExplanation.Run(model.Model, given.Ids, HeadRows.Last, given.Breakpoint);
            var content = new WorkbookContent(plan, pass, model.Name, model.HasText ? model.Tokenizer.Vocabulary : null, model.Shown);
            Progress.Run($"writing {target}", io, progress =>
            {
                file.WriteBytes(stream => WorkbookFile.Write(stream, content, progress, io.Cancellation));
                return true;
            });
            Report(plan, given, target, io);
            return ExitCode.Done;
        });
        return command;
    }

    private static WorkbookPlan PlanOf(LanguageModel model, int prompt, int? length, string? blocks)
    {
        Gpt2Config config = model.Config;
        if (blocks is not null)
        {
            return length is null
                ? new WorkbookPlan(config, prompt, BlocksOf(blocks, config.Layers))
                : throw new UsageException("with --blocks the prompt is fixed: leave out --length");
        }

        if (length > config.Context)
        {
            throw new UsageException(Invariant($"found {length}"), where: "--length", expected: $"1 to {config.Context}, the model's context");
        }

        if (length < prompt)
        {
            throw new UsageException(
                $"found {length}, but the prompt has {Plural.Of(prompt, "token")}", where: "--length", expected: $"at least {prompt}");
        }

        return new WorkbookPlan(config, length ?? Math.Max(prompt, Math.Min(StandardLength, config.Context)), blocks: null);
    }

    /// <summary>One block or several in a row: 3, or 0-2.</summary>
    private static (int First, int Last) BlocksOf(string text, int layers)
    {
        string[] parts = text.Split('-');
        if (parts.Length <= 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out int first)
            && int.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int last) && first <= last && last < layers)
        {
            return (first, last);
        }

        throw new UsageException(
            $"found '{text}'", where: "--blocks", expected: layers == 1 ? "0" : $"a block from 0 to {layers - 1}, or several in a row such as 0-1");
    }

    private static void Report(WorkbookPlan plan, PromptedModel given, string target, CommandIo io)
    {
        long bytes = new FileInfo(target).Length;
        (long weights, long formulas) = plan.Cells();
        if (given.Json)
        {
            var result = new WorkbookResult(given.Model.Name, given.PromptText, given.Ids, target, bytes, plan.Length, weights, formulas);
            JsonShapes.Write(result, io.Out);
            return;
        }

        io.Say(Invariant($"{target}: {bytes / 1e6:0.0} MB, {weights:N0} weights, {formulas:N0} formulas, ")
            + (plan.IsWholeModel ? $"for prompts of up to {Plural.Of(plan.Length, "token")}" : $"for {given.PromptShown}"));
    }
}
