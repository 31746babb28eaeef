// Shapes of matrix products, as text in the tables: rows × inner × columns.

using System.Globalization;
using Gpt2.Core.Measurement;

namespace Gpt2.Benchmarks.Support;

internal sealed record ProductShape(int Rows, int Inner, int Columns)
{
    public Work Work => Work.Product(Rows, Inner, Columns);

    /// <summary>Reads "512x768x3072".</summary>
    public static ProductShape Parse(string text)
    {
        int[] sizes = [.. text.Split('x').Select(size => int.Parse(size, CultureInfo.InvariantCulture))];
        return new ProductShape(sizes[0], sizes[1], sizes[2]);
    }
}
