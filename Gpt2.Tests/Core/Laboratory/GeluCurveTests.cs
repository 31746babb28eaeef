// GELU in both forms, against values of the normal distribution from tables and high-precision arithmetic.

using Gpt2.Core.Laboratory;

namespace Gpt2.Tests.Core.Laboratory;

public class GeluCurveTests
{
    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(0.1, 0.539827837277029)]
    [InlineData(0.5, 0.6914624612740131)]
    [InlineData(1, 0.8413447460685429)]
    [InlineData(1.5, 0.9331927987311419)]
    [InlineData(2, 0.9772498680518208)]
    [InlineData(2.999, 0.9986456634662729)]
    [InlineData(3.001, 0.998654527174915)]
    [InlineData(4.5, 0.9999966023268753)]
    [InlineData(-1, 0.15865525393145705)]
    [InlineData(-2.5, 0.006209665325776135)]
    [InlineData(-3, 0.0013498980316300946)]
    [InlineData(-3.5, 0.00023262907903552504)]
    [InlineData(-5, 2.866515718791939e-07)]
    [InlineData(-8, 6.220960574271784e-16)]
    [InlineData(-12, 1.776482112077679e-33)]
    [InlineData(-37, 5.725571222524577e-300)]
    public void NormalShare_IsThatOfTheTables(double x, double expected)
    {
        GeluCurve.NormalShare(x).Should().BeApproximately(expected, 1e-12 * expected);
        GeluCurve.NormalShare(-x).Should().BeApproximately(1 - expected, 1e-15);
    }

    [Fact]
    public void NormalShare_WhereTheTwoFormulasMeet_IsContinuous()
    {
        GeluCurve.NormalShare(3).Should().BeApproximately(GeluCurve.NormalShare(3.0000000001), 1e-12);
        GeluCurve.NormalShare(-3).Should().BeApproximately(GeluCurve.NormalShare(-3.0000000001), 1e-12);
    }

    [Fact]
    public void NormalShare_FarAwayOrNaN_HasNoSurprise()
    {
        GeluCurve.NormalShare(1000).Should().Be(1);
        GeluCurve.NormalShare(-1000).Should().Be(0);
        GeluCurve.NormalShare(double.NaN).Should().Be(double.NaN);
        GeluCurve.Exact(0).Should().Be(0);
    }

    [Fact]
    public void At_ManyPlaces_BothFormsAndTheSlopeAgreeWithTheirDefinitions()
    {
        IReadOnlyList<ActivationPoint> points = GeluCurve.At([.. Enumerable.Range(-60, 121).Select(i => i / 10.0)]);

        foreach (ActivationPoint point in points)
        {
            double x = point.X;
            point.Relu.Should().Be(Math.Max(0, x));
            ((double)point.Tanh).Should().BeApproximately(Tanh(x), 1e-6);
            Math.Abs(point.Tanh - point.Exact).Should().BeLessThan(5e-4, "the approximation is that good at {0}", x);
            ((double)point.Slope).Should().BeApproximately((Tanh(x + 1e-5) - Tanh(x - 1e-5)) / 2e-5, 1e-5);
        }

        points.Max(point => Math.Abs(point.Tanh - point.Exact)).Should().BeGreaterThan(3e-4, "but no better");
        points.MinBy(point => point.Tanh).X.Should().BeInRange(-0.8, -0.7, "GELU has its minimum at -0.75");
    }

    private static double Tanh(double x) => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));
}
