// What the lesson on neural networks is told: the numbers of Core's networks, without a session, and clear refusals.

using System.Net;
using System.Text.Json;
using Gpt2.Cli.Explore;
using Gpt2.Core.Drawing;
using Gpt2.Core.Laboratory;

namespace Gpt2.Tests.Cli.Explore;

public sealed class ExplorerNetworkTests : IAsyncLifetime
{
    private static readonly IReadOnlyList<CurvePoint> Points = Parabola.Points();

    private RunningExplorer explorer = null!;

    public async Task InitializeAsync() => explorer = await RunningExplorer.StartAsync();

    public async Task DisposeAsync()
    {
        explorer.Failures.Should().BeEmpty();
        explorer.Sessions.Should().Be(0, "the lesson needs no pass");
        await explorer.DisposeAsync();
    }

    [Fact]
    public async Task Draw_GivesTheStraightPiecesAndBothErrors()
    {
        JsonElement body = await AskAsync("draw", new { parameters = (double[])[6, 1, 0, -5, 1, -1, 10] });

        Pairs(body.GetProperty("curve")).Should().Equal((0, 6), (1, 1), (2, 6));
        body.GetProperty("lines").EnumerateArray().Select(Pairs).Should().SatisfyRespectively(
            first => first.Should().Equal((0, 0), (2, -10)),
            second => second.Should().Equal((0, 0), (1, 0), (2, 10)));
        body.GetProperty("integralError").GetDouble().Should().BeApproximately(5.0 / 6, 1e-12);
        body.GetProperty("meanError").GetDouble().Should().Be(ReluNetwork.Interpolating(2).MeanSquaredError(Points));
        body.GetProperty("active").GetInt32().Should().Be(2);
        (await AskAsync("points", new { })).GetProperty("points").GetArrayLength().Should().Be(41);
    }

    [Fact]
    public async Task RandomAndInterpolating_AreThoseOfCore()
    {
        Numbers(await AskAsync("random", new { neurons = 7, seed = 3 }), "parameters").Should().Equal(ReluNetwork.Random(7, 3).Parameters);
        Numbers(await AskAsync("interpolating", new { neurons = 8 }), "parameters").Should().Equal(ReluNetwork.Interpolating(8).Parameters);
        JsonElement errors = await AskAsync("errors", new { });
        Numbers(errors, "integralErrors").Should().HaveCount(200).And.HaveElementAt(7, ReluNetwork.Interpolating(8).IntegralError());
        Numbers(errors, "meanErrors").Should().HaveCount(200).And.HaveElementAt(7, ReluNetwork.Interpolating(8).MeanSquaredError(Points));
    }

    [Fact]
    public async Task Descend_InParts_IsTheRunOfCore_AndSaysWhatComesNext()
    {
        var expected = ReluDescent.Run(ReluNetwork.Random(4, 9), Points, 0.05, 30);
        JsonElement first = await AskAsync("descend", new { parameters = ReluNetwork.Random(4, 9).Parameters, rate = 0.05, steps = 10 });
        JsonElement body = await AskAsync(
            "descend", new { parameters = Numbers(first.GetProperty("network"), "parameters"), rate = 0.05, steps = 20 });

        Numbers(first, "losses").Concat(Numbers(body, "losses")).Should().Equal(expected.Losses);
        Numbers(body.GetProperty("network"), "parameters").Should().Equal(expected.Network.Parameters);
        double[] gradient = expected.Network.Gradient(Points);
        body.GetProperty("next").EnumerateArray().Select((next, i) => (next, i)).Should().HaveCount(13).And.OnlyContain(one =>
            one.next.GetProperty("gradient").GetDouble() == gradient[one.i]
            && one.next.GetProperty("name").GetString() == ReluNetwork.NameOf(one.i)
            && one.next.GetProperty("after").GetDouble() == expected.Network.Parameters[one.i] - (0.05 * gradient[one.i]));
        body.GetProperty("hasDiverged").GetBoolean().Should().BeFalse();

        JsonElement diverged = await AskAsync("descend", new { parameters = ReluNetwork.Random(4, 9).Parameters, rate = 5, steps = 1000 });
        diverged.GetProperty("hasDiverged").GetBoolean().Should().BeTrue();
        Numbers(diverged, "losses").Should().OnlyContain(loss => loss <= ReluDescent.LargestLoss);
    }

