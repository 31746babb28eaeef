// What commands read: closed, silent and endless inputs, and lines of which some are no text.

using System.Text;
using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Core.Text;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class InputTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public InputTests()
    {
        model = folder.PathOf("model");
        CommandRun.Of("new", model, "--layers", "1", "--heads", "1", "--channels", "4", "--context", "8").Result();
    }

    public void Dispose() => folder.Dispose();

    /// <summary>Every command that reads standard input, without --model.</summary>
    public static TheoryData<string[]> Readers() =>
    [
        ["predict"], ["generate"], ["generate", "--interactive"], ["explain"], ["beams"], ["tokenize"], ["detokenize"], ["trace", "--out", "OUT"],
        ["eval", "-"], ["train", "-", "--out", "OUT"], ["train-tokenizer", "-", "--vocab-size", "300", "--out", "OUT"],
    ];

    [Theory]
    [MemberData(nameof(Readers))]
    public void StandardInput_Closed_SaysSo(string[] command)
    {
        CommandRun.With((Stream?)null, default, Line(command)).ErrorLine(1).Should().StartWith("gpt2: standard input: it is closed");
        File.Exists(folder.PathOf("OUT")).Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(Readers))]
    public async Task StandardInput_Silent_EndsWithCancellation(string[] command)
    {
        using var input = new SilentInput();
        using var cancellation = new CancellationTokenSource();
        Task<CommandRun> run = Task.Run(() => CommandRun.With(input, cancellation.Token, Line(command)));
        (await Task.WhenAny(run, input.Awaited.Task).WaitAsync(CommandProcess.LongEnough)).Should().Be(input.Awaited.Task);

        await cancellation.CancelAsync();

        (await run.WaitAsync(CommandProcess.LongEnough)).ErrorLine(130).Should().Be("gpt2: cancelled");
    }

    [UnixTheory]
    [InlineData("predict", "--file")]
    [InlineData("generate", "--file")]
    [InlineData("explain", "--file")]
    [InlineData("beams", "--file")]
    [InlineData("tokenize", "--file")]
    [InlineData("trace", "--out", "OUT", "--file")]
    [InlineData("eval")]
    [InlineData("train", "--out", "OUT")]
    [InlineData("train-tokenizer", "--vocab-size", "300", "--out", "OUT")]
    public async Task NamedPipe_WithoutAWriter_EndsWithCancellation(params string[] command)
    {
        string pipe = NamedPipe.Put(folder.PathOf("pipe"));
        using var cancellation = new CancellationTokenSource();
        Task<CommandRun> run = await NamedPipe.OpenedBy(pipe, () => CommandRun.With("", cancellation.Token, Line([.. command, pipe])));

        await cancellation.CancelAsync();

        (await run.WaitAsync(CommandProcess.LongEnough)).ErrorLine(130).Should().Be("gpt2: cancelled");
        NamedPipe.Release(pipe);
    }

    [UnixFact]
    public async Task NamedPipe_WithAWriter_IsRead()
    {
        string pipe = NamedPipe.Put(folder.PathOf("pipe"));
        Task<CommandRun> run = Task.Run(() => CommandRun.Of("tokenize", "--json", "-m", model, "--file", pipe));

        await Task.Run(() => File.WriteAllText(pipe, "é")).WaitAsync(CommandProcess.LongEnough);

        (await run.WaitAsync(CommandProcess.LongEnough)).Result().Should().StartWith("{\"text\":\"é\",");
    }

    [Theory]
    [InlineData("predict")]
    [InlineData("generate")]
    [InlineData("explain")]
    [InlineData("beams")]
    [InlineData("trace", "--out", "OUT")]
    public void Prompt_WithoutAnEnd_IsRefusedAfterAMegabyte(params string[] command)
    {
        using var input = new EndlessInput([], 0);

        CommandRun.With(input, default, Line(command)).ErrorLine(1)
            .Should().Be("gpt2: standard input: found more than 1,048,576 bytes, expected a prompt of at most 1,048,576");
        input.Taken.Should().BeLessThan(2 << 20);
    }

    [Fact]
    public void Prompt_FileThatIsTooLong_IsRefusedUnread()
    {
        string file = folder.PathOf("long");
        using (FileStream stream = File.Create(file))
        {
            stream.SetLength(3_000_000_000);
        }

        CommandRun.Of("predict", "-m", model, "--file", file).ErrorLine(1)
            .Should().Be($"gpt2: {file}: found 3,000,000,000 bytes, expected a prompt of at most 1,048,576");
        CommandRun.Of("eval", "-m", model, file).ErrorLine(1)
            .Should().Be($"gpt2: {file}: found 3,000,000,000 bytes, expected a text of at most 1,000,000,000");
    }

    [Fact]
    public void Text_WithoutAnEnd_IsRefusedAtTheBoundOfPipes()
    {
        using var input = new EndlessInput([], (byte)'a');

        CommandRun.With(input, default, "train-tokenizer", "-", "--vocab-size", "300", "--out", folder.PathOf("OUT")).ErrorLine(1).Should().Be(
            "gpt2: standard input: found more than 268,435,456 bytes, expected a text of at most 268,435,456; "
            + "put a longer one into a file and name that");
        input.Taken.Should().BeLessThan((1 << 28) + (1 << 20));
    }

    [Fact]
    public void Interactive_LineThatIsNoText_IsReportedByNumber_AndTheOthersAnswered()
    {
        string[] command = ["generate", "--interactive", "-n", "2", "-m", model];
        string[] good = CommandRun.With("ab\ncd\n", command).Result().Split('\n');

        CommandRun run = CommandRun.With(new MemoryStream([.. "ab\n"u8, .. "S "u8, 0xFF, .. " is\ncd\n"u8]), default, command);

        run.ExitCode.Should().Be(1);
        run.Out.Split('\n').Should().Equal(good);
        run.Error.Should().Be("gpt2: standard input line 2 byte 3: found 0xFF, which is not UTF-8; convert the text to UTF-8 first\n");
    }

    [Fact]
    public void Interactive_UnderJson_ReportsABadFirstLineAsAnObject()
    {
        CommandRun run = CommandRun.With(
            new MemoryStream([0xFF, .. "\nab"u8]), default, "generate", "--interactive", "-n", "2", "-m", model, "--json");

        run.ExitCode.Should().Be(1);
        run.Out.Should().StartWith("{\"model\":");
        run.Error.Should().StartWith("{\"error\":{\"message\":\"standard input line 1 byte 1: found 0xFF");
    }

    [Fact]
    public void Detokenize_LineThatIsNoIds_IsNamed_AndNothingPrinted()
    {
        CommandRun.With("66 67\n68 x\n", "detokenize", "-m", model).ErrorLine(1)
            .Should().Be("gpt2: standard input line 2: found 'x', expected whole numbers, for example 2,1,0");
        CommandRun.With(new MemoryStream([.. "66\n"u8, 0xFF]), default, "detokenize", "-m", model).ErrorLine(1)
            .Should().StartWith("gpt2: standard input line 2 byte 1: found 0xFF");
    }

    [Fact]
    public void Lines_FaultAfterAMark_IsPlacedAsInAWholeText()
    {
        byte[] text = [.. Encoding.UTF8.Preamble, .. "a"u8, 0xFF];
        const string Fault = "line 1 byte 5: found 0xFF, which is not UTF-8; convert the text to UTF-8 first";

        FluentActions.Invoking(new InputLines(InputBytes.OfStandardInput(Io(new MemoryStream(text))), 100).Next)
            .Should().Throw<Gpt2Exception>().WithMessage("standard input " + Fault);
        FluentActions.Invoking(() => StrictUtf8.Decode(text, "x")).Should().Throw<Gpt2Exception>().WithMessage("x " + Fault);
    }

    [Fact]
    public void Lines_EndWithLfOrCrLf_TheLastWithOrWithout()
    {
        Lines("\uFEFFab\r\n\ncd\nef", 100).Should().Equal("ab", "", "cd", "ef");
        Lines("ab\n", 100).Should().Equal("ab");
        Lines("", 100).Should().BeEmpty();
        Lines(new string('x', 10_000) + "\ny", 20_000).Should().Equal(new string('x', 10_000), "y");
    }

    [Fact]
    public void Lines_OneTooLong_IsRefusedBeforeItsEnd_AndTheNextRead()
    {
        const string TooLong = "standard input line 2: found more than 5 bytes, expected a line of at most that";
        Lines("a\n" + new string('x', 6) + "\nb\n", 5).Should().Equal("a", TooLong, "b");
        Lines("a\n" + new string('x', 100_000) + "\nb", 5).Should().Equal("a", TooLong, "b");
        Lines("a\n" + new string('x', 100_000), 5).Should().Equal("a", TooLong);
        Lines("12345\n\n", 5).Should().Equal("12345", "");

        using var endless = new EndlessInput("a\n"u8.ToArray(), (byte)'x');
        var lines = new InputLines(InputBytes.OfStandardInput(Io(endless)), longest: 1000);
        lines.Next().Should().Be("a");
        FluentActions.Invoking(lines.Next).Should().Throw<Gpt2Exception>();
        endless.Taken.Should().BeLessThan(10_000);
    }

    private static List<string> Lines(string text, int longest)
    {
        var lines = new InputLines(InputBytes.OfStandardInput(Io(new MemoryStream(Encoding.UTF8.GetBytes(text)))), longest);
        var read = new List<string>();
        while (true)
        {
            try
            {
                if (lines.Next() is not string line)
                {
                    return read;
                }

                read.Add(line);
            }
            catch (Gpt2Exception e)
            {
                read.Add(e.Message);
            }
        }
    }

    private static CommandIo Io(Stream input) => new(input, TextWriter.Null, TextWriter.Null, false, false, false, false, default);

    private string[] Line(string[] command)
    {
        string[] placed = [.. command.Select(arg => arg == "OUT" ? folder.PathOf(arg) : arg)];
        return command[0].StartsWith("train", StringComparison.Ordinal) ? placed : [.. placed, "-m", model];
    }
}
