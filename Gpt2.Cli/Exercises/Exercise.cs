// One exercise: a method that the learner writes, with what helps before and after.

using static System.FormattableString;

namespace Gpt2.Cli.Exercises;

/// <summary>An exercise, as the file of its lesson's reference solutions has it.</summary>
/// <param name="Lesson">The lesson, from 1.</param>
/// <param name="Number">Its place in the lesson, from 1.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Method">The method to write; its check has the same name.</param>
/// <param name="ToWrite">What to write, in one line.</param>
/// <param name="Hints">Hints, each says more than the one before it.</param>
/// <param name="Meaning">What it meant, to be read once it is solved.</param>
internal sealed record Exercise(int Lesson, int Number, string Title, string Method, string ToWrite, string[] Hints, string Meaning)
{
    /// <summary>Lesson and place: "4.2".</summary>
    public string Id => Invariant($"{Lesson}.{Number}");

    /// <summary>The line that stands in for the solution in the starter.</summary>
    public string Placeholder => $"throw new NotImplementedException(\"{ToWrite.Replace("\"", "\\\"", StringComparison.Ordinal)}\");";

    public override string ToString() => $"{Id} {Title}";
}
