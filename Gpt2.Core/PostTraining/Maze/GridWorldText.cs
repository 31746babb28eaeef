// A maze as text: a line for each row, a character for each cell. What is wrong is said with its row and column.

using System.Globalization;

namespace Gpt2.Core.PostTraining.Maze;

/// <summary>Reads mazes.</summary>
internal static class GridWorldText
{
    /// <summary>What a text should be, for messages.</summary>
    public const string Form = "lines of # wall, . floor, M monster, S start, G goal";

    /// <summary>Reads a maze.</summary>
    /// <param name="text">The lines. Blank ones at the end are nothing.</param>
    /// <param name="where">Where the text comes from, for messages.</param>
    /// <exception cref="Gpt2Exception">It is not such a text, too large, or its goal cannot be reached.</exception>
    public static GridWorld Parse(string text, string where)
    {
        string[] rows = text.TrimEnd('\r', '\n').ReplaceLineEndings("\n").Split('\n');
        int columns = rows[0].Length;
        if (columns == 0)
        {
            throw new Gpt2Exception("the first row is empty") { Where = where, Expected = Form };
        }

        RequireSize(rows.Length, "rows", where);
        RequireSize(columns, "columns", where);
        var cells = new List<MazeCell>();
        int? start = null, goal = null;
        for (int row = 0; row < rows.Length; row++)
        {
            if (rows[row].Length != columns)
            {
                throw new Gpt2Exception($"found {Plural.Of(rows[row].Length, "cell")}")
                {
                    Where = Place(where, row),
                    Expected = $"{columns}, as in row 1",
                    Remedy = "write every cell, including those after the last wall",
                };
            }

            for (int column = 0; column < columns; column++)
            {
                char letter = rows[row][column];
                ErrorPlace here = Place(where, row, column);
                start = letter == 'S' ? Only(start, cells.Count, "start S", here, columns) : start;
                goal = letter == 'G' ? Only(goal, cells.Count, "goal G", here, columns) : goal;
                cells.Add(letter switch
                {
                    '#' => MazeCell.Wall,
                    '.' or 'S' => MazeCell.Floor,
                    'M' => MazeCell.Monster,
                    'G' => MazeCell.Goal,
                    _ => throw new Gpt2Exception($"found '{VisibleText.Of(StringInfo.GetNextTextElement(rows[row], column))}'")
                    {
                        Where = here,
                        Expected = "#, ., M, S or G",
                    },
                });
            }
        }

        if (start is null || goal is null)
        {
            throw new Gpt2Exception($"found no {(start is null ? "start S" : "goal G")}") { Where = where, Expected = "one S and one G" };
        }

        var world = new GridWorld(columns, [.. cells], start.Value);
        return world.MovesToGoal(start.Value) is not null ? world : throw new Gpt2Exception(
            $"the goal in row {(goal / columns) + 1}, column {(goal % columns) + 1} cannot be reached")
        {
            Where = where,
            Expected = "a way from S to G around walls and monsters",
            Remedy = "make a wall or a monster floor",
        };
    }

    private static void RequireSize(int found, string what, string where)
    {
        if (found > GridWorld.Largest)
        {
            throw new Gpt2Exception($"found {found} {what}") { Where = where, Expected = $"at most {GridWorld.Largest}" };
        }
    }

    private static int Only(int? before, int cell, string what, ErrorPlace here, int columns) => before is not int first ? cell
        : throw new Gpt2Exception($"found a second {what}")
        {
            Where = here,
            Expected = $"one, and it is in row {(first / columns) + 1}, column {(first % columns) + 1}",
        };

    private static ErrorPlace Place(string where, int row, int? column = null) =>
        new(where, Part: $"row {row + 1}" + (column is int at ? $", column {at + 1}" : ""));
}
