// The tensor types of ggml by their numbers: those that are read, five of which are also written, and the names of the others.

using Gpt2.Core.Weights.Binary;

namespace Gpt2.Core.Weights.Gguf;

/// <summary>Numbers and names of tensor types.</summary>
internal static class GgufTypes
{
    /// <summary>The types that are read, with their numbers.</summary>
    private static readonly Dictionary<uint, NumberType> Supported = new()
    {
        [0] = NumberType.F32,
        [1] = NumberType.F16,
        [30] = NumberType.BF16,
        [8] = NumberType.Q8_0,
        [2] = NumberType.Q4_0,
        [3] = NumberType.Q4_1,
        [6] = NumberType.Q5_0,
        [7] = NumberType.Q5_1,
        [10] = NumberType.Q2_K,
        [11] = NumberType.Q3_K,
        [12] = NumberType.Q4_K,
        [13] = NumberType.Q5_K,
        [14] = NumberType.Q6_K,
    };

    private static readonly Dictionary<uint, string> Others = new()
    {
        [9] = "Q8_1",
        [15] = "Q8_K",
        [16] = "IQ2_XXS",
        [17] = "IQ2_XS",
        [18] = "IQ3_XXS",
        [19] = "IQ1_S",
        [20] = "IQ4_NL",
        [21] = "IQ3_S",
        [22] = "IQ2_S",
        [23] = "IQ4_XS",
        [24] = "I8",
        [25] = "I16",
        [26] = "I32",
        [27] = "I64",
        [28] = "F64",
        [29] = "IQ1_M",
        [31] = "Q4_0_4_4",
        [32] = "Q4_0_4_8",
        [33] = "Q4_0_8_8",
        [34] = "TQ1_0",
        [35] = "TQ2_0",
        [36] = "IQ4_NL_4_4",
        [37] = "IQ4_NL_4_8",
        [38] = "IQ4_NL_8_8",
        [39] = "MXFP4",
        [40] = "NVFP4",
        [41] = "Q1_0",
    };

    /// <summary>The names of the types that are read.</summary>
    public static string SupportedNames => string.Join(", ", Supported.Values.SkipLast(1)) + " or " + Supported.Values.Last();

    /// <summary>The type of a number; null if it is not read.</summary>
    public static NumberType? Of(uint number) => Supported.TryGetValue(number, out NumberType type) ? type : null;

    /// <summary>The name of a type, whether it is read or not.</summary>
    public static string NameOf(uint number) => Of(number)?.ToString() ?? Others.GetValueOrDefault(number) ?? $"the unknown type {number}";

    /// <summary>The number of a type that is read.</summary>
    public static uint NumberOf(NumberType type) => Supported.First(entry => entry.Value == type).Key;
}
