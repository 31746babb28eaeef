// Maps operations per byte and GFLOP/s to positions in the picture: two logarithmic axes, and the roofs.

namespace Gpt2.Core.Measurement;

/// <summary>The axes of a <see cref="Roofline"/>.</summary>
internal sealed class RooflineAxes
{
    private const double LabelWidth = 190, LabelHeight = 18;

    private readonly double peak, bandwidth;
    private readonly double left, right;    // binary logarithms
    private readonly double bottom, top;    // decimal logarithms

    public RooflineAxes(double peak, double bandwidth, IReadOnlyList<RooflineDot> dots, Box plot)
    {
        Plot = plot;
        this.peak = peak;
        this.bandwidth = bandwidth;
        double ridge = peak / bandwidth;
        left = Math.Floor(Math.Log2(dots.Select(dot => dot.Intensity).Append(ridge / 4).Min() / 1.5));
        right = Math.Ceiling(Math.Log2(dots.Select(dot => dot.Intensity).Append(ridge * 4).Max() * 1.5));
        bottom = Math.Log10(Step(dots.Select(dot => dot.Gigaflops).Append(bandwidth * Math.Pow(2, left)).Min() / 1.2, up: false));
        top = Math.Log10(Step(dots.Select(dot => dot.Gigaflops).Append(peak).Max() * 1.3, up: true));
    }

    public Box Plot { get; }

    /// <summary>Powers of two.</summary>
    public IEnumerable<double> HorizontalTicks
    {
        get
        {
            for (double exponent = left; exponent <= right; exponent++)
            {
                yield return Math.Pow(2, exponent);
            }
        }
    }

    /// <summary>1, 2 and 5 times powers of ten.</summary>
    public IEnumerable<double> VerticalTicks
    {
        get
        {
            double end = Math.Pow(10, top) * 1.001;
            for (double tick = Math.Pow(10, bottom); tick <= end; tick = Step(tick * 1.001, up: true))
            {
                yield return tick;
            }
        }
    }

    /// <summary>The beginning of the label above the flat roof.</summary>
    public (double X, double Y) PeakLabel => (X(peak / bandwidth) + 8, Y(peak) - 9);

    /// <summary>The middle of the label along the sloped roof: half-way up, above the line.</summary>
    public (double X, double Y) SlopeLabel
    {
        get
        {
            (double x, double y) = ((X(Start) + X(peak / bandwidth)) / 2, (Y(bandwidth * Start) + Y(peak)) / 2);
            double angle = SlopeDegrees * Math.PI / 180;
            return (x + (9 * Math.Sin(angle)), y - (9 * Math.Cos(angle)));
        }
    }

    /// <summary>The angle of the sloped roof; negative, since y increases downwards.</summary>
    public double SlopeDegrees => Math.Atan2(Y(peak) - Y(bandwidth * Start), X(peak / bandwidth) - X(Start)) * 180 / Math.PI;

    /// <summary>Areas that labels of dots must not cover: the roofs and their labels.</summary>
    public IEnumerable<Box> Taken
    {
        get
        {
            (double x, double y) = PeakLabel;
            yield return new Box(x, y - LabelHeight, x + LabelWidth, y + LabelHeight);
            (double X, double Y)[] roof = [.. Roof(1)];
            for (int i = 1; i < roof.Length; i++)
            {
                foreach (Box box in Along(roof[i - 1], roof[i], 4))
                {
                    yield return box;
                }
            }

            (double slopeX, double slopeY) = SlopeLabel;
            double angle = SlopeDegrees * Math.PI / 180;
            (double dx, double dy) = (Math.Cos(angle) * LabelWidth / 2, Math.Sin(angle) * LabelWidth / 2);
            foreach (Box box in Along((slopeX - dx, slopeY - dy), (slopeX + dx, slopeY + dy), LabelHeight))
            {
                yield return box;
            }
        }
    }

    /// <summary>The operations per byte at which the sloped roof enters the picture.</summary>
    private double Start => Math.Max(Math.Pow(2, left), Math.Pow(10, bottom) / bandwidth);

    public double X(double intensity) => Plot.Left + ((Math.Log2(intensity) - left) / (right - left) * (Plot.Right - Plot.Left));

    public double Y(double gigaflops) => Plot.Bottom - ((Math.Log10(gigaflops) - bottom) / (top - bottom) * (Plot.Bottom - Plot.Top));

    /// <summary>The roofs times a share: up along the bandwidth, then level at the peak.</summary>
    public IEnumerable<(double X, double Y)> Roof(double share)
    {
        double start = Math.Max(Math.Pow(2, left), Math.Pow(10, bottom) / (bandwidth * share));
        yield return (X(start), Y(bandwidth * share * start));
        yield return (X(peak / bandwidth), Y(peak * share));
        yield return (Plot.Right, Y(peak * share));
    }

    private static IEnumerable<Box> Along((double X, double Y) from, (double X, double Y) to, double size)
    {
        int steps = (int)Math.Ceiling(Math.Max(Math.Abs(to.X - from.X), Math.Abs(to.Y - from.Y)) / 4) + 1;
        for (int step = 0; step <= steps; step++)
        {
            yield return Box.Around(
                from.X + ((to.X - from.X) * step / steps), from.Y + ((to.Y - from.Y) * step / steps), size, size);
        }
    }

    /// <summary>The nearest of 1, 2 and 5 times powers of ten, upwards or downwards.</summary>
    private static double Step(double value, bool up)
    {
        double power = Math.Pow(10, Math.Floor(Math.Log10(value)));
        double[] steps = [power, 2 * power, 5 * power, 10 * power];
        return up ? steps.First(step => step >= value) : steps.Last(step => step <= value * 1.0000001);
    }
}
