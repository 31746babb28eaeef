// Models for tests: small random ones, and the reference ones.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Weights;
using Gpt2.Kernels;

namespace Gpt2.Tests.Support;

public static class TestModels
{
    /// <summary>All rungs, as data of a theory.</summary>
    public static TheoryData<KernelRung> Rungs() => [.. Enum.GetValues<KernelRung>()];

    /// <summary>The reference models with every rung.</summary>
    public static TheoryData<string, KernelRung> ReferenceModelsAndRungs() => WithRungs(["tiny", "odd"]);

    /// <summary>Each item with every rung, as data of a theory.</summary>
    public static TheoryData<T, KernelRung> WithRungs<T>(IEnumerable<T> items)
    {
        var data = new TheoryData<T, KernelRung>();
        foreach (T item in items)
        {
            foreach (KernelRung rung in Enum.GetValues<KernelRung>())
            {
                data.Add(item, rung);
            }
        }

        return data;
    }

    /// <summary>Weights that are larger than fresh ones, biases and gains included, so that every step matters.</summary>
    public static Gpt2Weights Random(Gpt2Config config, ulong seed)
    {
        var weights = new Gpt2Weights(config);
        var random = new RandomGenerator(seed);
        foreach (Matrix matrix in weights.Matrices())
        {
            bool isGain = matrix.Name.EndsWith("/g", StringComparison.Ordinal);
            foreach (ref float weight in matrix.Span)
            {
                weight = (float)((isGain ? 1 : 0) + (0.2 * random.NextNormal()));
            }
        }

        return weights;
    }

    /// <summary>A reference model.</summary>
    public static Gpt2Model Reference(string name, KernelRung rung = KernelRung.Vector) =>
        new(CsvModelFolder.ReadWeights(ReferenceData.PathOf(name, "model")), KernelSet.Create(rung));

    /// <summary>Ids to run, each below the vocabulary.</summary>
    public static int[] Ids(Gpt2Config config, int count, ulong seed)
    {
        var random = new RandomGenerator(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (int)(random.NextBits() % (ulong)config.Vocabulary))];
    }
}
