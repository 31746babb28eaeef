// gpt2 eval: its figures as a table and as JSON, and how it fails.

using System.Text.Json;
using Gpt2.Core.Evaluation;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class EvalCommandTests : IDisposable
{
    private const string Text = "abcab, said the cab\n";

    private readonly SmallModelFolder folder = new(merges: [new(64, 65), new(256, 66)]); // "ab" 256, "abc" 257, end of text 258
    private readonly string text;

    public EvalCommandTests()
    {
        text = folder.PathOf("text.txt");
        File.WriteAllText(text, Text);
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    public void Eval_Json_HasTheFiguresOfTheLibrary(int stride)
    {
        using var culture = new DecimalCommaCulture();
        JsonElement result = Json("eval", text, "-m", folder.Model, "--stride", $"{stride}", "--kernels", "scalar", "--json");

        EvaluationResult expected = Expected(new Tokenizer(folder.Vocabulary).Encode(Text), stride);
        result.GetProperty("tokens").GetInt32().Should().Be(expected.Tokens);
        result.GetProperty("loss").GetDouble().Should().Be(expected.Loss);
        result.GetProperty("perplexity").GetDouble().Should().Be(expected.Perplexity);
        result.GetProperty("bits_per_byte").GetDouble().Should().Be(expected.BitsPerByte!.Value);
        result.GetProperty("bytes").GetInt64().Should().Be(Text.Length - "abc".Length);
        result.GetProperty("model").GetString().Should().Be("model");
        result.GetProperty("stride").GetInt32().Should().Be(stride);
    }

    [Fact]
    public void Eval_Stride_IsHalfOfTheContextUnlessGiven()
    {
        Json("eval", text, "-m", folder.Model, "--json").GetProperty("stride").GetInt32().Should().Be(4);
    }

    [Fact]
    public void Eval_Table_WritesPointsInEveryCulture()
    {
        using var culture = new DecimalCommaCulture();
        CommandRun run = CommandRun.Of("eval", text, "-m", folder.Model);

        const string Figures = @" +\d+\.\d{4} +\d+\.\d\d +\d+\.\d{4}\n";
        run.Result().Should().MatchRegex(@"^ +loss \(nats per token\) +perplexity +bits per byte\n").And.MatchRegex(@"\n +model" + Figures)
            .And.MatchRegex("\n +guessing among 259 tokens +5\\.5568 +259\\.00 ").And.MatchRegex(@"\n +knowing how often each occurs" + Figures)
            .And.MatchRegex("\n[0-9]+ tokens scored in [0-9]+ windows of 8, moved by 4\n$").And.NotContain("\u001b");
    }

    [Fact]
    public void Eval_Yardsticks_AreThoseOfTheScoredTokens()
    {
        JsonElement result = Json("eval", "--ids", "1,256,257,256,257", "-m", folder.Model, "--json");

        result.GetProperty("uniform_loss").GetDouble().Should().BeApproximately(Math.Log(259), 1e-12);
        result.GetProperty("uniform_perplexity").GetDouble().Should().BeApproximately(259, 1e-9);
        result.GetProperty("unigram_loss").GetDouble().Should().BeApproximately(Math.Log(2), 1e-12, "two tokens, each half of what is scored");
        result.GetProperty("unigram_perplexity").GetDouble().Should().BeApproximately(2, 1e-12);
        result.GetProperty("validation_loss").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public void Eval_TrainedModel_ShowsItsOwnValidationLoss()
    {
        File.WriteAllText(
            Path.Combine(folder.Model, "log.csv"), "step,loss,validation_loss,learning_rate,gradient_norm\n1,3,1.25,0.1,1\n2,2,,0.1,1\n");

        Json("eval", text, "-m", folder.Model, "--json").GetProperty("validation_loss").GetDouble().Should().Be(1.25);
        CommandRun.Of("eval", text, "-m", folder.Model).Result().Should().MatchRegex("\n +model on its validation text +1\\.2500 +3\\.49\n");
        File.WriteAllText(Path.Combine(folder.Model, "log.csv"), "something else\nin\nit\n");
        Json("eval", text, "-m", folder.Model, "--json").GetProperty("validation_loss").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public void Eval_DefaultModel_KnowsItsValidationLossAndSaysWhatIsForeign()
    {
        File.WriteAllText(text, "Mike is quick. He moves quickly. The opposite of hot is cold.");
        CommandRun known = CommandRun.Of("eval", text, "--json");
        File.WriteAllText(text, "Zur Dämmerung flogen vierzehn Möwen über den Hafen; XQZ_17 := 0xBEEF.");
        CommandRun foreign = CommandRun.Of("eval", text, "--json");

        Parsed(known).GetProperty("validation_loss").GetDouble().Should().BeInRange(1, 1.2);
        Parsed(known).GetProperty("foreign").GetBoolean().Should().BeFalse();
        known.Error.Should().BeEmpty();
        Parsed(foreign).GetProperty("loss").GetDouble().Should().BeGreaterThan(Math.Log(2048));
        Parsed(foreign).GetProperty("foreign").GetBoolean().Should().BeTrue();
        foreign.Error.Should().Be(
            "note: this text is foreign to gpt2-workshop: guessing among all tokens would do better; it has learned from other texts\n");
    }

    [Fact]
    public void Eval_MarkOfTheEndInAPlainText_IsRemarkedOn()
    {
        File.WriteAllText(text, "ab<|endoftext|>ab");

        CommandRun.Of("eval", text, "-m", folder.Model).Error
            .Should().Contain("note: the text contains <|endoftext|>, read as plain text: --allow-special reads it as that token\n");
        CommandRun.Of("eval", text, "-m", folder.Model, "--allow-special").Error.Should().NotContain("endoftext");
    }

    [Fact]
    public void Eval_EndOfText_IsOneTokenWithAllowSpecial()
    {
        File.WriteAllText(text, "ab<|endoftext|>ab");
        JsonElement special = Json("eval", text, "-m", folder.Model, "--allow-special", "--json");
        JsonElement plain = Json("eval", text, "-m", folder.Model, "--json");

        (special.GetProperty("tokens").GetInt32(), special.GetProperty("bytes").GetInt64()).Should().Be((2, 2));
        special.GetProperty("loss").GetDouble().Should().BeApproximately(Expected([256, 258, 256], 4).Loss, 1e-5);
        plain.GetProperty("tokens").GetInt32().Should().Be(14);
    }

    [Fact]
    public void Eval_IdsAndStandardInput_GiveWhatTheFileGives()
    {
        string ids = string.Join(',', new Tokenizer(folder.Vocabulary).Encode(Text));
        double loss = Json("eval", text, "-m", folder.Model, "--json").GetProperty("loss").GetDouble();

        Json("eval", "--ids", ids, "-m", folder.Model, "--json").GetProperty("loss").GetDouble().Should().Be(loss);
        using JsonDocument piped = JsonDocument.Parse(CommandRun.With(Text, "eval", "-", "-m", folder.Model, "--json").Result());
        piped.RootElement.GetProperty("loss").GetDouble().Should().Be(loss);
    }

    [Fact]
    public void Eval_ModelWithoutText_TakesIdsAndHasNoBytes()
    {
        string bare = folder.PathOf("bare");
        CsvModelFolder.Write(bare, TestModels.Random(new Gpt2Config(5, 4, 6, 3, 1), 4), vocabulary: null);

        Json("eval", "--ids", "1,2,3,4,0", "-m", bare, "--json").GetProperty("bits_per_byte").ValueKind.Should().Be(JsonValueKind.Null);
        CommandRun.Of("eval", "--ids", "1,2,3,4,0", "-m", bare).Result().Should().Contain("no bits per byte: the ids have no text");
        Error(1, "eval", text, "-m", bare).Should().Contain("this model has no vocabulary and so no text; give the prompt as --ids");
    }

    [Fact]
    public void Eval_TextTooShort_IsRefused()
    {
        File.WriteAllText(text, "");
        Error(1, "eval", text, "-m", folder.Model).Should().Be("gpt2: the text has 0 tokens, expected at least 2, since the first one is not scored");
        File.WriteAllText(text, "abc");
        Error(1, "eval", text, "-m", folder.Model).Should().Be("gpt2: the text has 1 token, expected at least 2, since the first one is not scored");
    }

    [Fact]
    public void Eval_FileMissingOrNotText_IsNamed()
    {
        File.WriteAllBytes(text, [0x61, 0xFF, 0xFE]);

        Error(1, "eval", folder.PathOf("none"), "-m", folder.Model)
            .Should().StartWith($"gpt2: {folder.PathOf("none")}: no such file, expected a text file");
        Error(1, "eval", text, "-m", folder.Model)
            .Should().StartWith($"gpt2: {text} line 1 byte 2: found 0xFF, which is not UTF-8; ");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("9")]
    [InlineData("-1")]
    public void Eval_StrideOutsideTheContext_IsWrongUsage(string stride)
    {
        Error(2, "eval", text, "-m", folder.Model, "--stride", stride)
            .Should().StartWith($"gpt2: --stride: found {stride}, expected {(stride == "9" ? "1 to n_ctx = 8" : "at least 1")}");
    }

    [Fact]
    public void Eval_StrideThatIsNoNumber_IsWrongUsage()
    {
        Error(2, "eval", text, "-m", folder.Model, "--stride", "half").Should().StartWith("gpt2: --stride: found 'half', expected a whole number");
    }

    [Fact]
    public void Eval_TextAndIdsOrNeither_IsWrongUsage()
    {
        Error(2, "eval", "-m", folder.Model).Should().Be("gpt2: expected one of FILE and --ids, found none");
        Error(2, "eval", text, "--ids", "1,2", "-m", folder.Model).Should().Be("gpt2: expected one of FILE and --ids, found both");
        Error(1, "eval", "--ids", "1,259", "-m", folder.Model).Should().Be("gpt2: token id 259 is outside the vocabulary, expected 0 to 258");
    }

    [Fact]
    public void Eval_Cancelled_EndsWith130()
    {
        CommandRun.With("", new CancellationToken(canceled: true), "eval", text, "-m", folder.Model).ExitCode.Should().Be(130);
    }

    private EvaluationResult Expected(int[] ids, int stride) =>
        SlidingEvaluation.Run(new Gpt2Model(folder.Weights, KernelSet.Create(KernelRung.Scalar)), ids, stride, folder.Vocabulary);

    private static JsonElement Json(params string[] args) => Parsed(CommandRun.Of(args));

    private static JsonElement Parsed(CommandRun run)
    {
        using JsonDocument document = JsonDocument.Parse(run.Result());
        return document.RootElement.Clone();
    }

    private static string Error(int exitCode, params string[] args) => CommandRun.Of(args).ErrorLine(exitCode);
}
