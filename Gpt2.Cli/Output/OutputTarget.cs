// What a command may write over. A model is not replaced without --force; a text, such as a picture, which the same
// command makes again, is. What the command reads is never replaced.

using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Core.Files;

namespace Gpt2.Cli.Output;

/// <summary>Checks targets before any work is done.</summary>
internal static class OutputTarget
{
    /// <summary>Throws if a target is something that is read, or a file in a folder that is, or the folder of a file that is.</summary>
    /// <exception cref="UsageException">It is.</exception>
    public static void RequireNotRead(string target, params string?[] read)
    {
        string written = FinalPath.Of(Path.TrimEndingDirectorySeparator(target));
        foreach (string path in read.OfType<string>())
        {
            string source = FinalPath.Of(Path.TrimEndingDirectorySeparator(path));
            bool isInside = File.Exists(written) && written.StartsWith(source + Path.DirectorySeparatorChar, StringComparison.Ordinal);
            if (written == source || isInside || (File.Exists(source) && Path.GetDirectoryName(source) == written))
            {
                throw new UsageException(new Gpt2Exception("the command reads this") { Where = target, Remedy = "choose another to write" });
            }
        }
    }

    /// <summary>Throws if a model would replace something without --force.</summary>
    /// <exception cref="Gpt2Exception">It would.</exception>
    public static void RequireFree(string target, bool isFile, bool force)
    {
        bool isFolder = Directory.Exists(target);
        if (isFile ? File.Exists(target) && !force : StagedFolder.IsTaken(target) && !(isFolder && force))
        {
            string other = isFile || isFolder ? "choose another, or add --force to replace it" : "choose another name";
            throw new Gpt2Exception(isFolder ? "the folder is not empty" : "a file with that name already exists") { Where = target, Remedy = other };
        }
    }
}
