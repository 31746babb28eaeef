// The lesson on neural networks in a browser: each part is used as a learner would, and the numbers are those of Core.

using System.Globalization;
using System.Text.RegularExpressions;
using Gpt2.Core.Laboratory;
using Microsoft.Playwright;

namespace Gpt2.Tests.Cli.Explore.Browser;

[Collection(Chromium.Collection)]
public sealed class NetworkViewTests(Chromium chromium)
{
    [BrowserFact]
    public async Task ByHand_AndWithEnoughNeurons_TheErrorsAreTheWorkshops()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync();
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer);
        await tab.Page.ClickAsync("#open-network");
        await tab.SaysAsync("#network-hand-integral", "4.427");

        await tab.Page.FocusAsync("#network-c-slider");
        for (int press = 0; press < 30; press++)
        {
            await tab.Page.Keyboard.PressAsync("ArrowRight");
        }

        foreach ((string box, string value) in
            new[] { ("w1", "1"), ("b1", "0"), ("v1", "-5"), ("w2", "1"), ("b2", "-1"), ("v2", "10") })
        {
            await tab.Page.FillAsync("#network-" + box, value);
            await tab.Page.PressAsync("#network-" + box, "Enter");
        }

        await tab.SaysAsync("#network-hand-integral", "0.8333");
        await tab.SaysAsync("#network-hand-mean", "0.813");
        await Assertions.Expect(tab.Page.Locator("#network-hand .network-line:not(.network-name)")).ToHaveCountAsync(2);
        await Assertions.Expect(tab.Page).ToHaveURLAsync(new Regex("hand=6_1_0_-5_1_-1_10"));
        await tab.Page.ReloadAsync();
        await tab.SaysAsync("#network-hand-integral", "0.8333");
        await tab.Page.ClickAsync("#network-add");
        await tab.Page.ClickAsync("#network-fit");
        await tab.SaysAsync("#network-hand-integral", "0.1646");
        await tab.Page.GetByRole(AriaRole.Button, new() { Name = "Remove neuron 3" }).ClickAsync();
        await Assertions.Expect(tab.Page.Locator("#network-hand .network-line:not(.network-name)")).ToHaveCountAsync(2);

        await tab.Page.ClickAsync("#network-open-enough");
        await tab.SaysAsync("#network-enough-integral", "0.8333");
        await tab.Page.ClickAsync("#network-n-8");
        await tab.SaysAsync("#network-enough-integral", "0.003255");
        await tab.Page.FillAsync("#network-n", "200");
        await tab.Page.PressAsync("#network-n", "Enter");
        await tab.SaysAsync("#network-enough-integral", "8.333e−9");
        tab.Page.Url.Should().Contain("part=enough").And.Contain("n=200");
    }

    [BrowserFact]
    public async Task GradientDescent_LowersTheLoss_AndTheHikerWalksToTheLowestPoint()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync();
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(
            chromium, explorer, "#prompt=ab+a&view=network&part=descent&width=6&seed=4&rate=0.1");
        ReluNetwork start = ReluNetwork.Random(6, 4), after = ReluDescent.Run(start, Parabola.Points(), 0.1, 1).Network;
        await tab.SaysAsync("#network-descent-loss", Four(start.MeanSquaredError(Parabola.Points())));
        string next = await tab.Page.Locator("#network-descent tbody tr:nth-child(4) td").Last.InnerTextAsync();
        next.Should().Be(after.Parameters[3].ToString("F6", CultureInfo.InvariantCulture).Replace('-', '−'));
        await tab.Page.ClickAsync("#network-step");
        await tab.SaysAsync("#network-descent-step", "1");
        await tab.SaysAsync("#network-descent-loss", Four(after.MeanSquaredError(Parabola.Points())));
        await tab.SaysAsync("#network-descent tbody tr:nth-child(4) td:nth-child(2)", next);

        await tab.Page.SelectOptionAsync("#network-pace", "100");
        await tab.Page.ClickAsync("#network-run");
        await tab.Page.WaitForFunctionAsync("() => Number(document.querySelector('#network-descent-step').textContent) >= 1000");
        await tab.Page.ClickAsync("#network-run");
        await Assertions.Expect(tab.Page.Locator("#network-run")).ToHaveTextAsync("Run");
        // Both at once: steps that were asked for before the stop may still arrive.
        string[] shown = await tab.Page.EvaluateAsync<string[]>(
            "() => ['#network-descent-step', '#network-descent-loss'].map(one => document.querySelector(one).textContent)");
        int steps = int.Parse(shown[0], CultureInfo.InvariantCulture);
        shown[1].Should().Be(Four(ReluDescent.Run(start, Parabola.Points(), 0.1, steps).Losses[^1]));

        await tab.Page.FillAsync("#network-rate", "3");
        await tab.Page.PressAsync("#network-rate", "Enter");
        await tab.Page.ClickAsync("#network-reset");
        await tab.SaysAsync("#network-descent-step", "0");
        await tab.Page.ClickAsync("#network-run");
        await Assertions.Expect(tab.Page.Locator("#network-descent-problem")).ToContainTextAsync("Diverged");
        (await tab.Page.InnerHTMLAsync("#network-descent")).Should().NotContain("NaN").And.NotContain("Infinity");

        await tab.Page.ClickAsync("#network-open-hiker");
        await Assertions.Expect(tab.Page.Locator(".network-contour").First).ToBeAttachedAsync();
        await tab.Page.FocusAsync(".network-chart.land");
        await tab.Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(tab.Page.Locator("#network-at-v")).ToHaveValueAsync("-4.2");
        await Assertions.Expect(tab.Page).ToHaveURLAsync(new Regex("at=-4[.]2_6[.]5"));
        await tab.Page.ClickAsync(".network-chart.land", new() { Position = new() { X = 100, Y = 60 } });
        await Assertions.Expect(tab.Page.Locator("#network-at-v")).Not.ToHaveValueAsync("-4.2");
        await tab.Page.SelectOptionAsync("#network-hiker-pace", "10");
        await tab.Page.ClickAsync("#network-walk");
        await Assertions.Expect(tab.Page.Locator("#network-readout")).ToContainTextAsync("He has arrived");
        await tab.SaysAsync("#network-hiker-loss", Four(Parabola.Points().Average(point => Math.Pow(point.Y - 2.75, 2))));
        await Assertions.Expect(tab.Page.Locator("#network-at-c")).ToHaveValueAsync("2.75");
    }

    [BrowserFact]
    public async Task Lesson_OfAPromptThatIsRefused_IsThere_AndWithoutMotionRunsInVisibleSteps()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync();
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer);
        tab.MayBeRefused = true;
        await tab.Page.EmulateMediaAsync(new() { ReducedMotion = ReducedMotion.Reduce });
        await tab.Page.GotoAsync(explorer.Address + "/#prompt=&view=network&part=descent&seed=7");
        await tab.Page.ReloadAsync();

        await Assertions.Expect(tab.Page.Locator("#problem")).ToBeVisibleAsync();
        await tab.SaysAsync("#network-descent-loss", Four(ReluNetwork.Random(16, 7).MeanSquaredError(Parabola.Points())));
        await tab.Page.ClickAsync("#network-run");
        await tab.SaysAsync("#network-descent-step", "10");
        await tab.SaysAsync("#network-descent-step", "20");
        await tab.Page.ClickAsync("#network-open-hiker");
        await Assertions.Expect(tab.Page.Locator(".network-contour").First).ToBeAttachedAsync();
    }

    /// <summary>A loss as the page writes it, with four digits.</summary>
    private static string Four(double loss) => loss < 1e-3
        ? loss.ToString("0.000e-0", CultureInfo.InvariantCulture).Replace('-', '−')
        : double.Parse(loss.ToString("G4", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
}
