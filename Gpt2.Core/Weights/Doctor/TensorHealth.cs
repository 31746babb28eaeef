// Judges the figures of tensors. Everything here is a warning at most: a model may be unusual and right. What is certainly
// wrong (a missing file, another shape, no number) is found before there are figures.

using System.Globalization;
using System.Text.RegularExpressions;

namespace Gpt2.Core.Weights.Doctor;

/// <summary>What a tensor is for, which says what its weights are usually like.</summary>
internal enum TensorKind
{
    /// <summary>wte, wpe, lm_head</summary>
    Embedding,

    /// <summary>A matrix of a linear map.</summary>
    Weight,

    /// <summary>What a linear map or a layer normalisation adds.</summary>
    Bias,

    /// <summary>What a layer normalisation multiplies with.</summary>
    Gain,
}

/// <summary>Holds tensors against what is usual for their kind and against their peers in other blocks.</summary>
internal static partial class TensorHealth
{
    private const string Remedy = "compare with where the model is from; if it is a copy or a conversion, make it again";
    private const float LargestUsual = 1000;
    private const double FarFromPeers = 10;
    private const int MinPeers = 3;

    /// <summary>
    /// The usual means and spreads, wide enough for small models and random ones of sensible scale; fresh matrices spread by
    /// 0.02 / √(2 · layers). docs/doctor.md says what they were held against.
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

    /// <summary>Whether these are weights as training begins with: every bias 0, every gain 1, every matrix of some spread.</summary>
    public static bool IsFresh(IReadOnlyCollection<TensorStatistics> tensors) =>
        tensors.Count > 0 && tensors.All(tensor => KindOf(tensor.Name) switch
        {
            TensorKind.Bias => tensor is { Least: 0, Largest: 0 },
            TensorKind.Gain => tensor is { Least: 1, Largest: 1 },
            _ => !tensor.IsConstant,
        });

    /// <summary>Judges all tensors of a model.</summary>
    /// <param name="tensors">Their figures.</param>
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

        // Equal to the last bit of all four figures: equal weights. A head of its own may be a copy of wte.
        foreach (IGrouping<object, TensorStatistics> twins in tensors.Where(tensor => !tensor.IsConstant && tensor.Name != "lm_head")
            .GroupBy(tensor => (object)(tensor.Rows, tensor.Columns, tensor.Mean, tensor.Spread, tensor.Least, tensor.Largest)))
        {
            foreach (TensorStatistics twin in twins.Skip(1))
            {
                findings.Warning(
                    FindingArea.Tensors, subjectOf(twin.Name), $"has exactly the weights of {subjectOf(twins.First().Name)}: was one copied over the other?", Remedy);
            }
        }
    }

    private static string? Problem(TensorStatistics tensor, bool fresh)
    {
        TensorKind kind = KindOf(tensor.Name);
        if (Math.Abs(tensor.Extreme) > LargestUsual)
        {
            return string.Create(CultureInfo.InvariantCulture, $"has a weight of {tensor.Extreme}, usual are at most a few");
        }

        if (kind is TensorKind.Embedding or TensorKind.Weight && tensor.IsConstant && tensor.Rows * tensor.Columns > 1)
        {
            return string.Create(CultureInfo.InvariantCulture, $"all weights are {tensor.Least}");
        }

        if (kind == TensorKind.Bias && tensor is { Least: > 0.5f, Mean: > 0.8 })
        {
            return string.Create(CultureInfo.InvariantCulture, $"has a mean of {tensor.Mean:0.###}, usual is about 0: is it the gain, and the gain the bias?");
        }

        if (kind == TensorKind.Gain && (tensor.Mean is < 0.02 || tensor is { Least: 0, Largest: 0 }))
        {
            return string.Create(CultureInfo.InvariantCulture, $"has a mean of {tensor.Mean:0.###}, usual is about 1: is it the bias, and the bias the gain?");
        }

        (double minMean, double maxMean, double minSpread, double maxSpread) = Usual[kind];
        if (tensor.Spread < minSpread || tensor.Spread > maxSpread)
        {
            return string.Create(CultureInfo.InvariantCulture, $"has a spread of {tensor.Spread:G3}, usual are {minSpread} to {maxSpread}");
        }

        if (tensor.Mean < minMean || tensor.Mean > maxMean)
        {
            return string.Create(CultureInfo.InvariantCulture, $"has a mean of {tensor.Mean:G3}, usual are {minMean} to {maxMean}");
        }

        return kind == TensorKind.Embedding && tensor.ZeroRows > 0 && !fresh
            ? string.Create(CultureInfo.InvariantCulture, $"{tensor.ZeroRows} of {tensor.Rows} rows are zero throughout")
            : null;
    }

    /// <summary>A matrix ten times larger or smaller than the same matrix of the other blocks is of another model, or in another unit.</summary>
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
            ? string.Create(CultureInfo.InvariantCulture, $"has a spread of {tensor.Spread:G3}, in the other blocks it is about {median:G3}")
            : null;
    }

    [GeneratedRegex("^h[0-9]+/")]
    private static partial Regex Block();
}
