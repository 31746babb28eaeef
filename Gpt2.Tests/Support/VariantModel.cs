// Models of GPT-2's kind with other settings, and what PyTorch computed for them: Gpt2.Tests/Reference/variants.

using System.Text.Json;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Weights;

namespace Gpt2.Tests.Support;

/// <summary>One of the files. The weights follow from their names, so they are in none.</summary>
internal sealed class VariantModel
{
    private readonly JsonElement root;

    private VariantModel(JsonElement root, string path)
    {
        this.root = root;
        JsonElement config = root.GetProperty("config");
        int Size(string name) => config.GetProperty(name).GetInt32();
        var sizes = new Gpt2Config(Size("vocab_size"), Size("n_positions"), Size("n_embd"), Size("n_head"), Size("n_layer"));
        Weights = Filled(ArithmeticSettings.Read(config, sizes, path));
    }

    public static string[] Names { get; } =
    [
        .. Directory.EnumerateFiles(ReferenceData.PathOf("variants"), "*.json").Select(file => Path.GetFileNameWithoutExtension(file))
            .Where(name => name != "activations").Order(StringComparer.Ordinal),
    ];

    /// <summary>What config.json would say.</summary>
    public string ConfigJson => root.GetProperty("config").GetRawText();

    public Gpt2Weights Weights { get; }

    public int Sequences => root.GetProperty("ids").GetArrayLength();

    /// <summary>The tokens of all sequences, one sequence after another.</summary>
    public int[] Ids => Whole("ids");

    /// <summary>The token after each of <see cref="Ids"/>.</summary>
    public int[] Targets => Whole("targets");

    /// <summary>Of every token.</summary>
    public float[] Logits => Numbers(root.GetProperty("logits"));

    public double Loss => root.GetProperty("loss").GetDouble();

    /// <summary>Whether the file has gradients too.</summary>
    public bool HasGradients => root.TryGetProperty("gradients", out _);

    public static VariantModel Read(string name)
    {
        string path = ReferenceData.PathOf("variants", name + ".json");
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
        return new VariantModel(document.RootElement.Clone(), path);
    }

    /// <summary>The gradient of the mean cross-entropy by a weight.</summary>
    public float[] GradientOf(string weight) => Numbers(root.GetProperty("gradients").GetProperty(weight));

    /// <summary>Weights for a configuration, from a generator that is easy to write in any language.</summary>
    public static Gpt2Weights Filled(Gpt2Config config)
    {
        var weights = new Gpt2Weights(config);
        foreach (Matrix matrix in weights.Matrices())
        {
            ulong state = 14695981039346656037;
            foreach (char letter in matrix.Name)
            {
                state = unchecked((state ^ letter) * 1099511628211);
            }

            foreach (ref float weight in matrix.Span)
            {
                state = unchecked((state * 6364136223846793005) + 1442695040888963407);
                float uniform = ((state >> 48) / 65536f) - 0.5f;
                weight = matrix.Name == "wpe" ? uniform * 0.125f
                    : matrix.Name.EndsWith("/g", StringComparison.Ordinal) ? 1 + (uniform * 0.5f)
                    : matrix.Name.EndsWith("c_fc/w", StringComparison.Ordinal) ? uniform * 2
                    : matrix.Name == "wte" || matrix.Name.EndsWith("/b", StringComparison.Ordinal) ? uniform * 0.5f
                    : uniform;
            }
        }

        return weights;
    }

    private static float[] Numbers(JsonElement numbers) => [.. numbers.EnumerateArray().Select(number => number.GetSingle())];

    private int[] Whole(string name) =>
        [.. root.GetProperty(name).EnumerateArray().SelectMany(row => row.EnumerateArray()).Select(id => id.GetInt32())];
}
