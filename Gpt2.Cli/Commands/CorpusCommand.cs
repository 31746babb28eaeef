// gpt2 corpus: the training text of the default model, and examples for post-training in its world.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.PostTraining.Data.Workshop;
using Gpt2.Core.Training;
using Gpt2.Core.Training.Corpus;

namespace Gpt2.Cli.Commands;

internal static class CorpusCommand
{
    private const string Text = "text";
    private const int StandardCount = 2000, StandardHeldOut = 500;

    private static readonly (string Name, ExampleKind Kind, Func<ulong, bool, IEnumerable<Example>> Make)[] Kinds =
    [
        ("instructions", ExampleKind.Instructions, InstructionCorpus.Examples),
        ("preferences", ExampleKind.Preferences, PreferenceCorpus.Examples),
    ];

    public static Command Create(CommandIo io)
    {
        Option<string?> kind = CommonOptions.OneOf(
            "--kind", "What to make. Default: text.\nInstructions and preferences are examples for 'gpt2 tune', as JSON Lines, or as CSV if the "
                + "file's name ends in .csv.",
            [Text, .. Kinds.Select(known => known.Name)]);
        Option<int?> count = CommonOptions.Whole(
            "--count", [], $"The most examples to write. Default: {StandardCount}, held out {StandardHeldOut}.", least: 1);
        Option<bool> heldOut = new("--held-out") { Description = "Only examples that are held out of those for training." };
        Option<string?> file = new("--out", "-o") { Description = "The file to write. Without it, or as -: standard output.", HelpName = "FILE" };
        Option<long?> size = CommonOptions.Whole<long>(
            "--size", [], $"Write whole documents until there are this many bytes. Default: {WorkshopPreset.TextBytes}.", least: 1);
        Option<ulong> seed = CommonOptions.Count<ulong>("--seed", ["-s"], "Seed of the text.", least: 0, standard: WorkshopPreset.TextSeed);
        Option<bool> json = CommonOptions.Json();

        var command = new Command("corpus", "Make the text that the default model is trained on, or examples to tune it on.");
        foreach (Option option in (Option[])[file, kind, size, count, heldOut, seed, json])
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            ulong seedOfText = parsed.GetValue(seed);
            string made = parsed.GetValue(kind) ?? Text;
            foreach (Option option in made == Text ? (Option[])[count, heldOut] : [size])
            {
                if (parsed.GetResult(option) is { Implicit: false })
                {
                    throw new UsageException($"expected no {option.Name} with --kind {made}");
                }
            }

            long leastBytes = parsed.GetValue(size) ?? WorkshopPreset.TextBytes;
            string target = parsed.GetValue(file) ?? "-";
            TextOutput.Require(target, parsed.GetValue(json), "--out");
            using var output = new TextOutput(target, io);
            if (made != Text)
            {
                bool held = parsed.GetValue(heldOut);
                int most = parsed.GetValue(count) ?? (held ? StandardHeldOut : StandardCount);
                int examples = WriteExamples(output, target, made, seedOfText, held, most, io);
                Report(new CorpusExamplesResult(target, made, examples, held, seedOfText), parsed.GetValue(json), io);
                return ExitCode.Done;
            }

            long bytes = 0;
            output.Write(writer => bytes = Progress.Run(
                $"writing {target}", io, _ => WorkshopCorpus.Write(writer, seedOfText, leastBytes, io.Cancellation)));
            if (TextOutput.IsStandardOutput(target))
            {
                return ExitCode.Done;
            }

            if (parsed.GetValue(json))
            {
                JsonShapes.Write(new CorpusResult(target, bytes, seedOfText), io.Out);
            }
            else
            {
                io.Say(string.Create(CultureInfo.InvariantCulture, $"{target}: {bytes:N0} bytes of training text, seed {seedOfText}"));
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Writes examples and returns their number: fewer than asked if no others are left.</summary>
    private static int WriteExamples(TextOutput output, string target, string kind, ulong seed, bool heldOut, int most, CommandIo io)
    {
        (_, ExampleKind of, Func<ulong, bool, IEnumerable<Example>> make) = Kinds.First(known => known.Name == kind);
        Example[] examples = Progress.Run($"making {kind}", io, _ => make(seed, heldOut).Take(most).TakeWhile(_ =>
        {
            io.Cancellation.ThrowIfCancellationRequested();
            return true;
        }).ToArray());
        output.Write(writer =>
        {
            if (target.EndsWith(".csv", StringComparison.OrdinalIgnoreCase))
            {
                ExampleWriter.WriteCsv(writer, of, examples);
            }
            else
            {
                ExampleWriter.WriteJsonLines(writer, examples);
            }
        });
        return examples.Length;
    }

    private static void Report(CorpusExamplesResult result, bool json, CommandIo io)
    {
        if (TextOutput.IsStandardOutput(result.File))
        {
            return;
        }

        if (json)
        {
            JsonShapes.Write(result, io.Out);
        }
        else
        {
            string part = result.HeldOut ? "held-out " : "";
            io.Say(string.Create(CultureInfo.InvariantCulture, $"{result.File}: {result.Examples:N0} {part}{result.Kind}, seed {result.Seed}"));
        }
    }
}
