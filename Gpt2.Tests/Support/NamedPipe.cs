// Named pipes, which Unix alone has among its files.

using System.Diagnostics;

namespace Gpt2.Tests.Support;

/// <summary>Makes named pipes.</summary>
internal static class NamedPipe
{
    /// <summary>Puts one at a path; a file that stands there is replaced.</summary>
    public static string Put(string path)
    {
        File.Delete(path);
        using Process mkfifo = Process.Start("mkfifo", [path]);
        mkfifo.WaitForExit();
        mkfifo.ExitCode.Should().Be(0);
        return path;
    }

    /// <summary>Lets go who waits for a writer.</summary>
    public static void Release(string path)
    {
        // Opened for both, it waits for nobody.
        using FileStream both = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
    }
}
