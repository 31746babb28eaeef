// The caches of the processor, from which the sizes of blocks follow. Read once; the processor says it itself, in the
// same form on Intel (CPUID leaf 4) and AMD (leaf 8000001D).

using System.Runtime.Intrinsics.X86;

namespace Gpt2.Kernels.Tuned;

/// <summary>The data caches of a core.</summary>
/// <param name="FirstLevelWays">How many lines a set of the first level holds.</param>
/// <param name="FirstLevelSetStride">Bytes between lines that fall into the same set of the first level.</param>
/// <param name="SecondLevelBytes">Size of the second level.</param>
internal sealed record Caches(int FirstLevelWays, int FirstLevelSetStride, int SecondLevelBytes)
{
    private const int IntelLeaf = 4, AmdLeaf = unchecked((int)0x8000001D), AmdLastLeaf = unchecked((int)0x80000000);
    private const int DataCache = 1, UnifiedCache = 3;

    /// <summary>
    /// What is assumed of a processor that says nothing, as in some virtual machines: twelve ways of 4 KiB, and 1 MiB.
    /// </summary>
    private static readonly Caches Usual = new(12, 4096, 1 << 20);

    /// <summary>The caches of this processor.</summary>
    public static Caches OfProcessor { get; } = Read();

    private static Caches Read()
    {
        Caches found = Usual;
        foreach ((int type, int level, int ways, int sets, int line) in Reported())
        {
            if (level == 1 && type == DataCache)
            {
                found = found with { FirstLevelWays = ways, FirstLevelSetStride = sets * line };
            }
            else if (level == 2 && type is DataCache or UnifiedCache)
            {
                found = found with { SecondLevelBytes = ways * sets * line };
            }
        }

        return found;
    }

    private static IEnumerable<(int Type, int Level, int Ways, int Sets, int Line)> Reported()
    {
        int leaf = !X86Base.IsSupported ? 0
            : (uint)X86Base.CpuId(AmdLastLeaf, 0).Eax >= unchecked((uint)AmdLeaf) && X86Base.CpuId(AmdLeaf, 0).Eax != 0 ? AmdLeaf
            : X86Base.CpuId(0, 0).Eax >= IntelLeaf ? IntelLeaf
            : 0;
        for (int index = 0; leaf != 0 && index < 8; index++)
        {
            (int eax, int ebx, int ecx, int _) = X86Base.CpuId(leaf, index);
            int type = eax & 0x1F, level = (eax >> 5) & 7;
            if (type == 0)
            {
                yield break; // there are no more
            }

            int line = (ebx & 0xFFF) + 1, partitions = ((ebx >> 12) & 0x3FF) + 1, ways = ((ebx >> 22) & 0x3FF) + 1;
            if (ecx is >= 0 and < 1 << 24)
            {
                yield return (type, level, ways, ecx + 1, line * partitions);
            }
        }
    }
}
