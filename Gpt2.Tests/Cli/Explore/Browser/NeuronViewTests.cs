// The view of neurons in a browser: opened from a cell of step 14, its values in the prompt, and its strongest tokens in a text.

using System.Globalization;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Numerics;
using Microsoft.Playwright;

namespace Gpt2.Tests.Cli.Explore.Browser;

[Collection(Chromium.Collection)]
public sealed class NeuronViewTests(Chromium chromium)
{
    [BrowserFact]
    public async Task Neuron_FromACellOfStep14_ShowsItsValuesAndItsStrongestTokens()
    {
        const string Text = "ab a <b>bold</b> ab a xyz ab a end";
        await using RunningExplorer explorer = await RunningExplorer.StartAsync(prompt: "ab a a a");
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer);
        await tab.GoToAsync("h1.step14[2,17]");

        await tab.Page.ClickAsync("#open-neuron");

        Matrix gelu = explorer.Model.Trace("ab a a a").Activations.Block(1).Gelu;
        await Assertions.Expect(tab.Page.Locator(".neuron-token .number"))
            .ToHaveTextAsync(Enumerable.Range(0, 4).Select(row => Brief(gelu[row, 17])));
        tab.Page.Url.Should().EndWith("&view=neurons&block=1&neuron=17");
        await tab.Page.FillAsync("#neuron-text", Text);
        await tab.Page.ClickAsync("#neuron-search");

        int[] ids = explorer.Model.Tokenizer.Encode(Text);
        IReadOnlyList<NeuronFiring> expected = NeuronSearch.Strongest(explorer.Model.Model, ids, 1, 17, 20, RunningExplorer.Config.Context);
        await Assertions.Expect(tab.Page.Locator(".neuron-firings tbody tr td:nth-child(1)"))
            .ToHaveTextAsync(expected.Select(firing => firing.Position.ToString(CultureInfo.InvariantCulture)));
        await Assertions.Expect(tab.Page.Locator(".neuron-firings tbody tr td:nth-child(2)"))
            .ToHaveTextAsync(expected.Select(firing => Brief(firing.Value)));

        await tab.Page.SelectOptionAsync("#neuron-block", "0");
        await tab.Page.ClickAsync("[aria-label='The next neuron']");
        Matrix other = explorer.Model.Trace("ab a a a").Activations.Block(0).Gelu;
        await Assertions.Expect(tab.Page.Locator(".neuron-token .number"))
            .ToHaveTextAsync(Enumerable.Range(0, 4).Select(row => Brief(other[row, 18])));
        await tab.Page.GoBackAsync();
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync("h1.step14[2,17]");
        await Assertions.Expect(tab.Grid).ToBeVisibleAsync();
    }

    private static string Brief(float value)
    {
        string text = value.ToString("F3", CultureInfo.InvariantCulture);
        return text is "-0.000" ? "0.000" : text.Replace('-', '−');
    }
}
