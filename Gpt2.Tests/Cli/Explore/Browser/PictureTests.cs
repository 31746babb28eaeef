// The pictures of the documentation are screenshots of the page with the default model. The tests take each again and check that the
// documentation has it, in the same size; with GPT2_PICTURES=docs they also write it there:
// GPT2_PICTURES="$PWD/docs" dotnet test Gpt2.Tests --filter PictureTests

using System.Buffers.Binary;
using Gpt2.Core;
using Gpt2.Tests.Support;
using Microsoft.Playwright;

namespace Gpt2.Tests.Cli.Explore.Browser;

[Collection(Chromium.Collection)]
public sealed class PictureTests(Chromium chromium) : IAsyncLifetime
{
    private const string FolderVariable = "GPT2_PICTURES", Prompt = "Mike is quick. He moves";
    private const int Width = 1280, Height = 760;

    /// <summary>Width and height are the first fields of the first chunk of a PNG file.</summary>
    private const int SizeInPng = 16;

    private RunningExplorer explorer = null!;

    public async Task InitializeAsync() => explorer = await RunningExplorer.StartAsync(
        prompt: Prompt, other: await LanguageModel.LoadAsync("gpt2-workshop", new LoadOptions { KeepMatrices = true }));

    public async Task DisposeAsync() => await explorer.DisposeAsync();

    [BrowserTheory]
    [InlineData("explorer-numbers.png", "sheet=h0.step7&cell=5,2&why=1", ".why-source", ColorScheme.Light)]
    [InlineData("explorer-attention.png", "view=attention&attention=3,0,5", ".attention-exact", ColorScheme.Light)]
    [InlineData("explorer-depth.png", "view=depth", ".ranks-dot", ColorScheme.Dark)]
    [InlineData("explorer-compare.png", "view=compare&with=Sally+is+quick.+She+moves", ".compare-distances .grid-cell", ColorScheme.Light)]
    [InlineData("explorer-network.png", "view=network&part=hiker", ".network-contour", ColorScheme.Light)]
    public async Task Documentation_HasThePicture(string name, string address, string ready, ColorScheme colours)
    {
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(
            chromium, explorer, $"#prompt={Uri.EscapeDataString(Prompt)}&{address}", Width, Height, colours);
        await Assertions.Expect(tab.Page.Locator(ready).First).ToBeVisibleAsync();
        byte[] picture = await tab.Page.ScreenshotAsync(new PageScreenshotOptions { Animations = ScreenshotAnimations.Disabled });
        string docs = Path.Combine(SharedData.RepositoryRoot, "docs");
        if (Environment.GetEnvironmentVariable(FolderVariable) is string folder)
        {
            await File.WriteAllBytesAsync(Path.Combine(folder, name), picture);
        }

        SizeOf(await File.ReadAllBytesAsync(Path.Combine(docs, name))).Should().Be(SizeOf(picture)).And.Be((Width, Height));
        (await File.ReadAllTextAsync(Path.Combine(docs, "explorer.md"))).Should().Contain($"]({name})", "the page shows its pictures");
    }

    private static (int Width, int Height) SizeOf(byte[] png) => (
        BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(SizeInPng)), BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(SizeInPng + sizeof(int))));
}
