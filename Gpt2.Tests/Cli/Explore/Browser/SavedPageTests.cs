// A page saved as a file, opened from the disk in a browser without a network: it answers what the program answers, and is used in the same way.

using System.Globalization;
using System.Text.Json;
using Gpt2.Cli.Explore;
using Gpt2.Core;
using Gpt2.Core.Explaining;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Text;
using Gpt2.Kernels;
using Gpt2.Tests.Support;
using Microsoft.Playwright;

namespace Gpt2.Tests.Cli.Explore.Browser;

[Collection(Chromium.Collection)]
public sealed class SavedPageTests(Chromium chromium) : IDisposable
{
    /// <summary>With what would end a script if it stood in one; a token of the vocabulary would, too.</summary>
    private const string Prompt = "ab a a</script><!--\u2028";

    /// <summary>What the page computes may differ in the last digits of a double.</summary>
    private const double Rounding = 1e-9;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [BrowserTheory]
    [InlineData("usual")]
    [InlineData("without a tied head and without biases of queries, keys and values")]
    [InlineData("with numbers that are none")]
    public async Task File_AnswersWhatTheServerAnswers(string kind)
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync(other: ModelOf(kind));
        PassExplanation pass = PassOf(explorer);
        await using ExplorerPage tab = await ExplorerPage.OpenFileAsync(chromium, Save(explorer));
        JsonElement session = await explorer.RunAsync(Prompt);
        bool isDistribution = session.GetProperty("problem").ValueKind == JsonValueKind.Null;

        RequireAlike(
            JsonSerializer.Deserialize<JsonElement>(await tab.Page.EvaluateAsync<string>(
                "async () => JSON.stringify(await (await import('api.js')).postPrompt())")),
            session, "", except: ["id", "canBeChanged"]);
        string[] questions = [.. Questions(pass, isDistribution)];
        string[] answers = await tab.Page.EvaluateAsync<string[]>(
            "async paths => { const { askSession } = await import('api.js');"
            + " return Promise.all(paths.map(async path => JSON.stringify(await (await askSession('', path)).json()))); }", questions);
        foreach ((string question, string answer) in questions.Zip(answers))
        {
            RequireAlike(JsonSerializer.Deserialize<JsonElement>(answer), await explorer.AskAsync(session, question), question);
        }

        foreach (JsonElement sheet in session.GetProperty("sheets").EnumerateArray())
        {
            string name = sheet.GetProperty("name").GetString()!;
            foreach (string range in (string[])["", "?r0=0&r1=1&c0=2&c1=7"])
            {
                string bits = await tab.Page.EvaluateAsync<string>(
                    "async path => { const { askSession } = await import('api.js');"
                    + " return new Int32Array(await (await askSession('', path)).arrayBuffer()).join(); }", $"sheets/{name}/window{range}");
                bits.Split(',').Select(number => int.Parse(number, CultureInfo.InvariantCulture))
                    .Should().Equal((await explorer.WindowAsync(session, name, range)).Select(BitConverter.SingleToInt32Bits), name);
            }
        }

