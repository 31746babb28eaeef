// A folder of Gpt2.Kernels is an operation, and whoever knows the files of one operation knows those of all.

using System.Text.RegularExpressions;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Architecture;

public class KernelFolderTests
{
    private static readonly string Root = Path.Combine(SharedData.RepositoryRoot, "Gpt2.Kernels");

    /// <summary>Operations whose rungs are in part the same code, and the rungs they have.</summary>
    private static readonly Dictionary<string, KernelRung[]> Rungs = new()
    {
        ["CopyColumns"] = [KernelRung.Scalar, KernelRung.Tuned],
        ["ReducedMatMul"] = [KernelRung.Scalar, KernelRung.Tuned],
        ["Transposition"] = [],
    };

    [Fact]
    public void Operations_EachHaveTheirKernelAndAFileForEachRung()
    {
        string[] operations = [.. Folders().Except(["Tuned"])];
        operations.Should().Contain(["MatMul", "Attention"]);
        foreach (string operation in operations)
        {
            string[] expected =
            [
                $"{operation}Kernel", .. Rungs.GetValueOrDefault(operation, Enum.GetValues<KernelRung>()).Select(rung => $"{operation}{rung}"),
            ];
            string[] found = [.. Files(operation).Select(file => Path.GetFileNameWithoutExtension(file))];
            found.Should().Contain(expected);
            foreach (string type in expected)
            {
                Source(operation, type).Should().MatchRegex($@"(abstract|static|sealed) class {type}\b");
            }
        }
    }

    [Fact]
    public void Namespaces_FollowFolders()
    {
        foreach (string folder in Folders())
        {
            foreach (string file in Files(folder))
            {
                Regex.Match(File.ReadAllText(file), @"^namespace (.*);", RegexOptions.Multiline).Groups[1].Value
                    .Should().Be($"Gpt2.Kernels.{folder}", file);
            }
        }
    }

    private static string Source(string folder, string type) => File.ReadAllText(Path.Combine(Root, folder, type + ".cs"));

    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs");

    private static IEnumerable<string> Folders() =>
        Directory.EnumerateDirectories(Root).Select(path => Path.GetFileName(path)).Except(["bin", "obj"]);
}
