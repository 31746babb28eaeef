// gpt2 loss: the same loss as gpt2 eval finds and as PyTorch recorded, the lecture's figures from given probabilities, and bad input.

using System.Text.Json;
using System.Xml.Linq;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class LossCommandTests : IDisposable
{
    private const string Lecture = "7.4541e-5,3.1061e-5,1.1563e-5,1.0337e-5,5.6776e-5,4.7559e-6";

    private readonly SmallModelFolder folder = new(context: 64);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("The capital of France is Paris. Mike is quick.")]
    [InlineData("é字👍")]
    public void Loss_OfAText_IsThatOfEval(string text)
    {
        string file = folder.PathOf("text.txt");
        File.WriteAllText(file, text);

        JsonElement loss = Json("loss", "--file", file, "-m", folder.Model), eval = Json("eval", file, "-m", folder.Model);

        loss.GetProperty("scored").GetInt32().Should().Be(eval.GetProperty("tokens").GetInt32());
        loss.GetProperty("loss").GetDouble().Should().BeApproximately(eval.GetProperty("loss").GetDouble(), 1e-12);
        loss.GetProperty("perplexity").GetDouble().Should().BeApproximately(eval.GetProperty("perplexity").GetDouble(), 1e-9);
        loss.GetProperty("uniform_loss").GetDouble().Should().Be(eval.GetProperty("uniform_loss").GetDouble());
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("odd")]
    public void Loss_OfTheReferenceModels_EqualsReference(string name)
    {
        using JsonDocument reference = JsonDocument.Parse(File.ReadAllText(ReferenceData.PathOf(name, "steps", "loss.json")));
        string ids = string.Join(',', reference.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()));
        double[] expected = [.. reference.RootElement.GetProperty("token_losses").EnumerateArray().Select(loss => loss.GetDouble())];

        JsonElement result = Json("loss", "--ids", ids, "-m", ReferenceData.PathOf(name, "model"));

        double[] losses = [.. result.GetProperty("tokens").EnumerateArray().Select(token => token.GetProperty("loss").GetDouble())];
        losses.Should().HaveSameCount(expected);
        losses.Zip(expected).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-4 * pair.Second);
        result.GetProperty("loss").GetDouble().Should().BeApproximately(reference.RootElement.GetProperty("loss").GetDouble(), 1e-4);
    }

    [Fact]
    public void Loss_Table_BeginsWithATokenThatNothingPredicts_AndEndsWithTheMean()
    {
        JsonElement result = Json("loss", "abc", "-m", folder.Model);
        JsonElement[] tokens = [.. result.GetProperty("tokens").EnumerateArray()];
        string[] lines = CommandRun.Of("loss", "abc", "-m", folder.Model).Result().Split('\n');

        tokens.Select(token => token.GetProperty("token").GetString()).Should().Equal("b", "c");
        tokens[1].GetProperty("mean").GetDouble().Should().Be(result.GetProperty("loss").GetDouble());
        foreach (JsonElement token in tokens)
        {
            (-Math.Log(token.GetProperty("probability").GetDouble())).Should().BeApproximately(token.GetProperty("loss").GetDouble(), 1e-12);
            (token.GetProperty("rank").GetInt32() == 1).Should().Be(
                token.GetProperty("best").GetProperty("id").GetInt32() == token.GetProperty("id").GetInt32());
        }

        lines[1].Should().MatchRegex("^  # +token +probability +−ln p +mean so far +perplexity +rank +more probable$");
        lines[3].Should().Be("  0   \"a\"");
        lines[4].Should().MatchRegex("^  1   \"b\" ").And.Contain(Shown(tokens[0].GetProperty("loss")));
        lines[6].Should().Be("nothing predicts the first token");
        lines[7].Should().StartWith($"loss {Shown(result.GetProperty("loss"))} nats, the mean of 2; perplexity e^");
        lines[8].Should().Be("guessing among all 257 tokens would lose ln 257 = 5.5491");

        static string Shown(JsonElement number) => FormattableString.Invariant($"{number.GetDouble():0.0000}");
    }

    [Fact]
    public void Loss_Target_CostsWhatTheEndOfTheWholeTextCosts()
    {
        JsonElement whole = Json("loss", "abcd", "-m", folder.Model), target = Json("loss", "ab", "--target", "cd", "-m", folder.Model);

        target.GetProperty("tokens").EnumerateArray().Select(token => token.GetProperty("loss").GetDouble())
            .Should().Equal(whole.GetProperty("tokens").EnumerateArray().Skip(1).Select(token => token.GetProperty("loss").GetDouble()));
        target.GetProperty("scored").GetInt32().Should().Be(2);
        Json("loss", "a", "--target", "b", "-m", folder.Model).GetProperty("scored").GetInt32().Should().Be(1, "the prompt may be one token");
        CommandRun.Of("loss", "ab", "--target", "cd", "-m", folder.Model).Result()
            .Should().StartWith("\"ab\" (2 tokens), then \"cd\" (2 tokens): ")
            .And.Contain("the first 2 tokens, the prompt, are given and cost nothing\n");
    }

    [Fact]
    public void Probabilities_OfTheLecture_HaveItsLossAndPerplexity()
    {
        JsonElement result = Json("loss", "--probabilities", Lecture);
        string[] lines = CommandRun.Of("loss", "--probabilities", Lecture).Result().TrimEnd('\n').Split('\n');

        result.GetProperty("loss").GetDouble().Should().BeApproximately(10.7940, 5e-5);
        result.GetProperty("perplexity").GetDouble().Should().BeApproximately(48725, 0.5);
        result.GetProperty("model").ValueKind.Should().Be(JsonValueKind.Null);
        result.GetProperty("tokens").EnumerateArray().Select(token => token.GetProperty("loss").GetDouble()).Should().HaveCount(6);
        lines[3].Should().MatchRegex("^  0 +7\\.4541e-5 +9\\.5042 +9\\.5042 +13415 ");
        lines[^1].Should().StartWith("loss 10.7940 nats, the mean of 6; perplexity e^10.7940 = 48725: ");
    }

    [Fact]
    public void Probabilities_Extremes_AreNamed()
    {
        CommandRun.Of("loss", "--probabilities", "1").Result().Should().Contain("loss 0.0000 nats; perplexity e^0.0000 = 1.00: ");
        CommandRun.Of("loss", "--probabilities", "0.5,0,1").Result().Should().Contain("loss ∞ nats, the mean of 3; perplexity ∞: ");
        JsonElement impossible = Json("loss", "--probabilities", "0.5,0");
        impossible.GetProperty("loss").ValueKind.Should().Be(JsonValueKind.Null, "JSON has no infinity");
        impossible.GetProperty("tokens")[0].GetProperty("loss").GetDouble().Should().BeApproximately(Math.Log(2), 1e-15);
    }

    [Theory]
    [InlineData("loss", "abc")]
    [InlineData("loss", "é字👍\u0007\n\"<&")]
    [InlineData("loss", "ab", "--target", "c")]
    [InlineData("loss", "--probabilities", "1")]
    [InlineData("loss", "--probabilities", "0.5,0,1,1e-300")]
    public void Svg_StaysInside_AndHasABarPerScoredToken(params string[] args)
    {
        string file = folder.PathOf("loss.svg");
        string[] withModel = args.Contains("--probabilities") ? args : [.. args, "-m", folder.Model];
        int scored = Json(withModel).GetProperty("scored").GetInt32();

        CommandRun.Of([.. withModel, "--svg", file]).Result();

        var picture = XElement.Load(file);
        SvgChecks.StaysInside(picture);
        picture.Descendants().Count(element => element.Attribute("class")?.Value == "bar").Should().Be(scored);
    }

    [Theory]
    [InlineData(1, "gpt2: the text has 1 token, expected at least 2, since nothing predicts the first one", "loss", "a")]
    [InlineData(1, "gpt2: the prompt is empty", "loss", "")]
    [InlineData(1, "gpt2: token id 999 is outside the vocabulary", "loss", "--ids", "1,999")]
    [InlineData(2, "gpt2: --target: the prompt is empty, expected a text after a prompt", "loss", "", "--target", "a")]
    [InlineData(2, "gpt2: --target: found no text, expected a text after a prompt", "loss", "a", "--target", "")]
    [InlineData(2, "gpt2: --probabilities needs no text: leave out prompt", "loss", "a", "--probabilities", "0.5")]
    [InlineData(2, "gpt2: --probabilities: found '1.5', expected probabilities from 0 to 1", "loss", "--probabilities", "0.5,1.5")]
    [InlineData(2, "gpt2: --probabilities: found 'NaN', expected probabilities from 0 to 1", "loss", "--probabilities", "NaN")]
    [InlineData(2, "gpt2: --probabilities: found '', expected probabilities from 0 to 1", "loss", "--probabilities", "0.5,")]
    public void WrongUse_IsOneLine(int exitCode, string message, params string[] args) =>
        CommandRun.Of([.. args, "-m", folder.Model]).ErrorLine(exitCode).Should().StartWith(message);

    [Fact]
    public void LongText_IsSentToEval() => CommandRun.Of("loss", new string('x', 65), "-m", folder.Model).ErrorLine(1)
        .Should().Be("gpt2: the text has 65 tokens, expected at most n_ctx = 64; shorten it, or measure it with gpt2 eval");

    private static JsonElement Json(params string[] args)
    {
        using var result = JsonDocument.Parse(CommandRun.Of([.. args, "--json"]).Result());
        return result.RootElement.Clone();
    }
}
