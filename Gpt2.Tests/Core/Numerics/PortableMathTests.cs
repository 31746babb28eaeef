// The portable functions against the platform's.

using Gpt2.Core.Numerics;

namespace Gpt2.Tests.Core.Numerics;

public sealed class PortableMathTests
{
    [Fact]
    public void Exp_IsThePlatformsUpToTheLastDigits()
    {
        for (double x = 0; x > -700; x -= 0.0937)
        {
            PortableMath.Exp(x).Should().BeApproximately(Math.Exp(x), 1e-12 * Math.Exp(x));
        }

        PortableMath.Exp(0).Should().Be(1);
        PortableMath.Exp(-701).Should().Be(0);
        PortableMath.Exp(double.NegativeInfinity).Should().Be(0);
    }

    [Fact]
    public void Log_IsThePlatformsUpToTheLastDigits()
    {
        for (double x = 1; x <= 4; x += 0.0017)
        {
            PortableMath.Log(x).Should().BeApproximately(Math.Log(x), 1e-14);
        }

        PortableMath.Log(1).Should().Be(0);
    }

    [Fact]
    public void Log_FarFromOne_IsThePlatformsUpToTheLastDigits()
    {
        for (double x = 1e-300; x < 1e300; x *= 17.3)
        {
            PortableMath.Log(x).Should().BeApproximately(Math.Log(x), 1e-13 * Math.Max(1, Math.Abs(Math.Log(x))));
        }
    }

    [Fact]
    public void Exp_Positive_IsThePlatformsUpToTheLastDigits()
    {
        for (double x = 0; x < 700; x += 0.0937)
        {
            PortableMath.Exp(x).Should().BeApproximately(Math.Exp(x), 1e-12 * Math.Exp(x));
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(double.Epsilon)]
    [InlineData(double.MaxValue)]
    public void Log_AtTheEdges_IsThatOfTheMachine(double x)
    {
        double found = PortableMath.Log(x), expected = Math.Log(x);

        (found.Equals(expected) || Math.Abs(found - expected) <= 1e-10).Should().BeTrue("ln {0} is {1} and not {2}", x, expected, found);
    }
}
