// The sixteen steps of a block: their numbers and names, used alike in methods, matrices, trace files, breakpoints and
// pictures.

using System.Globalization;

namespace Gpt2.Core.Model;

/// <summary>The names of a block's steps.</summary>
internal static class BlockStep
{
    /// <summary>Number of steps; the first is 1.</summary>
    public const int Count = 16;

    private static readonly string[] Names =
    [
        "input", "ln_1 normalised", "ln_1 scaled", "qkv", "queries, keys, values", "scores", "attention",
        "attended values", "attention output", "residual 1", "ln_2 normalised", "ln_2 scaled", "mlp hidden", "gelu",
        "mlp output", "residual 2",
    ];

    /// <summary>The name of a step, 1 to 16.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such step.</exception>
    public static string NameOf(int step)
    {
        if (step is < 1 or > Count)
        {
            throw new ArgumentOutOfRangeException(nameof(step), step, $"expected a step from 1 to {Count}");
        }

        return Names[step - 1];
    }

    internal static string Label(int step) => string.Create(CultureInfo.InvariantCulture, $"step {step} {NameOf(step)}");
}
