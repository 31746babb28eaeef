// A model that is a table: the logits after a text follow from its tokens and a seed. So small that ten thousand cost seconds.

using Gpt2.Core.Generation.Beams;
using Gpt2.Core.Numerics;

namespace Gpt2.Tests.Core.Generation;

/// <summary>Beams over a function from texts to logits.</summary>
internal sealed class TableModel(Func<int[], float[]> logitsAfter) : IBeamModel
{
    private int[][] beams = [[]];

    /// <summary>Random logits for every text.</summary>
    public static Func<int[], float[]> Random(int vocabulary, ulong seed) => ids =>
    {
        ulong ofText = seed;
        foreach (int id in ids)
        {
            ofText = unchecked((ofText * 0x9E3779B97F4A7C15) + (ulong)id + 1);
        }

        var random = new RandomGenerator(ofText);
        return [.. Enumerable.Range(0, vocabulary).Select(_ => (float)(2 * random.NextNormal()))];
    };

    public ReadOnlySpan<float> Logits(int beam) => logitsAfter(beams[beam]);

    public void Extend(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens)
    {
        var extended = new int[tokens.Length][];
        for (int beam = 0; beam < extended.Length; beam++)
        {
            extended[beam] = [.. beams[parents[beam]], tokens[beam]];
        }

        beams = extended;
    }
}
