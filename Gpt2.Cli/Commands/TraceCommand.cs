// gpt2 trace: every matrix of a forward pass as a CSV file, and a block of it as a picture.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Files;
using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.Tracing;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal static class TraceCommand
{
    public static Command Create(CommandIo io)
    {
        var input = new PromptedModelInput();
        Option<string?> output = new("--out", "-o") { Description = "The folder for the files.", HelpName = "FOLDER" };
        Option<string?> svg = new("--svg")
        {
            Description = "Draw a block's steps into this file: that of --block, else block 0; - is standard output.",
            HelpName = "FILE",
        };
        Option<bool> allPositions = new("--all-positions")
        {
            Description = "All rows of the matrices after the blocks, from last_hidden_state to probabilities, not only the last token's.",
        };
        Option<bool> labels = new("--labels") { Description = "Add a header line and the tokens before the rows." };
        Option<int[]> blocks = Numbers("--block", "Only these blocks, from 0.", "I,I,…");
        Option<int[]> steps = Numbers("--step", $"Only these steps, 1 to {BlockStep.Count}.", "N,N,…");

        var command = new Command("trace", "Write every matrix of a forward pass as a CSV file, or draw the steps of a block.");
        input.AddTo(command);
        command.Options.Add(output);
        command.Options.Add(svg);
        command.Options.Add(allPositions);
        command.Options.Add(labels);
        command.Options.Add(blocks);
        command.Options.Add(steps);
        command.SetAction(parsed =>
        {
            string? folder = parsed.GetValue(output) is string named ? CommonOptions.RequireFolderName(named, "--out") : null;
            string? target = parsed.GetValue(svg);
            if (folder is null && target is null)
            {
                throw new UsageException("expected --out FOLDER for the files, --svg FILE for a picture, or both");
            }

            if (folder is null && (parsed.GetValue(labels) || parsed.GetValue(allPositions) || parsed.GetValue(steps) is { Length: > 0 }))
            {
                throw new UsageException("--step, --labels and --all-positions are about files: name their folder with --out FOLDER");
            }

            var choice = new TraceChoice(parsed.GetValue(blocks) ?? [], parsed.GetValue(steps) ?? []);
            int drawn = target is null ? 0 : choice.BlockToDraw;
            TextOutput.Require(target, input.Json(parsed), "--svg");
            PromptedModel given = input.Read(parsed, io);
            LanguageModel model = given.Model;
            choice.Check(model.Config);
            using TextOutput? picture = target is null ? null : new TextOutput(target, io, input.File(parsed), model.Path);

            ForwardTrace? trace = null;
            TraceEntry[] entries = [];
            if (folder is not null)
            {
                StagedFolder.Write(folder, staged =>
                {
                    trace = Run();
                    entries = [.. trace.Entries.Where(choice.Contains)];
                    Progress.Run($"writing {folder}", io, _ =>
                    {
                        Func<int, string>? tokenLabels = parsed.GetValue(labels) ? model.Shown : null;
                        staged.Put(() => TraceExport.Write(trace, entries, staged.Path, tokenLabels, io.Cancellation));
                        return true;
                    });
                });
            }

            trace ??= Run();
            picture?.Write(writer => writer.Write(BlockDrawing.Draw(
                model.Name, given.PromptShown, [.. given.Ids.Select(model.Shown)], model.Config, trace.Activations.Block(drawn))));
            if (!TextOutput.IsStandardOutput(target))
            {
                Report(trace, given, new TraceOutput(folder, entries, target, drawn), io);
            }

            return ExitCode.Done;

            ForwardTrace Run() => ForwardTrace.Run(
                model.Model, given.Ids, parsed.GetValue(allPositions) ? HeadRows.All : HeadRows.Last, given.Breakpoint);
        });
        return command;
    }

    private static void Report(ForwardTrace trace, PromptedModel given, TraceOutput output, CommandIo io)
    {
        ForwardActivations a = trace.Activations;
        int last = a.Logits.Rows - 1;
        Candidate predicted = Prediction.Top(a.Logits.Row(last), a.Probabilities.Row(last), 1)[0];
        LanguageModel model = given.Model;
        if (given.Json)
        {
            JsonShapes.Write(new TraceResult(model.Name, given.PromptText, given.Ids, output.Folder,
                [.. output.Entries.Select(entry => entry.File + ".csv")], output.Svg,
                new PredictedToken(predicted.Id, model.TextOf(predicted.Id), predicted.Logit, predicted.Probability)), io.Out);
            return;
        }

        string[] written =
        [
            .. output.Folder is null ? Array.Empty<string>() : [$"{Plural.Of(output.Entries.Length, "file")} in {output.Folder}"],
            .. output.Svg is null ? Array.Empty<string>() : [Invariant($"the picture of block {output.Block} in {output.Svg}")],
        ];
        io.Say(string.Create(
            CultureInfo.InvariantCulture, $"{string.Join(", ", written)}; predicted token {model.Shown(predicted.Id)} ({predicted.Id})"));
    }

    /// <summary>An option for numbers, separated by commas or repeated: --step 5,7 or --step 5 --step 7.</summary>
    private static Option<int[]> Numbers(string name, string description, string helpName) => new(name)
    {
        Description = description,
        HelpName = helpName,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = result =>
        {
            var numbers = new List<int>();
            foreach (string part in result.Tokens.SelectMany(token => token.Value.Split(',')))
            {
                if (int.TryParse(part, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
                {
                    numbers.Add(number);
                }
                else
                {
                    result.AddError(WholeNumber.IsWhole(part)
                        ? $"{name}: found {part}, expected 0 to {int.MaxValue}"
                        : $"{name}: found '{part}', expected whole numbers, for example 0,1");
                }
            }

            return [.. numbers];
        },
    };

    /// <summary>What was written: some matrices into a folder, a block into a picture, or both.</summary>
    private sealed record TraceOutput(string? Folder, TraceEntry[] Entries, string? Svg, int Block);

    /// <summary>Which matrices to write: all, or only some steps of some blocks.</summary>
    private sealed record TraceChoice(int[] Blocks, int[] Steps)
    {
        /// <summary>The block of the picture: the given one, or else the first.</summary>
        public int BlockToDraw => Blocks.Length <= 1
            ? Blocks.FirstOrDefault()
            : throw new UsageException("--svg draws one block: give --block one number");

        public void Check(Gpt2Config config)
        {
            foreach (int block in Blocks)
            {
                if (block < 0 || block >= config.Layers)
                {
                    throw new UsageException($"found {block}", where: "--block", expected: $"0 to {config.Layers - 1}");
                }
            }

            foreach (int step in Steps)
            {
                if (step is < 1 or > BlockStep.Count)
                {
                    throw new UsageException($"found {step}", where: "--step", expected: $"1 to {BlockStep.Count}");
                }
            }
        }

        public bool Contains(TraceEntry entry)
        {
            if (Blocks.Length == 0 && Steps.Length == 0)
            {
                return true;
            }

            return entry.Block is int block && entry.Step is int step
                && (Blocks.Length == 0 || Blocks.Contains(block))
                && (Steps.Length == 0 || Steps.Contains(step));
        }
    }
}
