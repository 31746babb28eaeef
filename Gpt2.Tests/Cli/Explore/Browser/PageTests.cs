// The page around the grid in a browser: prompt, tokens, map, tabs, ranking, walking through the steps, addresses.

using System.Text.RegularExpressions;
using Gpt2.Cli.Explore;
using Microsoft.Playwright;

namespace Gpt2.Tests.Cli.Explore.Browser;

[Collection(Chromium.Collection)]
public sealed class PageTests(Chromium chromium) : IAsyncLifetime
{
    private const string Link = "#prompt=ab+a&sheet=";

    private RunningExplorer explorer = null!;

    public async Task InitializeAsync() => explorer = await RunningExplorer.StartAsync();

    public async Task DisposeAsync()
    {
        explorer.Failures.Should().BeEmpty();
        await explorer.DisposeAsync();
    }

    [BrowserFact]
    public async Task Prompt_Run_ShowsTokensAndPrediction()
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer);
        await Assertions.Expect(tab.Page.Locator(".token")).ToHaveCountAsync(2);
        await tab.Page.FillAsync("#prompt", "ab<i>\u00E9");
        await tab.Page.PressAsync("#prompt", "Enter");

        await Assertions.Expect(tab.Page.Locator(".token-text")).ToHaveTextAsync(["ab", "<", "i", ">", "\\xC3", "\\xA9"]);
        int best = explorer.Model.Predict("ab<i>\u00E9")[0].Id;
        await Assertions.Expect(tab.Page.Locator(".answer-token")).ToHaveTextAsync("→ " + TokenLabel.Of(RunningExplorer.Vocabulary, best));
        explorer.Sessions.Should().Be(1, "the pass before is freed");
    }

    [BrowserFact]
    public async Task PromptThatIsTooLong_IsOneMessage_AndThePageGoesOn()
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer);
        tab.MayBeRefused = true;
        await tab.Page.FillAsync("#prompt", new string('x', 30));
        await tab.Page.ClickAsync("#run");
        await tab.SaysAsync("#problem", "the prompt has 30 tokens, expected at most n_ctx = 24; shorten it");
        await tab.GoToAsync("h1.step7[0,0]");

        await tab.Page.FillAsync("#prompt", "ab");
        await tab.Page.ClickAsync("#run");

        await Assertions.Expect(tab.Page.Locator("#problem")).ToBeHiddenAsync();
        await Assertions.Expect(tab.Page.Locator(".token")).ToHaveCountAsync(1);
    }

    [BrowserFact]
    public async Task Chip_Clicked_ShowsEveryMerge()
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer);
        await tab.Page.Locator(".token").Nth(0).ClickAsync();

        await Assertions.Expect(tab.Page.Locator("#merges")).ToBeVisibleAsync();
        await tab.SaysAsync("#merges-title", "How ab became one token");
        await Assertions.Expect(tab.Page.Locator("#merges-list li")).ToHaveTextAsync(["bytesab", "merge of rank 8ab", $"id{256 + 8}"]);
        await tab.Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(tab.Page.Locator("#merges")).ToBeHiddenAsync();
    }

    [BrowserFact]
    public async Task TokenThatIsATag_IsTextEverywhere()
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, Link + "logits&cell=1,0");
        await tab.Page.FillAsync("#ranked-search", "script>");
        await Assertions.Expect(tab.Page.Locator("#ranked-rows button")).ToHaveTextAsync(["<script>"]);
        await tab.Page.ClickAsync("#ranked-rows button");

        await Assertions.Expect(tab.NameBox).ToHaveValueAsync("logits[1,262]");
        await Assertions.Expect(tab.Page.Locator(".formula-where")).ToContainTextAsync("token id 262 <script>");
        (await tab.Page.Locator("script").CountAsync()).Should().Be(1, "that of the page itself");
    }

    [BrowserFact]
    public async Task Ranking_IsThatOfTheRow()
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, Link + "probabilities&cell=1,0");
        string[] expected = [.. explorer.Model.Predict("ab a", 5).Select(token => TokenLabel.Of(RunningExplorer.Vocabulary, token.Id))];

        await Assertions.Expect(tab.Page.Locator("#ranked-rows tr")).ToHaveCountAsync(200);
        (await tab.Page.Locator("#ranked-rows button").AllInnerTextsAsync()).Take(5).Should().Equal(expected);
        await tab.Page.Keyboard.PressAsync("g");
        await tab.GoToAsync("h0.step1[0,0]");
        await Assertions.Expect(tab.Page.Locator("#ranked")).ToBeHiddenAsync();
    }

    [BrowserFact]
    public async Task NextAndBack_WalkThroughEverySheetInOrder_WithASentenceForEach()
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, Link + "token_embeddings&cell=1,3");
        string[] names = [.. explorer.Model.Trace("ab a").Entries.Select(RunningExplorer.NameOf)];
        for (int step = 0; step < names.Length; step++)
        {
            await Assertions.Expect(tab.NameBox).ToHaveValueAsync(new Regex($"^{Regex.Escape(names[step])}\\[1,"));
            await tab.SaysAsync("#place", $"matrix {step + 1} of {names.Length}");
            (await tab.Page.Locator("#sentence").InnerTextAsync()).Should().EndWith(".");
            await Assertions.Expect(tab.Page.Locator("#map [aria-current=true]")).ToHaveAttributeAsync("data-sheet", names[step]);
            await tab.Page.Keyboard.PressAsync("n");
        }

        await Assertions.Expect(tab.Page.Locator("#next")).ToBeDisabledAsync();
        await tab.Page.Keyboard.PressAsync("p");
        await tab.SaysAsync("#place", $"matrix {names.Length - 1} of {names.Length}");
    }

    [BrowserFact]
    public async Task Play_GoesOnByItself_UntilPaused()
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, Link + "h0.step1&cell=1,0");
        await tab.Page.Clock.InstallAsync();
        await tab.Page.ReloadAsync();
        await tab.Page.Clock.RunForAsync(1000);
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync("h0.step1[1,0]");
        await tab.Page.ClickAsync("#play");
        await tab.Page.Clock.RunForAsync(5000);
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync("h0.step3[1,0]");

        await tab.Page.ClickAsync("#play");
        await tab.Page.Clock.RunForAsync(20_000);

        await Assertions.Expect(tab.NameBox).ToHaveValueAsync("h0.step3[1,0]");
    }

    [BrowserFact]
    public async Task MapAndTabs_GoToEverySheetOfThePass()
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, Link + "h0.step1&cell=1,0");
        await tab.Page.Locator("#map").GetByText("block 1").ClickAsync();
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync("h1.step1[1,0]");
        await tab.Page.Locator("#map [data-sheet='h1.step13']").ClickAsync();
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync(new Regex("^h1.step13"));
        await tab.Page.Locator("#map [data-sheet='model_h1_mlp_c_fc_w']").ClickAsync();
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync(new Regex("^model_h1_mlp_c_fc_w"));

        await tab.Page.Locator("#groups").GetByText("h0", new LocatorGetByTextOptions { Exact = true }).ClickAsync();
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync(new Regex("^h0.step1\\["));
        await Assertions.Expect(tab.Page.Locator("#sheets [role=tab]")).ToHaveCountAsync(18);
        await tab.Page.Locator("#sheets [role=tab]").Nth(10).ClickAsync();
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync(new Regex("^h0.step9"));
        await tab.Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync(new Regex("^h0.step10"));
    }

    [BrowserFact]
    public async Task Address_OpensPromptSheetAndCell_AndBackGoesBack()
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, "#prompt=ab+a+a&sheet=h1.step6&cell=2,4");
        await Assertions.Expect(tab.Page.Locator(".token")).ToHaveCountAsync(3);
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync("h1.step6[2,4]");
        await tab.GoToAsync("h0.step2[1,1]");
        await tab.Page.FillAsync("#prompt", "ab");
        await tab.Page.PressAsync("#prompt", "Enter");
        await Assertions.Expect(tab.Page.Locator(".token")).ToHaveCountAsync(1);
        tab.Page.Url.Should().EndWith("#prompt=ab&sheet=h0.step2&cell=0%2C0");

        await tab.Page.GoBackAsync();
        await Assertions.Expect(tab.Page.Locator(".token")).ToHaveCountAsync(3);
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync("h0.step2[1,1]");
        await tab.Page.GoBackAsync();
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync("h1.step6[2,4]");
    }

    [BrowserFact]
    public async Task TabThatIsLeft_FreesItsPass()
    {
        ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer), other = await ExplorerPage.OpenAsync(chromium, explorer);
        explorer.Sessions.Should().Be(2);
        tab.MayBeRefused = true; // for a picture, the browser asks for an icon that is not there

        await tab.Page.GotoAsync(explorer.Address + "/icon.svg");

        for (DateTime end = DateTime.UtcNow.AddSeconds(60); explorer.Sessions != 1 && DateTime.UtcNow < end; await Task.Delay(10))
        {
        }

        explorer.Sessions.Should().Be(1);
        await other.GoToAsync("h1.step9[0,0]");
        await tab.DisposeAsync();
        await other.DisposeAsync();
    }

    [BrowserFact]
    public async Task PassThatTheServerLetGo_IsRunAgainWhenItIsNeeded()
    {
        await using RunningExplorer small = await RunningExplorer.StartAsync(new ExplorerLimits { Sessions = 1 });
        await using ExplorerPage first = await ExplorerPage.OpenAsync(chromium, small, "#prompt=ab+a&sheet=h0.step1&cell=1,0");
        await using ExplorerPage second = await ExplorerPage.OpenAsync(chromium, small, "#prompt=a+a+a&sheet=h0.step1&cell=1,0");
        first.MayBeRefused = true;
        small.Sessions.Should().Be(1);

        await first.GoToAsync("h1.step16[1,5]");

        ExplorerPage.Number(await first.Value.InnerTextAsync()).Should().Be(small.Model.Trace("ab a").Activations.Block(1).Residual2[1, 5]);
        small.Sessions.Should().Be(1);
        small.Failures.Should().BeEmpty();
    }

    [BrowserFact]
    public async Task Colours_AreTheSystems_UntilTheSwitchSaysOtherwise_AndAreKept()
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, colours: ColorScheme.Dark);
        string dark = await Paper();
        await tab.Page.Keyboard.PressAsync("t");
        string light = await Paper();
        light.Should().NotBe(dark);
        await tab.Page.ReloadAsync();
        await tab.SettledAsync();

        (await Paper()).Should().Be(light);

        Task<string> Paper() => tab.Page.EvaluateAsync<string>("() => getComputedStyle(document.documentElement).backgroundColor");
    }
}
