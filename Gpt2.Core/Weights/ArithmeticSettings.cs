// How a model's arithmetic may differ from GPT-2's, under the names of Hugging Face's config.json. hparams.json uses the same names, so both
// are read and written here. A setting that this program does not compute is refused.

using System.Globalization;
using System.Text.Json;
using Gpt2.Core.Model;
using Gpt2.Kernels;

namespace Gpt2.Core.Weights;

/// <summary>n_inner, activation_function, layer_norm_epsilon, scale_attn_weights and scale_attn_by_inverse_layer_idx.</summary>
internal static class ArithmeticSettings
{
    private const string Inner = "n_inner", Activation = "activation_function", Epsilon = "layer_norm_epsilon", Scaled = "scale_attn_weights";
    private const string ScaledByLayer = "scale_attn_by_inverse_layer_idx", Reordered = "reorder_and_upcast_attn";
    private const string Positions = "position_embedding_type";

    /// <summary>The activation functions; the first name of each is the one that is written.</summary>
    private static readonly (string Name, ActivationFunction Function)[] Activations =
    [
        ("gelu_new", ActivationFunction.GeluTanh), ("gelu_pytorch_tanh", ActivationFunction.GeluTanh),
        ("gelu_fast", ActivationFunction.GeluTanh), ("gelu_accurate", ActivationFunction.GeluTanh),
        ("gelu", ActivationFunction.GeluErf), ("gelu_python", ActivationFunction.GeluErf), ("quick_gelu", ActivationFunction.QuickGelu),
        ("relu", ActivationFunction.Relu), ("silu", ActivationFunction.Silu), ("swish", ActivationFunction.Silu), ("tanh", ActivationFunction.Tanh),
    ];

    /// <summary>Settings of related models, which are refused unless they are off: null, false or empty.</summary>
    private static readonly string[] Off =
    [
        "add_cross_attention", "is_encoder_decoder", "pruned_heads", "quantization_config", "auto_map", "rotary_dim", "rope_theta",
        "rope_scaling", "rope_parameters", "alibi", "use_alibi", "multi_query", "num_key_value_heads", "sliding_window", "num_experts",
    ];

    /// <summary>Every name that <see cref="Read"/> looks at.</summary>
    public static IEnumerable<string> Names => [Inner, Activation, Epsilon, Scaled, ScaledByLayer, Reordered, Positions, .. Off];

    /// <summary>The name under which an activation function is written.</summary>
    public static string NameOf(ActivationFunction function) => Activations.First(known => known.Function == function).Name;

    /// <summary>Sizes with the settings that a file has beside them.</summary>
    /// <param name="root">The content of the file.</param>
    /// <param name="sizes">The sizes in it.</param>
    /// <param name="path">The file, for messages.</param>
    /// <exception cref="Gpt2Exception">A setting is not valid, or the program does not compute it.</exception>
    public static Gpt2Config Read(JsonElement root, Gpt2Config sizes, string path)
    {
        foreach (string name in Off)
        {
            if (Given(root, name) is JsonElement value && !IsOff(value))
            {
                throw Refused(path, name, value, "none: models with it are not supported");
            }
        }

        if (Given(root, Positions) is JsonElement type && JsonFile.TextOf(type) != "absolute")
        {
            throw Refused(path, Positions, type, "\"absolute\": others are not supported");
        }

        _ = Switch(root, Reordered, usual: false, path); // makes a difference in half precision only
        Gpt2Config config = sizes with
        {
            Activation = ActivationOf(root, path),
            LayerNormEpsilon = EpsilonOf(root, path),
            ScaleAttention = Switch(root, Scaled, usual: true, path),
            ScaleAttentionByInverseLayer = Switch(root, ScaledByLayer, usual: false, path),
        };
        if (Given(root, Inner) is not null)
        {
            config = config with { Hidden = JsonFile.Size(root, Inner, path) };
        }

        return config.Problem() is Gpt2Exception problem ? throw problem.At(path) : config;
    }

