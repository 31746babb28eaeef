// gpt2 detokenize: token ids as text.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Text;

namespace Gpt2.Cli.Commands;

internal static class DetokenizeCommand
{
    public static Command Create(CommandIo io)
    {
        Argument<string[]> arguments = new("ids")
        {
            Description = "Token ids, separated by commas or spaces. Without them and --ids: standard input.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var idOption = new IdsInput("The ids as an option.");
        var source = new TokenizerSource();
        Option<bool> json = CommonOptions.Json();

        var command = new Command("detokenize", "Show the text of token ids.");
        command.Arguments.Add(arguments);
        command.Options.Add(idOption.Option);
        source.AddTo(command);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            int[] ids = Given(parsed.GetValue(arguments) ?? [], parsed.GetValue(idOption.Option), io);
            Tokenizer tokenizer = source.Read(parsed);
            string text = tokenizer.Decode(ids);
            if (parsed.GetValue(json))
            {
                JsonShapes.Write(new DetokenizeResult(ids, text), io.Out);
            }
            else
            {
                io.Out.WriteLine(text);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static int[] Given(string[] arguments, string? option, CommandIo io)
    {
        if (arguments.Length > 0 && option is not null)
        {
            throw IdsInput.Several($"ids as arguments and {IdsInput.Name}", "both", arguments);
        }

        if (arguments.Length == 0 && option is null)
        {
            return io.InIsTerminal
                ? throw new UsageException("no ids: give them as arguments, with --ids, or on standard input")
                : FromStandardInput(io);
        }

        return IdsInput.ParseOption(option ?? string.Join(' ', arguments));
    }

    /// <summary>
    /// All lines together are one text, which would change if one were left out: the first bad one ends the command.
    /// </summary>
    private static int[] FromStandardInput(CommandIo io)
    {
        string[] lines = TextFile.Read(TextFile.StandardInput, io, expected: "ids").Split('\n');
        var ids = new List<int>();
        for (int i = 0; i < lines.Length; i++)
        {
            try
            {
                ids.AddRange(IdsInput.Parse(lines[i]));
            }
            catch (Gpt2Exception e)
            {
                throw e.At(new(TextFile.NameOf(TextFile.StandardInput), i + 1));
            }
        }

        return [.. ids];
    }
}