        string[] labels = await tab.Page.EvaluateAsync<string[]>(
            "async () => (await import('api.js')).getLabels(0, " + RunningExplorer.Config.Vocabulary + ")");
        labels.Should().Equal(JsonSerializer.Deserialize<string[]>(await explorer.Client.GetStringAsync("/api/labels")));
        isDistribution.Should().Be(kind != "with numbers that are none");
        if (!isDistribution)
        {
            (await tab.Page.EvaluateAsync<string>(
                "async () => (await import('api.js')).askSession('', 'depth/logit?row=1').then(() => '', error => error.message)"))
                .Should().Be(session.GetProperty("problem").GetString());
        }
    }

    [BrowserFact]
    public async Task File_IsUsedLikeThePage_WithoutTheProgram()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync();
        PassExplanation pass = PassOf(explorer);
        await using ExplorerPage tab = await ExplorerPage.OpenFileAsync(chromium, Save(explorer), "#sheet=h1.step15&cell=3,4&why=1");
        IPage page = tab.Page;
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync("h1.step15[3,4]");
        await Assertions.Expect(page.Locator("#prompt")).ToHaveValueAsync(Prompt);
        await Assertions.Expect(page.Locator("#prompt")).Not.ToBeEditableAsync();
        await Assertions.Expect(page.Locator("#run")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator(".saved-note")).ToContainTextAsync("this prompt in small, with all its numbers.");
        await Assertions.Expect(page.Locator("#views button")).ToHaveTextAsync(["Numbers", "Attention", "Depth", "Neurons"]);

        OriginTerm largest = pass.OriginOf("h1.step15", 3, 4).LargestFirst().First();
        await Assertions.Expect(page.Locator("#why-body tfoot td").Last).ToHaveTextAsync(await tab.Value.InnerTextAsync());
        await page.Locator("#why-body tbody tr th button").First.ClickAsync();
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync(largest.Source.Address.Replace(" ", "", StringComparison.Ordinal));
        await page.GoBackAsync();
        await Assertions.Expect(tab.NameBox).ToHaveValueAsync("h1.step15[3,4]");
        await tab.Grid.PressAsync("F2");
        await Assertions.Expect(page.Locator("#edit-form")).ToBeHiddenAsync();

        await page.ClickAsync("#why-close");
        await tab.GoToAsync("probabilities[3,262]");
        await page.FillAsync("#ranked-search", "<SCRIPT");
        await Assertions.Expect(page.Locator("#ranked-rows tr")).ToHaveCountAsync(2); // the token, and that without its last letter
        await Assertions.Expect(page.Locator("#ranked-rows")).ToContainTextAsync("<script>");
        string saved = (await File.ReadAllLinesAsync(await DownloadAsync(page)))[3].Split(',')[262];
        float.Parse(saved, CultureInfo.InvariantCulture).Should().Be(pass.NumbersOf("probabilities")[3, 262]);
        await page.ClickAsync("#copy");
        await Assertions.Expect(page.Locator("#copy")).ToHaveTextAsync("copied 1 number");
        (await page.EvaluateAsync<string>("() => navigator.clipboard.readText()")).Should().Be(saved);

        await page.Locator(".token").First.ClickAsync();
        await Assertions.Expect(page.Locator("#merges-list .piece.new")).ToHaveTextAsync(["ab"]);
        await page.Keyboard.PressAsync("Escape");
        await page.ClickAsync("#open-depth");
        await Assertions.Expect(page.Locator(".depth-cell").First).Not.ToContainTextAsync("…");
        await page.Locator(".depth-top-tokens button").Last.ClickAsync();
        await Assertions.Expect(page.Locator("#attribution-sum")).ToContainTextAsync("rank 5");
        page.Url.Should().Contain("view=depth&token=");
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#attribution-sum")).ToContainTextAsync("rank 5");
    }

    [BrowserTheory]
    [InlineData(1400, ColorScheme.Light)]
    [InlineData(390, ColorScheme.Dark)]
    public async Task File_HasNothingSerious_AndNoViewIsWiderThanTheScreen(int width, ColorScheme colours)
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync();
        await using ExplorerPage tab = await ExplorerPage.OpenFileAsync(
            chromium, Save(explorer), "#sheet=h1.step9&cell=1,0&why=1", width, width > 800 ? 900 : 844, colours);
        await Assertions.Expect(tab.Page.Locator(".why-source")).ToBeVisibleAsync();
        await AccessibilityTests.RequireNothingSerious(tab, "the numbers of a file");
        foreach ((string view, string ready) in
            new[] { ("numbers", ".why-source"), ("attention", ".attention-exact"), ("depth", ".ranks-dot"), ("neurons", ".neuron-token") })
        {
            await tab.Page.ClickAsync("#open-" + view);
            await Assertions.Expect(tab.Page.Locator(ready).First).ToBeVisibleAsync();
            (await tab.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth")).Should().BeLessThanOrEqualTo(width, view);
        }
    }

    private static LanguageModel ModelOf(string kind)
    {
        bool isUsual = kind == "usual", isFinite = kind != "with numbers that are none";
        Gpt2Weights weights = TestModels.Random(RunningExplorer.Config with { TiedHead = isUsual, QkvBias = isUsual }, seed: 5);
        if (!isFinite)
        {
            (weights.TokenEmbedding['b', 1], weights.Blocks[1].AttentionProjection.Bias![0, 3]) = (float.PositiveInfinity, float.NaN);
        }

        return LanguageModel.Of(
            weights, new Tokenizer(RunningExplorer.Vocabulary), "small",
            new LoadOptions { Kernels = KernelSet.Create(KernelRung.Vector), KeepMatrices = true });
    }

    private static PassExplanation PassOf(RunningExplorer explorer) =>
        PassExplanation.Run(explorer.Model.Model, explorer.Model.Tokenizer.Encode(Prompt), HeadRows.All);

    private string Save(RunningExplorer explorer)
    {
        string file = folder.PathOf("a page.html");
        File.WriteAllText(file, SavedPage.Of(explorer.Model, Prompt, explorer.Model.Tokenizer.Encode(Prompt)));
        return file;
    }

    /// <summary>Everything that the page asks, of every sheet and token.</summary>
    private static IEnumerable<string> Questions(PassExplanation pass, bool isDistribution)
    {
        int tokens = pass.Trace.Ids.Count;
        foreach (MatrixDescription matrix in pass.Descriptions)
        {
            int columns = pass.NumbersOf(matrix.Name).Columns;
            foreach ((int row, int column) in new[] { (0, 0), (2, columns / 2), (tokens - 1, columns - 1), (1, columns - 1) })
            {
                yield return $"why/{matrix.Name}?row={row}&column={column}&top=1024&order=columns";
                yield return $"why/{matrix.Name}?row={row}&column={column}&top=5&order=largest";
            }
        }

        foreach (string sheet in (string[])["h0.step6", "h1.step16", "logits", "model_wte", "model_h0_ln_1_g"])
        {
            yield return $"sheets/{sheet}/statistics?r0=0&r1=1&c0=1&c1=9";
        }

        foreach (string weight in (string[])["model_wte", "model_wpe", "model_h1_mlp_c_fc_w", "model_ln_f_b"])
        {
            yield return $"why/{weight}?row=0&column=2&top=50&order=largest";
        }

        foreach (string search in (string[])["", "a", "<SCR", " A", "257", "\u00e9", "\\"])
        {
            yield return $"sheets/probabilities/ranked?row=1&top=20&search={Uri.EscapeDataString(search)}";
        }

        for (int token = 0; token < tokens; token++)
        {
            yield return $"tokens/{token}";
            if (isDistribution)
            {
                yield return $"depth/logit?row={token}";
                yield return $"depth/logit?row={token}&token=257";
            }
        }

        for (int depth = 0; isDistribution && depth <= 2 * RunningExplorer.Config.Layers; depth++)
        {
            yield return $"depth/readings?depth={depth}&from=1&to={tokens}";
        }
    }

    private static async Task<string> DownloadAsync(IPage page)
    {
        IDownload download = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("#save"));
        download.SuggestedFilename.Should().StartWith("probabilities_0-").And.EndWith(".csv");
        return await download.PathAsync();
    }

    /// <summary>The same shape and texts, and the same numbers to rounding.</summary>
    private static void RequireAlike(JsonElement found, JsonElement expected, string where, params string[] except)
    {
        found.ValueKind.Should().Be(expected.ValueKind, where);
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                found.EnumerateObject().Select(field => field.Name)
                    .Should().BeEquivalentTo(expected.EnumerateObject().Select(field => field.Name), where);
                foreach (JsonProperty field in expected.EnumerateObject().Where(field => !except.Contains(field.Name)))
                {
                    RequireAlike(found.GetProperty(field.Name), field.Value, $"{where}.{field.Name}", except);
                }

                break;
            case JsonValueKind.Array:
                found.GetArrayLength().Should().Be(expected.GetArrayLength(), where);
                for (int i = 0; i < expected.GetArrayLength(); i++)
                {
                    RequireAlike(found[i], expected[i], $"{where}[{i}]", except);
                }

                break;
            case JsonValueKind.Number:
                double number = expected.GetDouble(), mine = found.GetDouble();
                bool isFloat = (float)number == (float)mine; // of a float32, JSON has the shortest digits, and the page the number itself
                (isFloat || Math.Abs(mine - number) <= Rounding * Math.Max(1, Math.Abs(number)))
                    .Should().BeTrue("{0}: {1}, {2}", where, mine, number);
                break;
            default:
                found.ToString().Should().Be(expected.ToString(), where);
                break;
        }
    }
}
