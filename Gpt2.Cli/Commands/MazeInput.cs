// The options of gpt2 maze: the maze, and how it is learned.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Core.PostTraining.Maze;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

/// <summary>The options that decide what is learned; all have defaults with which the built-in maze is learned.</summary>
internal sealed class MazeInput
{
    private const int MostSteps = 100_000, MostPaths = 10_000, MostUnits = 1000, MostMoves = 10_000, MostBytes = 1 << 16;
    private const double StandardRate = 0.05, StandardBonus = 0.05;

    private readonly Option<string?> maze = new("--maze")
    {
        Description = "The maze, a text file; - is standard input. Default: a built-in one.\n"
            + $"{GridWorldText.Form}; at most {GridWorld.Largest} rows and columns.",
        HelpName = "FILE",
    };

    private readonly Option<int> steps = CommonOptions.Count(
        "--steps", [], "How often the policy learns from a group of paths.", least: 1, standard: 400, most: MostSteps);

    private readonly Option<int> groupSize = CommonOptions.Count(
        "--group-size", [], "Paths in a group.", least: 2, standard: 32, most: MostPaths);

    private readonly Option<double?> learningRate = CommonOptions.Number<double>(
        "--learning-rate", [], Invariant($"The learning rate. Default: {StandardRate}."), "a number, for example 0.05");

    private readonly Option<double?> entropyBonus = CommonOptions.Number<double>(
        "--entropy-bonus", [],
        Invariant($"How much the policy's entropy counts. Default: {StandardBonus}.\nWith 0 it soon tries nothing new."),
        "a number, for example 0.05");

    private readonly Option<int> hidden = CommonOptions.Count(
        "--hidden", [], "Hidden units of the network.", least: 1, standard: 32, most: MostUnits);

    private readonly Option<int> horizon = CommonOptions.Count(
        "--horizon", [], "The maximum number of moves of a path.", least: 1, standard: 100, most: MostMoves);

    private readonly Option<ulong> seed = CommonOptions.Count<ulong>(
        "--seed", ["-s"], "Seed of the first weights and of every move drawn.", least: 0, standard: 1);

    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[maze, steps, groupSize, learningRate, entropyBonus, hidden, horizon, seed])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The file of the maze; null for the built-in one.</summary>
    public string? File(ParseResult parsed) => parsed.GetValue(maze);

    /// <summary>Reads the maze.</summary>
    /// <exception cref="Gpt2Exception">It cannot be read, or something is wrong with it.</exception>
    public GridWorld World(ParseResult parsed, CommandIo io) => File(parsed) is string file
        ? GridWorldText.Parse(TextFile.Read(file, io, MostBytes, "a maze: " + GridWorldText.Form), TextFile.NameOf(file))
        : GridWorld.BuiltIn;

    /// <summary>Reads how a maze is to be learned.</summary>
    /// <exception cref="UsageException">A value is not valid, or the goal is beyond the horizon.</exception>
    public MazeSettings Settings(ParseResult parsed, GridWorld world)
    {
        int most = parsed.GetValue(horizon), least = world.MovesToGoal(world.Start)!.Value;
        if (most < least)
        {
            throw new UsageException(
                Invariant($"found {most}"), where: "--horizon", expected: Invariant($"at least {least}, the moves of a shortest path to the goal"));
        }

        double rate = parsed.GetValue(learningRate) ?? StandardRate, bonus = parsed.GetValue(entropyBonus) ?? StandardBonus;
        return !double.IsFinite(rate) || rate <= 0
            ? throw new UsageException(Invariant($"found {rate}"), where: "--learning-rate", expected: "a finite number of more than 0")
            : !double.IsFinite(bonus) || bonus < 0
            ? throw new UsageException(Invariant($"found {bonus}"), where: "--entropy-bonus", expected: "a finite number of at least 0")
            : new MazeSettings(
                parsed.GetValue(steps), parsed.GetValue(groupSize), rate, bonus, parsed.GetValue(hidden), most, parsed.GetValue(seed));
    }
}
