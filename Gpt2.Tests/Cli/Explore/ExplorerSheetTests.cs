// What the explorer says about a sheet is what the trace holds: every number, bit for bit.

using System.Globalization;
using System.Net;
using System.Text.Json;
using Gpt2.Cli.Explore;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Tracing;

namespace Gpt2.Tests.Cli.Explore;

public sealed class ExplorerSheetTests : IAsyncLifetime
{
    private const string Prompt = "ab a a a";

    private RunningExplorer explorer = null!;
    private JsonElement session;
    private ForwardTrace trace = null!;

    public async Task InitializeAsync()
    {
        explorer = await RunningExplorer.StartAsync(new ExplorerLimits { WindowNumbers = 5000, ListedTokens = 200 });
        session = await explorer.RunAsync(Prompt);
        trace = explorer.Model.Trace(Prompt, HeadRows.All);
    }

    public async Task DisposeAsync()
    {
        explorer.Failures.Should().BeEmpty();
        await explorer.DisposeAsync();
    }

    [Fact]
    public async Task Window_OfEverySheet_IsTheTraceBitForBit()
    {
        foreach ((JsonElement sheet, Matrix matrix) in Sheets())
        {
            float[] numbers = await explorer.WindowAsync(session, NameOf(sheet));

            Bits(numbers).Should().Equal(Bits(matrix.Span), NameOf(sheet));
        }
    }

    [Fact]
    public async Task Window_OfAPart_IsThatPart()
    {
        Matrix matrix = trace.Activations.Block(1).Scores;

        float[] numbers = await explorer.WindowAsync(session, "h1.step6", "?r0=1&r1=3&c0=2&c1=7");

        Bits(numbers).Should().Equal(Bits([.. matrix.Row(1)[2..7], .. matrix.Row(2)[2..7]]));
    }

    [Theory]
    [InlineData("?r0=4", "r0", "'4', expected a whole number from 0 to 3")]
    [InlineData("?r1=5", "r1", "'5', expected a whole number from 1 to 4")]
    [InlineData("?r0=2&r1=2", "r1", "'2', expected a whole number from 3 to 4")]
    [InlineData("?c0=-1", "c0", "'-1', expected a whole number from 0 to 11")]
    [InlineData("?c0=1.5", "c0", "'1.5', expected a whole number from 0 to 11")]
    [InlineData("?c1=99999999999999999999", "c1", "'99999999999999999999', expected a whole number from 1 to 12")]
    public async Task Window_BeyondTheSheet_IsRefused(string query, string parameter, string message) =>
        (await RefusalAsync("h0.step1", "window" + query)).Should().Be((400, $"'{parameter}' is {message}"));

