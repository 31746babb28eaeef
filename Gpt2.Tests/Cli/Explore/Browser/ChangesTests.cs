// Changing a pass on the page, as a user would: a number where it stands, a head, undo, the numbers before and after, saving and loading.

using Gpt2.Cli.Explore;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;
using Gpt2.Core.Tracing;
using Microsoft.Playwright;

namespace Gpt2.Tests.Cli.Explore.Browser;

[Collection(Chromium.Collection)]
public sealed class ChangesTests(Chromium chromium) : IAsyncLifetime
{
    private RunningExplorer explorer = null!;

    public async Task InitializeAsync() => explorer = await RunningExplorer.StartAsync();

    public async Task DisposeAsync()
    {
        explorer.Failures.Should().BeEmpty();
        await explorer.DisposeAsync();
    }

    [BrowserFact]
    public async Task Number_ChangedInTheGrid_MovesWhatFollows()
    {
        EditedPass expected = Edited(new SetCell("h0.step16", 1, 2, -2.5f));
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer);
        await tab.GoToAsync("h0.step16[1,2]");
        await tab.Grid.PressAsync("F2");
        foreach (string wrong in (string[])["1e39", "two", ""])
        {
            await tab.Page.FillAsync("#edit-box", wrong);
            await tab.Page.PressAsync("#edit-box", "Enter");
            await Assertions.Expect(tab.Page.Locator("#edit-box")).ToHaveAttributeAsync("aria-invalid", "true");
            await tab.Page.PressAsync("#edit-box", "Escape");
            await tab.Grid.PressAsync("F2");
        }

        await tab.Page.FillAsync("#edit-box", "−25e−1"); // as the page writes it
        await tab.Page.PressAsync("#edit-box", "Enter");
        await Assertions.Expect(tab.Value).ToHaveTextAsync("−2.5");

        await tab.GoToAsync("h1.step3[1,4]");
        float after = expected.Trace.Activations.Block(1).Ln1Scaled[1, 4], before = explorer.Model.Trace("ab a").Activations.Block(1).Ln1Scaled[1, 4];
        ExplorerPage.Number(await tab.Value.TextContentAsync() ?? "").Should().Be(after);
        await tab.Page.Locator("[data-version=before]").ClickAsync();
        await tab.SettledAsync();
        ExplorerPage.Number(await tab.Value.TextContentAsync() ?? "").Should().Be(before);
        await tab.Page.Locator("[data-version=difference]").ClickAsync();
        await tab.SettledAsync();
        ExplorerPage.Number(await tab.Value.TextContentAsync() ?? "").Should().Be(after - before);
    }

    [BrowserFact]
    public async Task Head_SilencedAndUndone_ShowsThePredictionBeforeAndAfter()
    {
        string answer = Label(explorer.Model.Trace("ab a", HeadRows.All));
        string without = Label(Edited(new SilenceHead(0, 1), new SilenceNeuron(1, 3)).Trace);
        await using ExplorerPage tab = await ExplorerPage.OpenAsync(chromium, explorer);
        await tab.Page.ClickAsync("#open-changes");
        await tab.Page.SetInputFilesAsync("#edits-file", new FilePayload
        {
            Name = "null.json",
            MimeType = "application/json",
            Buffer = "null"u8.ToArray(),
        });
        await tab.SaysAsync("#problem", "null.json is not an experiment: there is no list of edits");
        await tab.Page.FillAsync("[name=head]", "1");
        await tab.Page.ClickAsync(".edit-new button");
        await Assertions.Expect(tab.Page.Locator(".edits li")).ToHaveCountAsync(1);
        await tab.Page.SelectOptionAsync("#edit-kind", "Silence a neuron");
        await tab.Page.FillAsync("[name=block]", "1");
        await tab.Page.FillAsync("[name=neuron]", "3");
        await tab.Page.ClickAsync(".edit-new button");

        await Assertions.Expect(tab.Page.Locator(".edits li span")).ToHaveTextAsync(["head 1 of h0 silenced", "neuron 3 of h1 silenced"]);
        await Assertions.Expect(tab.Page.Locator(".outcome").First.Locator("tr").First.Locator("td").Nth(1)).ToHaveTextAsync(answer);
        await Assertions.Expect(tab.Page.Locator(".outcome").Last.Locator("tr").First.Locator("td").Nth(1)).ToHaveTextAsync(without);
        IDownload saved = await tab.Page.RunAndWaitForDownloadAsync(() => tab.Page.GetByText("Save", new() { Exact = true }).ClickAsync());
        Experiment experiment = EditFile.Read(await File.ReadAllTextAsync(await saved.PathAsync()), "experiment.json");
        experiment.Edits.Should().Equal(new SilenceHead(0, 1), new SilenceNeuron(1, 3));

        await tab.Page.GetByText("Undo the last").ClickAsync();
        await Assertions.Expect(tab.Page.Locator(".edits li")).ToHaveCountAsync(1);
        await tab.Page.GetByText("Undo all").ClickAsync();
        await Assertions.Expect(tab.Page.Locator(".moved")).ToHaveTextAsync("There are no edits yet.");
        await tab.Page.SetInputFilesAsync("#edits-file", new FilePayload
        {
            Name = "experiment.json",
            MimeType = "application/json",
            Buffer = System.Text.Encoding.UTF8.GetBytes(EditFile.Write(experiment)),
        });
        await Assertions.Expect(tab.Page.Locator(".edits li")).ToHaveCountAsync(2);

        await tab.Page.Locator(".moved button").First.ClickAsync();
        await Assertions.Expect(tab.Page.Locator("[data-version=difference]")).ToHaveAttributeAsync("aria-checked", "true");
        explorer.Sessions.Should().Be(1);
    }

    private EditedPass Edited(params PassEdit[] edits) =>
        EditedPass.Run(explorer.Model.Model, explorer.Model.Trace("ab a", HeadRows.All), edits);

    private static string Label(ForwardTrace trace) => TokenLabel.Of(RunningExplorer.Vocabulary, ExplorerSession.Predict(trace)[0].Id);
}
