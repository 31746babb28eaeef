// gpt2 generate: continues prompts, token by token, as the tokens come. What the result looks like is CompletionWriter's business.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Generation;
using Gpt2.Core.Generation.Beams;

namespace Gpt2.Cli.Commands;

internal static class GenerateCommand
{
    private const int StandardTokens = 50;

    public static Command Create(CommandIo io)
    {
        var input = new ModelInput(several: true);
        var generation = new GenerationInput(StandardTokens, draws: true);
        var beams = new BeamInput(standardBeams: null);
        var stop = new Option<string[]>("--stop")
        {
            Description = @"End the text before S, also where it spans tokens; may be given several times. \n, \r, \t and \\ are read as escapes.",
            HelpName = "S",
            Arity = ArgumentArity.OneOrMore,
        };
        var interactive = new Option<bool>("--interactive")
        {
            Description = "Read prompts from standard input, one a line, and keep the model loaded.",
        };
        Option<int?> logprobs = CommonOptions.Number<int>(
            "--logprobs", [], "Show each token's log-probability and rank, and the N most probable tokens beside it.", "a whole number, for example 5");

        var command = new Command(
            "generate",
            "Continue prompts token by token: with the most probable one (greedy), drawn at random if a temperature, top-k, top-p, "
            + "min-p or seed is given, or by beam search. Prints the new tokens.");
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
                Func<PromptedModel?> next = input.ReadLineByLine(parsed, io);
                generation.Sampling.NoteSeed(parsed, options.Sampling, io);
                return Converse(next, writer, io);
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

    /// <summary>A prompt that cannot be completed is reported, and the next one read.</summary>
    private static int Converse(Func<PromptedModel?> next, CompletionWriter writer, CommandIo io)
    {
        int exitCode = ExitCode.Done;
        bool json = false;
        while (true)
        {
            io.Cancellation.ThrowIfCancellationRequested();
            try
            {
                if (next() is not PromptedModel prompt)
                {
                    return exitCode;
                }

                json = prompt.Json;
                writer.Write(prompt, several: false, typed: io.InIsTerminal);
            }
            catch (Exception e) when (e is Gpt2Exception or UsageException)
            {
                exitCode = ErrorReport.Of(e, json, io.Verbose, io);
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
        if (all.Alternatives < 0)
        {
            throw new UsageException(FormattableString.Invariant($"--logprobs: found {all.Alternatives}, expected at least 0"));
        }

        return all.Problem() is string problem ? throw new UsageException(problem) : all;
    }

    private static void Check(ParseResult parsed, GenerationOptions options, BeamOptions? search, int samples, GenerationInput generation)
    {
        if (search is null)
        {
            if (samples > 1 && options.Sampling is not { Temperature: > 0 })
            {
                throw new UsageException("--num-samples: greedy choice gives one text only: add --temperature 1, --seed or --num-beams");
            }
        }
        else if (generation.Sampling.IsGiven(parsed))
        {
            throw new UsageException("--num-beams searches and draws nothing: leave out --temperature, --top-k, --top-p, --min-p and --seed");
        }
        else if (options.Stop.Count > 0)
        {
            throw new UsageException("--stop does not go with --num-beams: a search ends texts at <|endoftext|> and at --max-new-tokens");
        }
    }

    private static string Unescaped(string text) => text
        .Replace(@"\\", "\0", StringComparison.Ordinal)
        .Replace(@"\n", "\n", StringComparison.Ordinal)
        .Replace(@"\r", "\r", StringComparison.Ordinal)
        .Replace(@"\t", "\t", StringComparison.Ordinal)
        .Replace("\0", @"\", StringComparison.Ordinal);
}
