// gpt2 bench: how fast the program is on this machine, as a share of what the machine can do.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.Bench;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;

namespace Gpt2.Cli.Commands;

internal static class BenchCommand
{
    private const BenchChoices Compared = BenchChoices.Kernels | BenchChoices.Rounds | BenchChoices.Sizes | BenchChoices.Roofline;

    public static Command Create(CommandIo io)
    {
        var command = new Command(
            "bench",
            "Measure this machine and the program on it.\nEach figure is next to the machine's limit, which is measured before and after. "
            + "Takes a minute or two and 4 GB; a single part takes less.");
        const BenchChoices All = Compared | BenchChoices.Prompt | BenchChoices.Decode | BenchChoices.Train | BenchChoices.Model;
        var options = new BenchInput(All);
        Measures(command, options, io, (session, parsed) =>
        {
            LimitRows.Measure(session);
            ProductRows.Measure(session);
            ModelRows.MeasurePrompt(session);
            ModelRows.MeasureDecoding(session);
            LoadRows.Measure(session, options.Model(parsed), io);
            TrainRows.Measure(session); // last, since it changes the weights
            if (!options.HasOwnSizes(parsed))
            {
                TrainRows.MeasureWorkshop(session);
            }
        });

        command.Subcommands.Add(Part(
            "limits", "The limits of the machine.\nMultiply-adds in registers and bytes from memory, on one thread and on all.",
            new BenchInput(BenchChoices.None), io, LimitRows.Measure));
        command.Subcommands.Add(Products(io));
        command.Subcommands.Add(Part(
            "prompt", "A prompt through a model of random weights, for the last token's logits.",
            new BenchInput(Compared | BenchChoices.Prompt), io, ModelRows.MeasurePrompt));
        command.Subcommands.Add(Part(
            "decode", "Token by token, for every type of weights.",
            new BenchInput(Compared | BenchChoices.Decode), io, ModelRows.MeasureDecoding));
        command.Subcommands.Add(Train(io));
        command.Subcommands.Add(BenchTune.Create(io));
        var load = new Command("load", "Loading a model, compared with just reading the bytes of its files.");
        var loadOptions = new BenchInput(BenchChoices.Model | BenchChoices.Rounds | BenchChoices.Kernels);
        Measures(load, loadOptions, io, (session, parsed) => LoadRows.Measure(session, loadOptions.Model(parsed), io));
        command.Subcommands.Add(load);
        command.Subcommands.Add(Serve(io));
        return command;
    }

    private static Command Part(string name, string description, BenchInput options, CommandIo io, Action<BenchSession> measure)
    {
        var command = new Command(name, description);
        Measures(command, options, io, (session, _) => measure(session));
        return command;
    }

