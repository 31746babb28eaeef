// Splitting words into bytes, which is the same on every processor. The products are compared in ReducedMatMulTests, where the
// processor has the instruction.

using System.Runtime.InteropServices;
using Gpt2.Kernels.ReducedMatMul;

namespace Gpt2.Tests.Kernels.ReducedMatMul;

public class DotTileTests
{
    private static readonly short[] Words = [0, 1, -1, 255, 256, -256, 32767, -32767, 127, 128, -128, -129, 12345, -12345, 511, -32640];

    [Fact]
    public void Split_Int8_GivesFourHighBytesThenFourLowBytesInTheOrderOfTheWeights()
    {
        int[] pairs = MemoryMarshal.Cast<short, int>(Words).ToArray();

        int sum = DotTile<Int8>.Split(pairs);

        sum.Should().Be(Words.Sum(word => (byte)word));
        for (int i = 0; i < Words.Length; i += 4)
        {
            WordsOf(pairs[i / 2], pairs[(i / 2) + 1]).Should().Equal(Words[i], Words[i + 2], Words[i + 1], Words[i + 3]);
        }
    }

    [Fact]
    public void Split_Int4_GivesTwoSetsOfBytesInTheOrderOfTheWeights()
    {
        int[] pairs = MemoryMarshal.Cast<short, int>(Words).ToArray();

        int sum = DotTile<Int4>.Split(pairs);

        sum.Should().Be(Words.Sum(word => (byte)word));
        for (int i = 0; i < Words.Length; i += 8)
        {
            int at = i / 2;
            WordsOf(pairs[at], pairs[at + 2]).Should().Equal(Words[i], Words[i + 4], Words[i + 1], Words[i + 5]);
            WordsOf(pairs[at + 1], pairs[at + 3]).Should().Equal(Words[i + 2], Words[i + 6], Words[i + 3], Words[i + 7]);
        }
    }

    private static int[] WordsOf(int high, int low) =>
        [.. Enumerable.Range(0, 4).Select(i => (256 * (sbyte)(high >> (8 * i))) + (byte)(low >> (8 * i)))];
}
