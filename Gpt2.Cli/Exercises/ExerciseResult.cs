// What a check of exercises found.

namespace Gpt2.Cli.Exercises;

internal enum ExerciseState
{
    /// <summary>The method is as it was in the beginning.</summary>
    Unwritten,

    Failed,

    Passed,
}

/// <summary>The result of one exercise.</summary>
/// <param name="Exercise">The exercise.</param>
/// <param name="State">Whether it is solved.</param>
/// <param name="Message">What is wrong; empty if it passed.</param>
/// <param name="Output">What the check wrote, such as a measured speed; empty if nothing.</param>
internal sealed record ExerciseResult(Exercise Exercise, ExerciseState State, string Message, string Output);

/// <summary>An error of the compiler.</summary>
internal sealed record CompileError(string File, int Line, string Message)
{
    public override string ToString() => FormattableString.Invariant($"{File}:{Line}: {Message}");
}