    /// <summary>Gives a command its options and its action: measure, show, draw.</summary>
    private static void Measures(
        Command command, BenchInput options, CommandIo io, Action<BenchSession, ParseResult> measure,
        Func<BenchResult, ParseResult, BenchResult>? shown = null)
    {
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            RunSession(options, parsed, io, session =>
            {
                measure(session, parsed);
                if (options.Json(parsed))
                {
                    JsonShapes.Write(BenchReport.ResultOf(session), io.Out);
                }
                else
                {
                    BenchResult result = BenchReport.ResultOf(session);
                    BenchReport.Show(shown is null ? result : shown(result, parsed), io);
                }
            });
            return ExitCode.Done;
        });
    }

    private static Command Products(CommandIo io)
    {
        var options = new BenchInput(Compared | BenchChoices.Sweep);
        var command = new Command("products", "Matrix products of a prompt, of training, of one row.");
        Measures(
            command, options, io,
            (session, parsed) =>
            {
                if (options.Sweep(parsed))
                {
                    SweepRows.Measure(session);
                }
                else
                {
                    ProductRows.Measure(session);
                }
            },
            (result, parsed) => options.Sweep(parsed) ? SweepRows.Weakest(result, io) : result);
        return command;
    }

    private static Command Train(CommandIo io)
    {
        var options = new BenchInput(
            BenchChoices.Kernels | BenchChoices.Sizes | BenchChoices.Train | BenchChoices.Roofline, BenchSettings.WorkshopName, standardSteps: 10);
        var command = new Command(
            "train", "Time and memory of a training step.\nThe workshop's preset, GPT-2 small with 4 × 64 tokens, or any sizes.");
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            RunSession(options, parsed, io, session =>
            {
                BenchTrainResult result = TrainRows.Measure(session);
                if (options.Json(parsed))
                {
                    JsonShapes.Write(result, io.Out);
                }
                else
                {
                    ShowTraining(result, io);
                }
            });
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Serve(CommandIo io)
    {
        var options = new BenchInput(BenchChoices.Kernels | BenchChoices.Sizes | BenchChoices.Serve);
        var command = new Command(
            "serve",
            "The completions server under more and more clients.\nThey send requests over HTTP, one after another, and note when tokens arrive.");
        options.AddTo(command);
        command.SetAction(parsed =>
        {
            RunSession(options, parsed, io, session =>
            {
                BenchServeResult result = ServeRows.Measure(session, options.Weights(parsed), options.Load(parsed));
                if (options.Json(parsed))
                {
                    JsonShapes.Write(result, io.Out);
                }
                else
                {
                    ShowServing(result, io);
                }
            });
            return ExitCode.Done;
        });
        return command;
    }

    internal static void RunSession(BenchInput options, ParseResult parsed, CommandIo io, Action<BenchSession> run)
    {
        RefuseOptionsBeforeThePart(parsed);
        BenchSettings settings = options.Read(parsed);
        string? target = options.Roofline(parsed);
        if (TextOutput.IsStandardOutput(target))
        {
            throw new UsageException("the figures go to standard output, and the picture to a file: choose one", where: "--roofline");
        }

        TextOutput.Require(target, json: false, "--roofline");
        using TextOutput? picture = target is null ? null : new TextOutput(target, io);
        var session = new BenchSession(settings, io);
        run(session);
        if (picture is not null)
        {
            picture.Write(writer => writer.Write(BenchReport.Picture(session)));
            io.Note($"{target}: the picture of the roofline");
        }
    }

    /// <summary>
    /// 'gpt2 bench --threads 1 limits' would measure with all threads: an option must come after its part.
    /// </summary>
    private static void RefuseOptionsBeforeThePart(ParseResult parsed)
    {
        if (parsed.CommandResult.Parent is System.CommandLine.Parsing.CommandResult { Command.Name: "bench" } bench
            && bench.Children.OfType<System.CommandLine.Parsing.OptionResult>().FirstOrDefault(result => !result.Implicit) is { } given)
        {
            string part = parsed.CommandResult.Command.Name;
            throw new UsageException($"{given.Option.Name} must come after '{part}': gpt2 bench {part} {given.Option.Name} …");
        }
    }

    private static void ShowTraining(BenchTrainResult result, CommandIo io)
    {
        var table = new TableWriter(
            io, new Column("model"), Column.Number("weights", drop: 2), Column.Number("tokens/step", drop: 4), Column.Number("ms/step"),
            Column.Number("tokens/s", drop: 1), Column.Number("GFLOP/s", drop: 5), Column.Number("threads", drop: 6),
            Column.Number("of FMA peak", drop: 3, brief: "of peak"), Column.Number("peak MiB", drop: 7, brief: "MiB"));
        table.Row(
            result.Size,
            result.Parameters.ToString("N0", CultureInfo.InvariantCulture),
            result.TokensPerStep.ToString("N0", CultureInfo.InvariantCulture),
            result.MillisecondsPerStep.ToString("N1", CultureInfo.InvariantCulture),
            result.TokensPerSecond.ToString("N0", CultureInfo.InvariantCulture),
            result.GigaflopsPerSecond.ToString("N1", CultureInfo.InvariantCulture),
            result.Threads.ToString(CultureInfo.InvariantCulture),
            result.Ratio.ToString("0.00", CultureInfo.InvariantCulture),
            (result.PeakBytes / (1024.0 * 1024.0)).ToString("N0", CultureInfo.InvariantCulture));
        table.End();
    }

    private static void ShowServing(BenchServeResult result, CommandIo io)
    {
        io.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Size}, {result.Weights}, {result.Threads} thread{(result.Threads == 1 ? "" : "s")}; prompts of {result.PromptTokens} tokens, "
                + $"completions of {result.NewTokens}"));
        var table = new TableWriter(
            io, Column.Number("clients"), Column.Number("tokens/s"), Column.Number("× first row", drop: 4),
            Column.Number("first token ms", drop: 3), Column.Number("between p50"), Column.Number("p99 ms"),
            Column.Number("worst p99/mean", drop: 1), Column.Number("peak MiB", drop: 2));
        foreach (BenchServeRow row in result.Rows)
        {
            table.Row(
                row.Clients.ToString(CultureInfo.InvariantCulture),
                row.TokensPerSecond.ToString("0.0", CultureInfo.InvariantCulture),
                (row.TokensPerSecond / result.Rows[0].TokensPerSecond).ToString("0.00", CultureInfo.InvariantCulture),
                row.MedianFirstTokenMilliseconds.ToString("0", CultureInfo.InvariantCulture),
                row.MedianBetweenTokensMilliseconds.ToString("0.0", CultureInfo.InvariantCulture),
                row.P99BetweenTokensMilliseconds.ToString("0.0", CultureInfo.InvariantCulture),
                row.WorstClientRatio.ToString("0.00", CultureInfo.InvariantCulture),
                (row.PeakBytes / (1024.0 * 1024.0)).ToString("N0", CultureInfo.InvariantCulture));
        }

        table.End();
    }
}
