// config.json may describe variants of GPT-2 that this program would compute wrongly, so every setting that changes the
// arithmetic is checked.

using System.Text.Json;
using Gpt2.Core.Model;

namespace Gpt2.Core.Weights.HuggingFace;

/// <summary>What config.json states about a model.</summary>
/// <param name="Sizes">The sizes.</param>
/// <param name="TiedHead">Whether the head is tied to wte; null if the file does not say.</param>
internal sealed record HuggingFaceConfig(Gpt2Config Sizes, bool? TiedHead)
{
    private const string Expected = "the config.json of a GPT-2 model";
    private const double Epsilon = 1e-5;

    /// <summary>Settings that change the arithmetic, with GPT-2's value, which is also the default.</summary>
    private static readonly (string Name, bool Value)[] Switches =
    [
        ("scale_attn_weights", true), ("scale_attn_by_inverse_layer_idx", false), ("reorder_and_upcast_attn", false), ("add_cross_attention", false),
    ];

    /// <exception cref="Gpt2Exception">
    /// It is not such a file, lacks a size, or describes a model that this program cannot compute.
    /// </exception>
    public static HuggingFaceConfig Read(string path) => JsonFile.Read(path, Expected, root =>
    {
        RequireGpt2(root, path);
        int Size(string name) => JsonFile.Size(root, name, path);
        string context = root.TryGetProperty("n_ctx", out _) && Given(root, "n_positions") is null ? "n_ctx" : "n_positions";
        var sizes = new Gpt2Config(Size("vocab_size"), Size(context), Size("n_embd"), Size("n_head"), Size("n_layer"));
        if (sizes.Problem() is Gpt2Exception problem)
        {
            throw problem.At(path);
        }

        if (Given(root, "n_inner") is JsonElement inner
            && !(inner.ValueKind == JsonValueKind.Number && inner.TryGetInt64(out long hidden) && hidden == 4L * sizes.Channels))
        {
            throw Refused(path, "n_inner", inner, $"null or 4 · n_embd = {4L * sizes.Channels}");
        }

        JsonElement? tied = Given(root, "tie_word_embeddings");
        return tied is null or { ValueKind: JsonValueKind.True or JsonValueKind.False }
            ? new HuggingFaceConfig(sizes, tied?.GetBoolean())
            : throw Refused(path, "tie_word_embeddings", tied.Value, "true or false");
    });

    private static void RequireGpt2(JsonElement root, string path)
    {
        if (Given(root, "model_type") is not JsonElement type || JsonFile.TextOf(type) != "gpt2")
        {
            string found = Given(root, "model_type") is JsonElement other ? JsonFile.Shown(other) : "missing";
            throw new Gpt2Exception($"model_type is {found}")
            {
                Where = path,
                Expected = "\"gpt2\"",
                Remedy = "use a GPT-2 model: others are not supported",
            };
        }

        if (Given(root, "activation_function") is JsonElement activation && JsonFile.TextOf(activation) is not ("gelu_new" or "gelu_pytorch_tanh"))
        {
            throw Refused(path, "activation_function", activation, "\"gelu_new\" or \"gelu_pytorch_tanh\"");
        }

        if (Given(root, "layer_norm_epsilon") is JsonElement epsilon
            && !(epsilon.ValueKind == JsonValueKind.Number && Math.Abs(epsilon.GetDouble() - Epsilon) <= 1e-9))
        {
            throw Refused(path, "layer_norm_epsilon", epsilon, "1e-05");
        }

        foreach ((string name, bool value) in Switches)
        {
            if (Given(root, name) is JsonElement given && given.ValueKind != (value ? JsonValueKind.True : JsonValueKind.False))
            {
                throw Refused(path, name, given, value ? "true" : "false");
            }
        }
    }

    /// <summary>A value that exists and is not null.</summary>
    private static JsonElement? Given(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static Gpt2Exception Refused(string path, string name, JsonElement found, string expected) =>
        new($"{name} is {JsonFile.Shown(found)}")
        {
            Where = path,
            Expected = expected,
            Remedy = "use another model: this program would compute this one wrongly",
        };
}