    [Fact]
    public async Task Window_ThatIsTooLarge_IsRefused()
    {
        int columns = RunningExplorer.Config.Context * RunningExplorer.Config.Channels;
        columns.Should().BeLessThan(5000, "the whole of wpe is allowed");
        int vocabulary = RunningExplorer.Vocabulary.Count * 4;

        (await explorer.WindowAsync(session, "model_wte", "?c1=4")).Should().HaveCount(vocabulary);
        await using RunningExplorer strict = await RunningExplorer.StartAsync(new ExplorerLimits { WindowNumbers = 7 });
        JsonElement other = await strict.RunAsync("ab");
        using HttpResponseMessage response = await strict.Client.GetAsync(RunningExplorer.PathOf(other, "sheets/h0.step1/window?c1=8"));
        response.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await response.Content.ReadAsStringAsync()).Should().Contain("the window has 8 numbers, expected at most 7");
    }

    [Fact]
    public async Task UnknownSheet_IsNotThere() =>
        (await RefusalAsync("h2.step1", "window")).Should().Be((404, "there is no sheet 'h2.step1'"));

    [Fact]
    public async Task Statistics_OfEverySheet_AreThoseOfItsNumbers()
    {
        foreach ((JsonElement sheet, Matrix matrix) in Sheets())
        {
            JsonElement found = await explorer.AskAsync(session, $"sheets/{NameOf(sheet)}/statistics");

            double sum = 0;
            foreach (float value in matrix.Span)
            {
                sum += value;
            }

            float[] numbers = matrix.Span.ToArray();
            found.GetProperty("count").GetInt64().Should().Be(numbers.Length);
            found.GetProperty("sum").GetDouble().Should().Be(sum);
            found.GetProperty("mean").GetDouble().Should().Be(sum / numbers.Length);
            found.GetProperty("min").GetSingle().Should().Be(numbers.Min());
            found.GetProperty("max").GetSingle().Should().Be(numbers.Max());
            found.GetProperty("scale").GetSingle().Should().Be(numbers.Where(value => value != -1e10f).Max(MathF.Abs), NameOf(sheet));
        }
    }

    [Fact]
    public async Task Statistics_OfARange_AreByHand()
    {
        Matrix matrix = trace.Activations.Block(0).Attention;

        JsonElement found = await explorer.AskAsync(session, "sheets/h0.step7/statistics?r0=3&c0=4&c1=8");

        found.GetProperty("count").GetInt64().Should().Be(4);
        found.GetProperty("sum").GetDouble().Should().BeApproximately(1, 1e-6, "they are a head's part of a row");
        found.GetProperty("max").GetSingle().Should().Be(matrix.Row(3)[4..8].ToArray().Max());
    }

    [Fact]
    public void Statistics_OfNumbersThatAreNone_SayNaN()
    {
        var matrix = new Matrix("odd", 1, 3);
        (matrix[0, 0], matrix[0, 1], matrix[0, 2]) = (float.NaN, -2, float.PositiveInfinity);

        var sheet = new Sheet("h0.step6", new SheetKey("step 6 scores", false, 0, 6), SheetAxis.Tokens, SheetAxis.HeadsAndTokens, matrix);
        var found = RangeStatistics.Of(sheet, SheetVersion.After, new SheetRange(0, 1, 0, 3));

        found.Should().Be(new RangeStatistics(3, double.NaN, double.NaN, float.NaN, float.NaN, 2));
    }

    [Theory]
    [InlineData("csv", ',')]
    [InlineData("tsv", '\t')]
    public async Task Text_OfARange_IsReadBackBitForBit(string form, char separator)
    {
        using HttpResponseMessage response =
            await explorer.Client.GetAsync(RunningExplorer.PathOf(session, $"sheets/logits/{form}?r0=1&r1=3&c0=5&c1=200"));
        string text = await response.Content.ReadAsStringAsync();

        string? name = response.Content.Headers.ContentDisposition?.FileName?.Trim('"');
        name.Should().Be(form == "csv" ? "logits_1-2_5-199.csv" : null);
        string[] lines = text.TrimEnd('\n').Split('\n');
        lines.Should().HaveCount(2);
        for (int row = 0; row < 2; row++)
        {
            Bits([.. lines[row].Split(separator).Select(cell => float.Parse(cell, CultureInfo.InvariantCulture))])
                .Should().Equal(Bits(trace.Activations.Logits.Row(row + 1)[5..200]));
        }
    }

    [Fact]
    public async Task Ranked_IsTheVocabularyByItsLogits()
    {
        float[] logits = trace.Activations.Logits.Row(2).ToArray();
        int[] expected = [.. Enumerable.Range(0, logits.Length).OrderByDescending(id => logits[id]).ThenBy(id => id).Take(50)];

        JsonElement ranked = await explorer.AskAsync(session, "sheets/probabilities/ranked?row=2&top=50");

        ranked.GetProperty("found").GetInt32().Should().Be(logits.Length);
        ranked.GetProperty("tokens").EnumerateArray().Select(token => token.GetProperty("id").GetInt32()).Should().Equal(expected);
        ranked.GetProperty("tokens").EnumerateArray().Select(token => token.GetProperty("rank").GetInt32()).Should().Equal(Enumerable.Range(1, 50));
    }

    [Fact]
    public async Task Ranked_Search_FindsPartsOfTokensAndKeepsTheirRanks()
    {
        JsonElement[] all = [.. (await explorer.AskAsync(session, "sheets/logits/ranked?top=200")).GetProperty("tokens").EnumerateArray()];

        JsonElement found = await explorer.AskAsync(session, "sheets/logits/ranked?search=SCR");

        JsonElement[] tokens = [.. found.GetProperty("tokens").EnumerateArray()];
        tokens.Select(token => token.GetProperty("label").GetString())
            .Should().BeEquivalentTo("<scr", "<scri", "<scrip", "<script", "<script>");
        tokens.Select(token => token.GetProperty("rank").GetInt32()).Should().BeInAscendingOrder();
        foreach (JsonElement token in tokens.Where(token => token.GetProperty("rank").GetInt32() <= all.Length))
        {
            all[token.GetProperty("rank").GetInt32() - 1].GetProperty("id").GetInt32().Should().Be(token.GetProperty("id").GetInt32());
        }
    }

    [Fact]
    public async Task Ranked_OfASheetWithoutVocabulary_IsRefused() => (await RefusalAsync("h0.step1", "ranked")).Status.Should().Be(400);

    [Fact]
    public async Task Labels_AreTheTokensOfTheVocabulary()
    {
        string json = await explorer.Client.GetStringAsync("/api/labels?from=256&to=266");

        JsonSerializer.Deserialize<string[]>(json).Should()
            .Equal("<s", "<sc", "<scr", "<scri", "<scrip", "<script", "<script>", "␣a", "ab", "<|endoftext|>");
    }

    /// <summary>Each sheet with its matrix: those of the trace, then the weights.</summary>
    private IEnumerable<(JsonElement Sheet, Matrix Matrix)> Sheets() => session.GetProperty("sheets").EnumerateArray()
        .Zip(trace.Entries.Select(entry => entry.Matrix).Concat(explorer.Model.Model.Weights.Matrices()));

    private static string NameOf(JsonElement sheet) => sheet.GetProperty("name").GetString()!;

    private static int[] Bits(ReadOnlySpan<float> numbers) => [.. numbers.ToArray().Select(BitConverter.SingleToInt32Bits)];

    private async Task<(int Status, string Message)> RefusalAsync(string sheet, string what)
    {
        using HttpResponseMessage response = await explorer.Client.GetAsync(RunningExplorer.PathOf(session, $"sheets/{sheet}/{what}"));
        JsonElement body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        return ((int)response.StatusCode, body.GetProperty("error").GetProperty("message").GetString()!);
    }
}
