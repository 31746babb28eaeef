// Hugging Face names its tensors differently from OpenAI, whose names are used in this program.

using System.Text.RegularExpressions;
using Gpt2.Core.Weights.Binary;

namespace Gpt2.Core.Weights.HuggingFace;

/// <summary>
/// Converts names: h0/attn/c_attn/w is h.0.attn.c_attn.weight there, with or without "transformer." in front.
/// </summary>
internal static partial class HuggingFaceNames
{
    /// <summary>
    /// The name of the model inside GPT2LMHeadModel, with which the names of all tensors but the head's begin.
    /// </summary>
    public const string Prefix = "transformer.";

    /// <summary>The head's tensor, which is outside that inner model.</summary>
    public const string Head = "lm_head.weight";

    /// <summary>Hugging Face's name for one of our matrices, without the prefix.</summary>
    public static string Of(string matrix)
    {
        string[] parts = matrix.Split('/');
        string last = parts[^1] switch
        {
            "w" or "g" => "weight",
            "b" => "bias",
            string name => name + ".weight", // wte, wpe, lm_head
        };
        string block = parts[0].Length > 1 && parts[0][0] == 'h' && char.IsAsciiDigit(parts[0][1]) ? "h." + parts[0][1..] : parts[0];
        return parts.Length == 1 ? last : string.Join('.', [block, .. parts[1..^1], last]);
    }

    /// <summary>The name in a file written by GPT2LMHeadModel.</summary>
    public static string Written(string matrix) => matrix == "lm_head" ? Head : Prefix + Of(matrix);

    /// <summary>A name without the prefix of GPT2LMHeadModel.</summary>
    public static string Plain(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;

    /// <summary>Whether a tensor is an attention mask, which older files contain and which is not needed.</summary>
    public static bool IsMask(string name) => Mask().IsMatch(name);

    /// <summary>
    /// The same, going by the shape too: n × n for the mask, one number for the value that masked scores get.
    /// </summary>
    public static bool IsMask(string name, ReadOnlySpan<long> shape) => IsMask(name)
        && (StoredTensor.WithoutLeadingOnes(shape) is [long rows, long columns] ? rows == columns : StoredTensor.Count(shape) == 1);

    [GeneratedRegex(@"^(transformer\.)?h\.[0-9]+\.attn\.(bias|masked_bias)\z")]
    private static partial Regex Mask();
}
