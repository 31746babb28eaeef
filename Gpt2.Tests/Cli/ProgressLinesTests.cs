// What is written to a log while something takes long: nothing at first, then a line every so often, and nothing once
// it is done. A clock to which every wait is long shows that the commands which may take long do report.

using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Gpt2.Tests.Cli;

public sealed class ProgressLinesTests : IDisposable
{
    private readonly SmallModelFolder folder = new(layers: 1);
    private readonly FakeTimeProvider clock = new();
    private readonly StringWriter log = new() { NewLine = "\n" };

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Lines_ShortWork_SaysNothing()
    {
        using (new ProgressLines("working", Io()))
        {
            clock.Advance(ProgressLines.FirstAfter - TimeSpan.FromMilliseconds(1));
        }

        clock.Advance(TimeSpan.FromHours(1));
        log.ToString().Should().BeEmpty();
    }

    [Fact]
    public void Lines_LongWork_SaysALineAWhile()
    {
        using (var lines = new ProgressLines("working", Io()))
        {
            clock.Advance(TimeSpan.FromSeconds(5));
            lines.Report(0.25);
            clock.Advance(TimeSpan.FromSeconds(15));
            lines.Report(0.999);
            clock.Advance(TimeSpan.FromSeconds(14));
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        log.ToString().Should().Be("working: 0:05 so far\nworking: 25 %, 1:00 left\nworking: 99 %, 0:00 left\n");
    }

    [Fact]
    public void Lines_HardlyBegun_DoNotForetellTheEnd()
    {
        using var lines = new ProgressLines("working", Io());
        lines.Report(0.00001);
        clock.Advance(TimeSpan.FromSeconds(5));

        log.ToString().Should().Be("working: 0:05 so far\n");
    }

    [Theory]
    [InlineData(20, 2)]
    [InlineData(40, 2)]
    [InlineData(80, 4)]
    public void Columns_OfABar_AreThoseThatHaveRoom(int width, int columns) => Progress.ColumnsFor(width).Should().HaveCount(columns);

    [Fact]
    public void Lines_WhereAnotherHasSpoken_Wait()
    {
        using var lines = new ProgressLines("training", Io());
        clock.Advance(TimeSpan.FromSeconds(4));
        lines.SaidElsewhere();
        clock.Advance(TimeSpan.FromSeconds(14));
        log.ToString().Should().BeEmpty();

        lines.Report("step 7/9");
        clock.Advance(TimeSpan.FromSeconds(1));
        log.ToString().Should().Be("training: step 7/9\n");
    }

    [Theory]
    [InlineData("reading the text as tokens: 0:00 so far\nevaluating model: 0:00 so far\n", "eval", "TEXT", "-m", "MODEL")]
    [InlineData("writing NEW: 0:00 so far\n", "corpus", "--out", "NEW", "--size", "10")]
    [InlineData("learning tokens: 0:00 so far\n", "train", "TEXT", "--out", "NEW", "--steps", "1", "--context", "8", "--layers", "1")]
    [InlineData("training: 0:00 so far\n", "train", "TEXT", "--out", "NEW", "--steps", "1", "--context", "8", "--layers", "1")]
    [InlineData("learning merges: 0:00 so far\n", "train-tokenizer", "TEXT", "--vocab-size", "257", "--out", "NEW")]
    [InlineData("writing NEW: 0:00 so far\n", "new", "NEW", "--layers", "1")]
    [InlineData("reading model: 0:00 so far\nwriting NEW: 0:00 so far\n", "convert", "MODEL", "NEW")]
    [InlineData("writing NEW: 0:00 so far\n", "trace", "ab", "-m", "MODEL", "--out", "NEW")]
    [InlineData("examining model: 0:00 so far\nasking model what it knows: 0:00 so far\n", "doctor", "MODEL")]
    [InlineData("searching: 0:00 so far\n", "beams", "ab", "-m", "MODEL", "-n", "2")]
    [InlineData("searching: 0:00 so far\n", "generate", "ab", "-m", "MODEL", "-n", "2", "--num-beams", "2")]
    public void Commands_ThatMayTakeLong_SaySo(string said, params string[] args)
    {
        string text = folder.PathOf("text.txt"), model = folder.Model, made = folder.PathOf("new");
        File.WriteAllText(text, "abcab, said the cab\nabcab, said the cab\n");

        string[] given = [.. args.Select(arg => arg switch { "TEXT" => text, "MODEL" => model, "NEW" => made, _ => arg })];
        CommandRun run = CommandRun.Timed(new ImpatientClock(), given);

        run.Error.Should().Contain(said.Replace("NEW", made, StringComparison.Ordinal));
    }

    private CommandIo Io() => new(
        Stream.Null, TextWriter.Null, log, InIsTerminal: false, OutIsTerminal: false, ErrorIsTerminal: false, Color: true, CancellationToken.None)
    {
        Clock = clock,
    };

    /// <summary>Every wait is over at once, once.</summary>
    private sealed class ImpatientClock : TimeProvider
    {
        private static readonly FakeTimeProvider Stopped = new();

        public override long GetTimestamp() => Stopped.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            callback(state);
            return Stopped.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }
}
