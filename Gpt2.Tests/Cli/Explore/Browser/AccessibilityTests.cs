// Axe, a checker of accessibility, finds nothing serious on any view of the page, in both themes, wide and narrow.

using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace Gpt2.Tests.Cli.Explore.Browser;

[Collection(Chromium.Collection)]
public sealed class AccessibilityTests(Chromium chromium)
{
    [BrowserTheory]
    [InlineData(1400, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task EveryView_HasNothingSerious(int width, ColorScheme colours)
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync();
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, "", width, width > 800 ? 900 : 844, colours);
        foreach (string sheet in (string[])["h1.step6", "probabilities", "model_h0_ln_1_g"])
        {
            await tab.GoToAsync(sheet + "[0,0]");
            await RequireNothingSerious(tab, sheet);
        }

        await tab.GoToAsync("h0.step9[1,0]");
        await tab.Page.Locator("#why-open").ClickAsync();
        await Assertions.Expect(tab.Page.Locator(".why-source")).ToBeVisibleAsync();
        await RequireNothingSerious(tab, "why");
        await tab.Page.Locator("#open-attention").ClickAsync();
        await Assertions.Expect(tab.Page.Locator(".attention-exact")).ToBeVisibleAsync();
        await RequireNothingSerious(tab, "attention");
        await tab.Page.Locator("#open-numbers").ClickAsync();

        await tab.Page.Locator(".token").First.ClickAsync();
        await Assertions.Expect(tab.Page.Locator("#merges")).ToBeVisibleAsync();
        await RequireNothingSerious(tab, "merges");
        await tab.Page.Keyboard.PressAsync("Escape");
        await tab.Page.Locator("#help-open").ClickAsync();
        await RequireNothingSerious(tab, "help");
        await tab.Page.Keyboard.PressAsync("Escape");
        tab.MayBeRefused = true;
        await tab.Page.FillAsync("#prompt", "");
        await tab.Page.ClickAsync("#run");
        await Assertions.Expect(tab.Page.Locator("#problem")).ToBeVisibleAsync();
        await RequireNothingSerious(tab, "a refusal");
    }

    [BrowserTheory]
    [InlineData(1400, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task OtherViews_HaveNothingSerious_AndAreNoWiderThanTheScreen(int width, ColorScheme colours)
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync();
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, "", width, width > 800 ? 900 : 844, colours);
        foreach ((string view, string ready) in
            new[] { ("depth", ".ranks-dot"), ("next", ".next-scroll tbody tr"), ("neurons", ".neuron-token"), ("changes", ".outcome td") })
        {
            await tab.Page.ClickAsync("#open-" + view);
            await Assertions.Expect(tab.Page.Locator(ready).First).ToBeVisibleAsync();
            RequireNothingSerious(await tab.Page.Locator("#view-" + view).RunAxe(), view);
            (await tab.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth")).Should().BeLessThanOrEqualTo(width, view);
        }

        await tab.Page.ClickAsync("#open-network");
        foreach ((string part, string ready) in
            new[] { ("hand", ".network-sum"), ("enough", ".network-knot"), ("descent", "tbody tr"), ("hiker", ".network-contour") })
        {
            await tab.Page.ClickAsync("#network-open-" + part);
            await Assertions.Expect(tab.Page.Locator($"#network-{part} {ready}").First).ToBeAttachedAsync();
            RequireNothingSerious(await tab.Page.Locator("#view-network").RunAxe(), part);
            (await tab.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth")).Should().BeLessThanOrEqualTo(width, part);
        }
    }

    [BrowserTheory]
    [InlineData(1400, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task Compare_HasNothingSerious_AndIsNoWiderThanTheScreen(int width, ColorScheme colours)
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync();
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(
            chromium, explorer, "#prompt=ab+a&view=compare&with=ab+ab+a", width, width > 800 ? 900 : 844, colours);
        await RequireAsync(".compare-distances .grid-cell");
        await tab.Page.Locator(".compare-distances").PressAsync("Enter");
        await RequireAsync(".compare-pane:last-child .grid-cell");

        async Task RequireAsync(string ready)
        {
            await Assertions.Expect(tab.Page.Locator(ready).First).Not.ToHaveTextAsync("");
            RequireNothingSerious(await tab.Page.Locator("#view-compare").RunAxe(), ready);
            (await tab.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth")).Should().BeLessThanOrEqualTo(width, ready);
        }
    }

    [BrowserTheory]
    [InlineData(1400)]
    [InlineData(390)]
    public async Task Page_IsNeverWiderThanTheScreen(int width)
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync(prompt: "ab a a a a a a a a a a a a a a a a a");
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, width: width, height: 844);

        (await tab.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth")).Should().BeLessThanOrEqualTo(width);
        (await tab.Page.EvaluateAsync<int>("() => document.documentElement.scrollHeight")).Should().BeLessThanOrEqualTo(844);
    }

    internal static async Task RequireNothingSerious(ExplorerPage tab, string view) => RequireNothingSerious(await tab.Page.RunAxe(), view);

    private static void RequireNothingSerious(AxeResult result, string view) =>
        result.Violations.Where(violation => violation.Impact is "serious" or "critical")
            .Select(violation => $"{violation.Id}: {violation.Help}: {string.Join("; ", violation.Nodes.Take(3).Select(node => node.Html))}")
            .Should().BeEmpty(view);
}
