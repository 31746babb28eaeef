// What is held out of the tasks, so that tests can ask for it: combinations of two words or numbers by their positions.

namespace Gpt2.Core.PostTraining.Data.Workshop;

/// <summary>The rule for what is held out.</summary>
internal static class HeldOutTasks
{
    /// <summary>Whether a combination is never in training: 7 · first + 5 · second + 11 is divisible by 9, as for one in nine.</summary>
    public static bool Holds(int first, int second) => ((7 * first) + (5 * second) + 11) % 9 == 0;
}
