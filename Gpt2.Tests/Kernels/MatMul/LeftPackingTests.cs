// The left side in the order of the micro-kernel: the same tiles, whichever way it is stored.

using FsCheck;
using FsCheck.Fluent;
using Gpt2.Kernels.MatMul;
using Gpt2.Kernels.Tuned;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Kernels.MatMul;

public class LeftPackingTests
{
    private static readonly Gen<(int Rows, int Inner, int First, int Depth, int Height, bool Transposed)> Shapes =
        from rows in Gen.Choose(1, 40)
        from depth in Gen.Choose(1, 50)
        from first in Gen.Choose(0, 5)
        from more in Gen.Choose(0, 5)
        from height in Gen.Choose(1, 12)
        from transposed in Gen.Elements(true, false)
        select (rows, first + depth + more, first, depth, height, transposed);

    [Fact]
    public void Run_AnyShape_PutsEveryElementWhereItsTileReadsIt() => SeededProperty.Holds(Shapes, shape =>
    {
        (int rows, int inner, int first, int depth, int height, bool transposed) = shape;
        Layout layout = transposed ? Layout.Transposed(rows) : Layout.RowMajor(inner);
        float[] left = [.. Enumerable.Range(1, rows * inner).Select(i => (float)i)];
        int tiles = (rows + height - 1) / height;
        var packed = new float[tiles * height * depth];
        var packing = new LeftPacking
        {
            Product = new Product { Left = left, LeftLayout = layout, Rows = rows, Inner = inner },
            TileHeight = height,
            FirstK = first,
            Depth = depth,
            Packed = packed,
        };
        for (int part = 0; part < packing.Parts; part++)
        {
            packing.Run(part);
        }

        for (int row = 0; row < rows; row++)
        {
            for (int k = 0; k < depth; k++)
            {
                int place = (row / height * height * depth) + (k * height) + (row % height);
                packed[place].Should().Be(left[layout.At(row, first + k)], "row {0}, k {1} of {2}", row, k, shape);
            }
        }
    });
}