    [Fact]
    public async Task Walk_IsThatOfCore_WithTheGradientByDifferences()
    {
        object Question(double at, double rate, int steps) => new
        {
            parameters = (double[])[6, 1, 0, -5, 1, 0, 0],
            across = 5,
            up = 6,
            at = (double[])[at, 3],
            rate,
            steps,
        };
        var surface = new LossSurface(new ReluNetwork([6, 1, 0, -5, 1, 0, 0]), Points, 5, 6);

        JsonElement body = await AskAsync("walk", Question(-0.43, 0.01, 25));

        body.GetProperty("trail").EnumerateArray().Select(place => place.EnumerateArray().Select(number => number.GetDouble()).ToArray())
            .Select(place => new SurfacePoint(place[0], place[1], place[2])).Should().Equal(surface.Walk(-0.43, 3, 0.01, 25));
        Numbers(body, "gradient").Zip(Numbers(body, "differences")).Should().OnlyContain(both => Math.Abs(both.First - both.Second) < 1e-5);
        body.GetProperty("isAtCorner").GetBoolean().Should().BeFalse();
        (await AskAsync("walk", Question(-0.5, 0.01, 0))).GetProperty("isAtCorner").GetBoolean().Should().BeTrue();
        (await AskAsync("walk", Question(-0.43, 500, 25))).GetProperty("hasDiverged").GetBoolean().Should().BeTrue();
    }

    [Fact]
    public async Task Landscape_HasTheLossesAndTheirContourLines()
    {
        JsonElement body = await AskAsync("landscape", new
        {
            parameters = (double[])[0, 1, 0, 0],
            across = 3,
            up = 0,
            from = (double[])[-6, -2],
            to = (double[])[6, 8],
        });

        int size = body.GetProperty("size").GetInt32();
        double[] losses = Numbers(body, "losses");
        losses.Should().HaveCount(size * size);
        var surface = new LossSurface(new ReluNetwork([0, 1, 0, 0]), Points, 3, 0);
        losses[0].Should().BeApproximately(surface.LossAt(-6, -2), 1e-4);
        losses[size - 1].Should().BeApproximately(surface.LossAt(6, -2), 1e-4);
        JsonElement[] contours = [.. body.GetProperty("contours").EnumerateArray()];
        contours.Select(contour => contour.GetProperty("level").GetDouble()).Should().HaveCount(14).And.BeInAscendingOrder();
        foreach (JsonElement contour in contours)
        {
            double level = contour.GetProperty("level").GetDouble();
            double[] piece = [.. contour.GetProperty("pieces")[0].EnumerateArray().Select(number => number.GetDouble())];
            surface.LossAt(-6 + (12 * piece[0] / (size - 1)), -2 + (10 * piece[1] / (size - 1))).Should().BeApproximately(level, 0.02 * level + 0.02);
        }
    }

    [Fact]
    public void ContourLines_OfAPlaneAndOfASaddle_AreWhereTheLevelIsPassed()
    {
        ContourLines.Of(new double[,] { { 0, 1 }, { 0, 1 } }, 0.25).Should().ContainSingle().Which.Should().Equal(0.25, 0, 0.25, 1);
        ContourLines.Of(new double[,] { { 0, 1 }, { 1, 0 } }, 0.5).Should().HaveCount(2);
        ContourLines.Of(new double[,] { { 0, 1 }, { 1, 0 } }, 2).Should().BeEmpty();
    }

