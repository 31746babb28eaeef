// gpt2 why: its tables and JSON say what the library computes, whichever way the cell is addressed.

using System.Text.Json;
using Gpt2.Core.Model;
using Gpt2.Core.Weights;
using Gpt2.Tests.Docs;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class WhyCommandTests : IDisposable
{
    private readonly SmallModelFolder folder = new(context: 12);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Why_DotProduct_ShowsFormulaCellTermsAndSum()
    {
        string[] lines = Lines("why", "abc", "h0.step9[1, 4]");

        lines[0].Should().MatchRegex(@"^  h0\.step9\[1, 4\]   -?\d+\.\d+$");
        lines[1..4].Should().SatisfyRespectively(
            line => line.Should().EndWith("   attention output, step 9 of block 0, [tokens, channels]"),
            line => line.Should().EndWith("   \"b\", token 1 of the prompt"),
            line => line.Should().EndWith("   channel 4"));
        lines.Should().Contain(line => line.EndsWith("   step 8 · c_proj_w + c_proj_b", StringComparison.Ordinal))
            .And.Contain(line => line.EndsWith("   TransformerBlock.Step9AttentionOutput", StringComparison.Ordinal))
            .And.Contain(line => line.EndsWith("   h0.step8, model_h0_attn_c_proj_w, model_h0_attn_c_proj_b", StringComparison.Ordinal));
        string[] terms = [.. lines.SkipWhile(line => !line.StartsWith("───", StringComparison.Ordinal)).Skip(1)];
        terms.Should().HaveCount(8, "6 channels, the bias, and the sum");
        terms.Should().ContainSingle(line => line.StartsWith("  model_h0_attn_c_proj_b[0, 4]  ", StringComparison.Ordinal));
        terms[^1].Should().StartWith("  sum of 7 ");
        Number(terms[^1]).Should().BeApproximately(Number(lines[0]), 1e-4);
        terms[..^1].Select(line => Number(line.TrimEnd('█', '▏', '▎', '▍', '▌', '▋', '▊', '▉', ' '))).Select(Math.Abs).Should().BeInDescendingOrder();
    }

    [Theory]
    [InlineData("logits[1, 7]", "logits[1, 7]", "an earlier row of the head, which a prediction does not compute")]
    [InlineData("logits['c', 'a']", "logits[2, 64]", "tokens by their text")]
    [InlineData("h1.step7[\"c\", head 2, \"b\"]", "h1.step7[2, 7]", "a head, and other quotes")]
    [InlineData("h1.step5.keys[-1, head 1, -1]", "h1.step5.keys[2, 3]", "from the end")]
    [InlineData("probabilities[-1, '<|endoftext|>']", "probabilities[2, 256]", "the last of the vocabulary")]
    public void Why_AnyAddress_IsTheCellOfTheTrace(string address, string cell, string because)
    {
        JsonElement result = Json("why", "abc", address);

        result.GetProperty("cell").GetString().Should().Be(cell, because);
        string matrix = result.GetProperty("matrix").GetString()!;
        CommandRun.Of("trace", "abc", "-m", folder.Model, "--out", folder.PathOf("steps"), "--all-positions").Result();
        string file = matrix.Replace(".step", "_step_", StringComparison.Ordinal).Replace('.', '_') + ".csv";
        string[] row = File.ReadAllLines(folder.PathOf("steps", file))[result.GetProperty("row").GetInt32()].Split(',');
        result.GetProperty("value").GetRawText().Should().Be(row[result.GetProperty("column").GetInt32()]);
        result.GetProperty("recomputed").GetDouble().Should().BeApproximately(result.GetProperty("value").GetDouble(), 1e-5);
    }

    [Fact]
    public void Why_Json_HasThePartsThatTheTableHas()
    {
        JsonElement result = Json("why", "abc", "h0.step7['c', head 1, 'b']");

        result.GetProperty("title").GetString().Should().Be("attention");
        (result.GetProperty("block").GetInt32(), result.GetProperty("step").GetInt32()).Should().Be((0, 7));
        result.GetProperty("row_label").GetProperty("token").GetString().Should().Be("c");
        JsonElement column = result.GetProperty("column_label");
        (column.GetProperty("head").GetInt32(), column.GetProperty("position").GetInt32(), column.GetProperty("token").GetString())
            .Should().Be((1, 1, "b"));
        result.GetProperty("operation").GetString().Should().Be("softmax");
        result.GetProperty("method").GetString().Should().Be("TransformerBlock.Step7Attention");
        result.GetProperty("sources").EnumerateArray().Select(source => source.GetString()).Should().Equal("h0.step6");
        JsonElement[] terms = [.. result.GetProperty("terms").EnumerateArray()];
        terms.Sum(term => term.GetProperty("share").GetDouble()).Should().BeApproximately(1, 1e-9);
        JsonElement own = terms.Single(term => term.GetProperty("own").GetBoolean());
        own.GetProperty("token").GetString().Should().Be("b");
        own.GetProperty("share").GetDouble().Should().Be(result.GetProperty("recomputed").GetDouble());
        own.GetProperty("source").GetProperty("matrix").GetString().Should().Be("h0.step6");
        result.GetProperty("rest").GetProperty("terms").GetInt32().Should().Be(0);
    }

    [Fact]
    public void Why_ManyTerms_ShowsTheLargestTheOwnAndTheRest_OrAll()
    {
        JsonElement some = Json("why", "abc", "probabilities[-1, 7]");
        JsonElement all = Json("why", "abc", "probabilities[-1, 7]", "--all");
        JsonElement[] largest = [.. some.GetProperty("terms").EnumerateArray()], every = [.. all.GetProperty("terms").EnumerateArray()];
        int place = Array.FindIndex(every, term => term.GetProperty("own").GetBoolean());

        place.Should().BeGreaterThan(10, "else this test says nothing");
        every.Should().HaveCount(257);
        every.Select(term => term.GetProperty("contribution").GetDouble()).Should().BeInDescendingOrder();
        largest.Select(term => term.GetRawText()).Should().Equal(every.Take(10).Append(every[place]).Select(term => term.GetRawText()));
        some.GetProperty("rest").GetProperty("terms").GetInt32().Should().Be(246);
        (Sum(largest) + some.GetProperty("rest").GetProperty("contribution").GetDouble()).Should().BeApproximately(Sum(every), 1e-9);

        string[] lines = Lines("why", "abc", "probabilities[-1, 7]");
        lines[^3].Should().StartWith("  logits[2, 7] ").And.Contain(" %   ◀");
        lines[^2].Should().StartWith("  246 others ");
        lines[^1].Should().StartWith("  sum of 257 ").And.EndWith("100.00 %");
        Lines("why", "abc", "probabilities[-1, 7]", "--all").Where(line => line.StartsWith("  logits[2, ", StringComparison.Ordinal))
            .Should().HaveCount(257);
    }

    [Fact]
    public async Task Why_ExampleOfThePage_PrintsWhatThePageShows()
    {
        string page = DocumentedCommands.Page("docs", "commands.md");
        string[] parts = page[page.IndexOf("## Where a number comes from", StringComparison.Ordinal)..].Split("```");
        string[] shown = parts[3].TrimEnd('\n').Split('\n')[1..];
        shown.Should().HaveCountGreaterThan(15);

        CommandRun run = await DocumentedCommands.Run(parts[1].Trim().Split('\n')[1], folder.Root);

        // Figures may differ in their last digit: not every processor adds in the same order.
        string[] printed = run.Result().TrimEnd('\n').Split('\n');
        printed.Should().HaveSameCount(shown);
        shown.Zip(printed).Where(pair => !DocumentedCommands.Matches(Plain(pair.First), Plain(pair.Second))).Should().BeEmpty();

        static string Plain(string line) => line.Replace('(', ' ').Replace(')', ' ').Replace("e^", "", StringComparison.Ordinal);
    }

    [Fact]
    public void Why_MaskedCell_SaysThatItIsMasked_AndHasNoTable()
    {
        string[] lines = Lines("why", "abc", "h0.step6['a', head 0, 'c']");

        lines[0].Should().Be("  h0.step6[0, 2]   -1E+10");
        lines.Should().Contain(line => line.EndsWith("   −1E+10: token 2 comes after token 0, which must not see it", StringComparison.Ordinal));
        lines[^1].Should().EndWith("   h0.step5.queries, h0.step5.keys");
    }

    [Theory]
    [InlineData("--ids", "64,65,66")]
    [InlineData("--file", "FILE")]
    public void Why_PromptGivenOtherwise_HasTheCellAsItsOnlyArgument(string option, string value)
    {
        string file = folder.PathOf("prompt.txt");
        File.WriteAllText(file, "abc\n");

        string[] lines = Lines("why", "h0.step1[2, 0]", option, value == "FILE" ? file : value);

        lines.Should().Equal(Lines("why", "abc", "h0.step1[2, 0]"));
        CommandRun.With("abc\n", "why", "h0.step1[2, 0]", "-m", folder.Model).Result().TrimEnd('\n').Split('\n').Should().Equal(lines);
    }

    [Fact]
    public void Why_Screen_FitsAtAnyWidth()
    {
        foreach (int width in (int[])[40, 80, 120])
        {
            foreach (string cell in (string[])["h0.step4[2, 3]", "h0.step7[2, 3]", "h0.step2[2, 3]", "probabilities[2, 3]", "h0.step14[2, 3]"])
            {
                string[] lines = CommandRun.OnScreen(width, "why", "abc", cell, "-m", folder.Model).Result().Split('\n');
                lines.Where(line => line.Length > width).Should().BeEmpty("{0} fits into {1} columns", cell, width);
            }
        }
    }

    [Fact]
    public void Why_ModelWithoutVocabulary_ShowsIds()
    {
        string bare = folder.PathOf("bare");
        CsvModelFolder.Write(bare, TestModels.Random(new Gpt2Config(10, 8, 6, 3, 1), 4), vocabulary: null);

        string[] lines = CommandRun.Of("why", "h0.step7[2, head 0, 1]", "--ids", "3,7,5", "-m", bare).Result().Split('\n');

        lines[2].Should().EndWith("   5, token 2 of the prompt");
        lines[3].Should().EndWith("   head 0, 7");
        CommandRun.Of("why", "h0.step7['a', 1]", "--ids", "3,4", "-m", bare).ErrorLine(2).Should().Contain("no vocabulary, expected a number");
    }

    [Theory]
    [InlineData(2, "gpt2: h0.step7[3, 0]: there is no row 3, expected 0 to 2", "why", "abc", "h0.step7[3, 0]")]
    [InlineData(2, "gpt2: h0.step7: found no brackets, expected MATRIX[ROW, COLUMN]", "why", "abc", "h0.step7")]
    [InlineData(2, "gpt2: the prompt is 2 arguments: put it in quotes", "why", "ab", "c", "h0.step7[0, 0]")]
    [InlineData(2, "gpt2: Required argument missing for command: 'why'", "why")]
    [InlineData(2, "gpt2: unknown option '--weights'", "why", "abc", "h0.step7[0, 0]", "--weights", "int8")]
    [InlineData(2, "gpt2: expected one of prompt, --file and --ids, found 2", "why", "abc", "h0.step7[0, 0]", "--ids", "1")]
    [InlineData(1, "gpt2: the prompt is empty", "why", "", "h0.step7[0, 0]")]
    [InlineData(1, "gpt2: token id 999 is outside the vocabulary", "why", "h0.step7['a', 0]", "--ids", "999")]
    public void WrongUse_IsOneLine(int exitCode, string message, params string[] args)
    {
        string[] withModel = args.Length > 1 ? [.. args, "-m", folder.Model] : args;
        CommandRun.Of(withModel).ErrorLine(exitCode).Should().StartWith(message);
    }

    private string[] Lines(params string[] args) => CommandRun.Of([.. args, "-m", folder.Model]).Result().TrimEnd('\n').Split('\n');

    private JsonElement Json(params string[] args)
    {
        using var result = JsonDocument.Parse(CommandRun.Of([.. args, "-m", folder.Model, "--json"]).Result());
        return result.RootElement.Clone();
    }

    private static double Sum(IEnumerable<JsonElement> terms) => terms.Sum(term => term.GetProperty("contribution").GetDouble());

    private static double Number(string line) => double.Parse(line.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);
}
