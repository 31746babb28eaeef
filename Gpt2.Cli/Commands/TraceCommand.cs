// gpt2 trace: every matrix of a forward pass as a CSV file.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.Tracing;
using Gpt2.Core.Weights;

namespace Gpt2.Cli.Commands;

internal static class TraceCommand
{
    public static Command Create(CommandIo io)
    {
        var prompt = new PromptOptions("prompt");
        Option<string> output = new("--out", "-o") { Description = "The folder for the files.", HelpName = "FOLDER", Required = true };
        Option<string?> model = CommonOptions.Model();
        Option<bool> allPositions = new("--all-positions")
        {
            Description = "All rows of what comes after the blocks, from last_hidden_state to probabilities, not only the last token's.",
        };
        Option<bool> labels = new("--labels") { Description = "Add a header line and the tokens before the rows." };
        Option<int[]> blocks = Numbers("--block", "Only these blocks, from 0.", "I");
        Option<int[]> steps = Numbers("--step", $"Only these steps, 1 to {BlockStep.Count}.", "N");
        Option<string?> kernels = CommonOptions.Kernels();
        Option<string?> breakpoint = CommonOptions.Break();
        Option<bool> json = CommonOptions.Json();

        var command = new Command("trace", "Write every matrix of a forward pass as a CSV file.");
        prompt.AddTo(command);
        command.Options.Add(output);
        command.Options.Add(model);
        command.Options.Add(allPositions);
        command.Options.Add(labels);
        command.Options.Add(blocks);
        command.Options.Add(steps);
        command.Options.Add(kernels);
        command.Options.Add(breakpoint);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            Prompt given = prompt.Read(parsed, dropFinalLineEnd: true, io);
            LoadedModel loaded = LoadedModel.Load(parsed.GetValue(model), CommonOptions.KernelsOf(parsed.GetValue(kernels)), io);
            var choice = new TraceChoice(parsed.GetValue(blocks) ?? [], parsed.GetValue(steps) ?? []);
            choice.Check(loaded.Config);

            int[] ids = given.Encode(loaded.Tokenizer);
            string folder = parsed.GetValue(output)!;
            using var staged = new StagedFolder(folder);
            var trace = ForwardTrace.Run(
                loaded.Model, ids, parsed.GetValue(allPositions) ? HeadRows.All : HeadRows.Last,
                Breakpoints.Parse(parsed.GetValue(breakpoint), loaded.Config, io));
            TraceEntry[] entries = [.. trace.Entries.Where(choice.Contains)];
            TraceExport.Write(trace, entries, staged.Path, parsed.GetValue(labels) ? loaded.Shown : null);
            staged.Commit();

            ForwardActivations a = trace.Activations;
            int last = a.Logits.Rows - 1;
            Candidate predicted = Prediction.Top(a.Logits.Row(last), a.Probabilities.Row(last), 1)[0];
            if (parsed.GetValue(json))
            {
                JsonShapes.Write(new TraceResult(loaded.Name, given.Text ?? loaded.TextOf(ids), ids, folder,
                    [.. entries.Select(entry => entry.File + ".csv")], PredictCommand.Describe(predicted, loaded)), io.Out);
            }
            else
            {
                io.Out.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{entries.Length} files in {folder}; predicted token {loaded.Shown(predicted.Id)} ({predicted.Id})"));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Option<int[]> Numbers(string name, string description, string helpName) => new(name)
    {
        Description = description,
        HelpName = helpName,
        AllowMultipleArgumentsPerToken = true,
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
