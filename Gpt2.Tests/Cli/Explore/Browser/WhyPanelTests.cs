// The panel that shows where a number comes from, in a browser: its terms, the way back to the prompt, and what it says of weights.

using System.Text.RegularExpressions;
using Gpt2.Core.Explaining;
using Gpt2.Core.Model;
using Microsoft.Playwright;

namespace Gpt2.Tests.Cli.Explore.Browser;

[Collection(Chromium.Collection)]
public sealed class WhyPanelTests(Chromium chromium) : IAsyncLifetime
{
    private const string Prompt = "ab a a a";
    private const string Link = "#prompt=ab+a+a+a&sheet=";

    private RunningExplorer explorer = null!;
    private PassExplanation pass = null!;

    public async Task InitializeAsync()
    {
        explorer = await RunningExplorer.StartAsync(prompt: Prompt);
        pass = PassExplanation.Run(explorer.Model.Model, explorer.Model.Tokenizer.Encode(Prompt), HeadRows.All);
    }

    public async Task DisposeAsync()
    {
        explorer.Failures.Should().BeEmpty();
        await explorer.DisposeAsync();
    }

    [BrowserFact]
    public async Task StopHere_WithoutADebugger_SaysHowToGetOne_AndIsOfferedForStepsOnly()
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, Link + "h1.step7&cell=3,1&why=1");
        tab.MayBeRefused = true;
        ILocator stop = tab.Page.Locator(".why-stop");

        await stop.ClickAsync();

        await Assertions.Expect(tab.Page.Locator(".why-stopped")).ToContainTextAsync("no debugger is attached, so nothing stops at h1.step7");
        await Assertions.Expect(stop).ToBeEnabledAsync();
        await using ExplorerPage logits = await ExplorerPage.OpenAsync(chromium, explorer, Link + "logits&cell=0,1&why=1");
        await Assertions.Expect(logits.Page.Locator(".why-method")).ToContainTextAsync("LanguageHead");
        await Assertions.Expect(logits.Page.Locator(".why-stop")).ToHaveCountAsync(0);
    }

    [BrowserFact]
    public async Task Panel_OpenedWithAKey_ShowsTheTermsLargestFirst_AndEveryOneLeadsToItsNumber()
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, Link + "h1.step15&cell=3,4");
        await Assertions.Expect(tab.Page.Locator("#why")).ToBeHiddenAsync();
        await tab.Grid.PressAsync("w");
        CellOrigin origin = pass.OriginOf("h1.step15", 3, 4);
        OriginTerm[] largest = [.. origin.LargestFirst()];
        ILocator rows = tab.Page.Locator("#why-body tbody tr");

        await Assertions.Expect(rows).ToHaveCountAsync(origin.Terms.Count);
        (await rows.Locator("th button").EvaluateAllAsync<string[]>("all => all.map(one => one.ariaLabel)"))
            .Should().Equal(largest.Select(term => term.Source.Address.Replace(" ", "", StringComparison.Ordinal)));
        (await rows.Locator("td:nth-child(2)").AllInnerTextsAsync()).Select(ExplorerPage.Number)
            .Should().Equal(largest.Select(term => term.Source.Value));
        (await rows.Locator(".why-factor").AllInnerTextsAsync()).Select(text => ExplorerPage.Number(text[2..]))
            .Should().Equal(largest.Where(term => term.Factor is not null).Select(term => term.Factor!.Value.Value));
        await Assertions.Expect(tab.Page.Locator(".why-formula dd").First).ToHaveTextAsync(origin.Description.Formula);
        await Assertions.Expect(tab.Page.Locator(".why-source")).ToContainTextAsync("Step15MlpOutput(Matrix gelu");
        ExplorerPage.Number(await tab.Page.Locator("#why-body tfoot tr:last-child td").InnerTextAsync()).Should().Be(origin.Cell.Value);

        await rows.First.Locator("th button").ClickAsync();
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync(Named(largest[0].Source));
        await tab.Page.GoBackAsync();
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync("h1.step15[3,4]");
        await rows.First.Locator("td button").PressAsync("Enter");
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync(Named(largest[0].Factor!.Value));
        await Assertions.Expect(tab.Page.Locator("#why-body")).ToContainTextAsync("It was learned in training");
        await Assertions.Expect(tab.Page.Locator(".why-uses button")).ToHaveTextAsync(["h1.step15 block 1, step 15: mlp output"]);
        tab.Page.Url.Should().Contain("why=1");
    }

    [BrowserFact]
    public async Task Trail_LeadsToThePromptAndBack_AndStartsAnewElsewhere()
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, Link + "h0.step1&cell=2,5&why=1");
        ILocator crumbs = tab.Page.Locator(".crumb"), first = tab.Page.Locator("#why-body tbody tr th button").First;
        string[] way = ["h0.step1[2,5]", "position_embeddings[2,5]", "token_embeddings[2,5]", $"model_wte[{pass.Trace.Ids[2]},5]"];
        await tab.Page.Locator("#why-body tbody").GetByLabel("position_embeddings[2,5]").ClickAsync();
        await tab.Page.Locator("#why-body tbody").GetByLabel("token_embeddings[2,5]").ClickAsync();
        await Assertions.Expect(tab.Page.Locator(".why-prompt")).ToContainTextAsync($"token 2, ␣a, is row {pass.Trace.Ids[2]}");
        await first.ClickAsync();
        await Assertions.Expect(crumbs).ToHaveTextAsync(way);
        await Assertions.Expect(crumbs.Last).ToBeFocusedAsync();

        await crumbs.Nth(2).ClickAsync();
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync(way[2]);
        await Assertions.Expect(crumbs).ToHaveTextAsync(way[..3]);
        await tab.Page.Locator(".why-prompt").ClickAsync();
        await Assertions.Expect(tab.Page.Locator(".token").Nth(2)).ToBeFocusedAsync();

        await tab.GoToAsync("h1.step6[1,3]");
        await Assertions.Expect(crumbs).ToHaveTextAsync(["h1.step6[1,3]"]);
        await Assertions.Expect(tab.Page.Locator(".why-note")).ToContainTextAsync("Masked");
        await Assertions.Expect(tab.Page.Locator("#why-body table")).ToHaveCountAsync(0);
    }

    [BrowserFact]
    public async Task ManyTerms_AreFirstFew_ThenAll_AndInOrderOnRequest()
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, Link + "probabilities&cell=3,262&why=1");
        ILocator rows = tab.Page.Locator("#why-body tbody tr");
        int all = RunningExplorer.Config.Vocabulary;
        await Assertions.Expect(tab.Page.Locator(".why-rest th")).ToHaveTextAsync(new Regex($"^the other {all - 50}|{all - 51}$"));
        await Assertions.Expect(rows.Filter(new LocatorFilterOptions { HasText = "this number’s" })).ToContainTextAsync("[3,262]");

        await tab.Page.Locator(".why-more").ClickAsync();
        await Assertions.Expect(rows).ToHaveCountAsync(all);
        await tab.Page.Locator("#why-body").GetByText("in order").ClickAsync();
        await Assertions.Expect(rows.First).ToContainTextAsync("[3,0]");
        await Assertions.Expect(rows).ToHaveCountAsync(all);
        await tab.Page.Locator("#why-close").ClickAsync();
        await Assertions.Expect(tab.Page.Locator("#why-open")).ToBeFocusedAsync();
        tab.Page.Url.Should().NotContain("why=");
    }

    private static string Named(MatrixCell cell) => cell.Address.Replace(" ", "", StringComparison.Ordinal);
}
