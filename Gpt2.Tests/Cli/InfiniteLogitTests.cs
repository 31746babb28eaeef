// Logits that are infinite, as a huge weight makes them. −∞ is a token that cannot be, and null in JSON; with +∞ there is no
// distribution, and every command refuses it as it refuses NaN.

using System.Globalization;
using System.Text.Json;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class InfiniteLogitTests : IDisposable
{
    private const int Huge = 65;
    private const float NearlyInfinite = 3e38f;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Predict_ImpossibleToken_IsNull()
    {
        JsonElement[] top = [.. Json("predict", "--top", "257").GetProperty("top").EnumerateArray()];

        top[^1].GetProperty("id").GetInt32().Should().Be(Huge);
        top[^1].GetProperty("logit").ValueKind.Should().Be(JsonValueKind.Null);
        top[^1].GetProperty("probability").GetDouble().Should().Be(0);
        top[^2].GetProperty("logit").GetRawText().Should().Be(top[^2].GetProperty("logit").GetSingle().ToString(CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("generate", "-n", "2", "--logprobs", "257")]
    [InlineData("generate", "-n", "2", "--num-beams", "2")]
    [InlineData("explain", "--temperature", "1")]
    [InlineData("beams", "-n", "2")]
    public void OtherCommands_ImpossibleToken_WriteJson(string command, params string[] options) =>
        Json(command, options).GetProperty("ids").GetArrayLength().Should().Be(2);

    [Fact]
    public void Generate_ImpossibleToken_HasNoLogProbability()
    {
        JsonElement first = Json("generate", "-n", "1", "--logprobs", "257").GetProperty("completions")[0].GetProperty("tokens")[0];

        first.GetProperty("logprob").GetDouble().Should().BeNegative();
        JsonElement last = first.GetProperty("top").EnumerateArray().Last();
        last.GetProperty("id").GetInt32().Should().Be(Huge);
        last.GetProperty("logprob").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Theory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void EveryCommand_InfiniteLogit_IsRefused(KernelRung rung)
    {
        string model = Model(NearlyInfinite), text = folder.PathOf("text.txt");
        File.WriteAllText(text, "abcdefgh");
        string kernels = rung == KernelRung.TensorPrimitives ? "tensor-primitives" : rung.ToString().ToLowerInvariant();
        string[][] commands =
        [
            ["predict", "ab"],
            ["generate", "ab", "-n", "2"],
            ["generate", "ab", "-n", "2", "--repetition-penalty", "1.5"],
            ["generate", "ab", "-n", "2", "--logprobs", "3"],
            ["generate", "ab", "-n", "2", "--temperature", "0.7", "--seed", "1"],
            ["generate", "ab", "-n", "2", "--num-beams", "2"],
            ["explain", "ab"],
            ["explain", "ab", "--temperature", "0.7", "--seed", "1"],
            ["beams", "ab", "-n", "2"],
            ["trace", "ab", "--out", folder.PathOf("steps")],
            ["eval", text],
        ];
        foreach (string[] command in commands)
        {
            CommandRun.Of([.. command, "-m", model, "--kernels", kernels]).ErrorLine(1).Should().Be(
                $"gpt2: the logit of token {Huge} is +∞; the weights are broken or too large to compute with: 'gpt2 doctor' finds which",
                "that was {0}", string.Join(' ', command));
        }
    }

    [Fact]
    public void Why_TokenThatCannotBe_HasALogitThatIsNotFiniteAndNoShare()
    {
        JsonElement logit = Json("why", $"logits[-1, {Huge}]"), probability = Json("why", $"probabilities[-1, {Huge}]");

        logit.GetProperty("value").ValueKind.Should().Be(JsonValueKind.Null);
        logit.GetProperty("recomputed").GetDouble().Should().BeLessThan(-float.MaxValue, "double precision has room for it");
        probability.GetProperty("value").GetDouble().Should().Be(0);
        probability.GetProperty("recomputed").GetDouble().Should().Be(0);
        probability.GetProperty("terms").EnumerateArray().Single(term => term.GetProperty("own").GetBoolean())
            .GetProperty("share").GetDouble().Should().Be(0);
        CommandRun.Of("why", "ab", $"logits[-1, {Huge}]", "-m", Model(-NearlyInfinite)).Result().Should().Contain("-Infinity");
    }

    /// <summary>What a command says of a model with one token that cannot be.</summary>
    private JsonElement Json(string command, params string[] options) =>
        JsonDocument.Parse(CommandRun.Of([command, "ab", "-m", Model(-NearlyInfinite), "--json", .. options]).Result()).RootElement;

    /// <summary>A model whose last normalisation gives tens and whose head has one huge weight.</summary>
    private string Model(float weight)
    {
        Gpt2Weights weights = TestModels.Random(new Gpt2Config(257, 12, 6, 3, 2) { TiedHead = false }, 4);
        weights.FinalNorm.Gain.Span.Clear();
        weights.FinalNorm.Bias.Span.Fill(10);
        weights.Head.Weight.Row(Huge).Clear();
        weights.Head.Weight.Row(Huge)[0] = weight;
        string model = folder.PathOf("model");
        CsvModelFolder.Write(model, weights, new Vocabulary([]));
        return model;
    }
}
