// Logits that are infinite, as a huge weight makes them: every result stays JSON, with null where there is no number.

using System.Text.Json;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class InfiniteLogitTests : IDisposable
{
    private const int Huge = 65;
    private const float NearlyInfinite = 3e38f;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(-NearlyInfinite)]
    [InlineData(NearlyInfinite)]
    public void Predict_InfiniteLogit_IsNull(float weight)
    {
        JsonElement[] top = [.. Json("predict", weight, "--top", "257").GetProperty("top").EnumerateArray()];

        JsonElement[] withoutNumber = [.. top.Where(token => token.GetProperty("logit").ValueKind == JsonValueKind.Null)];
        withoutNumber.Should().ContainSingle().Which.GetProperty("id").GetInt32().Should().Be(Huge);
        top[1].GetProperty("logit").GetRawText().Should().Be(top[1].GetProperty("logit").GetSingle().ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("generate", -NearlyInfinite, "-n", "2", "--logprobs", "257")]
    [InlineData("generate", NearlyInfinite, "-n", "2", "--logprobs", "257")]
    [InlineData("generate", -NearlyInfinite, "-n", "2", "--num-beams", "2")]
    [InlineData("explain", -NearlyInfinite, "--temperature", "1")]
    [InlineData("explain", NearlyInfinite, "--temperature", "1")]
    [InlineData("beams", -NearlyInfinite, "-n", "2")]
    public void OtherCommands_InfiniteLogit_WriteJson(string command, float weight, params string[] options) =>
        Json(command, weight, options).GetProperty("ids").GetArrayLength().Should().Be(2);

    [Fact]
    public void Generate_TokenThatCannotBe_HasNoLogProbability()
    {
        JsonElement first = Json("generate", -NearlyInfinite, "-n", "1", "--logprobs", "257").GetProperty("completions")[0].GetProperty("tokens")[0];

        first.GetProperty("logprob").GetDouble().Should().BeNegative();
        JsonElement last = first.GetProperty("top").EnumerateArray().Last();
        last.GetProperty("id").GetInt32().Should().Be(Huge);
        last.GetProperty("logprob").ValueKind.Should().Be(JsonValueKind.Null);
    }

    /// <summary>What a command says of a model whose last normalisation gives tens and whose head has one huge weight.</summary>
    private JsonElement Json(string command, float weight, params string[] options)
    {
        Gpt2Weights weights = TestModels.Random(new Gpt2Config(257, 12, 6, 3, 2) { TiedHead = false }, 4);
        weights.FinalNorm.Gain.Span.Clear();
        weights.FinalNorm.Bias.Span.Fill(10);
        weights.Head.Weight.Row(Huge).Clear();
        weights.Head.Weight.Row(Huge)[0] = weight;
        string model = folder.PathOf("model");
        CsvModelFolder.Write(model, weights, new Vocabulary([]));
        return JsonDocument.Parse(CommandRun.Of([command, "ab", "-m", model, "--json", .. options]).Result()).RootElement;
    }
}
