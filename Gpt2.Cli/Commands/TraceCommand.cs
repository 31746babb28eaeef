// gpt2 trace: every matrix of a forward pass as a CSV file.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Files;
using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.Tracing;

namespace Gpt2.Cli.Commands;

internal static class TraceCommand
{
    public static Command Create(CommandIo io)
    {
        var input = new PromptedModelInput();
        Option<string> output = new("--out", "-o") { Description = "The folder for the files.", HelpName = "FOLDER", Required = true };
        Option<bool> allPositions = new("--all-positions")
        {
            Description = "All rows of what comes after the blocks, from last_hidden_state to probabilities, not only the last token's.",
        };
        Option<bool> labels = new("--labels") { Description = "Add a header line and the tokens before the rows." };
        Option<int[]> blocks = Numbers("--block", "Only these blocks, from 0.", "I,I,…");
        Option<int[]> steps = Numbers("--step", $"Only these steps, 1 to {BlockStep.Count}.", "N,N,…");

        var command = new Command("trace", "Write every matrix of a forward pass as a CSV file.");
        input.AddTo(command);
        command.Options.Add(output);
        command.Options.Add(allPositions);
        command.Options.Add(labels);
        command.Options.Add(blocks);
        command.Options.Add(steps);
        command.SetAction(parsed =>
        {
            string folder = CommonOptions.Named(parsed.GetValue(output)!, "--out");
            PromptedModel given = input.Read(parsed, io);
            LanguageModel model = given.Model;
            var choice = new TraceChoice(parsed.GetValue(blocks) ?? [], parsed.GetValue(steps) ?? []);
            choice.Check(model.Config);

            ForwardTrace trace = null!;
            TraceEntry[] entries = [];
            StagedFolder.Write(folder, staged =>
            {
                trace = ForwardTrace.Run(
                    model.Model, given.Ids, parsed.GetValue(allPositions) ? HeadRows.All : HeadRows.Last, given.Breakpoint);
                entries = [.. trace.Entries.Where(choice.Contains)];
                Progress.Run($"writing {folder}", io, _ =>
                {
                    staged.Put(() => TraceExport.Write(trace, entries, staged.Path, parsed.GetValue(labels) ? model.Shown : null, io.Cancellation));
                    return true;
                });
            });

            ForwardActivations a = trace.Activations;
            int last = a.Logits.Rows - 1;
            Candidate predicted = Prediction.Top(a.Logits.Row(last), a.Probabilities.Row(last), 1)[0];
            if (given.Json)
            {
                JsonShapes.Write(new TraceResult(model.Name, given.PromptText, given.Ids, folder,
                    [.. entries.Select(entry => entry.File + ".csv")], new PredictedToken(predicted.Id, model.TextOf(predicted.Id), predicted.Logit, predicted.Probability)), io.Out);
            }
            else
            {
                io.Say(string.Create(
                    CultureInfo.InvariantCulture, $"{entries.Length} files in {folder}; predicted token {model.Shown(predicted.Id)} ({predicted.Id})"));
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>An option for numbers, separated by commas or given again: --step 5,7 or --step 5 --step 7.</summary>
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

    /// <summary>Which matrices are wanted: all, or only some steps of some blocks.</summary>
    private sealed record TraceChoice(int[] Blocks, int[] Steps)
    {
        public void Check(Gpt2Config config)
        {
            foreach (int block in Blocks)
            {
                if (block < 0 || block >= config.Layers)
                {
                    throw new UsageException($"--block {block}: expected 0 to {config.Layers - 1}");
                }
            }

            foreach (int step in Steps)
            {
                if (step is < 1 or > BlockStep.Count)
                {
                    throw new UsageException($"--step {step}: expected 1 to {BlockStep.Count}");
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
