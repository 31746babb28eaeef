// The picture of `gpt2 maze`: the maze with the policy and its paths at several moments of learning, and below it the curve of the return and,
// if there are some, paths of text.

using System.Globalization;
using System.Xml.Linq;
using static System.FormattableString;
using static Gpt2.Core.Drawing.SvgPicture;

namespace Gpt2.Core.PostTraining.Maze;

/// <summary>Draws runs.</summary>
internal static class MazeDrawing
{
    private const int Left = 28, Panel = 204, Gap = 24, Width = (2 * Left) + (4 * Panel) + (3 * Gap), PanelTop = 142;
    private const int CurveTop = PanelTop + Panel + 62, CurveHeight = 150, CurveLeft = Left + 34, TextTop = CurveTop + CurveHeight + 66, TextRow = 34;
    private const int PathsShown = 8, MostPoints = 400;

    private const string Style =
        """
        .muted { font-size: 11px; } .head { font-size: 13px; font-weight: 600; } .cell { fill: #ffffff; stroke: #d5dbe2; } .wall { fill: #6b7785; }
        .monster { fill: #b8430a; } .goal { fill: #00805e; } .letter { font-weight: 700; fill: #ffffff; text-anchor: middle; }
        .move { stroke: #27303b; stroke-width: 1.6; stroke-linecap: round; } .tip { fill: #27303b; }
        .path { fill: none; stroke-width: 1.5; stroke-opacity: 0.65; stroke-linejoin: round; }
        .to-goal { stroke: #0072b2; } .to-monster { stroke: #d55e00; stroke-dasharray: 5 3; } .to-nowhere { stroke: #8a95a3; stroke-dasharray: 1 3; }
        .axis { stroke: #b6c0cb; } .best { stroke: #00805e; stroke-dasharray: 6 4; } .curve { fill: none; stroke: #0072b2; stroke-width: 1.8; }
        .token { fill: #eef4fb; stroke: #8a95a3; } .good { stroke: #0072b2; stroke-width: 2; } .bad { stroke: #d55e00; stroke-dasharray: 5 3; }
        @media (prefers-color-scheme: dark) {
        .cell { fill: #1a212a; stroke: #323d49; } .wall { fill: #566270; } .monster { fill: #c8501a; } .goal { fill: #0b8a68; }
        .letter { fill: #ffffff; }
        .move { stroke: #e3e8ee; } .tip { fill: #e3e8ee; } .to-goal { stroke: #58a6d6; } .to-monster { stroke: #f0883e; }
        .to-nowhere { stroke: #8491a0; } .axis { stroke: #465464; } .best { stroke: #3fbf95; } .curve { stroke: #58a6d6; }
        .token { fill: #1a2330; stroke: #6f7c8b; } .good { stroke: #58a6d6; } .bad { stroke: #f0883e; } }
        """;

    /// <summary>Draws a run, and below it a group of texts unless that is null.</summary>
    public static string Draw(MazeRun run, CompletionGroup? texts)
    {
        int height = texts is null ? TextTop - 22 : TextTop + 46 + (texts.Paths.Count * TextRow) + 14;
        XElement root = Create(Width, height, "A policy learns a maze", Style, Description(run));
        root.Add(Label(Left, 36, "A policy learns a maze", "title"));
        root.Add(Label(
            Left, 58, Invariant($"Reward {GridWorld.GoalReward} at the goal G, {GridWorld.MonsterReward} at a monster M, and {GridWorld.MoveReward} ")
            + "for every move. From each cell, lines as long as each move is probable; the most probable one has a tip.", "muted"));
        root.Add(Label(
            Left, 75, Invariant($"Some paths from the start S: blue to the goal, orange and dashed to a monster, grey and dotted to neither within ")
            + Invariant($"{run.Settings.Horizon} moves."), "muted"));
        foreach ((MazeMoment moment, int place) in run.Moments.Select((moment, place) => (moment, place)))
        {
            root.Add(Maze(run.World, moment, Left + (place * (Panel + Gap))));
        }

        root.Add(Curve(run));
        if (texts is not null)
        {
            root.Add(Texts(texts));
        }

        return root + "\n";
    }

