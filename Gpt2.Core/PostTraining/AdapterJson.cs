// What the JSON files of adapters have in common: numbers that are read with a check, and the model's fingerprint.

using System.Text.Json;
using Gpt2.Core.Model;
using Gpt2.Core.Weights;

namespace Gpt2.Core.PostTraining;

/// <summary>Reads and writes parts of JSON objects.</summary>
internal static class AdapterJson
{
    private const string QkvBias = "qkv_bias", TiedHead = "tied_head", Hash = "xxh128";

    /// <summary>Writes the properties of a fingerprint into an object.</summary>
    public static void Write(Utf8JsonWriter writer, ModelFingerprint model)
    {
        writer.WriteNumber("n_vocab", model.Sizes.Vocabulary);
        writer.WriteNumber("n_ctx", model.Sizes.Context);
        writer.WriteNumber("n_embd", model.Sizes.Channels);
        writer.WriteNumber("n_head", model.Sizes.Heads);
        writer.WriteNumber("n_layer", model.Sizes.Layers);
        foreach ((string name, string value) in ArithmeticSettings.Differing(model.Sizes))
        {
            writer.WritePropertyName(name);
            writer.WriteRawValue(value);
        }

        writer.WriteBoolean(QkvBias, model.Sizes.QkvBias);
        writer.WriteBoolean(TiedHead, model.Sizes.TiedHead);
        writer.WriteString(Hash, model.Hash);
    }

    /// <summary>Reads a fingerprint.</summary>
    /// <exception cref="Gpt2Exception">A property is missing or wrong.</exception>
    public static ModelFingerprint Fingerprint(JsonElement model, string path)
    {
        var sizes = new Gpt2Config(
            JsonFile.Size(model, "n_vocab", path), JsonFile.Size(model, "n_ctx", path), JsonFile.Size(model, "n_embd", path),
            JsonFile.Size(model, "n_head", path), JsonFile.Size(model, "n_layer", path))
        {
            QkvBias = Required(model, QkvBias, path).GetBoolean(),
            TiedHead = Required(model, TiedHead, path).GetBoolean(),
        };
        return sizes.Problem() is Gpt2Exception problem
            ? throw problem.At(path)
            : new ModelFingerprint(ArithmeticSettings.Read(model, sizes, path), Required(model, Hash, path).GetString() ?? "");
    }

    /// <summary>A property.</summary>
    /// <exception cref="Gpt2Exception">It is missing.</exception>
    public static JsonElement Required(JsonElement root, string name, string path) =>
        root.TryGetProperty(name, out JsonElement value) ? value : throw new Gpt2Exception($"{name} is missing") { Where = path };

    /// <summary>Settings whose values make sense.</summary>
    /// <exception cref="Gpt2Exception">One does not.</exception>
    public static LoraSettings Checked(LoraSettings settings, string path) =>
        settings.Problem() is Gpt2Exception problem ? throw problem.At(path) : settings;
}
