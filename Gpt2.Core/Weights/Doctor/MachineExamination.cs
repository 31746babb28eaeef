// What matters to a model about the computer: cores, instruction sets, memory, and where models are stored.

using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;
using Gpt2.Kernels;

namespace Gpt2.Core.Weights.Doctor;

/// <summary>Describes the machine.</summary>
internal static class MachineExamination
{
    /// <summary>The vector instruction sets that this process may use.</summary>
    public static string[] InstructionSets()
    {
        (string Name, bool Supported)[] sets =
        [
            ("SSE4.2", Sse42.IsSupported), ("AVX", Avx.IsSupported), ("AVX2", Avx2.IsSupported), ("FMA", Fma.IsSupported),
            ("AVX-512F", Avx512F.IsSupported), ("AVX-512BW", Avx512BW.IsSupported), ("AVX-VNNI", AvxVnni.IsSupported),
            ("NEON", AdvSimd.IsSupported), ("NEON-DP", Dp.IsSupported),
        ];
        return [.. sets.Where(set => set.Supported).Select(set => set.Name)];
    }

    /// <summary>How kernels compute on this machine, such as "16 floats at a time (512-bit vectors: the processor's widest)".</summary>
    public static string Vectors(KernelSet kernels)
    {
        int floats = kernels.VectorBits / (8 * sizeof(float));
        string why = kernels.Rung == KernelRung.Tuned ? ": " + VectorWidth.Reason(kernels.VectorBits) : "";
        return floats == 1
            ? "1 float at a time"
            : string.Create(CultureInfo.InvariantCulture, $"{floats} floats at a time ({kernels.VectorBits}-bit vectors{why})");
    }

    /// <summary>The memory in bytes that this process may use: the machine's, or its container's limit.</summary>
    public static long Memory() => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Adds findings about the machine.</summary>
    public static void Examine(KernelSet kernels, FindingList findings)
    {
        findings.Ok(FindingArea.Machine, "system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}");
        findings.Ok(FindingArea.Machine, "program", $"gpt2 {Version()}, {RuntimeInformation.FrameworkDescription}");
        string cores = string.Create(CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} cores, {string.Join(' ', InstructionSets())}");
        if (Vector.IsHardwareAccelerated)
        {
            findings.Ok(FindingArea.Machine, "processor", $"{cores}, {Vectors(kernels)}");
        }
        else
        {
            findings.Warning(
                FindingArea.Machine, "processor", $"{cores}: no vector instructions are in use, so everything is slow",
                "check whether DOTNET_EnableHWIntrinsic or another DOTNET_Enable variable turns them off");
        }

        findings.Ok(FindingArea.Machine, "memory", $"{ByteCount.Shown(Memory())} for this process");
        foreach (string place in ModelLocator.Places())
        {
            findings.Ok(FindingArea.Machine, "models", $"{place}: {Models(place)}");
        }
    }

    /// <summary>Warns if a model's weights alone need more memory than there is.</summary>
    public static void CheckMemory(long parameters, FindingList findings)
    {
        if (MemoryProblem(parameters) is string problem)
        {
            findings.Warning(FindingArea.Machine, "memory", problem, "use a smaller model, or a machine or container with more memory");
        }
    }

    /// <summary>Says that a model's weights alone need more memory than there is; null if they do not.</summary>
    public static string? MemoryProblem(long parameters)
    {
        double needed = sizeof(float) * (double)parameters;
        return needed > Memory() ? $"the weights need {ByteCount.Shown(needed)}, but there are only {ByteCount.Shown(Memory())}" : null;
    }

    private static string Version() => typeof(MachineExamination).Assembly.GetName().Version?.ToString(3) ?? "";

    private static string Models(string place)
    {
        try
        {
            string[] models = Directory.Exists(place)
                ? [.. Directory.EnumerateDirectories(place).Select(folder => Path.GetFileName(folder))
                    .Where(name => !name.EndsWith(".partial", StringComparison.Ordinal)).Order(StringComparer.Ordinal)]
                : [];
            return models.Length == 0 ? "none" : string.Join(", ", models);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "cannot be listed";
        }
    }
}
