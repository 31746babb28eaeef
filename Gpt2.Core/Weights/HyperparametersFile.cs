// OpenAI's checkpoints come with hparams.json, which has the sizes of the model. The CSV layout took it over. What is not as in GPT-2 is
// added to it, so that the file of a GPT-2 stays as OpenAI wrote it.

using System.Text.Json;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using static System.FormattableString;

namespace Gpt2.Core.Weights;

/// <summary>Reads and writes hparams.json.</summary>
internal static class HyperparametersFile
{
    public const string FileName = "hparams.json";

    /// <summary>How many of the rows of wte belong to tokens, where that is not all of them.</summary>
    public const string TokenCount = "n_tokens";

    private static readonly string[] Names = ["n_vocab", "n_ctx", "n_embd", "n_head", "n_layer"];

    /// <summary>Settings of training, which other programs write into the file and which change nothing afterwards.</summary>
    private static readonly string[] OfTraining =
        ["res_dropout", "attn_dropout", "embed_dropout", "resid_pdrop", "attn_pdrop", "embd_pdrop", "initializer_range", "dtype"];

    /// <exception cref="Gpt2Exception">
    /// The file is not such JSON, lacks a size, the sizes make no sense, or it has a setting that the program does not know.
    /// </exception>
    public static Gpt2Config Read(string path) => JsonFile.Read(path, Example(), root =>
    {
        int[] sizes = Array.ConvertAll(Names, name => JsonFile.Size(root, name, path));
        RequireKnown(root, path);
        var config = new Gpt2Config(sizes[0], sizes[1], sizes[2], sizes[3], sizes[4]);
        return ArithmeticSettings.Read(root, config.Problem() is Gpt2Exception problem ? throw problem.At(path) : config, path);
    });

    /// <summary>How many tokens the vocabulary has if it has fewer than wte has rows; null if the file does not say so.</summary>
    /// <exception cref="Gpt2Exception">The file is not such JSON, or the number is not one.</exception>
    public static int? ReadTokenCount(string path) => JsonFile.Read<int?>(
        path, Example(), root => root.TryGetProperty(TokenCount, out _) ? JsonFile.Size(root, TokenCount, path) : null);

    /// <summary>Writes the file.</summary>
    /// <param name="config">The sizes.</param>
    /// <param name="vocabulary">The vocabulary; null if there is none.</param>
    /// <param name="path">The file.</param>
    public static void Write(Gpt2Config config, Vocabulary? vocabulary, string path)
    {
        IEnumerable<(string, string)> more = ArithmeticSettings.Differing(config);
        if (vocabulary?.UnusedCount > 0)
        {
            more = more.Prepend((TokenCount, Invariant($"{vocabulary.TokenCount}")));
        }

        File.WriteAllText(path, Text(config, config.Heads, [.. more]) + "\n");
    }

    /// <summary>The content of the file for some sizes.</summary>
    internal static string Text(Gpt2Config config, object heads, params (string Name, string Value)[] more)
    {
        object[] sizes = [config.Vocabulary, config.Context, config.Channels, heads, config.Layers];
        IEnumerable<(string Name, object Value)> all = Names.Zip(sizes).Concat(more.Select(one => (one.Name, (object)one.Value)));
        return "{" + string.Join(", ", all.Select(one => Invariant($"\"{one.Name}\": {one.Value}"))) + "}";
    }

    private static void RequireKnown(JsonElement root, string path)
    {
        string[] known = [.. Names, TokenCount, .. ArithmeticSettings.Names, .. OfTraining];
        string? other = root.EnumerateObject().Select(property => property.Name).FirstOrDefault(name => !known.Contains(name));
        if (other is not null)
        {
            throw new Gpt2Exception($"has the setting '{VisibleText.Brief(other)}', which this program does not know")
            {
                Where = path,
                Expected = string.Join(", ", known[..(Names.Length + 1)]) + " and settings as in config.json",
                Remedy = "remove it if the model computes the same without it",
            };
        }
    }

    private static string Example() => "{\"" + string.Join("\": …, \"", Names) + "\": …}";
}
