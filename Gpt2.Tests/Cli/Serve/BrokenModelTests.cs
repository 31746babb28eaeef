// What clients hear of a model that is broken: no answer that looks like one, and JSON whatever the numbers are.

using System.Net;
using System.Text.Json;
using Gpt2.Cli.Serve;
using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli.Serve;

public class BrokenModelTests
{
    [Theory]
    [InlineData(float.NaN, "the logit of token 0 is not a number; ", "{\"prompt\":\"abc\"}")]
    [InlineData(float.NaN, "the logit of token 0 is not a number; ", "{\"prompt\":\"abc\",\"stream\":true}")]
    [InlineData(float.NaN, "the logit of token 0 is not a number; ", "{\"prompt\":\"a, b\",\"max_tokens\":0,\"echo\":true,\"logprobs\":1}")]
    [InlineData(float.PositiveInfinity, "the logit of token ", "{\"prompt\":\"abc\"}")]
    [InlineData(float.PositiveInfinity, "the logit of token ", "{\"prompt\":\"abc\",\"temperature\":0}")]
    [InlineData(float.PositiveInfinity, "the logit of token ", "{\"prompt\":\"abc\",\"temperature\":0,\"logprobs\":1}")]
    [InlineData(float.PositiveInfinity, "the logit of token ", "{\"prompt\":\"abc\",\"stream\":true}")]
    [InlineData(float.PositiveInfinity, "the logit of token ", "{\"prompt\":\"a, b\",\"max_tokens\":0,\"echo\":true,\"logprobs\":1}")]
    public async Task ModelWithoutADistribution_Is500_AndSaysWhy(float bias, string why, string json)
    {
        Gpt2Weights weights = TestModels.Random(RunningServer.Model.Config, seed: 1);
        weights.FinalNorm.Bias.Span[0] = bias; // of its products with the embeddings some are +∞ and some −∞
        await using RunningServer server = await RunningServer.StartAsync(other: new Gpt2Model(weights, KernelSet.Create(KernelRung.Vector)));

        (HttpResponseMessage response, JsonElement body) = await server.PostAsync(json);

        response.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        body.GetProperty("error").GetProperty("type").GetString().Should().Be("server_error");
        body.GetProperty("error").GetProperty("code").GetString().Should().Be("model_failed");
        body.GetProperty("error").GetProperty("message").GetString().Should().StartWith(why)
            .And.EndWith("; the weights are broken or too large to compute with: 'gpt2 doctor' finds which");
        server.Failures.Should().BeEmpty("it is the model's fault, and its client knows");
        await server.LoadBecomesAsync(running: 0, waiting: 0);
    }

    [Fact]
    public void LogarithmOfZero_IsANumberInJson()
    {
        const double logProbability = double.NegativeInfinity;
        var model = new ServedModel("small", RunningServer.Model, RunningServer.Tokenizer, "test");
        var request = new CompletionRequest
        {
            Prompts = [new ServedPrompt([64], "a")],
            Sampling = new SamplingOptions(),
            Generation = new GenerationOptions(),
            LogProbabilities = 1,
        };
        var token = new TokenDetail(65, 0, logProbability, [new TokenAlternative(66, logProbability)]);

        byte[] json = new CompletionBodies(model, request).Piece(new ChoicePiece(0, "b", [token], 1, null));

        JsonElement logprobs = JsonDocument.Parse(json).RootElement.GetProperty("choices")[0].GetProperty("logprobs");
        logprobs.GetProperty("token_logprobs")[0].GetDouble().Should().Be(-9999);
        logprobs.GetProperty("top_logprobs")[0].ToString().Should().Be("{\"c\":-9999,\"b\":-9999}");
    }
}
