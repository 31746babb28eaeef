// A range as text, row by row, with the shortest digits that give the same float: for files, and for the clipboard.

using System.Globalization;
using System.IO.Pipelines;

namespace Gpt2.Cli.Explore;

internal static class RangeText
{
    /// <summary>No float is longer: -1.17549435E-38.</summary>
    private const int LongestNumber = 24;

    private const int FlushFrom = 1 << 16;

    /// <summary>Writes a range. However large it is, only a part of it is in memory.</summary>
    public static async Task WriteAsync(
        Sheet sheet, SheetVersion version, SheetRange range, char separator, PipeWriter writer, CancellationToken cancellation)
    {
        float[] numbers = new float[range.Columns];
        for (int row = range.Row; row < range.RowEnd; row++)
        {
            sheet.Read(version, row, range.Column, numbers);
            for (int column = 0; column < numbers.Length; column++)
            {
                Write(numbers[column], column == numbers.Length - 1 ? '\n' : separator, writer);
                if (writer.UnflushedBytes >= FlushFrom)
                {
                    await writer.FlushAsync(cancellation);
                }
            }
        }

        await writer.FlushAsync(cancellation);
    }

    private static void Write(float value, char end, PipeWriter writer)
    {
        Span<byte> place = writer.GetSpan(LongestNumber);
        value.TryFormat(place, out int length, provider: CultureInfo.InvariantCulture);
        place[length] = (byte)end;
        writer.Advance(length + 1);
    }
}
