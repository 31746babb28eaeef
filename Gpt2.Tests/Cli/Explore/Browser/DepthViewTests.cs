// The view of depths in a browser: the grid is the logit lens, a chosen token's logit is divided, and the address holds what is chosen.

using System.Globalization;
using Gpt2.Cli.Explore;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;
using Microsoft.Playwright;

namespace Gpt2.Tests.Cli.Explore.Browser;

[Collection(Chromium.Collection)]
public sealed class DepthViewTests(Chromium chromium)
{
    private const string Prompt = "ab a a a";

    [BrowserFact]
    public async Task Grid_IsTheLogitLens_AndACellShowsItsBest()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync(prompt: Prompt);
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer);
        var lens = new LogitLens(explorer.Model.Model, explorer.Model.Trace(Prompt, HeadRows.All));

        await tab.Page.ClickAsync("#open-depth");

        ILocator rows = tab.Page.Locator(".depth-row:not(.depth-head)");
        await Assertions.Expect(rows).ToHaveCountAsync(5);
        await Assertions.Expect(tab.Page.Locator(".depth-token")).ToHaveCountAsync(20);
        for (int depth = 0; depth < 5; depth++)
        {
            await Assertions.Expect(rows.Nth(depth).Locator(".depth-token")).ToHaveTextAsync(
                lens.Read(lens.Depths[depth], 0, 4, top: 1).Select(reading => Label(reading.Top[0].Id)));
        }

        await tab.Page.Locator(".depth-grid").FocusAsync();
        foreach (string key in (string[])["ArrowUp", "ArrowUp", "ArrowLeft"])
        {
            await tab.Page.Keyboard.PressAsync(key);
        }

        LensReading chosen = lens.Read(lens.Depths[2], 2, 1, top: 5)[0];
        await Assertions.Expect(tab.Page.Locator(".depth-side .token-button")).ToHaveTextAsync(chosen.Top.Select(token => Label(token.Id)));
        await Assertions.Expect(tab.Page.Locator(".depth-side p")).ToContainTextAsync($"Here {chosen.AnswerRank + 1}, with");
        (await tab.Page.Locator(".ranks-dot title").AllTextContentsAsync()).Select(text => text[(text.LastIndexOf(' ') + 1)..]).Should()
            .Equal(lens.Depths.Select(depth => (lens.Read(depth, 2, 1, 1)[0].AnswerRank + 1).ToString(CultureInfo.InvariantCulture)));
        tab.Page.Url.Should().EndWith("&view=depth&depth=2&at=2");
    }

    [BrowserFact]
    public async Task Link_ReopensTheTokenWhoseLogitIsDivided_AndSearchFindsAnother()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync(prompt: Prompt);
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, "#prompt=ab+a+a+a&view=depth&at=1&token=262");
        await tab.SaysAsync("#attribution-title", "What adds to the logit of <script> after ␣a");

        await tab.Page.FillAsync("#attribution-search", "<SCRI");
        await tab.Page.Locator(".attribution-found .token-button", new PageLocatorOptions { HasTextRegex = new("^<scri$") }).ClickAsync();

        await tab.SaysAsync("#attribution-title", "What adds to the logit of <scri after ␣a");
        var expected = LogitAttribution.Of(explorer.Model.Model, explorer.Model.Trace(Prompt, HeadRows.All), 1, 259);
        double sum = ExplorerPage.Number(await tab.Page.Locator("#attribution-sum b").InnerTextAsync());
        sum.Should().BeApproximately(expected.Sum, 1e-4 * Math.Abs(expected.Sum));
        string[] cells = [.. await tab.Page.Locator(".attribution-map td.heated").AllTextContentsAsync()];
        cells.Should().Equal(expected.Parts.Where(part => part.Block is not null)
            .Select(part => part.Value.ToString("F2", CultureInfo.InvariantCulture).Replace('-', '−')));
        tab.Page.Url.Should().EndWith("&view=depth&at=1&token=259");

        await tab.Page.EvaluateAsync("() => { location.hash = '#prompt=ab+a+a+a&view=depth&at=1&token=99999'; }"); // no such token: the answer
        await tab.SaysAsync("#attribution-title", $"What adds to the logit of {Label(explorer.Model.Predict("ab a")[0].Id)} after ␣a");
    }

    private static string Label(int id) => TokenLabel.Of(RunningExplorer.Vocabulary, id);
}