    private static string Description(MazeRun run) => string.Join(' ', run.Moments.Select(moment => Invariant(
        $"After {moment.Step} steps the mean return is {moment.Figures.MeanReturn:F1}, and {moment.Figures.ToGoal:P0} of paths reach the goal.")));

    private static XElement Maze(GridWorld world, MazeMoment moment, int x)
    {
        XElement panel = Element("g", "");
        panel.Add(Label(x, PanelTop - 34, moment.Step == 0 ? "Before learning" : Invariant($"After {Plural.Of(moment.Step, "step")}"), "head"));
        panel.Add(Label(
            x, PanelTop - 16, Invariant($"mean return {moment.Figures.MeanReturn:F1}, {100 * moment.Figures.ToGoal:0.#} % to the goal"), "muted"));
        double side = (double)Panel / Math.Max(world.Rows, world.Columns);
        for (int cell = 0; cell < world.Count; cell++)
        {
            (double left, double top) = (x + (cell % world.Columns * side), PanelTop + (cell / world.Columns * side));
            string kind = world[cell] switch
            {
                MazeCell.Wall => "cell wall",
                MazeCell.Monster => "cell monster",
                MazeCell.Goal => "cell goal",
                _ => "cell",
            };
            panel.Add(Element("rect", kind, ("x", left), ("y", top), ("width", side), ("height", side)));
        }

        foreach ((MazePath path, int place) in moment.Paths.Take(PathsShown).Select((path, place) => (path, place)))
        {
            // Side by side, so that paths through the same cells are seen as several.
            double aside = (place - ((PathsShown - 1) / 2.0)) * side * 0.06;
            string kind = path.End switch { PathEnd.Goal => "path to-goal", PathEnd.Monster => "path to-monster", _ => "path to-nowhere" };
            panel.Add(Element("polyline", kind, ("points", Points(path.Cells.Select(cell => Middle(cell, aside))))));
        }

        for (int cell = 0; cell < world.Count; cell++)
        {
            (double centreX, double centreY) = Middle(cell, 0);
            string letter = world[cell] switch { MazeCell.Monster => "M", MazeCell.Goal => "G", _ => "" };
            if (letter.Length > 0)
            {
                XElement label = Label(centreX, centreY + (side * 0.16), letter, "letter");
                label.Add(new XAttribute("style", Invariant($"font-size: {side * 0.45:0.#}px")));
                panel.Add(label);
            }
            else if (world[cell] == MazeCell.Floor)
            {
                panel.Add(Policy(moment.Policy[cell], centreX, centreY, side));
            }
        }

        (double startX, double startY) = Middle(world.Start, 0);
        XElement start = Label(startX - (side * 0.44), startY - (side * 0.14), "S", "head");
        start.Add(new XAttribute("style", Invariant($"font-size: {Math.Min(13, side * 0.4):0.#}px")));
        panel.Add(start);
        return panel;

        (double X, double Y) Middle(int cell, double aside) =>
            (x + (((cell % world.Columns) + 0.5) * side) + aside, PanelTop + (((cell / world.Columns) + 0.5) * side) + aside);
    }

    /// <summary>A line for each move, as long as it is probable, and a tip on the most probable one if it is more so than by chance.</summary>
    private static IEnumerable<XElement> Policy(PolicyPass pass, double x, double y, double side)
    {
        const double Chance = 1.0 / GridWorld.Moves, Longest = 0.4, Tip = 0.1, Least = 0.02;
        foreach (Move move in Enum.GetValues<Move>())
        {
            double probability = pass.Probabilities[(int)move], length = probability * Longest * side, tip = Tip * side;
            (double dx, double dy) = move switch { Move.Up => (0.0, -1.0), Move.Right => (1, 0), Move.Down => (0, 1), _ => (-1, 0) };
            (double endX, double endY) = (x + (dx * length), y + (dy * length));
            if (probability >= Least)
            {
                yield return Line("move", x, y, endX, endY);
            }

            if (move == pass.Best && probability > 1.5 * Chance)
            {
                yield return Element("polygon", "tip", ("points", Points([
                    (endX + (dx * tip), endY + (dy * tip)), (endX - (dy * tip), endY + (dx * tip)), (endX + (dy * tip), endY - (dx * tip))])));
            }
        }
    }

