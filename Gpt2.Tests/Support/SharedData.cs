// What is not ours to ship, OpenAI's own files, recorded values and a public model, is in a folder "shared" beside the checkout. Tests
// that need it are marked and are skipped, with the reason, where the folder is absent.

namespace Gpt2.Tests.Support;

/// <summary>Where the data is that does not travel with the project.</summary>
public static class SharedData
{
    /// <summary>The root of the checkout: the folder with Gpt2.slnx above the test assembly.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>The folder, or null.</summary>
    public static string? Folder { get; } = FindShared();

    /// <summary>A file or folder in it.</summary>
    public static string PathOf(params string[] parts) =>
        Path.Combine([Folder ?? throw new InvalidOperationException("mark the test [SharedFact] or [SharedTheory]"), .. parts]);

    internal static string? SkipReason =>
        Folder is null ? "the recorded values and the sorting model (a folder 'shared' beside the checkout) are not on this machine" : null;

    private static string FindRoot()
    {
        for (DirectoryInfo? up = new(AppContext.BaseDirectory); up is not null; up = up.Parent)
        {
            if (File.Exists(Path.Combine(up.FullName, "Gpt2.slnx")))
            {
                return up.FullName;
            }
        }

        throw new InvalidOperationException("the tests run outside a checkout");
    }

    private static string? FindShared()
    {
        string folder = Path.Combine(Path.GetDirectoryName(RepositoryRoot)!, "shared");
        return Directory.Exists(Path.Combine(folder, "golden")) ? folder : null;
    }
}

/// <summary>A test that needs the shared folder.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute() => Skip = SharedData.SkipReason;
}

/// <summary>A theory that needs the shared folder.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute() => Skip = SharedData.SkipReason;
}
