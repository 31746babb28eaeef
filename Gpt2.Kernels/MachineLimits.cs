// The limits of the machine, measured: multiply-adds per second and bytes read from memory per second, so that a
// kernel's speed can be stated as a share of them. Measurements are short, so they can be repeated next to whatever is
// measured.

using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Gpt2.Kernels.Tuned;

namespace Gpt2.Kernels;

/// <summary>Measures the limits of the machine with the vectors that the Tuned rung uses.</summary>
/// <remarks>
/// On a shared machine the limits change from one second to the next: compare with a limit measured just before and
/// just after. If the caches hold a quarter of the buffer, use a larger one. Do not call from several threads at once.
/// </remarks>
public sealed class MachineLimits
{
    /// <summary>Minimum size of the buffer in bytes: one part of a reading.</summary>
    public const int MinBufferBytes = PartLength * sizeof(float);

    /// <summary>Size in bytes of a buffer that is much larger than the caches: 256 MiB.</summary>
    public const long StandardBufferBytes = 1L << 28;

    private const int PartLength = 1 << 18;         // 1 MiB: a thread reads this much before it asks for more
    private const int PartsPerThread = 64;          // read in one run: 64 MiB per thread, but not more than the buffer

    private const int ChainSteps = 10_000;          // about 20 µs
    private const int ChainPartsPerThread = 128;
    private const int PeakRuns = 8;
    private const int ReadRuns = 4;

    // Distances between the four places of a reading: 64 and 256 KiB.
    private static readonly int[] StreamDistances = [1 << 14, 1 << 16];

    private readonly int bufferParts;
    private Memory<float> buffer;
    private float[] results = [];
    private int nextPart;

