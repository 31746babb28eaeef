// The explorer's page in a tab. At the end it must have written no error to the console and asked no other server.

using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Playwright;

namespace Gpt2.Tests.Cli.Explore.Browser;

/// <summary>A tab.</summary>
internal sealed class ExplorerPage : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> errors = new();
    private readonly ConcurrentQueue<string> foreign = new();
    private readonly IBrowserContext context;

    private ExplorerPage(IBrowserContext context, IPage page, Predicate<string> isOwn)
    {
        this.context = context;
        Page = page;
        page.PageError += (_, error) => errors.Enqueue(error);
        page.Console += (_, message) =>
        {
            bool isRefusal = message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal);
            if (message.Type is "error" or "warning" && !(isRefusal && MayBeRefused))
            {
                errors.Enqueue($"{message.Type}: {message.Text}");
            }
        };
        page.Request += (_, request) =>
        {
            if (!isOwn(request.Url))
            {
                foreign.Enqueue(request.Url);
            }
        };
    }

    public IPage Page { get; }

    /// <summary>Whether the test expects a refusal, which a browser notes on its console.</summary>
    public bool MayBeRefused { get; set; }

    public ILocator Grid => Page.Locator("#grid");

    public ILocator Value => Page.Locator(".formula-value");

    public ILocator NameBox => Page.Locator("#name-box");

    /// <summary>Opens the page and waits for its first numbers.</summary>
    public static async Task<ExplorerPage> OpenAsync(
        Chromium chromium, RunningExplorer explorer, string address = "", int width = 1400, int height = 900, ColorScheme colours = ColorScheme.Light)
    {
        IBrowserContext context = await NewContextAsync(chromium, width, height, colours);
        string own = explorer.Address + "/";
        var tab = new ExplorerPage(context, await context.NewPageAsync(), url => url.StartsWith(own, StringComparison.Ordinal));
        await tab.Page.GotoAsync(own + address);
        await tab.SettledAsync();
        return tab;
    }

    /// <summary>Opens a saved page from the disk, with no network, and waits for its first numbers.</summary>
    public static async Task<ExplorerPage> OpenFileAsync(
        Chromium chromium, string file, string address = "", int width = 1400, int height = 900, ColorScheme colours = ColorScheme.Light)
    {
        IBrowserContext context = await NewContextAsync(chromium, width, height, colours);
        await context.SetOfflineAsync(true);
        string own = new Uri(file).AbsoluteUri;
        bool IsOwn(string url) => url.Split('#')[0] == own
            || url.StartsWith("data:", StringComparison.Ordinal) || url.StartsWith("blob:", StringComparison.Ordinal); // both are in the file
        var tab = new ExplorerPage(context, await context.NewPageAsync(), IsOwn);
        await tab.Page.GotoAsync(own + address);
        await tab.SettledAsync();
        return tab;
    }

    private static async Task<IBrowserContext> NewContextAsync(Chromium chromium, int width, int height, ColorScheme colours)
    {
        return await chromium.Browser.NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = colours,
            Permissions = ["clipboard-read", "clipboard-write"],
        });
    }

    /// <summary>Waits until the current cell and all others in view have their numbers.</summary>
    public async Task SettledAsync() => await Page.WaitForFunctionAsync(
        "() => document.querySelectorAll('#grid .grid-cell').length > 0 && document.querySelector('.formula-value')?.textContent !== '…'"
        + " && [...document.querySelectorAll('#grid .grid-cell')].every(cell => cell.textContent !== '')");

    /// <summary>Goes to a cell by its name.</summary>
    public async Task GoToAsync(string name)
    {
        await NameBox.FillAsync(name);
        await NameBox.PressAsync("Enter");
        await SettledAsync();
    }

    /// <summary>The cells in the page: row, column and text.</summary>
    public async Task<(int Row, int Column, string Text)[]> CellsAsync()
    {
        string[] cells = await Page.EvaluateAsync<string[]>(
            "() => [...document.querySelectorAll('#grid .grid-cell')].map(cell => [cell.closest('.grid-row').getAttribute('aria-rowindex'),"
            + " cell.getAttribute('aria-colindex'), cell.textContent].join(' '))");
        return
        [
            .. cells.Select(cell => cell.Split(' ')).Select(parts => (
                int.Parse(parts[0], CultureInfo.InvariantCulture) - 2, int.Parse(parts[1], CultureInfo.InvariantCulture) - 2, parts[2])),
        ];
    }

    /// <summary>A number as the page writes it.</summary>
    public static float Number(string text) =>
        float.Parse(text.Replace('−', '-').Replace("∞", "Infinity", StringComparison.Ordinal), CultureInfo.InvariantCulture);

    /// <summary>Waits until an element says something.</summary>
    public Task SaysAsync(string selector, string text) => Assertions.Expect(Page.Locator(selector)).ToHaveTextAsync(text);

    public async ValueTask DisposeAsync()
    {
        await context.DisposeAsync();
        errors.Should().BeEmpty();
        foreign.Should().BeEmpty("no request leaves the machine");
    }
}
