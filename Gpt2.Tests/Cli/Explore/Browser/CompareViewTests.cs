// Comparing two prompts on the page, as a user would: the tokens, the distances, a matrix in three grids, edits, a link, a refusal.

using System.Globalization;
using System.Text.RegularExpressions;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Microsoft.Playwright;

namespace Gpt2.Tests.Cli.Explore.Browser;

[Collection(Chromium.Collection)]
public sealed class CompareViewTests(Chromium chromium) : IAsyncLifetime
{
    private const string Prompt = "ab a<a", Other = "ab a>a"; // tokens ab, " a", "<" or ">", "a"
    private const string Values = "#compare-values b";

    private RunningExplorer explorer = null!;

    public async Task InitializeAsync() => explorer = await RunningExplorer.StartAsync(prompt: Prompt);

    public async Task DisposeAsync()
    {
        explorer.Failures.Should().BeEmpty();
        await explorer.DisposeAsync();
    }

    [BrowserFact]
    public async Task SecondPrompt_ShowsWhereADifferenceSpreads_AndAMatrixInThreeGrids()
    {
        PassComparison expected = Compare(Prompt, Other);
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, height: 1000);
        await tab.Page.ClickAsync("#open-compare");
        await tab.Page.FillAsync("#compare-prompt", Other);
        await tab.Page.PressAsync("#compare-prompt", "Enter");

        await Assertions.Expect(tab.Page.Locator(".compare-token")).ToHaveTextAsync(["ab", "␣a", "<", "a", "ab", "␣a", ">", "a"]);
        await Assertions.Expect(tab.Page.Locator(".compare-token.differs")).ToHaveTextAsync(["<", ">"]);
        string[] names = ["token embeddings", "position embeddings", "1 input", "2 ln_1 normalised", "3 ln_1 scaled", "4 qkv", "5 queries",
            "5 keys", "5 values", "6 scores", "7 attention"];
        for (int row = 0; row < names.Length; row++)
        {
            ILocator line = tab.Page.Locator($".compare-distances [aria-rowindex='{row + 2}']");
            await Assertions.Expect(line.Locator(".grid-row-head span").Last).ToHaveTextAsync(names[row]);
            (IReadOnlyList<RowDistance?> rows, RowDistance? all) = expected.Matrices[row].Distances();
            float[] distances = [all!.Value.Relative, .. rows.Select(distance => distance!.Value.Relative)];
            await Assertions.Expect(line.Locator(".grid-cell")).ToHaveTextAsync(
                distances.Select(distance => distance == 0 ? "0" : distance.ToString("F4", CultureInfo.InvariantCulture)));
            distances[1..3].Should().Equal(0, 0);
            (distances[4] > 0).Should().Be(row >= 9, "the last token sees the one before it from step 6 on");
        }

