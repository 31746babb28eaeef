// The names of matrices in Hugging Face's files, against ours, which are OpenAI's.

using System.Text.RegularExpressions;
using Gpt2.Core.Weights.Binary;

namespace Gpt2.Core.Weights.HuggingFace;

/// <summary>h0/attn/c_attn/w is h.0.attn.c_attn.weight there, with or without "transformer." before it.</summary>
internal static partial class HuggingFaceNames
{
    /// <summary>What the model inside GPT2LMHeadModel is called, and its tensors' names begin with.</summary>
    public const string Prefix = "transformer.";

    /// <summary>The head's tensor, which stands outside that model.</summary>
    public const string Head = "lm_head.weight";

    /// <summary>Their name of our matrix, without the prefix.</summary>
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

    /// <summary>The name as a file that GPT2LMHeadModel writes has it.</summary>
    public static string Written(string matrix) => matrix == "lm_head" ? Head : Prefix + Of(matrix);

    /// <summary>A name without what GPT2LMHeadModel puts before it.</summary>
    public static string Plain(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) ? name[Prefix.Length..] : name;

    /// <summary>Whether a tensor is the mask of attention, which older files hold and nobody needs.</summary>
    public static bool IsMask(string name) => Mask().IsMatch(name);

    /// <summary>The same, going by the shape too: n × n for the mask, one number for what masked scores become.</summary>
    public static bool IsMask(string name, ReadOnlySpan<long> shape) => IsMask(name)
        && (StoredTensor.WithoutLeadingOnes(shape) is [long rows, long columns] ? rows == columns : StoredTensor.Count(shape) == 1);

    [GeneratedRegex(@"^(transformer\.)?h\.[0-9]+\.attn\.(bias|masked_bias)\z")]
    private static partial Regex Mask();
}
