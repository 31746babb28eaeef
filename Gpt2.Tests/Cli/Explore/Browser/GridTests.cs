// The grid in a browser: every number of a pass is there as the trace has it, and a spreadsheet's ways of going about work.

using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Tracing;
using Microsoft.Playwright;

namespace Gpt2.Tests.Cli.Explore.Browser;

[Collection(Chromium.Collection)]
public sealed class GridTests(Chromium chromium) : IAsyncLifetime
{
    private const string Prompt = "ab a a a";
    private const string Link = "#prompt=ab+a+a+a&sheet=";

    private RunningExplorer explorer = null!;
    private ForwardTrace trace = null!;

    public async Task InitializeAsync()
    {
        explorer = await RunningExplorer.StartAsync(prompt: Prompt);
        trace = explorer.Model.Trace(Prompt, HeadRows.All);
    }

    public async Task DisposeAsync()
    {
        explorer.Failures.Should().BeEmpty();
        await explorer.DisposeAsync();
    }

    [BrowserFact]
    public async Task EverySheetOfAPass_InTheGrid_EqualsTheTrace()
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, width: 1900);
        foreach (TraceEntry entry in trace.Entries)
        {
            string name = RunningExplorer.NameOf(entry);
            var seen = new HashSet<(int, int)>();
            for (int column = 0; column < entry.Matrix.Columns; column = seen.Max(cell => cell.Item2) + 1)
            {
                await tab.GoToAsync($"{name}[0,{column}]");
                foreach ((int row, int at, string text) in await tab.CellsAsync())
                {
                    RequireShown(text, entry.Matrix[row, at], $"{name}[{row},{at}]");
                    seen.Add((row, at));
                }
            }

            seen.Should().HaveCount(entry.Matrix.Rows * entry.Matrix.Columns, name);
        }
    }

    [BrowserFact]
    public async Task FormulaBar_HoldsTheNumberExactly()
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer);
        (string Name, Matrix Matrix)[] sheets =
        [
            ("h0.step4", trace.Activations.Block(0).Qkv), ("h1.step6", trace.Activations.Block(1).Scores),
            ("probabilities", trace.Activations.Probabilities), ("model_wte", explorer.Model.Model.Weights.TokenEmbedding),
        ];
        foreach ((string name, Matrix matrix) in sheets)
        {
            foreach ((int row, int column) in ((int, int)[])[(0, 0), (2, 7), (matrix.Rows - 1, matrix.Columns - 1)])
            {
                await tab.GoToAsync($"{name}[{row},{column}]");

                ExplorerPage.Number(await tab.Value.InnerTextAsync()).Should().Be(matrix[row, column], "{0}[{1},{2}]", name, row, column);
            }
        }
    }

    [BrowserFact]
    public async Task Keys_MoveTheCell_AndShiftSelectsARange()
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, Link + "h0.step1&cell=1,2");
        await tab.Grid.FocusAsync();
        await tab.Page.Keyboard.PressAsync("ArrowDown");
        await tab.Page.Keyboard.PressAsync("ArrowLeft");
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync("h0.step1[2,1]");

        await tab.Page.Keyboard.PressAsync("Shift+ArrowDown");
        await tab.Page.Keyboard.PressAsync("Shift+ArrowRight");
        await tab.Page.Keyboard.PressAsync("Shift+ArrowRight");

        Matrix input = trace.Activations.Block(0).Input;
        float[] range = [.. input.Row(2)[1..4], .. input.Row(3)[1..4]];
        await Assertions.Expect(tab.Page.Locator("#figures")).ToContainTextAsync("count 6");
        float[] figures = [.. (await tab.Page.Locator("#figures b").AllInnerTextsAsync()).Select(ExplorerPage.Number)];
        figures[0].Should().Be(6);
        figures[1].Should().BeApproximately(range.Sum(), 1e-5f);
        figures[2].Should().BeApproximately(range.Average(), 1e-5f);
        figures[3].Should().BeApproximately(range.Min(), 1e-6f);
        figures[4].Should().BeApproximately(range.Max(), 1e-6f);

        await tab.Page.Keyboard.PressAsync("Control+Home");
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync("h0.step1[0,0]");
        await tab.Page.Keyboard.PressAsync("Control+End");
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync("h0.step1[3,11]");
        await tab.Page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync("h0.step1[3,11]", new LocatorAssertionsToHaveValueOptions { Timeout = 1000 });
    }

    [BrowserFact]
    public async Task Copy_HasTabsAndEveryDigit_AndSaveIsAFile()
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, Link + "logits&cell=0,0");
        await tab.GoToAsync("[1,5]:[2,7]");
        await tab.Page.Keyboard.PressAsync("Control+c");
        await tab.SaysAsync("#spoken", "copied 6 numbers");

        string copied = await tab.Page.EvaluateAsync<string>("() => navigator.clipboard.readText()");
        float[][] rows = [.. copied.Split('\n').Select(line => line.Split('\t').Select(ExplorerPage.Number).ToArray())];
        rows.Should().HaveCount(2);
        rows[0].Should().Equal(trace.Activations.Logits.Row(1)[5..8].ToArray());
        rows[1].Should().Equal(trace.Activations.Logits.Row(2)[5..8].ToArray());

        IDownload file = await tab.Page.RunAndWaitForDownloadAsync(() => tab.Page.Locator("#save").ClickAsync());
        file.SuggestedFilename.Should().Be("logits_1-2_5-7.csv");
        string saved = await File.ReadAllTextAsync(await file.PathAsync());
        saved.Should().Be(copied.Replace('\t', ',') + "\n");
    }

    [BrowserFact]
    public async Task Drag_SelectsFromCellToCell_AndALabelItsRow()
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, Link + "h0.step7&cell=3,0");
        await tab.Page.Locator("[aria-rowindex='2'] [aria-colindex='2'].grid-cell").HoverAsync();
        await tab.Page.Mouse.DownAsync();
        await tab.Page.Locator("[aria-rowindex='4'] [aria-colindex='5'].grid-cell").HoverAsync();
        await tab.Page.Mouse.UpAsync();
        await Assertions.Expect(tab.Page.Locator("#figures")).ToContainTextAsync("count 12");
        (await tab.Page.Locator(".grid-cell[aria-selected=true]").CountAsync()).Should().Be(12);

        await tab.Page.Locator("[aria-rowindex='3'] .grid-row-head").ClickAsync();

        await Assertions.Expect(tab.Page.Locator("#figures")).ToContainTextAsync("count 12");
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync("h0.step7[1,0]");
        (await tab.Page.Locator("#figures b").Nth(1).InnerTextAsync()).Should().Be("3", "three heads, each of which sums to 1");
    }

    [BrowserFact]
    public async Task Scroll_ToTheEndOfALargeSheet_ShowsItsLastNumbers_InFewCells()
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, Link + "model_wte&cell=0,0", height: 700);
        Matrix wte = explorer.Model.Model.Weights.TokenEmbedding;
        await tab.Grid.EvaluateAsync("grid => { grid.scrollTop = grid.scrollHeight; }");
        await Assertions.Expect(tab.Page.Locator($"[aria-rowindex='{wte.Rows + 1}'] .grid-cell").First).Not.ToHaveTextAsync("");
        await tab.SettledAsync();

        (int Row, int Column, string Text)[] cells = await tab.CellsAsync();

        foreach ((int row, int column, string text) in cells)
        {
            RequireShown(text, wte[row, column], $"[{row},{column}]");
        }

        cells.Max(cell => cell.Row).Should().Be(wte.Rows - 1);
        cells.Length.Should().BeLessThan(60 * 14, "only what is in view is made");
        await tab.SaysAsync($"[aria-rowindex='{wte.Rows + 1}'] .grid-row-head", $"{wte.Rows - 1}<|endoftext|>");
        await tab.SaysAsync($"[aria-rowindex='{wte.Rows - 2}'] .grid-row-head", $"{wte.Rows - 4}<script>");
    }

    [BrowserTheory]
    [InlineData("h9.step1[0,0]", "There is no sheet h9.step1")]
    [InlineData("h0.step1[4,0]", "h0.step1 has 4 rows and 12 columns")]
    [InlineData("<b>", "There is no sheet <b>")]
    public async Task NameBox_WithNoSuchCell_SaysSoAndStays(string name, string message)
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer, Link + "h0.step3&cell=1,1");
        await tab.NameBox.FillAsync(name);
        await tab.NameBox.PressAsync("Enter");

        await tab.SaysAsync("#formula-bar", message);
        await tab.NameBox.PressAsync("Escape");
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync("h0.step3[1,1]");
    }

    /// <summary>Checks a number that is rounded for the grid: to half a unit of the last decimal that is shown.</summary>
    private static void RequireShown(string text, float value, string cell)
    {
        string[] parts = text.Split('e'), digits = parts[0].Split('.');
        double power = (parts.Length > 1 ? ExplorerPage.Number(parts[1]) : 0) - (digits.Length > 1 ? digits[1].Length : 0);
        double half = value == 0 ? 0 : 0.5001 * Math.Pow(10, power);
        ((double)ExplorerPage.Number(text)).Should().BeApproximately(value, half, cell);
        (ExplorerPage.Number(text) == 0).Should().Be(value == 0, cell);
    }
}
