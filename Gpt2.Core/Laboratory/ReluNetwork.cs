// A network that is small enough to be understood whole: one number in, one layer of ReLUs, one number out. Steps 13 to 15 of a block
// are the same with more numbers, and with GELU instead of ReLU.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Laboratory;

/// <summary>A neuron. Its line is v · relu(w · x + b): 0 on one side of its corner, straight on the other.</summary>
/// <param name="Weight">w.</param>
/// <param name="Bias">b.</param>
/// <param name="Output">v, the weight of what the neuron gives on.</param>
public readonly record struct ReluNeuron(double Weight, double Bias, double Output)
{
    /// <summary>Where w · x + b is 0: x = −b / w; null if w is 0.</summary>
    public double? Corner => Weight == 0 ? null : -Bias / Weight;

    /// <summary>v · max(0, w · x + b).</summary>
    public double At(double x) => Output * Math.Max(0, (Weight * x) + Bias);

    internal bool IsActiveAt(double x) => (Weight * x) + Bias > 0;
}

/// <summary>
/// The network y = c + Σ vᵢ · relu(wᵢ · x + bᵢ), in double precision. It cannot be changed: each step of training gives another one. The
/// parameters have an order: c, then w, b and v of each neuron.
/// </summary>
public sealed class ReluNetwork
{
    private const int PerNeuron = 3;

    private readonly double[] parameters;

    /// <param name="parameters">c, then w, b and v of each neuron.</param>
    /// <exception cref="Gpt2Exception">It is not 1 and 3 for each neuron, or one is not finite.</exception>
    public ReluNetwork(IReadOnlyList<double> parameters)
    {
        if (parameters.Count % PerNeuron != 1)
        {
            throw new Gpt2Exception($"the network has {parameters.Count} parameters") { Expected = "one, and three for each neuron" };
        }

        this.parameters = [.. parameters];
        int wrong = Array.FindIndex(this.parameters, value => !double.IsFinite(value));
        if (wrong >= 0)
        {
            throw new Gpt2Exception($"{NameOf(wrong)} is {FormattableString.Invariant($"{parameters[wrong]}")}") { Expected = "a finite number" };
        }
    }

    /// <summary>c, then w, b and v of each neuron.</summary>
    public IReadOnlyList<double> Parameters => parameters;

    /// <summary>c, the bias of the output.</summary>
    public double Bias => parameters[0];

    /// <summary>The number of neurons.</summary>
    public int Count => parameters.Length / PerNeuron;

    /// <summary>A neuron, from 0.</summary>
    public ReluNeuron this[int neuron]
    {
        get
        {
            int at = 1 + (PerNeuron * neuron);
            return new ReluNeuron(parameters[at], parameters[at + 1], parameters[at + 2]);
        }
    }

    /// <summary>What people call a parameter: c, w1, b1, v1, w2, …</summary>
    /// <param name="parameter">Its place in <see cref="Parameters"/>.</param>
    public static string NameOf(int parameter) => parameter == 0
        ? "c"
        : FormattableString.Invariant($"{"wbv"[(parameter - 1) % PerNeuron]}{1 + ((parameter - 1) / PerNeuron)}");

    /// <summary>
    /// A network to begin training with. Every neuron has its corner at a random place of [0, 2] and a slope of 1 or −1 on its active side;
    /// vᵢ is normal with deviation √(1/n), c is 0. A seed gives the same network everywhere.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is less than one neuron.</exception>
    public static ReluNetwork Random(int neurons, ulong seed)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(neurons, 1);
        var random = new RandomGenerator(seed);
        double[] parameters = new double[1 + (PerNeuron * neurons)];
        for (int at = 1; at < parameters.Length; at += PerNeuron)
        {
            double slope = random.NextDouble() < 0.5 ? -1 : 1;
            parameters[at] = slope;
            parameters[at + 1] = -slope * (Parabola.From + ((Parabola.To - Parabola.From) * random.NextDouble()));
            parameters[at + 2] = random.NextNormal() / Math.Sqrt(neurons);
        }

