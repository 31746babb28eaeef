// A browser for tests of the page: Chromium, which does not travel with the project. Without it the tests are skipped and say so.

using System.Reflection;
using Gpt2.Tests.Support;
using Microsoft.Playwright;

namespace Gpt2.Tests.Cli.Explore.Browser;

/// <summary>One Chromium for all tests of a collection.</summary>
public sealed class Chromium : IAsyncLifetime
{
    public const string Collection = "Chromium";

    private const string PathVariable = "GPT2_CHROMIUM";

    private IPlaywright? playwright;

    /// <summary>Where the browser is, or null.</summary>
    public static string? Executable { get; } = Find();

    public static string? SkipReason { get; } =
        Executable is null ? $"{OpenAiClient.SkipBegin}Chromium is not on this machine, and {PathVariable} does not name it" : null;

    public IBrowser Browser { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        if (Executable is null)
        {
            return;
        }

        // The driver is not copied beside the tests: see the project file.
        IEnumerable<AssemblyMetadataAttribute> metadata = typeof(Chromium).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>();
        Environment.SetEnvironmentVariable("PLAYWRIGHT_DRIVER_SEARCH_PATH", metadata.Single(data => data.Key == "PlaywrightDriver").Value);
        playwright = await Playwright.CreateAsync();
        Browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = Executable,
            Args = Environment.UserName == "root" ? ["--no-sandbox"] : [],
        });
    }

    public async Task DisposeAsync()
    {
        if (playwright is not null)
        {
            await Browser.CloseAsync();
            playwright.Dispose();
        }
    }

    private static string? Find()
    {
        string[] names = OperatingSystem.IsWindows() ? ["chrome.exe"] : ["chromium", "chromium-browser", "google-chrome"];
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        string? named = Environment.GetEnvironmentVariable(PathVariable);
        return new[] { named }.Concat(names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name)))).FirstOrDefault(File.Exists);
    }
}

/// <summary>The tests that share a browser.</summary>
[CollectionDefinition(Chromium.Collection)]
public sealed class ChromiumTests : ICollectionFixture<Chromium>;

/// <summary>A test that needs a browser.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute() => Skip = Chromium.SkipReason;
}

/// <summary>A theory that needs a browser.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BrowserTheoryAttribute : TheoryAttribute
{
    public BrowserTheoryAttribute() => Skip = Chromium.SkipReason;
}
