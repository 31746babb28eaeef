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
    private const string Text = "text", Products = "products";
    private const int StandardCount = 2000, StandardHeldOut = 500, StandardTest = 250;

    private static readonly (string Name, ProductPart Part)[] Parts =
        [("training", ProductPart.Training), ("validation", ProductPart.Validation), ("test", ProductPart.Test)];

    private static readonly (string Name, ExampleKind Kind, Func<ulong, bool, ProductPart, IEnumerable<Example>> Make)[] Kinds =
    [
        ("instructions", ExampleKind.Instructions, (seed, heldOut, _) => InstructionCorpus.Examples(seed, heldOut)),
        ("preferences", ExampleKind.Preferences, (seed, heldOut, _) => PreferenceCorpus.Examples(seed, heldOut)),
        (Products, ExampleKind.Completions, (seed, _, part) => ProductCorpus.Examples(seed, part)),
    ];

    public static Command Create(CommandIo io)
    {
        Option<string?> kind = CommonOptions.OneOf(
            "--kind", "What to make. Default: text.\nInstructions, preferences and products are examples for 'gpt2 tune', as JSON Lines, or as CSV "
                + "if the file's name ends in .csv.",
            [Text, .. Kinds.Select(known => known.Name)]);
        Option<int?> count = CommonOptions.Whole(
            "--count", [], $"The most examples to write. Default: {StandardCount}, held out {StandardHeldOut}, of the test {StandardTest}.",
            least: 1);
        Option<bool> heldOut = new("--held-out") { Description = "Only examples that are held out of those for training." };
        Option<string?> split = CommonOptions.OneOf(
            "--split", "Which products, that have no combination of attributes in common. Default: training.", [.. Parts.Select(part => part.Name)]);
        Option<string?> file = new("--out", "-o") { Description = "The file to write. Without it, or as -: standard output.", HelpName = "FILE" };
        Option<long?> size = CommonOptions.Whole<long>(
            "--size", [], $"Write whole documents until there are this many bytes. Default: {WorkshopPreset.TextBytes}.", least: 1);
        Option<ulong> seed = CommonOptions.Count<ulong>("--seed", ["-s"], "Seed of the text.", least: 0, standard: WorkshopPreset.TextSeed);
        Option<bool> json = CommonOptions.Json();

        var command = new Command("corpus", "Make the text that the default model is trained on, or examples to tune it on.");
        foreach (Option option in (Option[])[file, kind, size, count, heldOut, split, seed, json])
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            ulong seedOfText = parsed.GetValue(seed);
            string made = parsed.GetValue(kind) ?? Text;
            foreach (Option option in made == Text ? (Option[])[count, heldOut, split] : made == Products ? [size, heldOut] : [size, split])
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
                string? part = made == Products ? parsed.GetValue(split) ?? Parts[0].Name : null;
                ProductPart ofProducts = Parts.FirstOrDefault(known => known.Name == part).Part;
                int standard = held ? StandardHeldOut : ofProducts == ProductPart.Test ? StandardTest : StandardCount;
                int examples = WriteExamples(
                    output, target, made, seed => MakerOf(made)(seed, held, ofProducts), seedOfText, parsed.GetValue(count) ?? standard, io);
                Report(new CorpusExamplesResult(target, made, examples, held, seedOfText, part), parsed.GetValue(json), io);
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

    private static Func<ulong, bool, ProductPart, IEnumerable<Example>> MakerOf(string kind) => Kinds.First(known => known.Name == kind).Make;

    /// <summary>Writes examples and returns their number: fewer than asked if no others are left.</summary>
    private static int WriteExamples(
        TextOutput output, string target, string kind, Func<ulong, IEnumerable<Example>> make, ulong seed, int most, CommandIo io)
    {
        ExampleKind of = Kinds.First(known => known.Name == kind).Kind;
        Example[] examples = Progress.Run($"making {kind}", io, _ => make(seed).Take(most).TakeWhile(_ =>
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
            string part = result.HeldOut ? "held-out " : result.Split is string split ? split + " " : "";
            io.Say(string.Create(CultureInfo.InvariantCulture, $"{result.File}: {result.Examples:N0} {part}{result.Kind}, seed {result.Seed}"));
        }
    }
}
