// docs/first-hour.md, followed from the first command to the last: every line that it shows is printed, with its figures.

using Gpt2.Tests.Support;

namespace Gpt2.Tests.Docs;

public sealed class FirstHourTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task FirstHour_FollowedFromTopToBottom_PrintsWhatItShows()
    {
        DocumentedCommand[] commands = [.. DocumentedCommands.ConsoleBlocks(DocumentedCommands.Page("docs", "first-hour.md"))];
        commands.Select(command => DocumentedCommands.Arguments(command.Line)[0]).Should()
            .ContainInOrder("corpus", "train", "generate", "eval").And.HaveCountGreaterThan(7);
        folder.Copy(Path.Combine(SharedData.RepositoryRoot, "docs"), "docs");

        foreach (DocumentedCommand command in commands)
        {
            CommandRun run = await DocumentedCommands.Run(command.Line, folder.Root);

            run.ExitCode.Should().Be(0, "{0} ends well; its log says: {1}", command.Line, run.Error);
            command.Shown.Should().NotBeEmpty();
            string[] printed = [.. run.Out.Split('\n'), .. run.Error.Split('\n')];
            foreach (string shown in command.Shown)
            {
                printed.Should().Contain(
                    line => DocumentedCommands.Matches(shown, line), "'{0}' prints '{1}', but found {2}{3}", command.Line, shown, run.Out, run.Error);
            }
        }
    }

    [Theory]
    [InlineData("loss 4.051", "loss 4.051  rate 2.8e-3", true)]
    [InlineData("loss 4.051", "  loss 4.0517", true)]
    [InlineData("loss 4.051", "loss 4.052", true)]
    [InlineData("loss 4.051", "loss 4.0521", false)]
    [InlineData("loss 4.051", "loss 4.053", false)]
    [InlineData("loss 4.051", "loss NaN", false)]
    [InlineData("loss 4.051", "loss", false)]
    [InlineData("1,024 tokens", "1,025 tokens", false)]
    [InlineData("200 steps", "201 steps", false)]
    public void Matches_Figures_MayDifferByOneInTheLastDigitShown(string shown, string printed, bool matches)
    {
        using var culture = new DecimalCommaCulture();

        DocumentedCommands.Matches(shown, printed).Should().Be(matches);
    }
}
