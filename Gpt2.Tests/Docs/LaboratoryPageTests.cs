// The page about the laboratory shows what its commands print.

using System.Text.RegularExpressions;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Docs;

public sealed partial class LaboratoryPageTests
{
    public static TheoryData<string> Commands() => [.. Blocks().Select(block => block.Line)];

    [Theory]
    [MemberData(nameof(Commands))]
    public void Command_OfThePage_PrintsWhatThePageShows(string line)
    {
        string[] shown = Blocks().First(block => block.Line == line).Shown;

        string[] printed = CommandRun.Of(DocumentedCommands.Arguments(line)).Result().TrimEnd('\n').Split('\n');

        // Figures may differ in their last digit: not every processor adds in the same order.
        printed.Should().HaveSameCount(shown);
        shown.Zip(printed).Where(pair => !DocumentedCommands.Matches(pair.First, pair.Second)).Should().BeEmpty();
    }

    private static DocumentedCommand[] Blocks() =>
        [.. DocumentedCommands.ConsoleBlocks(DocumentedCommands.Page("docs", "laboratory.md")).Where(block => Depth().IsMatch(block.Line))];

    [GeneratedRegex("^gpt2 (lens|loss|attention) ")]
    private static partial Regex Depth();
}
