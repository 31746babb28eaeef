// gpt2 corpus: the training text of the default model.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Training;
using Gpt2.Core.Training.Corpus;

namespace Gpt2.Cli.Commands;

internal static class CorpusCommand
{
    public static Command Create(CommandIo io)
    {
        Option<string?> file = new("--out", "-o") { Description = "The file to write. Without it, or as -: standard output.", HelpName = "FILE" };
        Option<long> size = CommonOptions.Count(
            "--size", [], "Write whole documents until there are this many bytes.", least: 1, standard: WorkshopPreset.TextBytes);
        Option<ulong> seed = CommonOptions.Count<ulong>("--seed", ["-s"], "Seed of the text.", least: 0, standard: WorkshopPreset.TextSeed);
        Option<bool> json = CommonOptions.Json();

        var command = new Command("corpus", "Make the text that the default model is trained on.");
        foreach (Option option in (Option[])[file, size, seed, json])
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            ulong seedOfText = parsed.GetValue(seed);
            long leastBytes = parsed.GetValue(size);
            string target = parsed.GetValue(file) ?? "-";
            TextOutput.Require(target, parsed.GetValue(json), "--out");
            using var output = new TextOutput(target, io);
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
}
