// The loss as a landscape: two parameters of a network are the ground, the loss is the height, and gradient descent walks down.

namespace Gpt2.Core.Laboratory;

/// <summary>A place in a landscape, and its height.</summary>
/// <param name="Across">The first parameter.</param>
/// <param name="Up">The second.</param>
/// <param name="Loss">The loss with both.</param>
public readonly record struct SurfacePoint(double Across, double Up, double Loss);

/// <summary>The derivatives of a loss by two parameters.</summary>
public readonly record struct SurfaceGradient(double Across, double Up);

/// <summary>The mean squared error of a network as a function of two of its parameters; the others stay as they are.</summary>
public sealed class LossSurface
{
    private readonly ReluNetwork network;
    private readonly IReadOnlyList<CurvePoint> points;
    private readonly int across, up;

    /// <param name="network">The network.</param>
    /// <param name="points">What it is to learn.</param>
    /// <param name="across">The first parameter, as its place in <see cref="ReluNetwork.Parameters"/>.</param>
    /// <param name="up">The second.</param>
    /// <exception cref="ArgumentOutOfRangeException">The network has no such parameter.</exception>
    /// <exception cref="ArgumentException">Both are the same.</exception>
    public LossSurface(ReluNetwork network, IReadOnlyList<CurvePoint> points, int across, int up)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)across, (uint)network.Parameters.Count, nameof(across));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)up, (uint)network.Parameters.Count, nameof(up));
        if (across == up)
        {
            throw new ArgumentException("a landscape needs two parameters", nameof(up));
        }

        this.network = network;
        this.points = points;
        this.across = across;
        this.up = up;
    }

    /// <summary>The network at a place.</summary>
    /// <exception cref="Gpt2Exception">A number is not finite.</exception>
    public ReluNetwork NetworkAt(double first, double second)
    {
        double[] parameters = [.. network.Parameters];
        parameters[across] = first;
        parameters[up] = second;
        return new ReluNetwork(parameters);
    }

    /// <summary>The loss at a place.</summary>
    public double LossAt(double first, double second) => NetworkAt(first, second).MeanSquaredError(points);

    /// <summary>The gradient at a place, by the chain rule: it points to where the loss grows fastest.</summary>
    public SurfaceGradient GradientAt(double first, double second)
    {
        double[] gradient = NetworkAt(first, second).Gradient(points);
        return new SurfaceGradient(gradient[across], gradient[up]);
    }

    /// <summary>
    /// The same by central differences, (L(p + h) − L(p − h)) / 2h for each of both. It may differ from the gradient where
    /// <see cref="IsAtCorner"/>.
    /// </summary>
    public SurfaceGradient DifferencesAt(double first, double second, double h) => new(
        (LossAt(first + h, second) - LossAt(first - h, second)) / (2 * h),
        (LossAt(first, second + h) - LossAt(first, second - h)) / (2 * h));

    /// <summary>
    /// Whether a step of h in one of the parameters moves a corner of the network over one of the points. There the loss has a kink, and need
    /// not have a derivative.
    /// </summary>
    public bool IsAtCorner(double first, double second, double h)
    {
        return Passes(NetworkAt(first - h, second), NetworkAt(first + h, second))
            || Passes(NetworkAt(first, second - h), NetworkAt(first, second + h));

        bool Passes(ReluNetwork from, ReluNetwork to) => Enumerable.Range(0, network.Count)
            .Any(i => points.Any(point => from[i].IsActiveAt(point.X) != to[i].IsActiveAt(point.X)));
    }

    /// <summary>Walks down: the place where it begins, and the place after each step of gradient descent.</summary>
    /// <param name="first">Where it begins.</param>
    /// <param name="second">Where it begins.</param>
    /// <param name="rate">The learning rate, above 0.</param>
    /// <param name="steps">Number of steps. There are fewer if the walk diverges.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rate is not above 0 or not finite, or the steps are below 0.</exception>
    public IReadOnlyList<SurfacePoint> Walk(double first, double second, double rate, int steps)
    {
        ReluDescent.RequireRate(rate);
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        var trail = new List<SurfacePoint> { new(first, second, LossAt(first, second)) };
        ReluNetwork at = NetworkAt(first, second);
        while (trail.Count <= steps)
        {
            double[] gradient = at.Gradient(points), onlyBoth = new double[gradient.Length];
            onlyBoth[across] = gradient[across];
            onlyBoth[up] = gradient[up];
            if (ReluDescent.Step(at, onlyBoth, rate, points) is not (ReluNetwork next, double loss))
            {
                break;
            }

            at = next;
            trail.Add(new SurfacePoint(at.Parameters[across], at.Parameters[up], loss));
        }

        return trail;
    }

    /// <summary>The loss on a grid: the first index goes up, the second across, both ends included.</summary>
    /// <param name="from">The corner with the smallest numbers.</param>
    /// <param name="to">The corner with the largest.</param>
    /// <param name="size">Places in each direction, at least 2.</param>
    public double[,] Grid((double Across, double Up) from, (double Across, double Up) to, int size)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 2);
        double[,] grid = new double[size, size];
        for (int row = 0; row < size; row++)
        {
            for (int column = 0; column < size; column++)
            {
                grid[row, column] = LossAt(Between(from.Across, to.Across, column), Between(from.Up, to.Up, row));
            }
        }

        return grid;

        double Between(double least, double most, int place) => least + ((most - least) * place / (size - 1));
    }
}
