// log.csv: what is written comes back, later lines and half lines are dropped where a run goes on, in any culture.

using Gpt2.Core;
using Gpt2.Core.Training;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Training;

public sealed class TrainingLogTests : IDisposable
{
    private const string Header = "step,loss,validation_loss,learning_rate,gradient_norm\n";

    private readonly TemporaryFolder folder = new();

    private string Log => folder.PathOf("log.csv");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Append_Lines_ComeBackWithAllDigits()
    {
        using var culture = new DecimalCommaCulture();
        LogLine[] lines = [new(1, 1 / 3.0, null, 1e-5, 1e-7), new(2, Math.PI, 2.5, 0.001f, 12345.678)];
        TrainingLog.Begin(Log, 0);

        foreach (LogLine line in lines)
        {
            TrainingLog.Append(Log, line);
        }

        TrainingLog.Read(Log).Should().Equal(lines);
        File.ReadAllText(Log).Should().StartWith(Header + "1,0.3333333333333333,,1E-05,1E-07\n2,3.141592653589793,2.5,");
    }

    [Fact]
    public void Begin_RunThatGoesOn_DropsLaterLines()
    {
        using var culture = new DecimalCommaCulture();
        File.WriteAllText(Log, Header + "1,5.5,,0.1,1\n2,5.4,5.5,0.1,1\n3,5.3,,0.1,1\n");

        TrainingLog.Begin(Log, 2);

        File.ReadAllText(Log).Should().Be(Header + "1,5.5,,0.1,1\n2,5.4,5.5,0.1,1\n");
        Directory.EnumerateFileSystemEntries(folder.Root).Should().ContainSingle();
    }

    [Fact]
    public void Begin_NewRun_DropsWhatWasThere()
    {
        File.WriteAllText(Log, Header + "1,5.5,,0.1,1\n");

        TrainingLog.Begin(Log, 0);

        File.ReadAllText(Log).Should().Be(Header);
    }

    [Fact]
    public void Begin_NoLogYet_WritesTheHeader()
    {
        TrainingLog.Begin(Log, 7);

        File.ReadAllText(Log).Should().Be(Header);
    }

    [Theory]
    [InlineData("3")]
    [InlineData("3,5.")]
    [InlineData("3,5.3,,0.1")]
    [InlineData("3,5.3,,0.1,")]
    [InlineData("3,5.3,,0.1,1E")]
    [InlineData("3,5.3,,0.1,1E-")]
    [InlineData("3,5.3,,0.1,1")]
    public void Begin_LineThatWasNotFinished_IsDropped(string half)
    {
        const string Whole = Header + "1,5.5,,0.1,1\n2,5.4,5.5,0.1,1E-05\n";
        File.WriteAllText(Log, Whole + half);

        TrainingLog.Read(Log).Should().HaveCount(2);
        TrainingLog.Begin(Log, 5);

        File.ReadAllText(Log).Should().Be(Whole);
    }

    [Theory]
    [InlineData("1,5.5,,0.1\n")]
    [InlineData("1,five,,0.1,1\n")]
    [InlineData("1,5.5,,0.1,1E\n")]
    public void Read_InvalidLine_IsRefusedByNumber(string line)
    {
        File.WriteAllText(Log, Header + line);

        FluentActions.Invoking(() => TrainingLog.Read(Log))
            .Should().Throw<Gpt2Exception>().With(found: "found '*'", expected: "*", where: Log + " line 2");
    }
}