    private static XElement Curve(MazeRun run)
    {
        const int Right = Width - Left, TickEvery = 5;
        IReadOnlyList<(int First, int Last, GroupFigures Mean)> points = run.Stretches(MostPoints);
        double best = run.World.BestReturn, high = GridWorld.GoalReward;
        double low = TickEvery * Math.Floor(Math.Min(-TickEvery, points.Min(point => point.Mean.MeanReturn)) / TickEvery);
        XElement drawn = Element("g", "");
        drawn.Add(Label(Left, CurveTop - 16, "Mean return of each group of paths", "head"));
        for (double tick = low; tick <= high; tick += TickEvery)
        {
            drawn.Add(Line("axis", CurveLeft, Y(tick), Right, Y(tick)), Label(CurveLeft - 6, Y(tick) + 4, Number(tick), "muted", "end"));
        }

        foreach (MazeMoment moment in run.Moments)
        {
            drawn.Add(
                Line("axis", X(moment.Step), CurveTop, X(moment.Step), CurveTop + CurveHeight),
                Label(X(moment.Step), CurveTop + CurveHeight + 16, moment.Step.ToString(CultureInfo.InvariantCulture), "muted", "middle"));
        }

        drawn.Add(Label((CurveLeft + Right) / 2.0, CurveTop + CurveHeight + 30, "steps of learning", "muted", "middle"));
        drawn.Add(
            Line("best", CurveLeft, Y(best), Right, Y(best)),
            Label(
                Right, Y(best) + 14,
                Invariant($"best possible: {best:F1} in {Plural.Of(run.World.MovesToGoal(run.World.Start)!.Value, "move")}"), "muted", "end"));
        drawn.Add(Element("polyline", "curve", (
            "points", Points(points.Select(point => (X((point.First + point.Last) / 2.0), Y(point.Mean.MeanReturn)))))));
        return drawn;

        double X(double step) => CurveLeft + ((Right - CurveLeft) * step / run.Settings.Steps);

        double Y(double value) => CurveTop + (CurveHeight * (high - value) / (high - low));
    }

    private static XElement Texts(CompletionGroup texts)
    {
        const int Box = 22, Space = 6, Figures = 176;
        const double Letter = 7.4;
        XElement drawn = Element("g", "");
        drawn.Add(Label(Left, TextTop, "The same with paths of text", "head"));
        drawn.Add(Label(
            Left, TextTop + 18, $"{texts.Model} continues {texts.Prompt}. Moves are tokens; the reward comes at the end, from {texts.Judge}.",
            "muted"));
        foreach ((CompletionPath path, int place) in texts.Paths.Select((path, place) => (path, place)))
        {
            double x = Left, y = TextTop + 36 + (place * TextRow);
            string kind = path.Reward switch { > 0 => "token good", < 0 => "token bad", _ => "token" };
            foreach (string token in path.Tokens)
            {
                double width = 12 + (Letter * token.Length);
                if (x + width > Width - Left - Figures)
                {
                    drawn.Add(Label(x, y + 15, "…", ""));
                    break;
                }

                drawn.Add(Element("rect", kind, ("x", x), ("y", y), ("width", width), ("height", Box), ("rx", 4)));
                drawn.Add(Label(x + (width / 2), y + 15, token, "", "middle"));
                x += width + Space;
            }

            drawn.Add(Label(Width - Left, y + 15, Invariant($"reward {path.Reward:0.##}, advantage {path.Advantage:+0.00;-0.00;0}"), "", "end"));
        }

        return drawn;
    }

    private static string Points(IEnumerable<(double X, double Y)> points) =>
        string.Join(' ', points.Select(point => $"{Number(point.X)},{Number(point.Y)}"));
}
