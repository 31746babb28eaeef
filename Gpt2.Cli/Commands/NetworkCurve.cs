// What the small networks of `gpt2 network` learn: the parabola, or the points of a file.

using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Core.Laboratory;

namespace Gpt2.Cli.Commands;

/// <summary>A curve as points in the order of their x.</summary>
/// <param name="File">The file; null for the parabola.</param>
/// <param name="Points">The points.</param>
internal sealed record NetworkCurve(string? File, IReadOnlyList<CurvePoint> Points)
{
    private const int MostBytes = 1 << 22;

    public bool IsParabola => File is null;

    /// <summary>What a reader calls it.</summary>
    public string Name => File is null ? "y = 5(x − 1)² + 1" : TextFile.NameOf(File);

    /// <summary>On which scale it is learned.</summary>
    public CurveScale Scale => IsParabola ? CurveScale.None : CurveScale.Of(Points);

    /// <summary>The most neurons that interpolate it; null if there is no limit.</summary>
    public int? MostNeurons => IsParabola ? null : Points.Count - 1;

    /// <summary>Reads a file.</summary>
    /// <param name="file">The file; null for the parabola.</param>
    /// <param name="io">Provides standard input.</param>
    /// <exception cref="Gpt2Exception">It cannot be read, or something is wrong with it.</exception>
    public static NetworkCurve Read(string? file, CommandIo io) => new(file, file is null
        ? Parabola.Points()
        : CurveFile.Parse(TextFile.Read(file, io, MostBytes, CurveFile.Form), TextFile.NameOf(file)));

    /// <summary>The network of n neurons through n + 1 places: of the parabola at equal distances, of a file the points at equal distances.</summary>
    public ReluNetwork Interpolating(int neurons) => IsParabola
        ? ReluNetwork.Interpolating(neurons)
        : ReluNetwork.Through(
            [.. Enumerable.Range(0, neurons + 1).Select(i => Points[(int)Math.Round((double)i * (Points.Count - 1) / neurons)])]);

    /// <summary>The network through the curve at some places.</summary>
    /// <exception cref="UsageException">A file has no such point.</exception>
    public ReluNetwork Through(IEnumerable<double> places) => ReluNetwork.Through([.. places.Distinct().Order().Select(PointAt)]);

    private CurvePoint PointAt(double x)
    {
        if (IsParabola)
        {
            return new CurvePoint(x, Parabola.At(x));
        }

        CurvePoint[] there = [.. Points.Where(point => point.X == x)];
        return there.Length == 1 ? there[0] : throw new UsageException(
            FormattableString.Invariant($"found {x}"), where: "--knots", expected: $"the x of a point of {Name}",
            remedy: FormattableString.Invariant($"the nearest is {Points.MinBy(point => Math.Abs(point.X - x)).X}"));
    }
}
