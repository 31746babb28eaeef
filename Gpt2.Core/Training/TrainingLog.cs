// The log of a run: one CSV line per step. Nothing in it depends on the clock, so a run that was stopped and goes on
// writes the same log as one that was not.

using System.Globalization;

namespace Gpt2.Core.Training;

/// <summary>A line of the log. The validation loss stands where there was an evaluation.</summary>
public readonly record struct LogLine(int Step, double Loss, double? ValidationLoss, double LearningRate, double GradientNorm);

/// <summary>Writes and reads log.csv.</summary>
public static class TrainingLog
{
    private const string Header = "step,loss,validation_loss,learning_rate,gradient_norm";

    /// <summary>Begins a log, or takes up one that may go beyond <paramref name="lastStep"/>: later lines are dropped.</summary>
    public static void Begin(string path, int lastStep)
    {
        IEnumerable<string> kept = File.Exists(path) && lastStep > 0
            ? File.ReadLines(path).Skip(1).Where(line => IsWhole(line) && Parse(line).Step <= lastStep)
            : [];
        string temporary = path + ".partial";
        File.WriteAllText(temporary, string.Concat(kept.Prepend(Header).Select(line => line + "\n")));
        File.Move(temporary, path, overwrite: true);
    }

    public static void Append(string path, LogLine line)
    {
        string validation = line.ValidationLoss is double loss ? loss.ToString("R", CultureInfo.InvariantCulture) : "";
        File.AppendAllText(path, string.Create(
            CultureInfo.InvariantCulture, $"{line.Step},{line.Loss:R},{validation},{line.LearningRate:R},{line.GradientNorm:R}\n"));
    }

    public static IReadOnlyList<LogLine> Read(string path) => [.. File.ReadLines(path).Skip(1).Where(IsWhole).Select(Parse)];

    // A killed run may leave half a line.
    private static bool IsWhole(string line) => line.Count(character => character == ',') == 4 && !line.EndsWith(',');

    private static LogLine Parse(string line)
    {
        string[] cells = line.Split(',');
        return new LogLine(
            int.Parse(cells[0], CultureInfo.InvariantCulture), double.Parse(cells[1], CultureInfo.InvariantCulture),
            cells[2].Length == 0 ? null : double.Parse(cells[2], CultureInfo.InvariantCulture),
            double.Parse(cells[3], CultureInfo.InvariantCulture), double.Parse(cells[4], CultureInfo.InvariantCulture));
    }
}
