// Two prompts compared through the explorer: tokens, distances and numbers are those of PassComparison, and what is refused.

using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using Gpt2.Cli.Explore;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;

namespace Gpt2.Tests.Cli.Explore;

public class ExplorerCompareTests
{
    private const string Prompt = "ab a a a", Longer = "ab a ab a";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Comparison_IsPassComparison_TokensDistancesAndEveryNumber(bool lastRowsOnly)
    {
        HeadRows rows = lastRowsOnly ? HeadRows.Last : HeadRows.All;
        await using RunningExplorer explorer = await RunningExplorer.StartAsync(
            lastRowsOnly ? new ExplorerLimits { HeadBytes = 0 } : new ExplorerLimits());
        (JsonElement first, string compare) = await RunBothAsync(explorer, Prompt, Longer);
        var expected = new PassComparison(explorer.Model.Trace(Prompt, rows), explorer.Model.Trace(Longer, rows));

        JsonElement overview = await explorer.AskAsync(first, compare);

        Places(overview, "first").Should().Equal(0, 1, 2, null, 3);
        Places(overview, "second").Should().Equal(0, 1, 2, 3, 4);
        (overview.GetProperty("prefix").GetInt32(), overview.GetProperty("suffix").GetInt32()).Should().Be((3, 1));
        JsonElement[] sheets = [.. overview.GetProperty("sheets").EnumerateArray()];
        sheets.Should().HaveCount(expected.Matrices.Count);
        float[] relative = await NumbersAsync(explorer, first, compare + "/distances");
        float[] largest = await NumbersAsync(explorer, first, compare + "/distances?of=largest");
        relative.Should().HaveCount(5 * sheets.Length);
        for (int sheet = 0; sheet < sheets.Length; sheet++)
        {
            ComparedMatrix matrix = expected.Matrices[sheet];
            string name = sheets[sheet].GetProperty("name").GetString()!;
            name.Should().Be(RunningExplorer.NameOf(matrix.Entry));
            sheets[sheet].GetProperty("firstPair").GetInt32().Should().Be(matrix.FirstPair);
            RowDistance? all = matrix.Distances().All;
            Figure(sheets[sheet], "relative").Should().Be(all?.Relative);
            Figure(sheets[sheet], "largest").Should().Be(all?.Largest);
            RowDistance?[] distances = [.. Enumerable.Repeat<RowDistance?>(null, matrix.FirstPair), .. matrix.Distances().Rows];
            relative[(5 * sheet)..(5 * (sheet + 1))].Should().Equal(distances.Select(distance => distance?.Relative ?? float.NaN), name);
            largest[(5 * sheet)..(5 * (sheet + 1))].Should().Equal(distances.Select(distance => distance?.Largest ?? float.NaN), name);
            foreach (ComparedNumbers kind in Enum.GetValues<ComparedNumbers>())
            {
                float[] numbers = Numbers(matrix, kind);
                string of = kind.ToString().ToLowerInvariant();
                (await NumbersAsync(explorer, first, $"{compare}/sheets/{name}/window?of={of}")).Should().Equal(numbers, name);
                JsonElement statistics = await explorer.AskAsync(first, $"{compare}/sheets/{name}/statistics?of={of}");
                statistics.GetProperty("scale").GetSingle().Should()
                    .Be(numbers.Where(x => float.IsFinite(x) && x != -1e10f).Select(MathF.Abs).DefaultIfEmpty().Max(), name);
            }
        }

        (await NumbersAsync(explorer, first, $"{compare}/sheets/h1.step7/window?of=second&r0=2&r1=4&c0=3&c1=9"))
            .Should().Equal(Rectangle(expected.Matrices.Single(matrix => matrix.Entry.File == "h1_step_7"), 2, 4, 3, 9));
        explorer.Failures.Should().BeEmpty();
    }

