// Where the sources are: BenchmarkDotNet builds its programs from them.

namespace Gpt2.Benchmarks.Support;

internal static class Checkout
{
    /// <summary>The folder with Gpt2.slnx above the running program.</summary>
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (DirectoryInfo? up = new(AppContext.BaseDirectory); up is not null; up = up.Parent)
        {
            if (File.Exists(Path.Combine(up.FullName, "Gpt2.slnx")))
            {
                return up.FullName;
            }
        }

        throw new InvalidOperationException(
            $"no Gpt2.slnx in or above {AppContext.BaseDirectory}, expected the benchmarks to run inside a checkout");
    }
}
