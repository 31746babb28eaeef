// What the status line says about a range, and the scale of the heat colours.

using Gpt2.Kernels.Attention;

namespace Gpt2.Cli.Explore;

/// <summary>Figures of a range. A NaN in the range makes all of them but the count and the scale NaN.</summary>
/// <param name="Count">How many numbers.</param>
/// <param name="Sum">Their sum, added in double, row by row.</param>
/// <param name="Mean">Sum / count.</param>
/// <param name="Min">The smallest.</param>
/// <param name="Max">The largest.</param>
/// <param name="Scale">The largest magnitude of those that are finite and not the masked score; 0 if there are none.</param>
internal sealed record RangeStatistics(long Count, double Sum, double Mean, float Min, float Max, float Scale)
{
    /// <summary>The figures of a range of a sheet.</summary>
    public static RangeStatistics Of(Sheet sheet, SheetVersion version, SheetRange range) =>
        Of(range, (row, column, destination) => sheet.Read(version, row, column, destination));

    /// <summary>The figures of a range of any numbers.</summary>
    public static RangeStatistics Of(SheetRange range, RowReader read)
    {
        float[] numbers = new float[range.Columns];
        double sum = 0;
        float min = float.PositiveInfinity, max = float.NegativeInfinity, scale = 0;
        for (int row = range.Row; row < range.RowEnd; row++)
        {
            read(row, range.Column, numbers);
            foreach (float value in numbers)
            {
                sum += value;
                min = MathF.Min(min, value);
                max = MathF.Max(max, value);
                if (float.IsFinite(value) && value != AttentionKernel.MaskedScore)
                {
                    scale = MathF.Max(scale, MathF.Abs(value));
                }
            }
        }

        return new RangeStatistics(range.Count, sum, sum / range.Count, min, max, scale);
    }
}
