// The readings of a lens that a table or a picture shows, and the names of depths.

using Gpt2.Core.Laboratory;
using static System.FormattableString;

namespace Gpt2.Cli.Output;

/// <summary>Reads a lens at every depth.</summary>
internal static class LensReadings
{
    /// <summary>Rows that are read out at once: each needs two rows as wide as the vocabulary.</summary>
    private const int AtOnce = 64;

    /// <summary>The readings of one row, or of all, by depth.</summary>
    /// <param name="lens">The lens.</param>
    /// <param name="row">The row; null for all.</param>
    /// <param name="tokens">Number of tokens.</param>
    /// <param name="top">Number of tokens per reading.</param>
    /// <param name="progress">Receives the share of the depths done.</param>
    /// <param name="cancellation">Stops between readings.</param>
    public static LensReading[][] Of(
        LogitLens lens, int? row, int tokens, int top, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        int first = row ?? 0, end = row + 1 ?? tokens;
        var readings = new List<LensReading[]>();
        foreach (StreamDepth depth in lens.Depths)
        {
            var ofDepth = new List<LensReading>();
            for (int from = first; from < end; from += AtOnce)
            {
                cancellation.ThrowIfCancellationRequested();
                ofDepth.AddRange(lens.Read(depth, from, Math.Min(AtOnce, end - from), top));
            }

            readings.Add([.. ofDepth]);
            progress?.Report((double)readings.Count / lens.Depths.Count);
        }

        return [.. readings];
    }

    /// <summary>A depth for a reader: embeddings, h0 attention, h0 MLP.</summary>
    public static string NameOf(StreamDepth depth) =>
        depth.Block is int block ? Invariant($"h{block} {(depth.AfterMlp ? "MLP" : "attention")}") : "embeddings";
}
