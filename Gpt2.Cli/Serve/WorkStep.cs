// A job is computed in steps. What a step has come to decides whether the job goes on at once.

using Gpt2.Core.Generation;

namespace Gpt2.Cli.Serve;

/// <summary>What a step of a job has come to: a result, or a reason to let the other jobs go on first.</summary>
/// <typeparam name="T">The results.</typeparam>
internal readonly record struct WorkStep<T>
{
    private WorkStep(bool hasResult, T? result, GenerationSession? awaited)
    {
        HasResult = hasResult;
        Result = result;
        Awaited = awaited;
    }

    /// <summary>The step computed a lot: the job's turn is over.</summary>
    public static WorkStep<T> EndOfTurn => default;

    public bool HasResult { get; }

    public T? Result { get; }

    /// <summary>The session whose prediction the next step needs; null if it needs none.</summary>
    public GenerationSession? Awaited { get; }

    /// <summary>A result.</summary>
    public static WorkStep<T> Of(T result) => new(true, result, null);

    /// <summary>The job must wait until a session has its prediction.</summary>
    public static WorkStep<T> Await(GenerationSession session) => new(false, default, session);
}
