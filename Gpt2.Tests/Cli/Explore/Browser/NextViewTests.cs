// The view of the next token in a browser: what is drawn by hand is what gpt2 generate draws, and Undo and Back take it back.

using Gpt2.Cli.Explore;
using Gpt2.Core.Generation;
using Microsoft.Playwright;

namespace Gpt2.Tests.Cli.Explore.Browser;

[Collection(Chromium.Collection)]
public sealed class NextViewTests(Chromium chromium)
{
    private const string Prompt = "ab a a a";

    [BrowserFact]
    public async Task TokensAppendedByHand_AreThoseGenerated_AndAreTakenBack()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync(prompt: Prompt);
        (ulong seed, int[] generated) = SeedOfText(explorer);
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(
            chromium, explorer, $"#prompt=ab+a+a+a&view=next&topK=60&minP=0.01&temperature=2&seed={seed}");
        tab.MayBeRefused = true; // what the page asked about a pass that the longer prompt replaced
        ILocator append = tab.Page.Locator("#next-append"), tokens = tab.Page.Locator(".token");
        for (int step = 0; step < 2; step++)
        {
            await Assertions.Expect(append).ToHaveTextAsync("Append " + TokenLabel.Of(RunningExplorer.Vocabulary, generated[step]));
            await append.ClickAsync();
            await Assertions.Expect(tokens).ToHaveCountAsync(5 + step);
        }

        await Assertions.Expect(append).ToHaveTextAsync("Append " + TokenLabel.Of(RunningExplorer.Vocabulary, generated[2]));
        tab.Page.Url.Should().Contain("draws=2");
        await tab.Page.ClickAsync("#next-undo");
        await Assertions.Expect(tokens).ToHaveCountAsync(5);
        await Assertions.Expect(append).ToHaveTextAsync("Append " + TokenLabel.Of(RunningExplorer.Vocabulary, generated[1]));
        for (int back = 0; back < 3; back++)
        {
            await tab.Page.GoBackAsync();
        }

        await Assertions.Expect(tokens).ToHaveCountAsync(4);
        await Assertions.Expect(append).ToHaveTextAsync("Append " + TokenLabel.Of(RunningExplorer.Vocabulary, generated[0]));
        tab.Page.Url.Should().NotContain("draws");
    }

    [BrowserFact]
    public async Task Settings_ChangeWhatIsKept_AndStandInTheAddress()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync(prompt: Prompt);
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer);
        await tab.Page.ClickAsync("#open-next");
        await Assertions.Expect(tab.Page.Locator(".next-stage b")).ToHaveTextAsync(["softmax"]);

        await tab.Page.FillAsync("#next-topK", "7");
        await tab.Page.PressAsync("#next-topK", "Enter");
        await tab.Page.FocusAsync("#next-temperature-slider");
        await tab.Page.Keyboard.PressAsync("ArrowRight");

        await Assertions.Expect(tab.Page.Locator(".next-stage b")).ToHaveTextAsync(["softmax", "temperature 1.05", "top-k 7"]);
        await Assertions.Expect(tab.Page.Locator(".next-scroll tbody tr:not(.dropped)")).ToHaveCountAsync(7);
        tab.Page.Url.Should().Contain("view=next").And.Contain("topK=7").And.Contain("temperature=1.05");
        await tab.Page.ClickAsync("#next-off");
        await Assertions.Expect(tab.Page.Locator(".next-stage b")).ToHaveTextAsync(["softmax"]);
        tab.Page.Url.Should().NotContain("topK");
        await tab.Page.FillAsync("#next-topP", "0");
        tab.MayBeRefused = true;
        await tab.Page.PressAsync("#next-topP", "Enter");
        await tab.SaysAsync("#next-verdict", "top-p is 0, expected more than 0 and at most 1, which keeps all tokens");
    }

    /// <summary>A seed whose first three tokens are text that is read as these tokens.</summary>
    private static (ulong Seed, int[] Ids) SeedOfText(RunningExplorer explorer)
    {
        int[] prompt = explorer.Model.Tokenizer.Encode(Prompt);
        for (ulong seed = 0; ; seed++)
        {
            var options = new GenerationOptions
            {
                MaxNewTokens = 3,
                Sampling = new SamplingOptions { Temperature = 2, TopK = 60, MinP = 0.01, Seed = seed },
            };
            int[] ids = [.. explorer.Model.Generate(Prompt, options).Select(token => token.Id)];
            bool isText = ids.All(id => RunningExplorer.Vocabulary.BytesOf(id)[0] is >= 0x20 and < 0x7F);
            if (isText && explorer.Model.Tokenizer.Encode(Prompt + explorer.Model.Tokenizer.Decode(ids)).SequenceEqual([.. prompt, .. ids]))
            {
                return (seed, ids);
            }
        }
    }
}
