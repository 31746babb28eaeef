// Adapters of random numbers, so that each changes its model visibly.

using System.Text.Json;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.PostTraining;

namespace Gpt2.Tests.Support;

internal static class TestAdapters
{
    /// <summary>An adapter of rank 2 whose A and B are both random.</summary>
    public static Adapter Random(Gpt2Weights weights, ulong seed, string[]? tokens = null)
    {
        var adapter = Adapter.Create(new LoraSettings { Rank = 2 }, ModelFingerprint.Of(weights), seed, tokens ?? []);
        var random = new RandomGenerator(seed);
        foreach (Matrix matrix in adapter.Matrices())
        {
            foreach (ref float weight in matrix.Span)
            {
                weight = (float)random.NextNormal();
            }
        }

        return adapter;
    }

    /// <summary>Writes such an adapter and returns its folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="weights">The weights of the model that it is for.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="peft">Whether it is written as PEFT's files.</param>
    /// <param name="template">The template that its tuning.json names; null for none.</param>
    /// <param name="tokens">The tokens that it adds; null for none.</param>
    public static string Write(
        string folder, Gpt2Weights weights, ulong seed, bool peft = false, string? template = null, string[]? tokens = null)
    {
        Adapter adapter = Random(weights, seed, tokens);
        _ = peft ? AdapterFolder.WritePeft(folder, adapter) : AdapterFolder.Write(folder, adapter);
        if (template is not null)
        {
            string json = JsonSerializer.Serialize(new { Template = "of the test", TemplateText = template });
            File.WriteAllText(Path.Combine(folder, "tuning.json"), json);
        }

        return folder;
    }
}
