// Networks of ReLUs on a parabola: how near they come to it, and the gradient that training follows.

using FsCheck;
using FsCheck.Fluent;
using Gpt2.Core;
using Gpt2.Core.Laboratory;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Laboratory;

public class ReluNetworkTests
{
    private static readonly IReadOnlyList<CurvePoint> Points = Parabola.Points();

    /// <summary>Networks whose corners are away from the points, at which the loss has no derivative.</summary>
    private static readonly Gen<ReluNetwork> Smooth =
        from neurons in Gen.Choose(0, 12)
        from numbers in Gen.Choose(-3000, 3000).ListOf(1 + (3 * neurons))
        let network = new ReluNetwork([.. numbers.Select(number => number / 1000.0)])
        where Points.All(point => Neurons(network).All(neuron => Math.Abs((neuron.Weight * point.X) + neuron.Bias) > 1e-4))
        select network;

    [Fact]
    public void Points_OfTheParabola_AreTheWorkshops()
    {
        Points.Should().HaveCount(41);
        Points[0].Should().Be(new CurvePoint(0, 6));
        Points[20].Should().Be(new CurvePoint(1, 1));
        Points[40].Should().Be(new CurvePoint(2, 6));
        Points[1].X.Should().BeApproximately(0.05, 1e-15);
        FluentActions.Invoking(() => Parabola.Points(1)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Predict_TwoNeurons_IsTheSumOfTheirLines()
    {
        var network = new ReluNetwork([0.5, 2, -1, 3, -1, 1.5, -4]);

        network.Predict(0).Should().Be(0.5 - 6);
        network.Predict(1).Should().Be(0.5 + 3 - 2);
        network.Predict(2).Should().Be(0.5 + 9);
        network[0].Corner.Should().Be(0.5);
        network[1].At(1).Should().Be(-2);
        network.Corners().Should().Equal(0, 0.5, 1.5, 2);
        new ReluNeuron(0, 1, 1).Corner.Should().BeNull();
    }

    [Theory]
    [InlineData(2, 0.8333)]
    [InlineData(8, 0.003255)]
    [InlineData(200, 8.33e-9)]
    public void Interpolating_HasTheErrorsOfTheWorkshop(int neurons, double expected) =>
        ReluNetwork.Interpolating(neurons).IntegralError().Should().BeApproximately(expected, 1e-3 * expected);

    [Fact]
    public void Interpolating_AnyNumberOfNeurons_MeetsTheKnotsAndHasTheErrorOfTheFormula()
    {
        for (int n = 1; n <= 200; n++)
        {
            var network = ReluNetwork.Interpolating(n);
            double h = 2.0 / n, error = 5.0 / 6 * h * h * h * h;

            network.Count.Should().Be(n);
            network.CountActive(Points).Should().Be(n);
            network.IntegralError().Should().BeApproximately(error, 1e-9 * error);
            network.MeanSquaredError(Parabola.Points(n + 1)).Should().BeLessThan(1e-25, "{0} neurons meet {1} knots", n, n + 1);
        }
    }

    [Fact]
    public void IntegralError_IsTheLimitOfTheMeanOverMorePoints() => SeededProperty.Holds(
        Smooth,
        network =>
        {
            double exact = network.IntegralError();
            network.MeanSquaredError(Parabola.Points(40_001)).Should().BeApproximately(exact, 1e-3 * exact);
        },
        count: 20);

    [Fact]
    public void Gradient_IsThatOfFiniteDifferences() => SeededProperty.Holds(Smooth, network =>
    {
        const double H = 1e-5;
        double[] gradient = network.Gradient(Points);
        for (int i = 0; i < gradient.Length; i++)
        {
            double differences = (LossWith(network, i, H) - LossWith(network, i, -H)) / (2 * H);
            gradient[i].Should().BeApproximately(differences, 1e-6 * Math.Max(1, Math.Abs(differences)), ReluNetwork.NameOf(i));
        }
    });

    [Fact]
    public void Gradient_OfNeuronsThatAreNeverActive_IsZero()
    {
        var network = new ReluNetwork([1, 1, -3, 5, -1, 0, 5, 1, 0, 2]);

        double[] gradient = network.Gradient(Points);

        gradient[1..7].Should().OnlyContain(value => value == 0);
        gradient[7..].Should().OnlyContain(value => value != 0);
        network.CountActive(Points).Should().Be(1);
    }

    [Fact]
    public void Random_SameSeed_IsTheSameNetwork_WithItsCornersOnTheParabola()
    {
        var network = ReluNetwork.Random(50, 7);

        network.Parameters.Should().Equal(ReluNetwork.Random(50, 7).Parameters).And.NotEqual(ReluNetwork.Random(50, 8).Parameters);
        Neurons(network).Should().OnlyContain(neuron => Math.Abs(neuron.Weight) == 1 && neuron.Corner >= 0 && neuron.Corner <= 2);
    }

    [Fact]
    public void NameOf_CountsFromOne() => Enumerable.Range(0, 8).Select(ReluNetwork.NameOf)
        .Should().Equal("c", "w1", "b1", "v1", "w2", "b2", "v2", "w3");

    [Fact]
    public void Parameters_OfAnotherNumberOrNotFinite_AreRefused()
    {
        Message([]).Should().Be("the network has 0 parameters, expected one, and three for each neuron");
        Message([1, 2, 3]).Should().Be("the network has 3 parameters, expected one, and three for each neuron");
        Message([1, 2, double.NaN, 3]).Should().Be("b1 is NaN, expected a finite number");
        FluentActions.Invoking(() => ReluNetwork.Random(0, 1)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => ReluNetwork.Interpolating(0)).Should().Throw<ArgumentOutOfRangeException>();

        static string Message(double[] parameters) =>
            FluentActions.Invoking(() => new ReluNetwork(parameters)).Should().Throw<Gpt2Exception>().Which.Message;
    }

    private static IEnumerable<ReluNeuron> Neurons(ReluNetwork network) => Enumerable.Range(0, network.Count).Select(i => network[i]);

    private static double LossWith(ReluNetwork network, int parameter, double more)
    {
        double[] parameters = [.. network.Parameters];
        parameters[parameter] += more;
        return new ReluNetwork(parameters).MeanSquaredError(Points);
    }
}