        return new ReluNetwork(parameters);
    }

    /// <summary>
    /// The network that goes through n + 1 points of the parabola at equal distances h = 2 / n, its knots. Neuron i begins at knot i, with
    /// w = 1, and v is by how much the slope changes there. Between two knots the line is off by 5 (x − x₀)(x₁ − x), so that the mean of its
    /// square over [0, 2] is (5/6) h⁴.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">There is less than one neuron.</exception>
    public static ReluNetwork Interpolating(int neurons)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(neurons, 1);
        return Through([.. Parabola.Points(neurons + 1)]);
    }

    /// <summary>
    /// The network that goes through some points, from each to the next in a straight line: n + 1 points need n neurons. Neuron i begins at
    /// point i, with w = 1, and v is by how much the slope changes there. It is level before the first point, and goes straight on after the
    /// last.
    /// </summary>
    /// <param name="knots">At least two points, each with a greater x than the one before.</param>
    /// <exception cref="ArgumentException">There are fewer, or they are in another order.</exception>
    internal static ReluNetwork Through(IReadOnlyList<CurvePoint> knots)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(knots.Count, 2, nameof(knots));
        double[] parameters = new double[1 + (PerNeuron * (knots.Count - 1))];
        parameters[0] = knots[0].Y;
        double before = 0;
        for (int i = 0; i + 1 < knots.Count; i++)
        {
            (CurvePoint left, CurvePoint right) = (knots[i], knots[i + 1]);
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(right.X, left.X, nameof(knots));
            double slope = (right.Y - left.Y) / (right.X - left.X);
            parameters[1 + (PerNeuron * i)] = 1;
            parameters[2 + (PerNeuron * i)] = left.X == 0 ? 0 : -left.X; // not −0
            parameters[3 + (PerNeuron * i)] = slope - before;
            before = slope;
        }

        return new ReluNetwork(parameters);
    }

    /// <summary>c + Σ vᵢ · relu(wᵢ · x + bᵢ).</summary>
    public double Predict(double x)
    {
        double y = Bias;
        for (int i = 0; i < Count; i++)
        {
            y += this[i].At(x);
        }

        return y;
    }

    /// <summary>The mean over the points of (prediction − y)²: the loss that training lowers.</summary>
    public double MeanSquaredError(IReadOnlyList<CurvePoint> points) => points.Average(point => Square(Predict(point.X) - point.Y));

    /// <summary>
    /// The mean over all x of [0, 2], ½ ∫ (prediction − parabola)² dx. Between two corners the network is a line, so the integrand has degree
    /// 4, for which Gauss's rule with three places is exact.
    /// </summary>
    public double IntegralError()
    {
        const double Outer = 5.0 / 18, Middle = 8.0 / 18;
        double place = Math.Sqrt(0.6), sum = 0;
        IReadOnlyList<double> corners = Corners();
        for (int i = 1; i < corners.Count; i++)
        {
            double width = corners[i] - corners[i - 1], centre = corners[i - 1] + (width / 2), away = place * width / 2;
            sum += width * ((Outer * (Off(centre - away) + Off(centre + away))) + (Middle * Off(centre)));
        }

        return sum / (Parabola.To - Parabola.From);

        double Off(double x) => Square(Predict(x) - Parabola.At(x));
    }

    /// <summary>0, the corners between 0 and 2 in order, and 2: between two neighbours the network is a straight line.</summary>
    public IReadOnlyList<double> Corners() =>
    [
        Parabola.From,
        .. Enumerable.Range(0, Count).Select(i => this[i].Corner).OfType<double>()
            .Where(x => x > Parabola.From && x < Parabola.To).Distinct().Order(),
        Parabola.To,
    ];

    /// <summary>
    /// The derivative of <see cref="MeanSquaredError"/> by each parameter, in their order, by the chain rule. With e = prediction − y and the
    /// mean over the points: ∂L/∂c = mean 2e, ∂L/∂v = mean 2e · relu(wx + b), ∂L/∂b = mean 2e · v · [wx + b &gt; 0],
    /// ∂L/∂w = mean 2e · v · [wx + b &gt; 0] · x. At a corner itself the derivative of relu is taken as 0.
    /// </summary>
    public double[] Gradient(IReadOnlyList<CurvePoint> points)
    {
        double[] gradient = new double[parameters.Length];
        foreach ((double x, double y) in points)
        {
            double byPrediction = 2 * (Predict(x) - y) / points.Count;
            gradient[0] += byPrediction;
            for (int at = 1; at < gradient.Length; at += PerNeuron)
            {
                double inner = (parameters[at] * x) + parameters[at + 1];
                if (inner > 0)
                {
                    double byInner = byPrediction * parameters[at + 2];
                    gradient[at] += byInner * x;
                    gradient[at + 1] += byInner;
                    gradient[at + 2] += byPrediction * inner;
                }
            }
        }

        return gradient;
    }

    /// <summary>How many neurons are active at one or more of the points: the others have no gradient and learn nothing.</summary>
    public int CountActive(IReadOnlyList<CurvePoint> points) =>
        Enumerable.Range(0, Count).Select(i => this[i]).Count(neuron => points.Any(point => neuron.IsActiveAt(point.X)));

    private static double Square(double x) => x * x;
}
