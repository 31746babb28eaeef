// Writing a file so that it is never seen half-written: it is made beside its target and renamed when it is whole.

namespace Gpt2.Core.Weights;

/// <summary>Files that appear whole or not at all.</summary>
internal static class WholeFile
{
    /// <summary>Has a file written beside its target, and renames it; whatever fails leaves nothing.</summary>
    /// <param name="path">The target; a file that stands there is replaced.</param>
    /// <param name="write">Writes the file whose path it is given.</param>
    public static void Write(string path, Action<string> write)
    {
        string partial = path + ".partial-" + Guid.NewGuid().ToString("N")[..8];
        try
        {
            write(partial);
            File.Move(partial, path, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }
}
