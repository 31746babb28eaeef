// The names of the files in a CSV model folder.

namespace Gpt2.Core.Weights;

/// <summary>
/// The CSV layout: OpenAI's checkpoint names with '/' written '_', one file per matrix. The table is in
/// docs/csv-layout.md.
/// </summary>
internal static class CsvLayout
{
    /// <summary>The file of a matrix, for example model_h0_attn_c_attn_w.csv for h0/attn/c_attn/w.</summary>
    public static string FileOf(string matrixName) => $"model_{matrixName.Replace('/', '_')}.csv";
}