    [Fact]
    public async Task BothPasses_HaveTheirEdits()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync();
        JsonElement[] edits = [JsonSerializer.SerializeToElement(new { edit = "silence_head", block = 0, head = 1 })];
        JsonElement first = await RunAsync(explorer, new { prompt = Prompt, edits });
        JsonElement second = await RunAsync(explorer, new { prompt = Longer, edits, beside = IdOf(first) });
        SilenceHead edit = new(0, 1);
        var expected = new PassComparison(
            EditedPass.Run(explorer.Model.Model, explorer.Model.Trace(Prompt, HeadRows.All), [edit]).Trace,
            EditedPass.Run(explorer.Model.Model, explorer.Model.Trace(Longer, HeadRows.All), [edit]).Trace);

        float[] numbers = await NumbersAsync(explorer, first, $"compare/{IdOf(second)}/sheets/h1.step16/window?of=difference");

        numbers.Should().Equal(Numbers(expected.Matrices.Single(matrix => matrix.Entry.File == "h1_step_16"), ComparedNumbers.Difference));
    }

    [Fact]
    public async Task Distances_AreOfTheTwoSessionsOfTheAddress()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync();
        (JsonElement first, string compare) = await RunBothAsync(explorer, Prompt, Longer);
        JsonElement other = await explorer.RunAsync(Longer);

        float before = (float)Figure((await explorer.AskAsync(first, compare)).GetProperty("sheets")[10], "relative")!;
        float same = (float)Figure((await explorer.AskAsync(other, compare)).GetProperty("sheets")[10], "relative")!;
        float again = (float)Figure((await explorer.AskAsync(first, compare)).GetProperty("sheets")[10], "relative")!;

        before.Should().BePositive();
        same.Should().Be(0, "it is the same prompt");
        again.Should().Be(before);
    }

    [Theory]
    [InlineData("/sheets/h1.step7/window?of=first&r0=5", 400, "'r0' is '5', expected a whole number from 0 to 4")]
    [InlineData("/sheets/h1.step7/window?of=first&c1=16", 400, "'c1' is '16', expected a whole number from 1 to 15")]
    [InlineData("/sheets/h1.step7/window", 400, "'of' is '', expected first, second or difference")]
    [InlineData("/sheets/logits/statistics?of=both", 400, "'of' is 'both', expected first, second or difference")]
    [InlineData("/sheets/logits/window?of=first", 400, "the window has 1330 numbers, expected at most 1000")]
    [InlineData("/sheets/model_wte/window?of=first", 404, "there is no matrix 'model_wte' of the pass")]
    [InlineData("/distances?of=mean", 400, "'of' is 'mean', expected relative or largest")]
    [InlineData("/distances?c1=6", 400, "'c1' is '6', expected a whole number from 1 to 5")]
    [InlineData("/else", 404, "there is nothing at")]
    public async Task WhatIsNotThere_IsRefused(string path, int status, string message)
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync(new ExplorerLimits { WindowNumbers = 1000 });
        (JsonElement first, string compare) = await RunBothAsync(explorer, Prompt, Longer);

        using HttpResponseMessage response = await explorer.Client.GetAsync(RunningExplorer.PathOf(first, compare + path));

        ((int)response.StatusCode, await MessageAsync(response)).Should().Match<(int Status, string Message)>(
            found => found.Status == status && found.Message.StartsWith(message));
        explorer.Failures.Should().BeEmpty();
    }

    [Fact]
    public async Task SecondPass_ThatWasLetGo_SaysSo_AndSoDoesNone()
    {
        await using RunningExplorer explorer = await RunningExplorer.StartAsync();
        JsonElement first = await explorer.RunAsync(Prompt), second = await explorer.RunAsync(Longer);
        using HttpResponseMessage closed = await explorer.PostAsync(RunningExplorer.PathOf(second, "close"), "");

        using HttpResponseMessage gone = await explorer.Client.GetAsync(RunningExplorer.PathOf(first, $"compare/{IdOf(second)}"));
        using HttpResponseMessage none = await explorer.Client.GetAsync(RunningExplorer.PathOf(first, "compare"));

        gone.StatusCode.Should().Be(HttpStatusCode.NotFound);
        JsonDocument.Parse(await gone.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetProperty("code").GetString()
            .Should().Be("second_gone");
        none.StatusCode.Should().Be(HttpStatusCode.NotFound);
        explorer.Failures.Should().BeEmpty();
    }

    [Fact]
    public async Task SecondPass_ThatDoesNotFitBesideTheFirst_IsRefused_AndTheFirstStays()
    {
        long first = PassMemory.Of(RunningExplorer.Config, 4, HeadRows.All, edited: false);
        long second = PassMemory.Of(RunningExplorer.Config, 5, HeadRows.All, edited: false);
        await using RunningExplorer explorer = await RunningExplorer.StartAsync(new ExplorerLimits { MemoryBytes = first + second - 1 });
        JsonElement shown = await explorer.RunAsync(Prompt);

        using HttpResponseMessage response = await PostAsync(explorer, new { prompt = Longer, beside = IdOf(shown) });

        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await MessageAsync(response)).Should().StartWith("all numbers of both prompts take").And.EndWith("shorten one of them");
        (await explorer.WindowAsync(shown, "logits")).Should().NotBeEmpty();

        await using RunningExplorer larger = await RunningExplorer.StartAsync(new ExplorerLimits { MemoryBytes = first + second });
        await RunBothAsync(larger, Prompt, Longer);
        larger.Sessions.Should().Be(2);
    }

    private static async Task<(JsonElement First, string Compare)> RunBothAsync(RunningExplorer explorer, string prompt, string other)
    {
        JsonElement first = await explorer.RunAsync(prompt);
        return (first, $"compare/{IdOf(await RunAsync(explorer, new { prompt = other, beside = IdOf(first) }))}");
    }

    private static async Task<JsonElement> RunAsync(RunningExplorer explorer, object request)
    {
        using HttpResponseMessage response = await PostAsync(explorer, request);
        string body = await response.Content.ReadAsStringAsync();
        response.StatusCode.Should().Be(HttpStatusCode.OK, body);
        return JsonDocument.Parse(body).RootElement;
    }

    private static Task<HttpResponseMessage> PostAsync(RunningExplorer explorer, object request) =>
        explorer.PostAsync("/api/sessions", JsonSerializer.Serialize(request));

    private static async Task<string> MessageAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetProperty("message").GetString()!;

    private static async Task<float[]> NumbersAsync(RunningExplorer explorer, JsonElement first, string path) =>
        MemoryMarshal.Cast<byte, float>(await explorer.Client.GetByteArrayAsync(RunningExplorer.PathOf(first, path))).ToArray();

    private static string IdOf(JsonElement session) => session.GetProperty("id").GetString()!;

    private static IEnumerable<int?> Places(JsonElement overview, string side) => overview.GetProperty(side).EnumerateArray()
        .Select(place => place.ValueKind == JsonValueKind.Null ? (int?)null : place.GetInt32());

    private static float? Figure(JsonElement sheet, string name) =>
        sheet.GetProperty(name) is { ValueKind: JsonValueKind.Number } figure ? figure.GetSingle() : null;

    private static float[] Numbers(ComparedMatrix matrix, ComparedNumbers kind) =>
        [.. Enumerable.Range(0, matrix.Rows).SelectMany(row => Part(matrix, kind, row, 0, matrix.Columns))];

    private static float[] Rectangle(ComparedMatrix matrix, int row, int rowEnd, int column, int columnEnd) =>
        [.. Enumerable.Range(row, rowEnd - row).SelectMany(at => Part(matrix, ComparedNumbers.Second, at, column, columnEnd))];

    private static float[] Part(ComparedMatrix matrix, ComparedNumbers kind, int row, int column, int columnEnd)
    {
        float[] numbers = new float[columnEnd - column];
        matrix.Read(kind, row, column, numbers);
        return numbers;
    }
}
