// Editors read the maximum line length from .editorconfig, but no analyzer enforces it, so this test does.

using System.Globalization;
using System.Text.RegularExpressions;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Architecture;

public partial class LineLengthTests
{
    private static readonly string[] Projects = ["Gpt2.Kernels", "Gpt2.Core", "Gpt2.Cli", "Gpt2.Tests", "Gpt2.Benchmarks", "docs/exercises"];

    [Fact]
    public void SourceLines_AreNoLongerThanEditorConfigAllows()
    {
        int maximum = MaxLineLength();
        string[] files = [.. Projects.SelectMany(SourcesOf)];
        files.Should().Contain(["Gpt2.Core/LanguageModel.cs", "Gpt2.Kernels/MatMul/BlockedProduct.cs"]);
        files.SelectMany(file => LongLines(file, maximum)).Should().BeEmpty("a line has at most {0} characters", maximum);
    }

    private static int MaxLineLength()
    {
        string settings = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, ".editorconfig"));
        return int.Parse(Setting().Match(settings).Groups[1].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>The source files of a project, relative to the root, with forward slashes.</summary>
    private static IEnumerable<string> SourcesOf(string project) =>
        Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, project), "*.cs", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(SharedData.RepositoryRoot, file).Replace('\\', '/'))
            .Where(file => !Generated().IsMatch(file));

    private static IEnumerable<string> LongLines(string file, int maximum) =>
        File.ReadLines(Path.Combine(SharedData.RepositoryRoot, file))
            .Select((line, index) => (Text: line, Number: index + 1))
            .Where(line => line.Text.Length > maximum)
            .Select(line => $"{file}:{line.Number} has {line.Text.Length}");

    [GeneratedRegex("^max_line_length *= *([0-9]+)", RegexOptions.Multiline)]
    private static partial Regex Setting();

    [GeneratedRegex("/(bin|obj)/")]
    private static partial Regex Generated();
}
