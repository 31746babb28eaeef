// Makes sessions, one at a time: a pass uses all threads and much memory.

using Gpt2.Cli.Http;
using Gpt2.Core;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;
using Gpt2.Core.Tracing;
using static System.FormattableString;

namespace Gpt2.Cli.Explore;

/// <summary>Runs prompts.</summary>
/// <param name="model">The model, whose weights are matrices.</param>
/// <param name="store">Receives the sessions.</param>
/// <param name="limits">What is accepted.</param>
internal sealed class SessionMaker(LanguageModel model, SessionStore store, ExplorerLimits limits) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1);

    /// <summary>Runs a prompt and keeps its pass.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="edits">What is changed in the pass.</param>
    /// <param name="replaces">The session that the tab no longer needs; null if it has none. It stays if the prompt is refused.</param>
    /// <param name="beside">The session that it will be compared with, which must stay; null if there is none.</param>
    /// <param name="cancellation">Nobody waits for the pass any more: ends the wait for a turn; a pass that runs is let go at its end.</param>
    /// <exception cref="OperationCanceledException">Nobody waits for it.</exception>
    /// <exception cref="ApiException">The prompt is empty or too long, or an edit is not possible.</exception>
    public async Task<ExplorerSession> MakeAsync(
        string prompt, PassEdit[] edits, string? replaces, string? beside, CancellationToken cancellation)
    {
        int[] ids = model.Tokenizer.Encode(prompt);
        HeadRows headRows = PassMemory.HeadRowsOf(model.Config, ids.Length, limits.HeadBytes);
        RequirePossible(ids, headRows, edits.Length > 0);
        try
        {
            ExplorerSession session = await InTurnAsync(() => Make(prompt, ids, headRows, edits, replaces, beside), cancellation);
            if (cancellation.IsCancellationRequested)
            {
                store.Remove(session.Id); // the tab was closed meanwhile, and nobody else knows the session
                cancellation.ThrowIfCancellationRequested();
            }

            return session;
        }
        catch (Gpt2Exception e)
        {
            throw new ApiException(400, e.Message, "edits", "bad_edit");
        }
    }

    /// <summary>Computes something that uses all threads, when nothing else of the kind is running.</summary>
    /// <param name="compute">Computes it, on another thread.</param>
    /// <param name="cancellation">Ends the wait for a turn.</param>
    public async Task<T> InTurnAsync<T>(Func<T> compute, CancellationToken cancellation)
    {
        await turn.WaitAsync(cancellation);
        try
        {
            return await Task.Run(compute, cancellation);
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private ExplorerSession Make(
        string prompt, int[] ids, HeadRows headRows, PassEdit[] edits, string? replaces, string? beside)
    {
        long bytes = PassMemory.Of(model.Config, ids.Length, headRows, edits.Length > 0);
        if (beside is not null && store.Find(beside) is ExplorerSession other && bytes + other.Bytes > limits.MemoryBytes)
        {
            throw new ApiException(
                400,
                $"all numbers of both prompts take {Megabytes(bytes + other.Bytes)}, expected at most {Megabytes(limits.MemoryBytes)}: "
                    + "shorten one of them",
                "prompt", "prompt_too_large");
        }

        ForwardTrace? known = replaces is not null && store.Find(replaces) is ExplorerSession old && old.Prompt == prompt ? old.Unedited : null;
        store.MakeRoom(bytes, first: replaces);
        var session = new ExplorerSession(model, prompt, known ?? ForwardTrace.Run(model.Model, ids, headRows), headRows, edits);
        if (replaces is not null)
        {
            store.Remove(replaces); // not before: the tab shows it until it has the new one
        }

        store.Add(session);
        return session;
    }

    private void RequirePossible(int[] ids, HeadRows headRows, bool edited)
    {
        try
        {
            model.Model.CheckPrompt(ids, past: 0);
        }
        catch (Gpt2Exception e)
        {
            throw new ApiException(400, e.Message, "prompt", "bad_prompt");
        }

        long bytes = PassMemory.Of(model.Config, ids.Length, headRows, edited);
        if (bytes > limits.MemoryBytes)
        {
            throw new ApiException(
                400,
                Invariant($"all numbers of {ids.Length} tokens take {Megabytes(bytes)}, expected at most {Megabytes(limits.MemoryBytes)}: ")
                    + "shorten the prompt",
                "prompt", "prompt_too_large");
        }
    }

    private static string Megabytes(long bytes) => Invariant($"{(double)bytes / (1 << 20):0.#} MB");
}
