// gpt2 bench products --sweep: every product that GPT-2 small to XL and the default model meet, and random ones, to find
// shapes at which the kernels are weak.

using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Model;
using static System.FormattableString;

namespace Gpt2.Cli.Bench;

internal static class SweepRows
{
    private const int RandomShapes = 40, MaxRows = 700, MaxInner = 4000;
    private const double SmallestOperations = 1e6;

    /// <summary>Tokens of prompts, and of training batches.</summary>
    private static readonly int[] PromptRows = [64, 512], BatchRows = [256, 1024];

    /// <summary>Rows that a server or a beam search has.</summary>
    private static readonly int[] FewRows = [1, 2, 4, 8, 16];

    /// <summary>Measures all shapes, each once.</summary>
    public static void Measure(BenchSession session)
    {
        Gpt2Config[] models = [BenchSettings.Workshop, Gpt2Config.Small, Gpt2Config.Medium, Gpt2Config.Large, Gpt2Config.XL];
        foreach (Gpt2Config sizes in models)
        {
            foreach ((int inner, int columns) in MapsOf(sizes))
            {
                foreach (int rows in PromptRows)
                {
                    ProductRows.Packed(session, new ProductShape(rows, inner, columns));
                }

                foreach (int rows in BatchRows.Where(_ => sizes.Channels <= Gpt2Config.Small.Channels))
                {
                    ProductRows.InTraining(session, new ProductShape(rows, inner, columns));
                }
            }
        }

        foreach (int rows in FewRows)
        {
            ProductRows.FewRows(session, new ProductShape(rows, Gpt2Config.Small.Channels, Gpt2Config.Small.Hidden));
            ProductRows.FewRows(session, new ProductShape(rows, Gpt2Config.XL.Hidden, Gpt2Config.XL.Channels));
        }

        var random = new Random(1);
        for (int i = 0; i < RandomShapes; i++)
        {
            var shape = new ProductShape(random.Next(64, MaxRows), random.Next(16, MaxInner), random.Next(16, MaxInner));
            ProductRows.Packed(session, shape);
            ProductRows.InTraining(session, shape);
        }
    }

    /// <summary>The weakest tenth of the products with a million operations or more, weakest first, after a summary.</summary>
    public static BenchResult Weakest(BenchResult result, CommandIo io)
    {
        BenchRow[] products = [.. result.Rows
            .Where(row => row is { Part: ProductRows.Part, Operations: >= SmallestOperations }).OrderBy(row => row.Ratio)];
        io.Say(Invariant(
            $"{products.Length} products: median ratio {products[products.Length / 2].Ratio:0.00}, ")
            + Invariant($"{products.Count(row => row.Ratio < 0.6)} below 0.60; ")
            + "the weakest tenth, and few rows:");
        BenchRow[] fewRows = [.. result.Rows.Where(row => row.Part == ProductRows.VectorPart)];
        return result with { Rows = [.. products[..((products.Length + 9) / 10)], .. fewRows] };
    }

    /// <summary>The linear maps of a block; the head of a small model is one more, as in training.</summary>
    private static IEnumerable<(int Inner, int Columns)> MapsOf(Gpt2Config sizes)
    {
        int channels = sizes.Channels;
        yield return (channels, 3 * channels);
        yield return (channels, channels);
        yield return (channels, sizes.Hidden);
        yield return (sizes.Hidden, channels);
        if (channels < Gpt2Config.Small.Channels)
        {
            yield return (channels, sizes.Vocabulary);
        }
    }
}
