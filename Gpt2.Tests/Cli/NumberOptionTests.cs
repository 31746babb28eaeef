// Every option of every command that takes a whole number: the error distinguishes what is no number from what is
// beyond the type's range, and names the range.

using System.CommandLine;
using Gpt2.Cli;
using Gpt2.Cli.CommandLine;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public class NumberOptionTests
{
    private static readonly Type[] WholeNumbers = [typeof(int), typeof(long), typeof(ulong), typeof(int?), typeof(long?), typeof(ulong?)];

    public static TheoryData<string, string> Options()
    {
        var data = new TheoryData<string, string>();
        foreach ((string path, Command command) in Commands("", Root()))
        {
            foreach (Option option in command.Options.Where(option => WholeNumbers.Contains(option.ValueType)))
            {
                data.Add(path, option.Name);
            }
        }

        return data;
    }

    [Fact]
    public void Options_OfWholeNumbers_AreFound() =>
        Options().Select(row => (string)row[1])
            .Should().Contain(["--seed", "--steps", "--top-k", "--port", "--stride", "--size", "--threads", "--rounds"]);

    [Theory]
    [MemberData(nameof(Options))]
    public void WholeNumber_BeyondEveryType_NamesTheRange(string command, string option)
    {
        const string TooLarge = "99999999999999999999999", TooSmall = "-99999999999999999999999";

        Errors(command, option, TooLarge).Should().ContainSingle(error => error.StartsWith($"{option}: found {TooLarge}, expected "))
            .Which.Should().MatchRegex(", expected [0-9]+ to [0-9]+$");
        Errors(command, option, TooSmall).Should().ContainSingle(error => error.StartsWith($"{option}: found {TooSmall}, expected "))
            .Which.Should().MatchRegex(", expected (at least [0-9]+|[0-9]+ to [0-9]+)$");
    }

    [Theory]
    [MemberData(nameof(Options))]
    public void WholeNumber_OtherText_SaysSo(string command, string option)
    {
        foreach (string text in (string[])["some", "2.5", "1e3", "+", "0x10", "１"])
        {
            Errors(command, option, text).Should().ContainSingle(error => error.StartsWith($"{option}: found '{text}', expected a whole number"));
        }
    }

    [Theory]
    [InlineData("18446744073709551615", 0)]
    [InlineData("18446744073709551616", 2)]
    [InlineData("-1", 2)]
    public void Seed_AtTheEndOfItsRange_IsAcceptedAndBeyondItIsNot(string seed, int exitCode)
    {
        foreach (string[] command in (string[][])[["corpus", "--size", "10"], ["generate", "Mike is", "-n", "1"]])
        {
            CommandRun run = CommandRun.Of([.. command, "--seed", seed]);

            run.ExitCode.Should().Be(exitCode);
            run.Error.Should().StartWith(seed switch
            {
                "-1" => "gpt2: --seed: found -1, expected at least 0",
                "18446744073709551616" => "gpt2: --seed: found 18446744073709551616, expected 0 to 18446744073709551615",
                _ => "",
            });
        }
    }

    private static IEnumerable<string> Errors(string command, string option, string value)
    {
        ParseResult parsed = Root().Parse([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), option, value]);
        return parsed.Errors.Select(error => error.Message);
    }

    private static IEnumerable<(string Path, Command Command)> Commands(string path, Command command) =>
        command.Subcommands.SelectMany(sub => Commands($"{path} {sub.Name}", sub)).Prepend((path.Trim(), command));

    private static RootCommand Root() => Gpt2Command.Create(
        new CommandIo(Stream.Null, TextWriter.Null, TextWriter.Null, false, false, false, Color: false, CancellationToken.None));
}
