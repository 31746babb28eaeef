// A run of `gpt2 bench`: measures next to the machine's limits and collects the rows.

using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Measurement;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using static System.FormattableString;

namespace Gpt2.Cli.Bench;

/// <summary>What a figure is compared with.</summary>
internal enum LimitKind
{
    /// <summary>Operations per second in registers.</summary>
    FmaPeak,

    /// <summary>Bytes per second from memory.</summary>
    ReadBandwidth,
}

/// <summary>The unit of a figure, and the number of these units in a call.</summary>
internal readonly record struct BenchUnit(string Name, double PerCall)
{
    public static BenchUnit Gigaflops(Work work) => new("GFLOP/s", work.Operations / 1e9);

    public static BenchUnit Gigabytes(Work work) => new("GB/s", work.Bytes / 1e9);

    public static BenchUnit Tokens(int tokens) => new("tokens/s", tokens);
}

/// <summary>What is measured: the part of the bench, the name, and the type of weights if there are several.</summary>
internal readonly record struct BenchWhat(string Part, string Name, string? Weights = null);

/// <summary>Measures and collects rows.</summary>
internal sealed class BenchSession
{
    public const string FmaPeakName = "fma_peak", ReadBandwidthName = "read_bandwidth";

    private const int RandomPeriod = 1 << 16;

    private readonly CommandIo io;
    private readonly List<BenchRow> rows = [];
    private readonly List<double> peaks = [], bandwidths = [];
    private readonly Lazy<Gpt2Weights> weights;

    public BenchSession(BenchSettings settings, CommandIo io)
    {
        this.io = io;
        Settings = settings;
        Limits = new MachineLimits(settings.BufferBytes);
        Timer = new CallTimer(settings.Effort);
        weights = new Lazy<Gpt2Weights>(() => RandomWeights(settings.Sizes));
    }

    public BenchSettings Settings { get; }

    public MachineLimits Limits { get; }

    public CallTimer Timer { get; }

    public CancellationToken Cancellation => io.Cancellation;

    public IReadOnlyList<BenchRow> Rows => rows;

    /// <summary>Random weights with the sizes of the settings, made once.</summary>
    public Gpt2Weights Weights => weights.Value;

    /// <summary>The median of the peaks measured so far, in GFLOP/s.</summary>
    public double TypicalPeak => TypicalOf(peaks, LimitKind.FmaPeak) / 1e9;

    /// <summary>The median of the bandwidths measured so far, in GB/s.</summary>
    public double TypicalBandwidth => TypicalOf(bandwidths, LimitKind.ReadBandwidth) / 1e9;

    public void Add(BenchRow row) => rows.Add(row);

    /// <summary>Logs what is done next; stops here if the run was cancelled.</summary>
    public void Begin(string what)
    {
        Cancellation.ThrowIfCancellationRequested();
        io.Note("measuring " + what);
    }

    /// <summary>Measures a call that is repeated as often as needed, after a warm-up round.</summary>
    public void Measure(in BenchWhat what, Work work, LimitKind kind, in BenchUnit unit, Action call)
    {
        Begin(what.Name);
        double SecondsPerCall(int piece)
        {
            Cancellation.ThrowIfCancellationRequested();
            return Timer.SecondsPerCall(call);
        }

        SecondsPerCall(0);
        Measure(what, work, kind, unit, SecondsPerCall);
    }

    /// <summary>Measures work that times itself, in one piece or in several.</summary>
    /// <param name="what">What is measured.</param>
    /// <param name="work">The work of one call.</param>
    /// <param name="kind">The limit to compare with.</param>
    /// <param name="unit">The unit of the figure.</param>
    /// <param name="secondsOf">Does a piece and returns its seconds.</param>
    /// <param name="pieces">Number of pieces in a round.</param>
    /// <param name="calls">Number of calls in a round, all its pieces together.</param>
    /// <param name="rounds">Number of rounds; null for that of the settings.</param>
    /// <param name="threads">Threads of the limit; null for those of the kernels.</param>
    public void Measure(
        in BenchWhat what, Work work, LimitKind kind, in BenchUnit unit, Func<int, double> secondsOf, int pieces = 1, int calls = 1,
        int? rounds = null, int? threads = null)
    {
        int used = threads ?? Settings.KernelThreads;
        double amount = calls * (kind == LimitKind.FmaPeak ? work.Operations : work.Bytes);
        Compared compared = Interleaving.Run(rounds ?? Settings.Effort.Rounds, amount, () => MeasureLimit(kind, used), secondsOf, pieces);
        double figure = unit.PerCall * calls / compared.Seconds;
        rows.Add(new BenchRow(
            what.Part, what.Name, what.Weights, used, 1000 * compared.Seconds / calls, figure, unit.Name, figure / compared.Ratio,
            NameOf(kind), compared.Ratio, compared.BestRatio, compared.LimitChange, work.Operations, work.Bytes));
    }

    /// <summary>
    /// Random numbers that repeat after a while: fast to make, and as fast to compute with as others.
    /// </summary>
    public static float[] RandomFloats(int length)
    {
        var random = new RandomGenerator(1);
        var floats = new float[length];
        int made = Math.Min(length, RandomPeriod);
        foreach (ref float number in floats.AsSpan(0, made))
        {
            number = (float)random.NextNormal();
        }

        for (; made < length; made = Math.Min(2 * made, length))
        {
            floats.AsSpan(0, Math.Min(made, length - made)).CopyTo(floats.AsSpan(made));
        }

        return floats;
    }

    /// <summary>Fresh random weights of any sizes.</summary>
    public Gpt2Weights RandomWeights(Gpt2Config sizes)
    {
        var fresh = new Gpt2Weights(sizes);
        if (sizes.Parameters > 10_000_000)
        {
            io.Note(Invariant($"making {sizes.Parameters / 1e6:0} M random weights"));
        }

        WeightInitialisation.Fill(fresh, seed: 1, cancellation: Cancellation);
        return fresh;
    }

    private static string NameOf(LimitKind kind) => kind == LimitKind.FmaPeak ? FmaPeakName : ReadBandwidthName;

    /// <summary>Operations or bytes per second.</summary>
    private double MeasureLimit(LimitKind kind, int threads)
    {
        double limit = 1e9 * (kind == LimitKind.FmaPeak ? Limits.MeasurePeak(threads) : Limits.MeasureReadBandwidth(threads));
        if (threads == Settings.KernelThreads)
        {
            (kind == LimitKind.FmaPeak ? peaks : bandwidths).Add(limit);
        }

        return limit;
    }

    private double TypicalOf(List<double> measured, LimitKind kind)
    {
        if (measured.Count == 0)
        {
            MeasureLimit(kind, Settings.KernelThreads);
        }

        return Median.Of(measured);
    }
}
