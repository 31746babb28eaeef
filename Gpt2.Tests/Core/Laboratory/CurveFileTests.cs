// Points of a user's file: with and without a header, in any order, and one clear line for what is wrong.

using Gpt2.Core;
using Gpt2.Core.Laboratory;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Laboratory;

public class CurveFileTests
{
    [Theory]
    [InlineData("0,1\n1,3\n2.5,-2e1\n")]
    [InlineData("x,y\n0,1\n1,3\n2.5,-20")]
    [InlineData("2.5;-20\r\n\r\n 0 ; 1 \r\n1;3\r\n")]
    [InlineData("time\tvalue\n1\t3\n0\t1\n2.5\t-20\n\n")]
    [InlineData("\"x\",\"y\"\n\"0\",1\n1,\"3\"\n2.5,-20\n")]
    public void Parse_AnyForm_GivesThePointsInTheOrderOfX(string text)
    {
        using var culture = new DecimalCommaCulture();

        CurveFile.Parse(text, "a.csv").Should().Equal(new CurvePoint(0, 1), new CurvePoint(1, 3), new CurvePoint(2.5, -20));
    }

    [Theory]
    [InlineData("", "a.csv: found 0 points, expected at least 2*")]
    [InlineData("x,y\n1,2\n", "a.csv: found 1 point, expected at least 2*")]
    [InlineData("0,1\n1,NaN\n", "a.csv line 2: found NaN, expected finite numbers*")]
    [InlineData("0,1\n1,1e999\n", "a.csv line 2: found 1e999, expected finite numbers*")]
    [InlineData("0,1\n2e12,1\n", "a.csv line 2: found 2e12, expected finite numbers, at most 1000000000000 in size*")]
    [InlineData("0,1\nx,y\n", "a.csv line 2: found x, expected finite numbers*")]
    [InlineData("0,y\n1,2\n", "a.csv line 1: found y, expected finite numbers*")]
    [InlineData("0,1\n1,\n", "a.csv line 2: found *, expected finite numbers*")]
    [InlineData("x,y,z\n1,2,3\n", "a.csv line 1: found 3 cells, expected two numbers in a row*")]
    [InlineData("0,1\n5\n", "a.csv line 2: found 1 cell, expected two numbers in a row*")]
    [InlineData("1,5;2,5\n2,0;3,5\n", "a.csv line 1: found 3 cells, *")]
    [InlineData("0,1\n2,3\n0,4\n", "a.csv line 3: found x = 0 again, which is in line 1 too, expected every x once*")]
    [InlineData("0,1\n-0,4\n", "a.csv line 2: found x = 0 again*")]
    public void Parse_WhatIsNoCurve_IsRefusedInOneLine(string text, string line) =>
        FluentActions.Invoking(() => CurveFile.Parse(text, "a.csv"))
            .Should().Throw<Gpt2Exception>().Which.Message.Should().Match(line).And.NotContain("\n");

    [Fact]
    public void Parse_ALineWithoutEnd_AndTooManyPoints_AreRefused()
    {
        FluentActions.Invoking(() => CurveFile.Parse("0,1\n" + new string('1', 5000) + ",2\n", "a.csv"))
            .Should().Throw<Gpt2Exception>().WithMessage("a.csv line 2:*");
        string many = string.Concat(Enumerable.Range(0, CurveFile.MostPoints + 1).Select(i => $"{i},1\n"));
        FluentActions.Invoking(() => CurveFile.Parse(many, "a.csv"))
            .Should().Throw<Gpt2Exception>().WithMessage("a.csv line 10001: there are more points, expected at most 10000");
    }

    [Fact]
    public void Through_Points_HasANeuronAtEachWithTheChangeOfSlope()
    {
        var network = ReluNetwork.Through([new(-1, 2), new(1, 6), new(3, 0)]);

        network.Parameters.Should().Equal(2, 1, 1, 2, 1, -1, -5);
        network.Predict(-7).Should().Be(2, "it is level before the first point");
        network.Predict(0).Should().Be(4);
        network.Predict(2).Should().Be(3);
        network.Predict(5).Should().Be(-6, "it goes straight on after the last");
        FluentActions.Invoking(() => ReluNetwork.Through([new(0, 1)])).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => ReluNetwork.Through([new(0, 1), new(0, 2)])).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Scale_MovesACurveToWhereItIsLearned_AndTheNetworkBack()
    {
        CurvePoint[] points = [new(100, 5), new(110, 9), new(140, 1), new(180, 5)];
        var scale = CurveScale.Of(points);

        IReadOnlyList<CurvePoint> scaled = scale.Scaled(points);

        scaled.Select(point => point.X).Should().Equal(0, 0.25, 1, 2);
        scaled.Average(point => point.Y).Should().BeApproximately(0, 1e-15);
        scaled.Average(point => point.Y * point.Y).Should().BeApproximately(1, 1e-12);
        var network = ReluNetwork.Random(5, 3);
        ReluNetwork back = scale.Unscaled(network);
        for (int i = 0; i < points.Length; i++)
        {
            back.Predict(points[i].X).Should().BeApproximately((network.Predict(scaled[i].X) * Math.Sqrt(8)) + 5, 1e-11);
        }

        back.MeanSquaredError(points).Should().BeApproximately(scale.Unscaled(network.MeanSquaredError(scaled)), 1e-9);
        CurveScale.Of([new(0, 4), new(1, 4)]).PerY.Should().Be(1, "a level curve has no deviation");
        CurveScale.None.Scaled(points).Should().Equal(points);
    }
}
