// gpt2 eval: its figures as a table and as JSON, and how it fails.

using System.Text.Json;
using Gpt2.Core.Evaluation;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class EvalCommandTests : IDisposable
{
    private const string Text = "abcab, said the cab\n";

    private readonly TemporaryFolder folder = new();
    private readonly string model;
    private readonly string text;
    private readonly Gpt2Weights weights = TestModels.Random(new Gpt2Config(259, 8, 6, 3, 2), 4);
    private readonly Vocabulary vocabulary = new([new Merge(64, 65), new Merge(256, 66)]); // "ab" 256, "abc" 257, end of text 258

    public EvalCommandTests()
    {
        model = folder.PathOf("model");
        text = folder.PathOf("text.txt");
        CsvModelFolder.Write(model, weights, vocabulary);
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
        JsonElement result = Json("eval", text, "-m", model, "--stride", $"{stride}", "--kernels", "scalar", "--json");

        EvaluationResult expected = Expected(new Tokenizer(vocabulary).Encode(Text), stride);
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
        Json("eval", text, "-m", model, "--json").GetProperty("stride").GetInt32().Should().Be(4);
    }

    [Fact]
    public void Eval_Table_WritesPointsInEveryCulture()
    {
        using var culture = new DecimalCommaCulture();
        CommandRun run = CommandRun.Of("eval", text, "-m", model);

        run.Result().Should().MatchRegex(@"loss \(nats per token\) +\d+\.\d{4}\n").And.MatchRegex(@"perplexity +\d+\.\d\d\n")
            .And.MatchRegex(@"bits per byte +\d+\.\d{4}\n").And.MatchRegex("windows +[0-9]+ of 8 tokens, moved by 4").And.NotContain("\u001b");
        run.Error.Should().BeEmpty();
    }

    [Fact]
    public void Eval_EndOfText_IsOneTokenWithAllowSpecial()
    {
        File.WriteAllText(text, "ab<|endoftext|>ab");
        JsonElement special = Json("eval", text, "-m", model, "--allow-special", "--json");
        JsonElement plain = Json("eval", text, "-m", model, "--json");

        (special.GetProperty("tokens").GetInt32(), special.GetProperty("bytes").GetInt64()).Should().Be((2, 2));
        special.GetProperty("loss").GetDouble().Should().BeApproximately(Expected([256, 258, 256], 4).Loss, 1e-5);
        plain.GetProperty("tokens").GetInt32().Should().Be(14);
    }

    [Fact]
    public void Eval_IdsAndStandardInput_GiveWhatTheFileGives()
    {
        string ids = string.Join(',', new Tokenizer(vocabulary).Encode(Text));
        double loss = Json("eval", text, "-m", model, "--json").GetProperty("loss").GetDouble();

        Json("eval", "--ids", ids, "-m", model, "--json").GetProperty("loss").GetDouble().Should().Be(loss);
        using JsonDocument piped = JsonDocument.Parse(CommandRun.With(Text, "eval", "-", "-m", model, "--json").Result());
        piped.RootElement.GetProperty("loss").GetDouble().Should().Be(loss);
    }

    [Fact]
    public void Eval_ModelWithoutText_TakesIdsAndHasNoBytes()
    {
        string bare = folder.PathOf("bare");
        CsvModelFolder.Write(bare, TestModels.Random(new Gpt2Config(5, 4, 6, 3, 1), 4), vocabulary: null);

        Json("eval", "--ids", "1,2,3,4,0", "-m", bare, "--json").GetProperty("bits_per_byte").ValueKind.Should().Be(JsonValueKind.Null);
        CommandRun.Of("eval", "--ids", "1,2,3,4,0", "-m", bare).Result().Should().Contain("none: the ids have no text");
        Error(1, "eval", text, "-m", bare).Should().Contain("this model has no vocabulary and so no text: give the prompt as --ids");
    }

    [Fact]
    public void Eval_TextTooShort_IsRefused()
    {
        File.WriteAllText(text, "");
        Error(1, "eval", text, "-m", model).Should().Be("gpt2: the text has 0 tokens, expected at least 2: the first one is not scored");
        File.WriteAllText(text, "abc");
        Error(1, "eval", text, "-m", model).Should().Be("gpt2: the text has 1 tokens, expected at least 2: the first one is not scored");
    }

    [Fact]
    public void Eval_FileMissingOrNotText_IsNamed()
    {
        File.WriteAllBytes(text, [0x61, 0xFF, 0xFE]);

        Error(1, "eval", folder.PathOf("none"), "-m", model).Should().Be($"gpt2: {folder.PathOf("none")}: no such file");
        Error(1, "eval", text, "-m", model).Should().Be($"gpt2: {text}: not UTF-8 text: convert it first");
    }

    [Theory]
    [InlineData("0")]
    [InlineData("9")]
    [InlineData("-1")]
    public void Eval_StrideOutsideTheContext_IsWrongUsage(string stride)
    {
        Error(2, "eval", text, "-m", model, "--stride", stride).Should().Be($"gpt2: --stride {stride}: expected 1 to n_ctx = 8");
    }

    [Fact]
    public void Eval_StrideThatIsNoNumber_IsWrongUsage()
    {
        Error(2, "eval", text, "-m", model, "--stride", "half").Should().Contain("'half' for option '--stride'").And.NotContain("Nullable");
    }

    [Fact]
    public void Eval_TextAndIdsOrNeither_IsWrongUsage()
    {
        Error(2, "eval", "-m", model).Should().Be("gpt2: expected one of FILE and --ids, found none");
        Error(2, "eval", text, "--ids", "1,2", "-m", model).Should().Be("gpt2: expected one of FILE and --ids, found both");
        Error(1, "eval", "--ids", "1,259", "-m", model).Should().Be("gpt2: token id 259 is outside the vocabulary, expected 0 to 258");
    }

    [Fact]
    public void Eval_Cancelled_EndsWith130()
    {
        CommandRun.With("", new CancellationToken(canceled: true), "eval", text, "-m", model).ExitCode.Should().Be(130);
    }

    private EvaluationResult Expected(int[] ids, int stride) =>
        SlidingEvaluation.Run(new Gpt2Model(weights, KernelSet.Create(KernelRung.Scalar)), ids, stride, vocabulary);

    private static JsonElement Json(params string[] args)
    {
        using JsonDocument document = JsonDocument.Parse(CommandRun.Of(args).Result());
        return document.RootElement.Clone();
    }

    private static string Error(int exitCode, params string[] args) => CommandRun.Of(args).ErrorLine(exitCode);
}
