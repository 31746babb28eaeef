// Named pipes, which Unix alone has among its files.

using System.Diagnostics;
using Gpt2.Core.Files;

namespace Gpt2.Tests.Support;

/// <summary>Makes named pipes.</summary>
internal static class NamedPipe
{
    /// <summary>Puts one at a path; an existing file is replaced.</summary>
    public static string Put(string path)
    {
        File.Delete(path);
        using Process mkfifo = Process.Start("mkfifo", [path]);
        mkfifo.WaitForExit();
        mkfifo.ExitCode.Should().Be(0);
        return path;
    }

    /// <summary>Runs an action that opens a pipe and waits for its other end; returns once it does.</summary>
    /// <returns>The action, which still waits.</returns>
    public static async Task<Task<T>> OpenedBy<T>(string path, Func<T> action)
    {
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        void Note(string opened)
        {
            if (opened == path)
            {
                begun.TrySetResult();
            }
        }

        CancellableOpening.Begins += Note;
        try
        {
            Task<T> run = Task.Run(action);
            (await Task.WhenAny(run, begun.Task).WaitAsync(CommandProcess.LongEnough)).Should().Be(begun.Task);
            return run;
        }
        finally
        {
            CancellableOpening.Begins -= Note;
        }
    }

    /// <summary>Lets go who waits for a writer.</summary>
    public static void Release(string path)
    {
        // Opened for both, it waits for nobody.
        using FileStream both = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
    }
}
