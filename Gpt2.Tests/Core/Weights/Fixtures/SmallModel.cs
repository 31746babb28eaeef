// The model that tests of formats write, read and damage, and the bits of any model.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights.Fixtures;

internal static class SmallModel
{
    public static readonly Gpt2Config Config = new(260, 8, 6, 3, 2);

    /// <summary>'a b', 'ab c' and ', !': 260 tokens.</summary>
    public static readonly Vocabulary Vocabulary = new([new Merge(64, 65), new Merge(256, 66), new Merge(11, 0)]);

    public const string MergesText = "#version: 0.2\na b\nab c\n, !\n";

    public static Gpt2Weights Random(ulong seed = 4) => TestModels.Random(Config, seed);

    /// <summary>All weights as bits, in the order of the layout: two models are equal if these are.</summary>
    public static int[] Bits(Gpt2Weights weights) =>
        [.. weights.Matrices().SelectMany(matrix => matrix.Span.ToArray()).Select(BitConverter.SingleToInt32Bits)];

    /// <summary>The weights after something has been done to every number.</summary>
    public static Gpt2Weights Mapped(Gpt2Weights weights, Func<float, float> map)
    {
        var mapped = new Gpt2Weights(weights.Config);
        foreach ((Matrix from, Matrix to) in weights.Matrices().Zip(mapped.Matrices()))
        {
            for (int i = 0; i < from.Span.Length; i++)
            {
                to.Span[i] = map(from.Span[i]);
            }
        }

        return mapped;
    }

    /// <summary>Numbers that a conversion may change: NaNs with payloads, infinities, −0, denormals, extremes.</summary>
    public static Gpt2Weights WithOddNumbers()
    {
        Gpt2Weights weights = Random();
        uint[] odd = [0x7FC00001, 0xFFC12345, 0x7F800001, 0x7F800000, 0xFF800000, 0x80000000, 1, 0x807FFFFF, 0x7F7FFFFF, 0x00800000];
        foreach (Matrix matrix in weights.Matrices())
        {
            for (int i = 0; i < Math.Min(odd.Length, matrix.Span.Length); i++)
            {
                matrix.Span[i] = BitConverter.UInt32BitsToSingle(odd[i]);
            }
        }

        return weights;
    }
}
