// Native code has the vectors that it was compiled for: the choice that the runtime otherwise makes as it starts is made
// before. So the native program for x64 is compiled twice, and a small third one, which runs on every processor, starts
// the one with the widest vectors that run here.

using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Text;
using Gpt2.Cli.CommandLine;

namespace Gpt2.Cli;

/// <summary>The native programs next to the launcher: gpt2-v3 and gpt2-v4, named after the levels of x86-64.</summary>
internal static class NativeVariant
{
    /// <summary>Reads a leaf and a subleaf of what the processor says about itself.</summary>
    internal delegate (int Eax, int Ebx, int Ecx, int Edx) CpuId(int leaf, int subleaf);

    /// <summary>Whether this program is the launcher. Decided where it is compiled, so that the launcher has nothing else in it.</summary>
    [FeatureSwitchDefinition("Gpt2.Cli.IsLauncher")]
    public static bool IsLauncher => AppContext.TryGetSwitch("Gpt2.Cli.IsLauncher", out bool isLauncher) && isLauncher;

    /// <summary>Replaces this process by the best variant, or waits for it where a process cannot be replaced.</summary>
    /// <param name="args">The arguments of this process.</param>
    /// <returns>The exit code.</returns>
    public static int Run(string[] args)
    {
        int level = Level(X86Base.CpuId);
        string self = Environment.ProcessPath!;
        string variant = At(self, level);
        if (level > 3 && !File.Exists(variant))
        {
            variant = At(self, 3); // compiled for one level only
        }

        int? exitCode = level < 3 || !File.Exists(variant) ? null : OperatingSystem.IsLinux() ? BeReplacedBy(variant) : WaitFor(variant, args);
        if (exitCode is null)
        {
            Console.Error.WriteLine(level < 3
                ? "gpt2: this processor cannot run native code: expected x86-64-v3 (AVX2, FMA, BMI2); "
                    + "uninstall Gpt2.Cli and install the portable package, Gpt2.Cli.any"
                : $"gpt2: {variant}: cannot be started; install the package again");
        }

        return exitCode ?? ExitCode.Failed;
    }

    private static string At(string launcher, int level) => $"{Path.ChangeExtension(launcher, null)}-v{level}{Path.GetExtension(launcher)}";

    /// <summary>
    /// The level of x86-64 that processor and system support: 4 has the vectors of 512 bits, 3 those of 256, and anything
    /// below is 2.
    /// </summary>
    internal static int Level(CpuId cpuId)
    {
        const int Fma = 1 << 12, Movbe = 1 << 22, Popcnt = 1 << 23, SystemSavesMore = 1 << 27, Avx = 1 << 28, F16C = 1 << 29;
        const int Bmi1 = 1 << 3, Avx2 = 1 << 5, Bmi2 = 1 << 8, Lzcnt = 1 << 5;
        const int Avx512F = 1 << 16, Avx512Dq = 1 << 17, Avx512Cd = 1 << 28, Avx512Bw = 1 << 30, Avx512Vl = 1 << 31;
        const int StateLeaf = 13;

        if (cpuId(0, 0).Eax < StateLeaf || !Has(cpuId(1, 0).Ecx, Fma | Movbe | Popcnt | SystemSavesMore | Avx | F16C)
            || !Has(cpuId(7, 0).Ebx, Bmi1 | Avx2 | Bmi2) || !Has(cpuId(unchecked((int)0x80000001), 0).Ecx, Lzcnt) || !IsSaved(2))
        {
            return 2;
        }

        return Has(cpuId(7, 0).Ebx, Avx512F | Avx512Dq | Avx512Cd | Avx512Bw | Avx512Vl) && IsSaved(7) ? 4 : 3;

        static bool Has(int register, int bits) => (register & bits) == bits;

        // Whether the area in which the system saves registers, as large as the system has made it, reaches to the end of these.
        bool IsSaved(int state) =>
            cpuId(StateLeaf, state) is { Eax: > 0 and int size, Ebx: int offset } && cpuId(StateLeaf, 0).Ebx >= offset + size;
    }

    /// <summary>Returns only if it cannot be done. The arguments are handed over as bytes, not all of which need be UTF-8.</summary>
    private static int? BeReplacedBy(string program)
    {
        byte[] commandLine = File.ReadAllBytes("/proc/self/cmdline");
        byte[] pinned = GC.AllocateUninitializedArray<byte>(commandLine.Length, pinned: true);
        commandLine.CopyTo(pinned, 0);
        var arguments = new List<nint>();
        for (int start = 0, end; start < pinned.Length && (end = Array.IndexOf(pinned, (byte)0, start)) >= 0; start = end + 1)
        {
            arguments.Add(Marshal.UnsafeAddrOfPinnedArrayElement(pinned, start));
        }

        _ = Execute(Encoding.UTF8.GetBytes(program + "\0"), [.. arguments, 0]);
        GC.KeepAlive(pinned);
        return null;
    }

    private static int WaitFor(string program, string[] args)
    {
        Console.CancelKeyPress += (_, key) => key.Cancel = true; // Ctrl-C goes to both, and the other one answers it
        using Process process = Process.Start(program, args);
        process.WaitForExit();
        return process.ExitCode;
    }

    [DllImport("libc", EntryPoint = "execv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Execute(byte[] program, nint[] arguments);
}
