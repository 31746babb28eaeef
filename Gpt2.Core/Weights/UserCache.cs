// Where the program may keep what can be made or fetched again: in the user's cache, and nowhere if the user has none.

namespace Gpt2.Core.Weights;

/// <summary>The program's part of the user's cache.</summary>
internal static class UserCache
{
    private const string Variable = "XDG_CACHE_HOME";

    /// <summary>Why there is no cache, and how to get one.</summary>
    public static Gpt2Exception Missing() => OperatingSystem.IsWindows()
        ? new("the user has no folder for local application data") { Where = "cache", Remedy = $"set {Variable} to a full path" }
        : new($"HOME is '{Environment.GetEnvironmentVariable("HOME")}'")
        {
            Where = "cache",
            Expected = "the full path of a folder that is there",
            Remedy = $"set it, or {Variable}",
        };

    /// <summary>
    /// A folder in the cache: below XDG_CACHE_HOME, or the system's usual place. Null if neither is a full path: a relative
    /// one would lie among the files of whatever folder the program is run in.
    /// </summary>
    public static string? Folder(string name)
    {
        string cache = Environment.GetEnvironmentVariable(Variable) is string xdg && Path.IsPathFullyQualified(xdg)
            ? xdg // its specification passes over a relative one
            : OperatingSystem.IsWindows()
            ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
            : BelowHome(OperatingSystem.IsMacOS() ? Path.Combine("Library", "Caches") : ".cache");
        return Path.IsPathFullyQualified(cache) ? Path.Combine(cache, "gpt2", name) : null;
    }

    /// <summary>Empty where there is no home: the system's answer then, too.</summary>
    private static string BelowHome(string place) =>
        Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) is { Length: > 0 } home && Directory.Exists(home) ? Path.Combine(home, place) : "";
}
