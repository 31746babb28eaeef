// The view of attention in a browser: its pictures are drawn from the numbers of step 7, and every one of them can be read and opened.

using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Kernels;
using Gpt2.Tests.Support;
using Microsoft.Playwright;

namespace Gpt2.Tests.Cli.Explore.Browser;

[Collection(Chromium.Collection)]
public sealed class AttentionViewTests(Chromium chromium) : IAsyncLifetime
{
    private const string Prompt = "ab a a a";
    private const string Link = "#prompt=ab+a+a+a&view=attention&attention=";
    private const int Tokens = 4;

    private RunningExplorer explorer = null!;
    private ForwardActivations trace = null!;

    public async Task InitializeAsync()
    {
        explorer = await RunningExplorer.StartAsync(prompt: Prompt);
        trace = explorer.Model.Trace(Prompt, HeadRows.All).Activations;
    }

    public async Task DisposeAsync()
    {
        explorer.Failures.Should().BeEmpty();
        await explorer.DisposeAsync();
    }

    [BrowserFact]
    public async Task EveryHead_IsDrawnFromStep7_AndHasNothingAboveTheDiagonal()
    {
        await using ExplorerPage tab = await OpenAsync("0,0,3");
        await tab.Page.WaitForFunctionAsync("() => [...document.querySelectorAll('.attention canvas')].every(canvas => canvas.width === 4)");

        double[][] alphas = await tab.Page.EvaluateAsync<double[][]>(
            "() => [...document.querySelectorAll('.attention-head canvas')].map(canvas => "
            + "[...canvas.getContext('2d').getImageData(0, 0, 4, 4).data].filter((_, at) => at % 4 === 3))");

        alphas.Should().HaveCount(6);
        for (int head = 0; head < 6; head++)
        {
            Matrix attention = trace.Block(head / 3).Attention;
            for (int at = 0; at < Tokens * Tokens; at++)
            {
                (int row, int column) = Math.DivRem(at, Tokens);
                double expected = column > row ? 0 : 18 + (237 * Math.Sqrt(attention[row, (head % 3 * Tokens) + column]));
                alphas[head][at].Should().BeApproximately(expected, 1, $"head {head}, [{row},{column}]");
            }
        }
    }

    [BrowserFact]
    public async Task MapAndTokens_SayTheShares_LockThem_AndOpenTheNumber()
    {
        await using ExplorerPage tab = await OpenAsync("1,2,3");
        Matrix attention = trace.Block(1).Attention;
        ILocator shares = tab.Page.Locator(".attention-share"), exact = tab.Page.Locator(".attention-exact");
        await Assertions.Expect(shares).ToHaveCountAsync(Tokens);
        await Assertions.Expect(tab.Page.Locator(".attention-list path"))
            .ToHaveCountAsync(Enumerable.Range(0, Tokens).Count(token => attention[3, (2 * Tokens) + token] >= 0.005));

        (float x, float y) = await CentreAsync(tab, row: 2, column: 1);
        await tab.Page.Mouse.MoveAsync(x, y);
        await Assertions.Expect(tab.Page.Locator(".attention-readout")).ToContainTextAsync("␣a (2) takes");
        ExplorerPage.Number(await exact.InnerTextAsync()).Should().Be(attention[2, (2 * Tokens) + 1]);
        await Assertions.Expect(shares.Nth(3)).ToHaveTextAsync("not seen");
        await tab.Page.Mouse.ClickAsync(x, y);
        await tab.Page.Mouse.MoveAsync(5, 5);
        ExplorerPage.Number(await exact.InnerTextAsync()).Should().Be(attention[2, (2 * Tokens) + 1], "it is locked");
        tab.Page.Url.Should().Contain("attention=1%2C2%2C2%2C1");

        (x, y) = await CentreAsync(tab, row: 1, column: 3);
        await tab.Page.Mouse.MoveAsync(x, y);
        await Assertions.Expect(tab.Page.Locator(".attention-readout")).ToContainTextAsync("must not see");
        await tab.Page.Mouse.MoveAsync(5, 5);
        await tab.Page.Locator(".attention-jump").ClickAsync();
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync($"h1.step7[2,{(2 * Tokens) + 1}]");
        await tab.SettledAsync();
        ExplorerPage.Number(await tab.Value.InnerTextAsync()).Should().Be(attention[2, (2 * Tokens) + 1]);
        await tab.Page.GoBackAsync();
        await Assertions.Expect(tab.Page.Locator("#view-attention")).ToBeVisibleAsync();
        await Assertions.Expect(tab.Page.Locator("#attention-title")).ToHaveTextAsync("Block 1, head 2");
    }

