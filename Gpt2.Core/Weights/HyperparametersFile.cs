// hparams.json, OpenAI's file with the sizes of a model.

using System.Text.Json;
using Gpt2.Core.Model;

namespace Gpt2.Core.Weights;

/// <summary>Reads and writes hparams.json.</summary>
public static class HyperparametersFile
{
    public const string FileName = "hparams.json";

    private static readonly string[] Names = ["n_vocab", "n_ctx", "n_embd", "n_head", "n_layer"];

    /// <exception cref="Gpt2Exception">The file is no such JSON, lacks a size, or the sizes make no sense.</exception>
    public static Gpt2Config Read(string path)
    {
        var sizes = new int[Names.Length];
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw new Gpt2Exception($"{path}: found {document.RootElement.ValueKind}, expected {Example()}");
            }

            for (int i = 0; i < Names.Length; i++)
            {
                if (!document.RootElement.TryGetProperty(Names[i], out JsonElement value))
                {
                    throw new Gpt2Exception($"{path}: {Names[i]} is missing, expected {Example()}");
                }

                if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out sizes[i]))
                {
                    throw new Gpt2Exception($"{path}: {Names[i]} is {value.GetRawText()}, expected a whole number");
                }
            }
        }
        catch (JsonException e)
        {
            throw new Gpt2Exception(
                $"{path} line {e.LineNumber + 1}: not valid JSON, expected {Example()}", e);
        }

        var config = new Gpt2Config(sizes[0], sizes[1], sizes[2], sizes[3], sizes[4]);
        return config.Problem() is string problem ? throw new Gpt2Exception($"{path}: {problem}") : config;
    }

    public static void Write(Gpt2Config config, string path)
    {
        int[] sizes = [config.Vocabulary, config.Context, config.Channels, config.Heads, config.Layers];
        IEnumerable<string> members = Names.Zip(sizes, (name, size) => FormattableString.Invariant($"\"{name}\": {size}"));
        File.WriteAllText(path, "{" + string.Join(", ", members) + "}\n");
    }

    private static string Example() => "{\"" + string.Join("\": …, \"", Names) + "\": …}";
}
