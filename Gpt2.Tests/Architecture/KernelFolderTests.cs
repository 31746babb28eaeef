// A folder of Gpt2.Kernels is an operation, and whoever knows the files of one operation knows those of all.

using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Architecture;

public class KernelFolderTests
{
    /// <summary>Operations whose rungs are in part the same code, and the rungs they have.</summary>
    private static readonly Dictionary<string, KernelRung[]> Rungs = new()
    {
        ["Activation"] = [KernelRung.Scalar, KernelRung.Vector],
        ["CopyColumns"] = [KernelRung.Scalar, KernelRung.Tuned],
        ["ReducedMatMul"] = [KernelRung.Scalar, KernelRung.Tuned],
        ["Transposition"] = [],
    };

    [Fact]
    public void Operations_EachHaveTheirKernelAndATypeForEachRung_InFilesOfTheirNames()
    {
        string root = Path.Combine(SharedData.RepositoryRoot, "Gpt2.Kernels");
        string[] operations = [.. Directory.EnumerateDirectories(root).Select(path => Path.GetFileName(path)).Except(["bin", "obj", "Tuned"])];
        string[] types = [.. typeof(KernelSet).Assembly.GetTypes().Select(type => type.FullName!.Split('`')[0])];
        operations.Should().Contain(["MatMul", "Attention"]);
        foreach (string operation in operations)
        {
            KernelRung[] rungs = Rungs.GetValueOrDefault(operation, Enum.GetValues<KernelRung>());
            foreach (string name in rungs.Select(rung => rung.ToString()).Prepend("Kernel"))
            {
                types.Should().Contain($"Gpt2.Kernels.{operation}.{operation}{name}");
                File.Exists(Path.Combine(root, operation, operation + name + ".cs"))
                    .Should().BeTrue("{0}{1} is in the file of its name", operation, name);
            }
        }
    }
}
