// gpt2 new: creates a model folder with random weights.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Doctor;

namespace Gpt2.Cli.Commands;

internal static class NewCommand
{
    public static Command Create(CommandIo io)
    {
        Argument<string> folder = new("folder") { Description = "The folder to create." };
        Option<int> layers = Size("--layers", "Number of blocks.", 2);
        Option<int> heads = Size("--heads", "Attention heads per block.", 4);
        Option<int> channels = Size("--channels", "Width of the residual stream.", 32);
        Option<int> context = Size("--context", "The maximum number of tokens the model sees at once.", 64);
        var vocabularyInput = new VocabularyInput("A vocab.bpe to use. Default: the 256 bytes and <|endoftext|>.");
        var added = new AddedTokensInput("Their rows are random, like all others.");
        Option<int?> vocabularySize = CommonOptions.Whole(
            "--vocab-size", [], $"A vocabulary of this many bare ids, fewer than {Vocabulary.SmallestCount}, without text.", least: 1);
        Option<ulong> seed = CommonOptions.Count<ulong>("--seed", ["-s"], "Seed of the random weights.", least: 0, standard: 1);
        Option<bool> noBias = new("--no-qkv-bias") { Description = "No attention bias." };
        Option<bool> untied = new("--untied-head") { Description = "A separate matrix for the language head instead of wte." };
        Option<bool> javaScript = new("--javascript-vocab")
        {
            Description = "Write vocab_bpe.csv and bpe_token_ids.csv instead of vocab.bpe, as in the JavaScript edition.",
        };
        Option<bool> force = new("--force") { Description = "Replace an existing model." };
        Option<bool> json = CommonOptions.Json();

        var command = new Command("new", "Create a model folder with random weights.\nInitialised as GPT-2 was.");
        command.Arguments.Add(folder);
        foreach (Option option in (Option[])
            [layers, heads, channels, context, vocabularyInput.Option, added.Option, vocabularySize, seed, noBias, untied, javaScript, force, json])
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            string target = CommonOptions.RequireFolderName(parsed.GetValue(folder)!, "folder");
            OutputTarget.RequireFree(target, isFile: false, parsed.GetValue(force));
            Vocabulary? vocabulary = VocabularyOf(parsed, vocabularyInput, parsed.GetValue(vocabularySize));
            vocabulary = vocabulary?.WithAdded(added.Read(parsed, vocabulary, io));
            if (vocabulary is null && added.IsGiven(parsed))
            {
                throw new UsageException($"expected no {added.Option.Name} with --vocab-size: bare ids have no text");
            }

            var config = new Gpt2Config(
                vocabulary?.Count ?? parsed.GetValue(vocabularySize)!.Value, parsed.GetValue(context), parsed.GetValue(channels),
                parsed.GetValue(heads), parsed.GetValue(layers))
            {
                QkvBias = !parsed.GetValue(noBias),
                TiedHead = !parsed.GetValue(untied),
            };
            if (config.Problem() is Gpt2Exception problem)
            {
                throw new UsageException(problem);
            }

            if (MachineExamination.MemoryProblem(config.Parameters) is string tooLarge)
            {
                throw new UsageException($"{tooLarge}: choose fewer --layers, --channels or --context");
            }

            var weights = new Gpt2Weights(config);
            Progress.Run("drawing the weights", io, progress =>
            {
                WeightInitialisation.Fill(weights, parsed.GetValue(seed), progress, io.Cancellation);
                return true;
            });
            VocabularyFiles files = parsed.GetValue(javaScript) ? VocabularyFiles.JavaScript : VocabularyFiles.Gpt2;
            if (files == VocabularyFiles.JavaScript && vocabulary is not null)
            {
                ConvertCommand.NoteLimits(vocabulary, io);
            }

            Progress.Run($"writing {target}", io, progress =>
            {
                ModelFolder.DeleteOthers(target, CsvModelFolder.Write(target, weights, vocabulary, files, progress, cancellation: io.Cancellation));
                return true;
            });

            if (parsed.GetValue(json))
            {
                JsonShapes.Write(new NewResult(target, config.Parameters, parsed.GetValue(seed)), io.Out);
            }
            else
            {
                io.Say(string.Create(
                    CultureInfo.InvariantCulture, $"{target}: {config.Parameters:N0} fresh weights; 'gpt2 info {target}' shows them"));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Option<int> Size(string name, string description, int standard) =>
        CommonOptions.Count(name, [], description, least: 1, standard);

    /// <summary>The vocabulary; null for bare ids.</summary>
    private static Vocabulary? VocabularyOf(ParseResult parsed, VocabularyInput input, int? size)
    {
        if (input.IsGiven(parsed) && size is not null)
        {
            throw new UsageException("expected one of --vocab and --vocab-size, found both");
        }

        if (size is null)
        {
            return input.Read(parsed) ?? new Vocabulary([]);
        }

        return size is >= 1 and < Vocabulary.SmallestCount
            ? null
            : throw new UsageException(
                $"found {size}", where: "--vocab-size", expected: $"1 to {Vocabulary.SmallestCount - 1}",
                remedy: "a larger one has text and comes from --vocab");
    }
}
