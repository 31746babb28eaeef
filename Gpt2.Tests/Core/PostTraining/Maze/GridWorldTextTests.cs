// Mazes as text: what is read, and one clear line about what is not.

using Gpt2.Core;
using Gpt2.Core.PostTraining.Maze;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining.Maze;

public sealed class GridWorldTextTests
{
    [Theory]
    [InlineData("S.#\nM.G\n")]
    [InlineData("S.#\r\nM.G\r\n\r\n")]
    [InlineData("S.#\nM.G")]
    public void Parse_AnyLineEnds_IsTheSameMaze(string text)
    {
        GridWorld maze = GridWorldText.Parse(text, "a.txt");

        (maze.Rows, maze.Columns, maze.Start).Should().Be((2, 3, 0));
        string.Concat(Enumerable.Range(0, 6).Select(maze.LetterOf)).Should().Be("S.#M.G");
    }

    [Theory]
    [InlineData("S..\n.xG", "a.txt: row 2, column 2", "found 'x'", "#, ., M, S or G")]
    [InlineData("S..\n.🐉G", "a.txt: row 2", "found 4 cells", "3, as in row 1")]
    [InlineData("S\t.\n..G", "a.txt: row 1, column 2", "found '\\u0009'", "#, ., M, S or G")]
    [InlineData("S..\n..\n..G", "a.txt: row 2", "found 2 cells", "3, as in row 1")]
    [InlineData("S..\n\n..G", "a.txt: row 2", "found 0 cells", "3, as in row 1")]
    [InlineData("S..\n..S\n..G", "a.txt: row 2, column 3", "found a second start S", "one, and it is in row 1, column 1")]
    [InlineData("S.G\n..G", "a.txt: row 2, column 3", "found a second goal G", "one, and it is in row 1, column 3")]
    [InlineData("...\n..G", "a.txt", "found no start S", "one S and one G")]
    [InlineData("S..\n...", "a.txt", "found no goal G", "one S and one G")]
    [InlineData("S#.\n##G", "a.txt", "the goal in row 2, column 3 cannot be reached", "a way from S to G around walls and monsters")]
    [InlineData("SMG", "a.txt", "the goal in row 1, column 3 cannot be reached", "a way from S to G around walls and monsters")]
    [InlineData("", "a.txt", "the first row is empty", "lines of # wall*")]
    [InlineData("S...............G", "a.txt", "found 17 columns", "at most 16")]
    public void Parse_Wrong_SaysWhatAndWhere(string text, string where, string found, string expected) =>
        FluentActions.Invoking(() => GridWorldText.Parse(text, "a.txt"))
            .Should().Throw<Gpt2Exception>().With(found, expected, where: where);

    [Fact]
    public void Parse_TooManyRows_IsRefused() =>
        FluentActions.Invoking(() => GridWorldText.Parse("S\n" + string.Concat(Enumerable.Repeat(".\n", 15)) + "G", "a.txt"))
            .Should().Throw<Gpt2Exception>().With("found 17 rows", "at most 16");
}
