// llama.cpp names the tensors of all architectures alike: h0/attn/c_attn/w is blk.0.attn_qkv.weight there.

namespace Gpt2.Core.Weights.Gguf;

/// <summary>Converts names of matrices.</summary>
internal static class GgufNames
{
    public const string Head = "output.weight";
    public const string Embedding = "token_embd.weight";

    private static readonly Dictionary<string, string> Parts = new()
    {
        ["ln_1"] = "attn_norm",
        ["attn/c_attn"] = "attn_qkv",
        ["attn/c_proj"] = "attn_output",
        ["ln_2"] = "ffn_norm",
        ["mlp/c_fc"] = "ffn_up",
        ["mlp/c_proj"] = "ffn_down",
    };

    /// <summary>llama.cpp's name for one of our matrices.</summary>
    public static string Of(string matrix)
    {
        if (matrix is "wte" or "wpe" or "lm_head")
        {
            return matrix == "wte" ? Embedding : matrix == "wpe" ? "position_embd.weight" : Head;
        }

        string kind = matrix.EndsWith("/b", StringComparison.Ordinal) ? "bias" : "weight";
        string whole = matrix[..matrix.LastIndexOf('/')];
        int slash = whole.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? $"output_norm.{kind}" : $"blk.{whole[1..slash]}.{Parts[whole[(slash + 1)..]]}.{kind}"; // ln_f, h0/ln_1
    }

    /// <summary>Whether the file has the transpose of a matrix, a row for each output: this is so for linear maps.</summary>
    public static bool IsTransposed(string matrix) => matrix.EndsWith("/w", StringComparison.Ordinal);

    /// <summary>The same, going by llama.cpp's name.</summary>
    public static bool IsTransposedThere(string name) =>
        Parts.Values.Any(part => !part.EndsWith("_norm", StringComparison.Ordinal) && name.EndsWith($".{part}.weight", StringComparison.Ordinal));
}
