// Files that can be made or downloaded again are kept in the user's cache, and nowhere if the user has none.

namespace Gpt2.Core.Weights;

/// <summary>The program's part of the user's cache.</summary>
internal static class UserCache
{
    private const string Variable = "XDG_CACHE_HOME";

    /// <summary>Why there is no cache, and how to get one.</summary>
    public static Gpt2Exception Missing() => OperatingSystem.IsWindows()
        ? new("this user has no folder for local application data") { Where = "cache", Remedy = $"set {Variable} to a full path" }
        : new($"HOME is '{Environment.GetEnvironmentVariable("HOME")}'")
        {
            Where = "cache",
            Expected = "the full path of an existing folder",
            Remedy = $"set it, or {Variable}",
        };

    /// <summary>
    /// A folder in the cache: below XDG_CACHE_HOME, or in the system's usual place. Null if neither is a full path: a
    /// relative path would be inside whatever folder the program is run in.
    /// </summary>
    public static string? Folder(string name)
    {
        string cache = Environment.GetEnvironmentVariable(Variable) is string xdg && Path.IsPathFullyQualified(xdg)
            ? xdg // its specification says to ignore a relative path
            : OperatingSystem.IsWindows()
            ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : BelowHome(OperatingSystem.IsMacOS() ? Path.Combine("Library", "Caches") : ".cache");
        return Path.IsPathFullyQualified(cache) ? Path.Combine(cache, "gpt2", name) : null;
    }

    /// <summary>Empty if there is no home, which is also what the system returns in that case.</summary>
    private static string BelowHome(string place)
    {
        string home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Directory.Exists(home) ? Path.Combine(home, place) : "";
    }
}
