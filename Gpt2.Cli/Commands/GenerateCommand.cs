// gpt2 generate: continues prompts, token by token, as the tokens are generated. CompletionWriter formats the results.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Generation;
using Gpt2.Core.Generation.Beams;

namespace Gpt2.Cli.Commands;

internal static class GenerateCommand
{
    private const int StandardTokens = 50, StandardAlternatives = 5;

    public static Command Create(CommandIo io)
    {
        var input = new PromptedModelInput(several: true);
        var generation = new GenerationInput(StandardTokens, draws: true);
        var beams = new BeamInput(standardBeams: null);
        var stop = new Option<string[]>("--stop")
        {
            Description = "End the text before S; may be given several times.\n"
                + "S is found even if it spans tokens. \\n, \\r, \\t and \\\\ are read as escapes.",
            HelpName = "S",
            Arity = ArgumentArity.OneOrMore,
        };
        var interactive = new Option<bool>("--interactive")
        {
            Description = "Read prompts from standard input, one per line.\nThe model stays loaded.",
        };
        Option<int?> logprobs = CommonOptions.Whole(
            "--logprobs", [],
            "Show each token's log-probability, in nats. Default: off.\n"
                + "The natural logarithm of the model's own probability, before any filter, with the token's rank and the N most "
                + $"probable tokens next to it. Without N: {StandardAlternatives}; 0 shows none.",
            least: 0, expected: "a whole number, for example 5", withoutValue: StandardAlternatives);

        var command = new Command(
            "generate",
            "Continue prompts, token by token.\n"
            + "Takes the most probable token (greedy), draws at random if a temperature, top-k, top-p, min-p or seed is given, "
            + "or searches with beams. Prints the new tokens.");
        input.AddTo(command);
        generation.AddTo(command);
        beams.AddTo(command);
        command.Options.Add(stop);
        command.Options.Add(logprobs);
        command.Options.Add(interactive);
        command.SetAction(parsed =>
        {
            GenerationOptions options = WithRest(generation.Read(parsed), parsed.GetValue(stop), parsed.GetValue(logprobs));
            BeamOptions? search = beams.Read(parsed, options);
            int samples = beams.Samples(parsed);
            Check(parsed, options, search, samples, generation);
            var writer = new CompletionWriter(options, search, samples, showTokens: parsed.GetValue(logprobs) is not null, io);
            if (parsed.GetValue(interactive))
            {
                PromptLines prompted = input.ReadLineByLine(parsed, io);
                generation.Sampling.NoteSeed(parsed, options.Sampling, io);
                return Converse(prompted, writer, io);
            }

            IReadOnlyList<PromptedModel> prompts = input.ReadAll(parsed, io);
            generation.Sampling.NoteSeed(parsed, options.Sampling, io);
            foreach (PromptedModel prompt in prompts)
            {
                writer.Write(prompt, several: prompts.Count > 1);
            }

            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>
    /// If a line is not a prompt or cannot be completed, its number is reported and the next one is read.
    /// </summary>
    private static int Converse(PromptLines prompts, CompletionWriter writer, CommandIo io)
    {
        int exitCode = ExitCode.Done;
        while (true)
        {
            io.Cancellation.ThrowIfCancellationRequested();
            string? line = null;
            try
            {
                io.AskForLine();
                line = prompts.Lines.Next();
                if (line is null)
                {
                    return exitCode;
                }

                if (line.Length > 0)
                {
                    writer.Write(prompts.PromptOf(line), several: false, typed: io.InIsTerminal);
                }
            }
            catch (Gpt2Exception e)
            {
                // Errors in reading a line name it; errors in a prompt do not, so the place is added.
                Gpt2Exception placed = line is null ? e : e.At(prompts.Lines.Place);
                exitCode = ErrorReport.Of(placed, prompts.Json, io.Verbose, io);
            }
        }
    }

    private static GenerationOptions WithRest(GenerationOptions options, string[]? stops, int? alternatives)
    {
        GenerationOptions all = options with
        {
            Stop = [.. (stops ?? []).Select(Unescaped)],
            Alternatives = alternatives ?? 0,
        };
        return all.Problem() is Gpt2Exception problem ? throw new UsageException(problem) : all;
    }

    private static void Check(ParseResult parsed, GenerationOptions options, BeamOptions? search, int samples, GenerationInput generation)
    {
        if (search is null)
        {
            if (samples > 1 && options.Sampling is not { Temperature: > 0 })
            {
                throw new UsageException("greedy choice gives only one text: add --temperature 1, --seed or --num-beams", where: "--num-samples");
            }
        }
        else if (generation.Sampling.IsGiven(parsed))
        {
            throw new UsageException("--num-beams searches and draws nothing: leave out --temperature, --top-k, --top-p, --min-p and --seed");
        }
        else if (options.Stop.Count > 0)
        {
            throw new UsageException("--stop cannot be used with --num-beams: a search ends texts at <|endoftext|> and at --max-new-tokens");
        }
    }

    private static string Unescaped(string text) => text
        .Replace(@"\\", "\0", StringComparison.Ordinal)
        .Replace(@"\n", "\n", StringComparison.Ordinal)
        .Replace(@"\r", "\r", StringComparison.Ordinal)
        .Replace(@"\t", "\t", StringComparison.Ordinal)
        .Replace("\0", @"\", StringComparison.Ordinal);
}
