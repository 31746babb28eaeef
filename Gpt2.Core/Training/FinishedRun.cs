// What a finished run has left in its folder besides the model: the log, which says how it ended.

using Gpt2.Core.Weights;

namespace Gpt2.Core.Training;

/// <summary>A run that reached its last step.</summary>
internal static class FinishedRun
{
    /// <summary>
    /// The last line of the log with a validation loss, or simply the last; null if no run ended in the folder.
    /// </summary>
    /// <exception cref="Gpt2Exception">The log is broken.</exception>
    public static LogLine? LastLine(string folder)
    {
        string log = Path.Combine(folder, TrainingLog.FileName);
        if (!File.Exists(log) || !File.Exists(Path.Combine(folder, HyperparametersFile.FileName)) || TrainingRun.NewestCheckpoint(folder) is not null)
        {
            return null;
        }

        IReadOnlyList<LogLine> lines = TrainingLog.Read(log);
        return lines.Count == 0 ? null : lines.LastOrDefault(line => line.ValidationLoss is not null, lines[^1]);
    }

    /// <summary>The loss of a trained model on the text kept for validation; null if it is not known.</summary>
    public static double? ValidationLoss(string folder)
    {
        try
        {
            return LastLine(folder)?.ValidationLoss;
        }
        catch (Exception e) when (e is Gpt2Exception or IOException or UnauthorizedAccessException)
        {
            return null; // if it cannot be read, it is not used
        }
    }
}
