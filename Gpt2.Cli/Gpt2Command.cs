// The command `gpt2`: its subcommands, and how every run ends.

using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Parsing;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Commands;

namespace Gpt2.Cli;

/// <summary>The whole command line.</summary>
public static class Gpt2Command
{
    private static readonly Option<bool> Verbose = new("--verbose")
    {
        Description = "Show the stack trace of an error, and notes about the cache.",
        Recursive = true,
    };

    /// <summary>Options that a command had under another name, which other commands still have for something else.</summary>
    private static readonly (string Command, string Old, string New)[] Renamed = [("convert", "--weights", "--type")];

    /// <summary>Runs a command line and returns its exit code.</summary>
    public static int Run(string[] args, CommandIo io)
    {
        bool json = args.Contains("--json");
        bool verbose = args.Contains("--verbose");
        io = io with { Verbose = verbose };
        try
        {
            RawArguments.RequireUtf8(args);

            // A prompt may begin with '@': no response files.
            var configuration = new ParserConfiguration { ResponseFileTokenReplacer = null };
            RootCommand root = Create(io);
            ParseResult parsed = root.Parse(args, configuration);
            bool hasDoubleDash = parsed.Tokens.Any(token => token.Type == TokenType.DoubleDash);
            RefuseUnknownOptions(hasDoubleDash ? root.Parse([.. args.TakeWhile(arg => arg != "--")], configuration) : parsed);
            if (parsed.Errors.Count > 0)
            {
                throw UsageException.OfParser(parsed.Errors[0].Message.TrimEnd('.'), $"'{NameOf(parsed.CommandResult)} --help' lists what there is");
            }

            int exitCode = parsed.Invoke(new InvocationConfiguration
            {
                Output = io.Out,
                Error = io.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
            io.Out.Flush();
            return exitCode;
        }
        catch (Exception e)
        {
            return ErrorReport.Of(e, json, verbose, io);
        }
    }

    /// <summary>
    /// An unknown option must not be taken for a prompt, nor its value be what is complained about.
    /// </summary>
    /// <param name="parsed">The command line up to "--", after which everything is an argument.</param>
    private static void RefuseUnknownOptions(ParseResult parsed)
    {
        IEnumerable<string> arguments = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(result => result.Tokens)
            .Select(token => token.Value);
        foreach (string text in arguments.Concat(parsed.UnmatchedTokens).Select(argument => argument.Split('=', ':')[0]))
        {
            bool looksLikeOption = text.Length > 1 && text[0] == '-'
                && (char.IsAsciiLetter(text[1]) || text.StartsWith("--", StringComparison.Ordinal));
            if (looksLikeOption)
            {
                Command command = parsed.CommandResult.Command;
                string name = command is RootCommand ? "gpt2" : command.Name;
                if (Renamed.FirstOrDefault(option => option.Command == name && option.Old == text) is { New: string renamed })
                {
                    throw new UsageException($"unknown option '{text}'", remedy: $"'{name}' calls it {renamed}");
                }

                string[] others = [.. parsed.RootCommandResult.Command.Subcommands
                    .Where(other => other.Options.Any(option => option.Name == text || option.Aliases.Contains(text))).Select(other => other.Name)];
                throw new UsageException($"unknown option '{text}'", remedy: others.Length > 0
                    ? $"'{name}' does not have it, but {string.Join(", ", others)} {(others.Length == 1 ? "does" : "do")}"
                    : "put an argument that begins with '-' after '--'");
            }
        }
    }

    /// <summary>A command as it is called: "gpt2 bench train".</summary>
    private static string NameOf(CommandResult result) =>
        result.Command is not RootCommand && result.Parent is CommandResult parent ? $"{NameOf(parent)} {result.Command.Name}" : "gpt2";

    internal static RootCommand Create(CommandIo io)
    {
        var root = new RootCommand("GPT-2 from scratch: predict, generate, tokenize, and see every step of it.")
        {
            PredictCommand.Create(io),
            GenerateCommand.Create(io),
            ExplainCommand.Create(io),
            BeamsCommand.Create(io),
            CompareCommand.Create(io),
            ServeCommand.Create(io),
            ExploreCommand.Create(io),
            TokenizeCommand.Create(io),
            DetokenizeCommand.Create(io),
            TraceCommand.Create(io),
            WorkbookCommand.Create(io),
            WhyCommand.Create(io),
            EmbeddingsCommand.Create(io),
            LensCommand.Create(io),
            AttentionCommand.Create(io),
            LossCommand.Create(io),
            InfoCommand.Create(io),
            DownloadCommand.Create(io),
            DoctorCommand.Create(io),
            NewCommand.Create(io),
            ConvertCommand.Create(io),
            CacheCommand.Create(io),
            TrainCommand.Create(io),
            TuneCommand.Create(io),
            RewardCommand.Create(io),
            TrainTokenizerCommand.Create(io),
            CorpusCommand.Create(io),
            EvalCommand.Create(io),
            PriceCommand.Create(io),
            NetworkCommand.Create(io),
            MergesCommand.Create(io),
            MazeCommand.Create(io),
            LessonCommand.Create(io),
            BenchCommand.Create(io),
        };
        root.Options.Add(Verbose);
        var help = new HelpPage(io);
        HelpOption option = root.Options.OfType<HelpOption>().Single();
        option.Description = "Show this help.";
        option.Action = help;
        root.Options.OfType<VersionOption>().Single().Description = "Show the version.";
        root.SetAction(help.Invoke);
        return root;
    }
}