    /// <summary>The settings in which a model differs from GPT-2, with their values as JSON.</summary>
    public static IEnumerable<(string Name, string Value)> Differing(Gpt2Config config)
    {
        if (!config.HasUsualHidden)
        {
            yield return (Inner, config.Hidden.ToString(CultureInfo.InvariantCulture));
        }

        if (config.Activation != ActivationFunction.GeluTanh)
        {
            yield return (Activation, $"\"{NameOf(config.Activation)}\"");
        }

        if (config.LayerNormEpsilon != Gpt2Config.Small.LayerNormEpsilon)
        {
            yield return (Epsilon, Text(config.LayerNormEpsilon));
        }

        if (!config.ScaleAttention)
        {
            yield return (Scaled, "false");
        }

        if (config.ScaleAttentionByInverseLayer)
        {
            yield return (ScaledByLayer, "true");
        }
    }

    /// <summary>GPT-2's value of such a setting, for a model with the same number of channels.</summary>
    public static string OfGpt2(string name, Gpt2Config config) => name switch
    {
        Inner => (4 * config.Channels).ToString(CultureInfo.InvariantCulture),
        Activation => Activations[0].Name,
        Epsilon => Text(Gpt2Config.Small.LayerNormEpsilon),
        Scaled => "true",
        _ => "false",
    };

    /// <summary>Writes the settings as config.json has them.</summary>
    public static void Write(Gpt2Config config, Utf8JsonWriter writer)
    {
        if (config.HasUsualHidden)
        {
            writer.WriteNull(Inner);
        }
        else
        {
            writer.WriteNumber(Inner, config.Hidden);
        }

        writer.WriteString(Activation, NameOf(config.Activation));
        writer.WriteNumber(Epsilon, double.Parse(Text(config.LayerNormEpsilon), CultureInfo.InvariantCulture));
        writer.WriteBoolean(Scaled, config.ScaleAttention);
        if (config.ScaleAttentionByInverseLayer)
        {
            writer.WriteBoolean(ScaledByLayer, true);
        }
    }

    /// <summary>Throws if a model's arithmetic is not GPT-2's, which a format without settings would turn into GPT-2's.</summary>
    /// <param name="config">The model.</param>
    /// <param name="format">What cannot hold it, for messages.</param>
    /// <exception cref="Gpt2Exception">It differs from GPT-2.</exception>
    public static void RequireGpt2(Gpt2Config config, string format)
    {
        (string Name, string Value)[] differing = [.. Differing(config)];
        if (differing.Length > 0)
        {
            throw new Gpt2Exception(
                $"the model has {string.Join(", ", differing.Select(one => $"{one.Name} {one.Value}"))}, which {format} cannot hold")
            {
                Expected = "GPT-2's settings",
                Remedy = "write csv or safetensors",
            };
        }
    }

    /// <summary>A value that exists and is not null.</summary>
    public static JsonElement? Given(JsonElement root, string name) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    /// <summary>The error for a setting that has another value than those that the program computes.</summary>
    public static Gpt2Exception Refused(string path, string name, JsonElement found, string expected) => new($"{name} is {JsonFile.Shown(found)}")
    {
        Where = path,
        Expected = expected,
        Remedy = "use another model: this program would compute this one wrongly",
    };

    private static string Text(float epsilon) => epsilon.ToString(CultureInfo.InvariantCulture).Replace('E', 'e');

    private static bool Switch(JsonElement root, string name, bool usual, string path) => Given(root, name) switch
    {
        null => usual,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        JsonElement other => throw new Gpt2Exception($"{name} is {JsonFile.Shown(other)}") { Where = path, Expected = "true or false" },
    };

    private static ActivationFunction ActivationOf(JsonElement root, string path)
    {
        if (Given(root, Activation) is not JsonElement given)
        {
            return ActivationFunction.GeluTanh;
        }

        string? name = JsonFile.TextOf(given);
        return Activations.Any(known => known.Name == name)
            ? Activations.First(known => known.Name == name).Function
            : throw Refused(path, Activation, given, "one of " + string.Join(", ", Activations.Select(known => known.Name)));
    }

    /// <summary>The value; whether it is in range is checked with the sizes.</summary>
    private static float EpsilonOf(JsonElement root, string path) => Given(root, Epsilon) switch
    {
        null => Gpt2Config.Small.LayerNormEpsilon,
        { ValueKind: JsonValueKind.Number } number => (float)number.GetDouble(),
        JsonElement other => throw new Gpt2Exception($"{Epsilon} is {JsonFile.Shown(other)}") { Where = path, Expected = "a number, in GPT-2 1e-05" },
    };

    private static bool IsOff(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.False => true,
        JsonValueKind.Object => !value.EnumerateObject().Any(),
        JsonValueKind.Array => value.GetArrayLength() == 0,
        _ => false,
    };
}