    [BrowserFact]
    public async Task Keys_ChooseHeadTokenAndNumber()
    {
        await using ExplorerPage tab = await OpenAsync("0,0,1");
        await tab.Page.Locator("[aria-label='block 0, head 0']").FocusAsync();
        await tab.Page.Keyboard.PressAsync("ArrowRight");
        await tab.Page.Keyboard.PressAsync("ArrowDown");
        await Assertions.Expect(tab.Page.Locator("[aria-label='block 1, head 1']")).ToBeFocusedAsync();
        await tab.SaysAsync("#attention-title", "Block 1, head 1");
        await tab.Page.Locator(".attention-tokens button[aria-pressed=true]").PressAsync("ArrowDown");
        await Assertions.Expect(tab.Page.Locator(".attention-tokens button").Nth(2)).ToBeFocusedAsync();
        await tab.Page.Locator(".attention-board").PressAsync("ArrowLeft");
        await tab.Page.Locator(".attention-board").PressAsync("ArrowLeft");
        await Assertions.Expect(tab.Page.Locator(".attention-exact")).ToHaveTextAsync(ExactText(trace.Block(1).Attention[2, Tokens + 1]));

        await tab.Page.GoBackAsync();
        await tab.SaysAsync("#attention-title", "Block 0, head 1");
    }

    [BrowserTheory]
    [InlineData(1, "", 1)]
    [InlineData(101, "The prompt has 101 tokens. Labels and arcs are drawn for up to 100: this is the map alone.", 0)]
    public async Task FewTokensAndMany_AreShownAsFarAsItMakesSense(int tokens, string note, int listed)
    {
        LanguageModel model = LanguageModel.Of(
            TestModels.Random(new Gpt2Config(RunningExplorer.Vocabulary.Count, 110, 12, 3, 2), seed: 6), new Tokenizer(RunningExplorer.Vocabulary),
            "long", new LoadOptions { Kernels = KernelSet.Create(KernelRung.Vector), KeepMatrices = true });
        await using RunningExplorer other = await RunningExplorer.StartAsync(other: model);
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, other, $"#prompt={new string('x', tokens)}");
        await tab.Page.Locator("#open-attention").ClickAsync();

        await Assertions.Expect(tab.Page.Locator(".attention-exact")).Not.ToHaveTextAsync("");
        await tab.SaysAsync(".attention-note", note);
        await Assertions.Expect(tab.Page.Locator(".attention-tokens button")).ToHaveCountAsync(listed);
        await Assertions.Expect(tab.Page.Locator(".attention-beside > span")).ToHaveCountAsync(listed);
        (await tab.Page.Locator(".attention-board canvas").EvaluateAsync<int>("canvas => canvas.width")).Should().Be(tokens);
    }

    [BrowserFact]
    public async Task TwelveHeads_AsGpt2SmallHas_AreAllInView()
    {
        LanguageModel model = LanguageModel.Of(
            TestModels.Random(new Gpt2Config(RunningExplorer.Vocabulary.Count, 24, 24, 12, 2), seed: 6), new Tokenizer(RunningExplorer.Vocabulary),
            "heads", new LoadOptions { Kernels = KernelSet.Create(KernelRung.Vector), KeepMatrices = true });
        await using RunningExplorer other = await RunningExplorer.StartAsync(other: model);
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, other, Link + "0,0,3");

        await Assertions.Expect(tab.Page.Locator(".attention-head")).ToHaveCountAsync(24);
        (await tab.Page.Locator(".attention-heads").EvaluateAsync<bool>("heads => heads.scrollWidth <= heads.clientWidth")).Should().BeTrue();
    }

    private async Task<ExplorerPage> OpenAsync(string attention)
    {
        ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, Link + attention);
        await Assertions.Expect(tab.Page.Locator(".attention-exact")).Not.ToHaveTextAsync("");
        return tab;
    }

    /// <summary>The middle of a number of the large map.</summary>
    private static async Task<(float X, float Y)> CentreAsync(ExplorerPage tab, int row, int column)
    {
        LocatorBoundingBoxResult box = (await tab.Page.Locator(".attention-board").BoundingBoxAsync())!;
        return (box.X + ((column + 0.5f) * box.Width / Tokens), box.Y + ((row + 0.5f) * box.Height / Tokens));
    }

    private static System.Text.RegularExpressions.Regex ExactText(float value) =>
        new("^" + System.Text.RegularExpressions.Regex.Escape(value.ToString("G4", System.Globalization.CultureInfo.InvariantCulture)[..4]));
}
