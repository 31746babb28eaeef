// config.json describes GPT-2 and variants of it. What changes the arithmetic is read or refused in ArithmeticSettings; here is the rest.

using System.Text.Json;
using Gpt2.Core.Model;

namespace Gpt2.Core.Weights.HuggingFace;

/// <summary>What config.json states about a model.</summary>
/// <param name="Sizes">The sizes, and in what its arithmetic differs from GPT-2's.</param>
/// <param name="TiedHead">Whether the head is tied to wte; null if the file does not say.</param>
internal sealed record HuggingFaceConfig(Gpt2Config Sizes, bool? TiedHead)
{
    private const string Expected = "the config.json of a GPT-2 model";

    /// <exception cref="Gpt2Exception">
    /// It is not such a file, lacks a size, or describes a model that this program cannot compute.
    /// </exception>
    public static HuggingFaceConfig Read(string path) => JsonFile.Read(path, Expected, root =>
    {
        RequireGpt2(root, path);
        int Size(string name) => JsonFile.Size(root, name, path);
        string context = root.TryGetProperty("n_ctx", out _) && ArithmeticSettings.Given(root, "n_positions") is null ? "n_ctx" : "n_positions";
        var sizes = new Gpt2Config(Size("vocab_size"), Size(context), Size("n_embd"), Size("n_head"), Size("n_layer"));
        if (sizes.Problem() is Gpt2Exception problem)
        {
            throw problem.At(path);
        }

        Gpt2Config config = ArithmeticSettings.Read(root, sizes, path);
        JsonElement? tied = ArithmeticSettings.Given(root, "tie_word_embeddings");
        return tied is null or { ValueKind: JsonValueKind.True or JsonValueKind.False }
            ? new HuggingFaceConfig(config, tied?.GetBoolean())
            : throw ArithmeticSettings.Refused(path, "tie_word_embeddings", tied.Value, "true or false");
    });

    private static void RequireGpt2(JsonElement root, string path)
    {
        if (ArithmeticSettings.Given(root, "model_type") is not JsonElement type || JsonFile.TextOf(type) != "gpt2")
        {
            string found = ArithmeticSettings.Given(root, "model_type") is JsonElement other ? JsonFile.Shown(other) : "missing";
            throw new Gpt2Exception($"model_type is {found}")
            {
                Where = path,
                Expected = "\"gpt2\"",
                Remedy = "use a GPT-2 model: others are not supported",
            };
        }
    }
}
