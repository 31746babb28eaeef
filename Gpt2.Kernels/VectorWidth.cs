// How wide the vectors of the Tuned rung are. The runtime's own answer is not enough: on processors that once slowed down under
// 512-bit code (Skylake, Cascade Lake) it reports that Vector512 is not accelerated, though they have every instruction of it and
// these kernels run up to twice as fast with them.

using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using static System.FormattableString;

namespace Gpt2.Kernels;

/// <summary>The widths of vectors that this process can compute with, and the one that it does.</summary>
public static class VectorWidth
{
    /// <summary>The environment variable that sets <see cref="Standard"/>.</summary>
    public const string Variable = "GPT2_VECTORS";

    private static readonly int[] All = [512, 256, 128];

    /// <summary>The widths in bits, widest first. Without vector instructions there is 128, which the runtime then emulates.</summary>
    public static IReadOnlyList<int> Possible { get; } = [.. All.Where(IsPossible)];

    /// <summary>The widest, in bits.</summary>
    public static int Widest => Possible[0];

    /// <summary>What kernels use unless told otherwise: <see cref="Variable"/>, or the widest.</summary>
    /// <exception cref="InvalidOperationException">The variable is not a width that is possible here.</exception>
    public static int Standard => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text
        ? Problem(text) is string problem ? throw new InvalidOperationException($"{Variable}: {problem}") : int.Parse(text, null)
        : Widest;

    /// <summary>Why this width is in use, for people to read.</summary>
    /// <param name="bits">The width that is in use.</param>
    public static string Reason(int bits) =>
        bits < Widest ? Invariant($"chosen; the widest here is {Widest}")
        : bits == 512 && !Vector512.IsHardwareAccelerated ? "the processor's widest, which the runtime avoids by itself"
        : "the processor's widest";

    /// <summary>What is wrong with a width in text form; null if it is possible here.</summary>
    public static string? Problem(string text) => Possible.Any(bits => Invariant($"{bits}") == text)
        ? null
        : $"found '{text}', expected " + string.Join(" or ", Possible.Reverse().Select(bits => Invariant($"{bits}")))
            + (All.Any(bits => Invariant($"{bits}") == text) ? ": this processor has no wider vectors" : "");

    private static bool IsPossible(int bits) => bits switch
    {
        512 => Vector512.IsHardwareAccelerated || (Avx512F.VL.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported),
        256 => Vector256.IsHardwareAccelerated,
        _ => true,
    };
}
