// The log of a run: one CSV line per step. Nothing in it depends on the clock, so a resumed run writes the same log as
// one that was not stopped.

using System.Globalization;
using Gpt2.Core.Files;

namespace Gpt2.Core.Training;

/// <summary>A line of the log. It has a validation loss if there was an evaluation.</summary>
internal readonly record struct LogLine(int Step, double Loss, double? ValidationLoss, double LearningRate, double GradientNorm)
{
    /// <summary>The figures of a training that has more than a loss, in the order of the columns.</summary>
    public IReadOnlyList<StepFigure> Figures { get; init; } = [];
}

/// <summary>Writes and reads log.csv.</summary>
internal static class TrainingLog
{
    public const string FileName = "log.csv";

    private const string Header = "step,loss,validation_loss,learning_rate,gradient_norm";
    private const int Columns = 5;

    /// <summary>Begins a log, or continues one after <paramref name="lastStep"/>: later lines are removed.</summary>
    /// <param name="path">The file.</param>
    /// <param name="lastStep">The last step to keep; 0 for none.</param>
    /// <param name="figures">The names of the figures.</param>
    public static void Begin(string path, int lastStep, params IEnumerable<string> figures)
    {
        IEnumerable<string> kept = [];
        if (File.Exists(path) && lastStep > 0)
        {
            (string[] names, string[] lines) = WholeLines(path);
            kept = lines.Where((line, i) => Parse(path, i + 2, line, names).Step <= lastStep);
        }

        OutputFile.WriteText(path, string.Concat(kept.Prepend(string.Join(',', figures.Prepend(Header))).Select(line => line + "\n")));
    }

    public static void Append(string path, LogLine line)
    {
        string figures = string.Concat(line.Figures.Select(figure => "," + Cell(figure.Value)));
        File.AppendAllText(path, string.Create(
            CultureInfo.InvariantCulture,
            $"{line.Step},{line.Loss:R},{Cell(line.ValidationLoss)},{line.LearningRate:R},{line.GradientNorm:R}{figures}\n"));
    }

    /// <exception cref="Gpt2Exception">A line is not one of a log.</exception>
    public static IReadOnlyList<LogLine> Read(string path)
    {
        (string[] figures, string[] lines) = WholeLines(path);
        return [.. lines.Select((line, i) => Parse(path, i + 2, line, figures))];
    }

    private static string Cell(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    /// <summary>
    /// The names of the figures, and the lines below the header. A killed run may leave an incomplete last line, which is left out.
    /// </summary>
    private static (string[] Figures, string[] Lines) WholeLines(string path)
    {
        try
        {
            string[] lines = RegularFile.ReadAllText(path).Split('\n');
            return lines.Length < 2 ? ([], []) : ([.. lines[0].Split(',').Skip(Columns)], lines[1..^1]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WrongFile.Unreadable(path, "the log of a training run", e);
        }
    }

    private static LogLine Parse(string path, int number, string line, string[] figures)
    {
        string[] cells = line.Split(',');
        var numbers = new double?[cells.Length];
        bool sound = cells.Length == Columns + figures.Length;
        for (int cell = 0; cell < cells.Length; cell++)
        {
            bool parsed = double.TryParse(cells[cell], CultureInfo.InvariantCulture, out double value);
            numbers[cell] = parsed ? value : null;
            sound &= parsed || (cells[cell].Length == 0 && (cell is 2 or >= Columns));
        }

        return sound && int.TryParse(cells[0], CultureInfo.InvariantCulture, out int step)
            ? new LogLine(step, numbers[1]!.Value, numbers[2], numbers[3]!.Value, numbers[4]!.Value)
            {
                Figures = figures.Length == 0 ? [] : [.. figures.Zip(numbers[Columns..], (name, value) => new StepFigure(name, value))],
            }
            : throw new Gpt2Exception($"found '{line}'")
            {
                Where = new(path, number),
                Expected = $"{string.Join(',', figures.Prepend(Header))} as numbers",
                Remedy = "delete the line or the file",
            };
    }
}
