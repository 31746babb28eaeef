// The packages as a user makes them, from two copies of the sources in folders with different names, without Git. They are made once, when
// the first test asks for them.

using System.IO.Compression;
using Gpt2.Cli.Exercises;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Packages;

public sealed class PackedProjects : IDisposable
{
    /// <summary>The projects that are packed.</summary>
    public static readonly string[] Projects = ["Gpt2.Kernels", "Gpt2.Core", "Gpt2.Cli"];

    /// <summary>Packing takes less than a minute, and on a busy machine ten.</summary>
    private static readonly TimeSpan LongEnough = TimeSpan.FromMinutes(20);

    private readonly TemporaryFolder folder = new();
    private readonly Lazy<string[]> copies;

    public PackedProjects() => copies = new(() => [.. new[] { "one", "another place" }.AsParallel().AsOrdered().Select(Pack)]);

    /// <summary>The copies. Each has its packages in the folder "packages".</summary>
    public IReadOnlyList<string> Copies => copies.Value;

    /// <summary>Opens a project's package of a copy.</summary>
    public ZipArchive Open(string project, int copy = 0) => ZipFile.OpenRead(
        Directory.EnumerateFiles(Path.Combine(Copies[copy], "packages"), project + ".*.nupkg").Should().ContainSingle().Subject);

    /// <summary>Runs dotnet and returns what it printed, after checking that it was right.</summary>
    public static string Dotnet(string inFolder, params string[] arguments)
    {
        (int exitCode, string output) = DotnetProcess.Run(inFolder, LongEnough, default, arguments);
        exitCode.Should().Be(0, "dotnet {0} says: {1}", string.Join(' ', arguments), output);
        return output;
    }

    public void Dispose() => folder.Dispose();

    private string Pack(string name)
    {
        string copy = folder.PathOf(name);
        string[] files = ["Directory.Build.props", "Directory.Packages.props", "global.json", ".editorconfig", Path.Combine("docs", "icon.png")];
        foreach (string file in files.Concat(Projects.Append("weights-csv").Append("samples").SelectMany(SourcesIn)))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(copy, file))!);
            File.Copy(Path.Combine(SharedData.RepositoryRoot, file), Path.Combine(copy, file));
        }

        // Not the name of the repository's solution: by that a program knows that it runs in a checkout, and finds the models there.
        string solution = Path.Combine(copy, "Packages.slnx");
        IEnumerable<string> projects = Projects.Select(project => $"<Project Path=\"{project}/{project}.csproj\" />");
        File.WriteAllText(solution, $"<Solution>{string.Concat(projects)}</Solution>");
        Dotnet(copy, "pack", solution, "-c", "Release", "-o", "packages", "-p:RunAnalyzers=false", "-p:NuGetAudit=false", "-nodeReuse:false");
        return copy;
    }

    private static IEnumerable<string> SourcesIn(string folder) => Directory
        .EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, folder), "*", SearchOption.AllDirectories)
        .Select(file => Path.GetRelativePath(SharedData.RepositoryRoot, file))
        .Where(file => !file.Split(Path.DirectorySeparatorChar).Intersect(["bin", "obj"]).Any());
}