    /// <param name="bufferBytes">Bytes to read from memory, allocated when bandwidth is first measured.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// Less than <see cref="MinBufferBytes"/>, or more than an array holds.
    /// </exception>
    public MachineLimits(long bufferBytes = StandardBufferBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bufferBytes, MinBufferBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bufferBytes, (long)Array.MaxLength * sizeof(float));
        bufferParts = (int)(bufferBytes / MinBufferBytes);
    }

    /// <summary>Width in bits of the vectors that limits are measured with: this processor's widest, whatever the kernels use.</summary>
    public static int VectorBits => VectorWidth.Widest;

    /// <summary>
    /// Operations per second in registers: 2 · lanes · multiply-adds / seconds, the second best of eight runs of a few
    /// milliseconds. Threads that are still awake after other work may slow down some runs, and nothing makes a run
    /// faster.
    /// </summary>
    /// <param name="threads">Threads to compute with, 1 to 256.</param>
    /// <returns>GFLOP/s: 10⁹ operations per second, of all threads together.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is outside that range.</exception>
    public double MeasurePeak(int threads)
    {
        var team = ThreadTeam.Of(threads);
        return VectorBits switch
        {
            512 => MeasurePeak<Lanes512, Vector512<float>>(team),
            256 => MeasurePeak<Lanes256, Vector256<float>>(team),
            _ => MeasurePeak<Lanes128, Vector128<float>>(team),
        };
    }

    /// <summary>
    /// Bytes per second from memory: bytes / seconds while floats are summed. They are read in order and from four
    /// places at the same time, 64 or 256 KiB apart, since which is fastest depends on the machine and its load. The
    /// result is the best of these, each the second best of four runs of a few milliseconds. A run continues in the
    /// buffer where the previous one ended.
    /// </summary>
    /// <param name="threads">Threads to read with, 1 to 256.</param>
    /// <returns>GB/s: 10⁹ bytes per second, of all threads together.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is outside that range.</exception>
    public double MeasureReadBandwidth(int threads)
    {
        var team = ThreadTeam.Of(threads);
        if (buffer.IsEmpty)
        {
            buffer = Allocate();
        }

        return VectorBits switch
        {
            512 => Math.Max(MeasureReading<Lanes512, Vector512<float>>(team), MeasureInOrder<Lanes256, Vector256<float>>(team)),
            256 => MeasureReading<Lanes256, Vector256<float>>(team),
            _ => MeasureReading<Lanes128, Vector128<float>>(team),
        };
    }

    private static double SecondBest(double[] rates)
    {
        Array.Sort(rates);
        return rates[^2];
    }

    /// <summary>
    /// Allocates the buffer and writes to every page: pages never written are all mapped to the same memory.
    /// </summary>
    private Memory<float> Allocate()
    {
        Memory<float> floats = CacheAligned.Allocate(bufferParts * PartLength, zeroed: false);
        floats.Span.Fill(1);
        return floats;
    }

    private double MeasurePeak<TLanes, TVector>(ThreadTeam team)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        int parts = ChainPartsPerThread * team.Threads;
        var job = new PeakJob<TLanes, TVector> { Start = new float[LimitLoops<TLanes, TVector>.Chains * TLanes.Count], Results = ResultsOf(parts) };
        double operations = 2.0 * job.Start.Length * ChainSteps * parts;
        var rates = new double[PeakRuns];
        team.Run(ref job, parts); // wakes the threads
        for (int run = 0; run < PeakRuns; run++)
        {
            long start = Stopwatch.GetTimestamp();
            team.Run(ref job, parts);
            rates[run] = operations / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
        }

        return SecondBest(rates);
    }

    private double MeasureReading<TLanes, TVector>(ThreadTeam team)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        double best = MeasureInOrder<TLanes, TVector>(team);
        foreach (int distance in StreamDistances)
        {
            best = Math.Max(best, MeasureReading<TLanes, TVector>(team, distance));
        }

        return best;
    }

    private double MeasureInOrder<TLanes, TVector>(ThreadTeam team)
        where TLanes : ILanes<TVector>
        where TVector : struct => MeasureReading<TLanes, TVector>(team, distance: 0);

    private double MeasureReading<TLanes, TVector>(ThreadTeam team, int distance)
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        int parts = Math.Min(bufferParts, PartsPerThread * team.Threads);
        var job = new ReadJob<TLanes, TVector>
        {
            Floats = buffer.Span,
            Distance = distance,
            Results = ResultsOf(parts),
        };
        var rates = new double[ReadRuns];
        for (int run = 0; run < ReadRuns; run++)
        {
            job.FirstPart = nextPart;
            nextPart = (nextPart + parts) % bufferParts;
            long start = Stopwatch.GetTimestamp();
            team.Run(ref job, parts);
            rates[run] = (double)parts * MinBufferBytes / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
        }

        return SecondBest(rates);
    }

    /// <summary>Room for what the parts compute, so that the computation is not optimised away.</summary>
    private float[] ResultsOf(int parts)
    {
        if (results.Length < parts)
        {
            results = new float[parts];
        }

        return results;
    }

    private struct PeakJob<TLanes, TVector> : IJob
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        public float[] Start;
        public float[] Results;

        public readonly void Run(int part) =>
            Results[part] = LimitLoops<TLanes, TVector>.MultiplyAdds(in Start[0], 0.5f, 1, ChainSteps);
    }

    private ref struct ReadJob<TLanes, TVector> : IJob
        where TLanes : ILanes<TVector>
        where TVector : struct
    {
        public ReadOnlySpan<float> Floats;
        public int FirstPart, Distance;
        public float[] Results;

        public readonly void Run(int part)
        {
            int first = (int)((long)(FirstPart + part) * PartLength % Floats.Length);
            ref readonly float start = ref MemoryMarshal.GetReference(Floats.Slice(first, PartLength));
            Results[part] = Distance == 0
                ? LimitLoops<TLanes, TVector>.SumInOrder(in start, PartLength)
                : LimitLoops<TLanes, TVector>.SumInStreams(in start, PartLength, Distance);
        }
    }
}
