// The name of the machine's processor.

using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace Gpt2.Cli.Output;

internal static class Processor
{
    private const int LargestExtended = unchecked((int)0x80000000);
    private const int FirstOfName = unchecked((int)0x80000002), LastOfName = unchecked((int)0x80000004);

    /// <summary>The name that an x86 processor reports; for others the architecture.</summary>
    public static string Name { get; } = ReadName();

    /// <summary>Three leaves of CPUID hold 16 characters each.</summary>
    private static string ReadName()
    {
        if (!X86Base.IsSupported || (uint)X86Base.CpuId(LargestExtended, 0).Eax < unchecked((uint)LastOfName))
        {
            return RuntimeInformation.ProcessArchitecture.ToString();
        }

        var registers = new List<int>();
        for (int leaf = FirstOfName; leaf <= LastOfName; leaf++)
        {
            (int a, int b, int c, int d) = X86Base.CpuId(leaf, 0);
            registers.AddRange([a, b, c, d]);
        }

        string name = Encoding.ASCII.GetString(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(registers))).Replace('\0', ' ');
        return string.Join(' ', name.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }
}
