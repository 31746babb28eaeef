// OpenAI's checkpoints come with hparams.json, which has the sizes of the model. The CSV layout took it over.

using Gpt2.Core.Model;
using static System.FormattableString;

namespace Gpt2.Core.Weights;

/// <summary>Reads and writes hparams.json.</summary>
internal static class HyperparametersFile
{
    public const string FileName = "hparams.json";

    private static readonly string[] Names = ["n_vocab", "n_ctx", "n_embd", "n_head", "n_layer"];

    /// <exception cref="Gpt2Exception">The file is not such JSON, lacks a size, or the sizes make no sense.</exception>
    public static Gpt2Config Read(string path)
    {
        int[] sizes = JsonFile.Read(path, Example(), root => Array.ConvertAll(Names, name => JsonFile.Size(root, name, path)));
        var config = new Gpt2Config(sizes[0], sizes[1], sizes[2], sizes[3], sizes[4]);
        return config.Problem() is Gpt2Exception problem ? throw problem.At(path) : config;
    }

    public static void Write(Gpt2Config config, string path) => File.WriteAllText(path, Text(config, config.Heads) + "\n");

    /// <summary>The content of the file for some sizes.</summary>
    internal static string Text(Gpt2Config config, object heads)
    {
        object[] sizes = [config.Vocabulary, config.Context, config.Channels, heads, config.Layers];
        return "{" + string.Join(", ", Names.Zip(sizes, (name, size) => Invariant($"\"{name}\": {size}"))) + "}";
    }

    private static string Example() => "{\"" + string.Join("\": …, \"", Names) + "\": …}";
}
