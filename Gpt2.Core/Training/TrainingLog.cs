// The log of a run: one CSV line per step. Nothing in it depends on the clock, so a resumed run writes the same log as
// one that was not stopped.

using System.Globalization;
using Gpt2.Core.Files;

namespace Gpt2.Core.Training;

/// <summary>A line of the log. It has a validation loss if there was an evaluation.</summary>
internal readonly record struct LogLine(int Step, double Loss, double? ValidationLoss, double LearningRate, double GradientNorm);

/// <summary>Writes and reads log.csv.</summary>
internal static class TrainingLog
{
    public const string FileName = "log.csv";

    private const string Header = "step,loss,validation_loss,learning_rate,gradient_norm";

    /// <summary>Begins a log, or continues one after <paramref name="lastStep"/>: later lines are removed.</summary>
    public static void Begin(string path, int lastStep)
    {
        IEnumerable<string> kept = File.Exists(path) && lastStep > 0
            ? WholeLines(path).Where((line, i) => Parse(path, i + 2, line).Step <= lastStep)
            : [];
        OutputFile.WriteText(path, string.Concat(kept.Prepend(Header).Select(line => line + "\n")));
    }

    public static void Append(string path, LogLine line)
    {
        string validation = line.ValidationLoss is double loss ? loss.ToString("R", CultureInfo.InvariantCulture) : "";
        File.AppendAllText(path, string.Create(
            CultureInfo.InvariantCulture, $"{line.Step},{line.Loss:R},{validation},{line.LearningRate:R},{line.GradientNorm:R}\n"));
    }

    /// <exception cref="Gpt2Exception">A line is not one of a log.</exception>
    public static IReadOnlyList<LogLine> Read(string path) => [.. WholeLines(path).Select((line, i) => Parse(path, i + 2, line))];

    /// <summary>
    /// The lines below the header. A killed run may leave an incomplete last line, which is left out.
    /// </summary>
    private static string[] WholeLines(string path)
    {
        try
        {
            string[] lines = RegularFile.ReadAllText(path).Split('\n');
            return lines.Length < 2 ? [] : lines[1..^1];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw WrongFile.Unreadable(path, "the log of a training run", e);
        }
    }

    private static LogLine Parse(string path, int number, string line)
    {
        string[] cells = line.Split(',');
        double validation = 0;
        return cells.Length == 5
            && int.TryParse(cells[0], CultureInfo.InvariantCulture, out int step)
            && double.TryParse(cells[1], CultureInfo.InvariantCulture, out double loss)
            && (cells[2].Length == 0 || double.TryParse(cells[2], CultureInfo.InvariantCulture, out validation))
            && double.TryParse(cells[3], CultureInfo.InvariantCulture, out double learningRate)
            && double.TryParse(cells[4], CultureInfo.InvariantCulture, out double norm)
            ? new LogLine(step, loss, cells[2].Length == 0 ? null : validation, learningRate, norm)
            : throw new Gpt2Exception($"found '{line}'")
            {
                Where = new(path, number),
                Expected = $"{Header} as numbers",
                Remedy = "delete the line or the file",
            };
    }
}
