// gpt2 attention: which token attends to which, in one head or in all.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Model;
using Gpt2.Core.Tracing;

namespace Gpt2.Cli.Commands;

internal static class AttentionCommand
{
    public static Command Create(CommandIo io)
    {
        var input = new PromptedModelInput();
        Option<int?> block = CommonOptions.Whole("--block", [], "Show the heads of this block only, counted from 0.", least: 0);
        Option<int?> head = CommonOptions.Whole("--head", [], "Show this head of --block, token by token.", least: 0);
        Option<string?> row = TokenPlace.Option("--row", "Whose attention to show; default: the last token's.");
        Option<string?> to = TokenPlace.Option("--to", "Show how much it takes from this token, the head that takes most first.");
        Option<string?> svg = SvgOutput.Option("the heads");

        var command = new Command(
            "attention",
            "Show which token attends to which.\n"
            + "A line for every head: what the last token attends to most, and how much of its attention the head pays, on the average, to the "
            + "token itself, to the one before and to the first. With --block and --head: one head as a table of tokens × tokens.");
        input.AddTo(command);
        foreach (Option option in (Option[])[block, head, row, to, svg])
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            string? target = SvgOutput.Target(parsed, svg, input.Json(parsed));
            PromptedModel given = input.Read(parsed, io);
            Gpt2Config config = given.Model.Config;
            given.Model.Model.CheckPrompt(given.Ids, past: 0);
            int? ofBlock = Checked(parsed.GetValue(block), "--block", config.Layers), ofHead = Checked(parsed.GetValue(head), "--head", config.Heads);
            if (ofHead is not null && ofBlock is null)
            {
                throw new UsageException("--head is one of a block: give --block as well");
            }

            int from = TokenPlace.Find(parsed, row, given) ?? given.Ids.Length - 1;
            int? seen = TokenPlace.Find(parsed, to, given);
            if (seen > from)
            {
                throw new UsageException(
                    $"token {seen} comes after token {from}, which cannot see it", where: "--to", expected: from == 0 ? "0" : $"0 to {from}",
                    remedy: "--row names a later one");
            }

            using var picture = new SvgOutput(target, io, input.File(parsed), given.Model.Path);
            var trace = ForwardTrace.Run(given.Model.Model, given.Ids, HeadRows.Last, given.Breakpoint);
            var report = new AttentionReport(given, trace, new AttentionChoice(ofBlock, ofHead, from, seen), io);
            picture.Write(report.Draw, given.Json ? () => report.WriteJson(target) : report.Write, "the picture of the attention");
            return ExitCode.Done;
        });
        return command;
    }

    private static int? Checked(int? number, string option, int count) => number is null || number < count ? number
        : throw new UsageException($"found {number}", where: option, expected: count == 1 ? "0" : $"0 to {count - 1}");
}