    [Theory]
    [InlineData("draw", "{}", "'parameters' is missing, expected c, then w, b and v of each neuron")]
    [InlineData("draw", "{\"parameters\":[1,2]}", "the network has 2 parameters, expected one, and three for each neuron")]
    [InlineData("draw", "{\"parameters\":[\"NaN\"]}", "'c' is NaN, expected a number from -1000000000 to 1000000000")]
    [InlineData("draw", "{\"parameters\":[1,\"Infinity\",0,0]}", "'w1' is Infinity, expected a number from -1000000000 to 1000000000")]
    [InlineData("draw", "{\"parameters\":[1e999]}", "'c' is Infinity, expected a number from -1000000000 to 1000000000")]
    [InlineData("random", "{\"neurons\":201,\"seed\":1}", "'neurons' is 201, expected a whole number from 1 to 200")]
    [InlineData("random", "{\"neurons\":2}", "'seed' is missing, expected a whole number from 0 to 2147483647")]
    [InlineData("interpolating", "{\"neurons\":0}", "'neurons' is 0, expected a whole number from 1 to 200")]
    [InlineData("descend", "{\"parameters\":[1],\"rate\":0,\"steps\":1}", "'rate' is 0, expected a learning rate above 0 and at most 1000")]
    [InlineData("descend", "{\"parameters\":[1],\"rate\":\"NaN\",\"steps\":1}", "'rate' is NaN, expected a learning rate above 0 and at most 1000")]
    [InlineData("descend", "{\"parameters\":[1],\"rate\":1,\"steps\":1001}", "'steps' is 1001, expected a whole number from 0 to 1000")]
    [InlineData("walk", "{\"parameters\":[1,1,1,1],\"across\":1,\"up\":1}", "'up' is 1, as 'across' is, expected another parameter")]
    [InlineData("walk", "{\"parameters\":[1,1,1,1],\"across\":1,\"up\":4}", "'up' is 4, expected a whole number from 0 to 3")]
    [InlineData("walk", "{\"parameters\":[1,1,1,1],\"across\":1,\"up\":2,\"at\":[1]}", "'at' is 1 numbers, expected two numbers")]
    public async Task WhatIsNoQuestion_IsRefusedWithItsReason(string question, string json, string message)
    {
        using HttpResponseMessage response = await explorer.PostAsync("/api/network/" + question, json);

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await BodyOf(response)).GetProperty("error").GetProperty("message").GetString().Should().Be(message);
    }

    [Fact]
    public async Task NetworkTooLarge_OrAnotherAddressOrPage_IsRefused()
    {
        string large = JsonSerializer.Serialize(new { parameters = new double[604] });
        foreach ((string path, string json, string? site, HttpStatusCode status) in new[]
        {
            ("draw", large, "same-origin", HttpStatusCode.BadRequest),
            ("draw", "{\"parameters\":7}", "same-origin", HttpStatusCode.BadRequest),
            ("other", "{}", "same-origin", HttpStatusCode.NotFound),
            ("errors", "{}", "cross-site", HttpStatusCode.Forbidden),
        })
        {
            using HttpResponseMessage response = await explorer.PostAsync("/api/network/" + path, json, site: site);
            response.StatusCode.Should().Be(status, path);
        }

        using HttpResponseMessage read = await explorer.Client.GetAsync("/api/network/errors");
        read.StatusCode.Should().Be(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task BodyTooLarge_IsRefused()
    {
        await using RunningExplorer strict = await RunningExplorer.StartAsync(new ExplorerLimits { BodyBytes = 100 });
        using HttpResponseMessage response = await strict.PostAsync("/api/network/draw", new string(' ', 101));
        response.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
    }

    private async Task<JsonElement> AskAsync(string question, object body)
    {
        using HttpResponseMessage response = await explorer.PostAsync("/api/network/" + question, JsonSerializer.Serialize(body));
        response.StatusCode.Should().Be(HttpStatusCode.OK, question);
        return await BodyOf(response);
    }

    private static async Task<JsonElement> BodyOf(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

    private static double[] Numbers(JsonElement body, string name) =>
        [.. body.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];

    private static (double X, double Y)[] Pairs(JsonElement line) =>
        [.. line.EnumerateArray().Select(point => (point[0].GetDouble(), point[1].GetDouble()))];
}
