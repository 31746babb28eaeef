// Tables on screens of any width, in files, and of a million rows.

using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;

namespace Gpt2.Tests.Cli;

public sealed class TableWriterTests : IDisposable
{
    private readonly StringWriter output = new() { NewLine = "\n" };

    public void Dispose() => output.Dispose();

    private string[] Lines => output.ToString().TrimEnd('\n').Split('\n');

    [Fact]
    public void Table_NarrowerAndNarrower_LosesDecorationFirstAndTheAnswerNever()
    {
        Written(null)[2].Should().Be("  12   \" quickly\"       99.93 %   ████████");
        Written(60).Should().Equal(Written(null));
        Written(36)[2].Should().Be("  12   \" quickly\"       99.93 %", "the bar goes, and the heading keeps its room");
        Written(26)[2].Should().Be("12  \" quickly\"  99.93 %", "space and long headings go");
        Written(20)[2].Should().Be("\" quickly\"  99.93 %", "the number of the row goes");
        Written(17)[2].Should().Be("\" quick…  99.93 %", "at last the token is cut");
        Written(8).Should().Equal("12", "  \" quickly\"", "  p", "  99.93 %");

        string[] Written(int? width)
        {
            output.GetStringBuilder().Clear();
            TableWriter table = On(
                width, Column.Number("#", drop: 1), new Column("token", Flow: Flow.Cut), Column.Number("probability", brief: "p"),
                new Column("", Drop: Column.Decoration));
            table.Row("12", "\" quickly\"", "99.93 %", "████████");
            table.End();
            return Lines;
        }
    }

    [Theory]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(80)]
    public void Table_LongPathOnAScreen_IsNeverBroken(int width)
    {
        const string Path = "/srv/local/models/one-with-a-long-name-that-no-column-of-a-small-screen-can-hold/weights";
        TableWriter table = On(width, new Column(""), new Column("", Flow: Flow.Wrap));
        table.Row("folder", Path);
        table.Row("format", "csv");
        table.End();

        Lines.Select(line => line.Trim()).Should().Contain(Path).And.Contain(line => line.EndsWith("csv", StringComparison.Ordinal));
    }

    [Fact]
    public void Table_InAFile_HasEveryCellWholeAndNoSpaceAtLineEnds()
    {
        string prose = string.Join(' ', Enumerable.Repeat("word", 100)), token = new('x', 300);
        TableWriter table = On(null, new Column("token", Flow: Flow.Cut), new Column("found", Flow: Flow.Wrap));
        table.Row(token, prose);
        table.Row("y", "");
        table.End();

        Lines.Should().HaveCount(4);
        Lines[2].Should().Be($"  {token}   {prose}");
        Lines[3].Should().Be("  y");
    }

    [Fact]
    public void Table_ManyRows_AreWrittenAsTheyCome()
    {
        TableWriter table = On(120, Column.Number("#", least: 7), new Column("token"));
        for (int row = 1; row < TableWriter.Sample; row++)
        {
            table.Row(row.ToString(CultureInfo.InvariantCulture), "x");
        }

        output.ToString().Should().BeEmpty("these rows decide how wide columns are");
        table.Row("256", "x");
        Lines.Should().HaveCount(2 + TableWriter.Sample);
        table.Row("1234567", "wider than the column");
        Lines[^1].Should().Be("  1234567   wider than the column");
    }

    [Fact]
    public void Table_Cancelled_Stops()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var table = new TableWriter(Io(null, cancelled.Token), new Column("token"));

        table.Invoking(one => one.Row("x")).Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Table_WideCharacters_AreAligned()
    {
        TableWriter table = On(null, new Column("token"), Column.Number("id"));
        table.Row("字字", "1");
        table.Row("abcdef", "2");
        table.End();

        Lines[2..].Should().Equal("  字字      1", "  abcdef    2");
    }

    private TableWriter On(int? width, params Column[] columns) => new(Io(width, default), columns);

    private CommandIo Io(int? width, CancellationToken cancellation) => new(
        Stream.Null, output, TextWriter.Null, InIsTerminal: false, OutIsTerminal: width is not null, ErrorIsTerminal: false,
        Color: false, cancellation)
    {
        Width = width,
    };
}
