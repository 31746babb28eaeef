// Everything here is a warning at most: a model may be unusual and correct. What is certainly wrong (a missing file, a
// wrong shape, something that is not a number) has been found before.

using System.Text.RegularExpressions;
using static System.FormattableString;

namespace Gpt2.Core.Weights.Doctor;

/// <summary>What a tensor is for, which determines what its weights are usually like.</summary>
internal enum TensorKind
{
    /// <summary>wte, wpe, lm_head</summary>
    Embedding,

    /// <summary>The matrix of a linear map.</summary>
    Weight,

    /// <summary>What a linear map or a layer normalisation adds.</summary>
    Bias,

    /// <summary>What a layer normalisation multiplies by.</summary>
    Gain,
}

/// <summary>
/// Compares tensors with what is usual for their kind and with the same tensors in other blocks.
/// </summary>
internal static partial class TensorHealth
{
    private const string Remedy = "compare with the original model; if this is a copy or a conversion, make it again";
    private const float LargestUsual = 1000;
    private const double FarFromPeers = 10;
    private const int MinPeers = 3;

    /// <summary>
    /// The usual means and spreads, wide enough for small models and for random ones of a sensible scale: the smallest
    /// spread of an untrained matrix is 0.02 / √(2 · layers). docs/doctor.md says which models they were compared with.
    /// </summary>
    private static readonly Dictionary<TensorKind, (double MinMean, double MaxMean, double MinSpread, double MaxSpread)> Usual = new()
    {
        [TensorKind.Embedding] = (-1, 1, 0.0005, 5),
        [TensorKind.Weight] = (-0.3, 0.3, 0.0005, 3),
        [TensorKind.Bias] = (-0.8, 0.8, 0, 10),
        [TensorKind.Gain] = (0.02, 50, 0, 20),
    };

    /// <summary>The kind of a tensor, by its name.</summary>
    public static TensorKind KindOf(string name) =>
        name.EndsWith("/g", StringComparison.Ordinal) ? TensorKind.Gain
        : name.EndsWith("/b", StringComparison.Ordinal) ? TensorKind.Bias
        : name.EndsWith("/w", StringComparison.Ordinal) ? TensorKind.Weight
        : TensorKind.Embedding;

    /// <summary>
    /// Whether these weights have not been trained yet: every bias is 0, every gain 1, and no matrix is constant.
    /// </summary>
    public static bool IsFresh(IReadOnlyCollection<TensorStatistics> tensors) =>
        tensors.Count > 0 && tensors.All(tensor => KindOf(tensor.Name) switch
        {
            TensorKind.Bias => tensor is { Least: 0, Largest: 0 },
            TensorKind.Gain => tensor is { Least: 1, Largest: 1 },
            _ => !tensor.IsConstant,
        });

    /// <summary>Judges all tensors of a model.</summary>
    /// <param name="tensors">Their statistics.</param>
    /// <param name="subjectOf">What findings call a tensor.</param>
    /// <param name="findings">Receives a warning for each that is unusual.</param>
    public static void Judge(IReadOnlyCollection<TensorStatistics> tensors, Func<string, string> subjectOf, FindingList findings)
    {
        bool fresh = IsFresh(tensors);
        foreach (TensorStatistics tensor in tensors)
        {
            if ((Problem(tensor, fresh) ?? PeerProblem(tensor, tensors)) is string problem)
            {
                findings.Warning(FindingArea.Tensors, subjectOf(tensor.Name), problem, Remedy);
            }
        }

        // If all four statistics are equal to the last bit, so are the weights. An untied head may be a copy of wte.
        foreach (IGrouping<object, TensorStatistics> twins in tensors.Where(tensor => !tensor.IsConstant && tensor.Name != "lm_head")
            .GroupBy(tensor => (object)(tensor.Rows, tensor.Columns, tensor.Mean, tensor.Spread, tensor.Least, tensor.Largest)))
        {
            foreach (TensorStatistics twin in twins.Skip(1))
            {
                findings.Warning(
                    FindingArea.Tensors, subjectOf(twin.Name),
                    $"has exactly the weights of {subjectOf(twins.First().Name)}: was one copied over the other?", Remedy);
            }
        }
    }

    private static string? Problem(TensorStatistics tensor, bool fresh)
    {
        TensorKind kind = KindOf(tensor.Name);
        if (Math.Abs(tensor.Extreme) > LargestUsual)
        {
            return Invariant($"has a weight of {tensor.Extreme}, usual is at most a few");
        }

        if (kind is TensorKind.Embedding or TensorKind.Weight && tensor.IsConstant && tensor.Rows * tensor.Columns > 1)
        {
            return Invariant($"all weights are {tensor.Least}");
        }

        if (kind == TensorKind.Bias && tensor is { Least: > 0.5f, Mean: > 0.8 })
        {
            return Invariant($"has a mean of {tensor.Mean:0.###}, usual is about 0: are bias and gain swapped?");
        }

        if (kind == TensorKind.Gain && tensor.Mean < Usual[TensorKind.Gain].MinMean)
        {
            return Invariant($"has a mean of {tensor.Mean:0.###}, usual is about 1: are gain and bias swapped?");
        }

        (double minMean, double maxMean, double minSpread, double maxSpread) = Usual[kind];
        if (tensor.Spread < minSpread || tensor.Spread > maxSpread)
        {
            return Invariant($"has a spread of {tensor.Spread:G3}, usual is {minSpread} to {maxSpread}");
        }

        if (tensor.Mean < minMean || tensor.Mean > maxMean)
        {
            return Invariant($"has a mean of {tensor.Mean:G3}, usual is {minMean} to {maxMean}");
        }

        return kind == TensorKind.Embedding && tensor.ZeroRows > 0 && !fresh
            ? Invariant($"{tensor.ZeroRows} of {tensor.Rows} rows are all zeros")
            : null;
    }

    /// <summary>
    /// A matrix ten times larger or smaller than in the other blocks comes from another model, or is in another unit.
    /// </summary>
    private static string? PeerProblem(TensorStatistics tensor, IReadOnlyCollection<TensorStatistics> tensors)
    {
        if (KindOf(tensor.Name) != TensorKind.Weight)
        {
            return null;
        }

        string role = Block().Replace(tensor.Name, "");
        double[] spreads = [.. tensors.Where(other => Block().Replace(other.Name, "") == role).Select(other => other.Spread).Order()];
        double median = spreads[spreads.Length / 2];
        bool far = tensor.Spread > FarFromPeers * median || tensor.Spread * FarFromPeers < median;
        return spreads.Length >= MinPeers && far
            ? Invariant($"has a spread of {tensor.Spread:G3}, in the other blocks it is about {median:G3}")
            : null;
    }

    [GeneratedRegex("^h[0-9]+/")]
    private static partial Regex Block();
}
