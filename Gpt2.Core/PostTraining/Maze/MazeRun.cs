// A policy's way from knowing nothing to the goal, with all that is to be shown of it.

namespace Gpt2.Core.PostTraining.Maze;

/// <summary>The policy at one moment of learning.</summary>
/// <param name="Step">The number of steps it has learned.</param>
/// <param name="Figures">Those of the paths.</param>
/// <param name="Paths">Paths that it walks.</param>
/// <param name="Policy">What it would do in each cell.</param>
internal sealed record MazeMoment(int Step, GroupFigures Figures, MazePath[] Paths, PolicyPass[] Policy);

/// <summary>What became of a run.</summary>
/// <param name="World">The maze.</param>
/// <param name="Settings">What was chosen.</param>
/// <param name="Curve">For each step the figures of its group, which the policy walks before it learns from it.</param>
/// <param name="Moments">Before learning, after an eighth and a quarter of the steps, and at the end.</param>
/// <param name="Greedy">At the end, the path of the most probable moves.</param>
internal sealed record MazeRun(
    GridWorld World, MazeSettings Settings, IReadOnlyList<GroupFigures> Curve, IReadOnlyList<MazeMoment> Moments, MazePath Greedy)
{
    /// <summary>How many paths show what was learned.</summary>
    public const int PathsAfter = 400;

    public MazeMoment Before => Moments[0];

    public MazeMoment After => Moments[^1];

    /// <summary>Learns all the steps.</summary>
    /// <param name="world">The maze.</param>
    /// <param name="settings">What is chosen; the goal must be within the horizon.</param>
    /// <param name="progress">Receives the share of the steps done.</param>
    /// <param name="cancellation">Ends the run.</param>
    /// <exception cref="Gpt2Exception">It has diverged.</exception>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public static MazeRun Learn(GridWorld world, MazeSettings settings, IProgress<double>? progress, CancellationToken cancellation)
    {
        var learner = new PolicyGradient(world, settings);
        var curve = new List<GroupFigures>();
        var moments = new List<MazeMoment>();
        int[] shown = [0, settings.Steps / 8, settings.Steps / 4];
        for (int step = 0; step < settings.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            MazePath[] group = learner.Sample(settings.GroupSize);
            curve.Add(GroupFigures.Of(group));
            if (shown.Contains(step))
            {
                moments.Add(Moment(step, group));
            }

            learner.Learn(group);
            progress?.Report((step + 1.0) / settings.Steps);
        }

        moments.Add(Moment(settings.Steps, learner.Sample(PathsAfter)));
        return new MazeRun(world, settings, curve, moments, learner.Greedy());

        MazeMoment Moment(int step, MazePath[] paths) => new(
            step, GroupFigures.Of(paths), paths, [.. Enumerable.Range(0, world.Count).Select(learner.Policy.Forward)]);
    }

    /// <summary>The curve in at most so many stretches of about the same length: the first step of each, the last, and the mean.</summary>
    public IReadOnlyList<(int First, int Last, GroupFigures Mean)> Stretches(int most)
    {
        int count = Math.Min(most, Curve.Count);
        var stretches = new List<(int, int, GroupFigures)>();
        for (int i = 0; i < count; i++)
        {
            int first = (int)((long)Curve.Count * i / count), end = (int)((long)Curve.Count * (i + 1) / count);
            stretches.Add((first, end - 1, GroupFigures.Mean([.. Curve.Skip(first).Take(end - first)])));
        }

        return stretches;
    }
}