        string[] down = [.. Enumerable.Repeat("ArrowDown", 10)], right = [.. Enumerable.Repeat("ArrowRight", 4)];
        await PressAsync(tab, ".compare-distances", ["Control+Home", .. down, .. right, "Enter"]);
        await tab.SaysAsync("#compare-sheet-title", "block 0, step 7: attention");
        await PressAsync(tab, ".compare-pane:first-child .grid", ["ArrowRight", "ArrowRight"]);
        Matrix first = explorer.Model.Trace(Prompt).Activations.Block(0).Attention;
        Matrix second = explorer.Model.Trace(Other).Activations.Block(0).Attention;
        await ExpectValuesAsync(tab, first[3, 2], second[3, 2]);
        await Assertions.Expect(tab.Page.Locator(".compare-pane [aria-selected=true]")).ToHaveCountAsync(3);
        await PressAsync(tab, ".compare-pane:last-child .grid", ["End"]);
        await ExpectValuesAsync(tab, first[3, 11], second[3, 11]);
        tab.Page.Url.Should().Contain("&view=compare&with=ab+a%3Ea&matrix=h0.step7&at=3%2C11");
        await PressAsync(tab, ".compare-pane:last-child .grid", ["Escape"]);
        await Assertions.Expect(tab.Page.Locator(".compare-distances")).ToBeFocusedAsync();
        explorer.Sessions.Should().Be(2);
    }

    [BrowserFact]
    public async Task Grids_ScrollTogether_AndAnEditIsMadeInBothPasses()
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, Link(Other, "&matrix=h1.step14&at=3,0"));
        await Assertions.Expect(tab.Page.Locator(Values).First).Not.ToHaveTextAsync("…");
        await tab.Page.Locator(".compare-pane:nth-child(2) .grid").EvaluateAsync("grid => { grid.scrollLeft = 1200; }");
        foreach (string pane in (string[])["first-child", "last-child"])
        {
            await Assertions.Expect(tab.Page.Locator($".compare-pane:{pane} .grid")).ToHaveJSPropertyAsync("scrollLeft", 1200);
            await Assertions.Expect(tab.Page.Locator($".compare-pane:{pane} .grid-cell[aria-colindex='19']").First).Not.ToHaveTextAsync("");
        }

        await tab.Page.ClickAsync("#open-changes");
        await tab.Page.ClickAsync(".edit-new button"); // silences head 0 of block 0
        await Assertions.Expect(tab.Page.Locator(".edits li")).ToHaveCountAsync(1);
        await tab.Page.ClickAsync("#open-compare");

        SilenceHead edit = new(0, 0);
        await ExpectValuesAsync(tab, Edited(Prompt, edit)[3, 0], Edited(Other, edit)[3, 0]);
        explorer.Sessions.Should().Be(2);

        Matrix Edited(string prompt, PassEdit one) =>
            EditedPass.Run(explorer.Model.Model, explorer.Model.Trace(prompt, HeadRows.All), [one]).Trace.Activations.Block(1).Gelu;
    }

    [BrowserFact]
    public async Task Link_WithALongerPrompt_LeavesBlankWhatHasNoCounterpart_AndAnEmptyOneIsRefused()
    {
        const string Longer = "ab a<<<a";
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, Link(Longer, "&matrix=h0.step7&at=4,2"));
        await Assertions.Expect(tab.Page.Locator(".compare-prompts p")).ToContainTextAsync("2 tokens of the longer prompt have no counterpart");
        Matrix second = explorer.Model.Trace(Longer).Activations.Block(0).Attention;
        await ExpectOnlySecondAsync(tab, second[4, 2]);
        await Assertions.Expect(tab.Page.Locator(".compare-pane:first-child [aria-rowindex='6'] .grid-cell").First).ToHaveTextAsync("");

        // The server lets both passes go: they are run again when they are needed.
        foreach (string session in await tab.Page.EvaluateAsync<string[]>(
            "async () => { const { state } = await import('./state.js'); const { compared } = await import('./comparison.js');"
            + " return [state.session.id, compared.passes.second.id]; }"))
        {
            using HttpResponseMessage closed = await explorer.PostAsync($"/api/sessions/{session}/close", "");
        }

        tab.MayBeRefused = true;
        await tab.Page.GetByLabel("The next matrix").ClickAsync();
        await tab.SaysAsync("#compare-sheet-title", "block 0, step 8: attended values");
        Matrix attended = explorer.Model.Trace(Longer).Activations.Block(0).AttendedValues;
        await ExpectOnlySecondAsync(tab, attended[4, 0]);

        await tab.Page.FillAsync("#compare-prompt", "");
        await tab.Page.PressAsync("#compare-prompt", "Enter");
        await tab.SaysAsync(".compare .problem", "the prompt is empty, expected at least one token");
        await Assertions.Expect(tab.Page.Locator(".compare-result")).ToBeHiddenAsync();
    }

    [BrowserFact]
    public async Task SecondPrompt_OfTwoLines_StaysTheSameWhenItIsComparedAgain()
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, Link("ab\na", ""));
        string[] tokens = ["ab", "\\n", "a"];
        ILocator second = tab.Page.Locator(".compare-tokens tr").Last.Locator(".compare-token:not(.nothing)");
        await Assertions.Expect(second).ToHaveTextAsync(tokens);
        await Assertions.Expect(tab.Page.Locator("#compare-prompt")).ToHaveValueAsync("ab\na");
        (await tab.Page.Locator("#compare-prompt").EvaluateAsync<bool>("box => box.scrollHeight <= box.clientHeight")).Should().BeTrue();

        await tab.Page.PressAsync("#compare-prompt", "Control+End");
        await tab.Page.PressAsync("#compare-prompt", "Shift+Enter");
        await tab.Page.PressAsync("#compare-prompt", "Enter");

        await Assertions.Expect(second).ToHaveCountAsync(tokens.Length + 1);
        tab.Page.Url.Should().EndWith("with=ab%0Aa%0A");
    }

    private static string Link(string other, string rest) =>
        $"#prompt={Uri.EscapeDataString(Prompt)}&view=compare&with={Uri.EscapeDataString(other)}{rest}";

    private PassComparison Compare(string prompt, string other) =>
        new(explorer.Model.Trace(prompt, HeadRows.All), explorer.Model.Trace(other, HeadRows.All));

    private static async Task PressAsync(ExplorerPage tab, string selector, string[] keys)
    {
        await tab.Page.Locator(selector).FocusAsync();
        foreach (string key in keys)
        {
            await tab.Page.Keyboard.PressAsync(key);
        }
    }

    /// <summary>Waits until the line above the grids has a number of the second prompt alone.</summary>
    private static async Task ExpectOnlySecondAsync(ExplorerPage tab, float second)
    {
        ILocator values = tab.Page.Locator(Values);
        await Assertions.Expect(values.Nth(1)).ToHaveTextAsync(new Regex("[0-9]"));
        (await values.AllInnerTextsAsync()).Should().HaveElementAt(0, "none").And.HaveElementAt(2, "none");
        ExplorerPage.Number(await values.Nth(1).InnerTextAsync()).Should().Be(second);
    }

    /// <summary>Waits until the line above the grids has three numbers.</summary>
    private static async Task ExpectValuesAsync(ExplorerPage tab, float first, float second)
    {
        ILocator values = tab.Page.Locator(Values);
        float[] expected = [first, second, second - first];
        for (int i = 0; i < expected.Length; i++)
        {
            string begin = expected[i].ToString("F2", CultureInfo.InvariantCulture).Replace('-', '−')[..^1];
            await Assertions.Expect(values.Nth(i)).ToContainTextAsync(begin);
        }

        (await values.AllInnerTextsAsync()).Select(ExplorerPage.Number).Should().Equal(expected);
    }
}
