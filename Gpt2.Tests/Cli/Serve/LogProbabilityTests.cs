// logprobs of the completions server: tokens, their probabilities, what else was probable, and where tokens begin.

using System.Text.Json;
using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Text;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli.Serve;

public sealed class LogProbabilityTests : IAsyncLifetime
{
    private const string Prompt = "abc, é東😀";

    private RunningServer server = null!;

    private static Vocabulary Vocabulary => RunningServer.Tokenizer.Vocabulary;

    public async Task InitializeAsync() => server = await RunningServer.StartAsync();

    public async Task DisposeAsync()
    {
        server.Failures.Should().BeEmpty();
        await server.DisposeAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    public async Task GeneratedTokens_HaveTheLibrarysLogProbabilities(int alternatives)
    {
        JsonElement body = await server.CompleteAsync(new { prompt = Prompt, max_tokens = 30, seed = 6, logprobs = alternatives });
        GeneratedToken[] expected = Library(30, 6, alternatives);
        JsonElement choice = body.GetProperty("choices")[0], logprobs = choice.GetProperty("logprobs");
        GeneratedToken[] inText = [.. expected.Where(token => token.Id != Vocabulary.EndOfText)];

        Strings(logprobs, "tokens").Should().Equal(inText.Select(token => Key(token.Id)));
        logprobs.GetProperty("token_logprobs").EnumerateArray().Select(value => value.GetDouble())
            .Should().Equal(inText.Select(token => token.LogProbability));
        int place = 0;
        foreach (JsonElement top in logprobs.GetProperty("top_logprobs").EnumerateArray())
        {
            GeneratedToken token = inText[place++];
            Dictionary<string, double> probable = token.Alternatives.ToDictionary(other => Key(other.Id), other => other.LogProbability);
            probable.TryAdd(Key(token.Id), token.LogProbability);
            top.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetDouble()).Should().Equal(probable);
        }

        place.Should().Be(inText.Length);
    }

    [Fact]
    public async Task IdsWithoutAToken_AreListedAsUnused_AtTheEndToo()
    {
        Gpt2Weights weights = TestModels.Random(RunningServer.Model.Config with { Vocabulary = Vocabulary.Count + 4 }, seed: 11);
        weights.FinalNorm.Bias.Span.Fill(1);
        weights.TokenEmbedding.Row(Vocabulary.Count + 2).Fill(9); // always the most likely
        await using RunningServer padded = await RunningServer.StartAsync(
            other: new Gpt2Model(weights, KernelSet.Create(KernelRung.Vector)), words: new Tokenizer(Vocabulary.WithUnused(4)));

        JsonElement body = await padded.CompleteAsync(new { prompt = "ab", max_tokens = 2, temperature = 0, logprobs = 2 });

        JsonElement choice = body.GetProperty("choices")[0], logprobs = choice.GetProperty("logprobs");
        choice.GetProperty("text").GetString().Should().BeEmpty();
        Strings(logprobs, "tokens").Should().Equal("<unused 262>", "<unused 262>");
        logprobs.GetProperty("text_offset").EnumerateArray().Select(offset => offset.GetInt32()).Should().Equal(0, 0);
        logprobs.GetProperty("top_logprobs")[0].EnumerateObject().Should().HaveCount(2);
        padded.Failures.Should().BeEmpty();
    }

    [Fact]
    public async Task Offsets_AreCodePointsOfTheText_AndOfACharacterForEachOfItsTokens()
    {
        JsonElement body = await server.CompleteAsync(new { prompt = Prompt, max_tokens = 0, echo = true, logprobs = 0 });

        // 'abc' and ', ' are merges of one and two: "abc" "," " " and then the bytes of é (2), 東 (3) and 😀 (4).
        body.GetProperty("choices")[0].GetProperty("text").GetString().Should().Be(Prompt);
        JsonElement logprobs = body.GetProperty("choices")[0].GetProperty("logprobs");
        Numbers(logprobs, "text_offset").Should().Equal(0, 3, 4, 5, 5, 6, 6, 6, 7, 7, 7, 7);
        Strings(logprobs, "tokens").Should().StartWith(["abc", ",", " ", "bytes:\\xc3", "bytes:\\xa9"]);
    }

    [Fact]
    public async Task EchoedTokens_HaveTheProbabilityTheModelGaveThem()
    {
        int[] ids = [.. Enumerable.Range(0, 48).Select(place => 64 + (place * place % 26))]; // letters; more than one part, and all of the context
        JsonElement body = await server.CompleteAsync(new { prompt = ids, max_tokens = 0, echo = true, logprobs = 2 });
        JsonElement logprobs = body.GetProperty("choices")[0].GetProperty("logprobs");
        JsonElement[] values = [.. logprobs.GetProperty("token_logprobs").EnumerateArray()];
        JsonElement[] tops = [.. logprobs.GetProperty("top_logprobs").EnumerateArray()];

        values.Should().HaveSameCount(ids);
        values[0].ValueKind.Should().Be(JsonValueKind.Null, "nothing is before the first");
        tops[0].ValueKind.Should().Be(JsonValueKind.Null);
        for (int place = 1; place < ids.Length; place++)
        {
            ReadOnlySpan<float> logits = new GenerationSession(RunningServer.Model, ids.AsSpan(0, place), 1, null).Logits();
            double logSumExp = LogProbabilities.LogSumExp(logits);
            values[place].GetDouble().Should().BeApproximately(logits[ids[place]] - logSumExp, 1e-4);
            foreach (TokenAlternative probable in LogProbabilities.Top(logits, logSumExp, 2))
            {
                tops[place].GetProperty(Key(probable.Id)).GetDouble().Should().BeApproximately(probable.LogProbability, 1e-4);
            }
        }
    }

    [Fact]
    public async Task TokensAfterAStop_AreNotShown()
    {
        string whole = string.Concat(Library(40, 6, 0).Select(token => token.Text));
        string stop = whole.Substring(7, 3);
        JsonElement body = await server.CompleteAsync(new { prompt = Prompt, max_tokens = 40, seed = 6, logprobs = 0, stop });
        JsonElement choice = body.GetProperty("choices")[0];

        string text = choice.GetProperty("text").GetString()!;
        int codePoints = text.EnumerateRunes().Count();
        int[] offsets = Numbers(choice.GetProperty("logprobs"), "text_offset");
        offsets.Should().BeInAscendingOrder().And.OnlyContain(offset => offset < codePoints);
        string[] all = [.. Library(40, 6, 0).Select(token => Key(token.Id))];
        Strings(choice.GetProperty("logprobs"), "tokens").Should().Equal(all[..offsets.Length]).And.NotBeEmpty();
        body.GetProperty("usage").GetProperty("completion_tokens").GetInt32()
            .Should().BeGreaterThan(offsets.Length, "those of the stop string were generated");
    }

    private static GeneratedToken[] Library(int count, ulong seed, int alternatives) =>
    [
        .. RunningServer.Library.Generate(
            RunningServer.Tokenizer.Encode(Prompt),
            new GenerationOptions { MaxNewTokens = count, Alternatives = alternatives, Sampling = new SamplingOptions { Seed = seed } }),
    ];

    private static string[] Strings(JsonElement logprobs, string list) =>
        [.. logprobs.GetProperty(list).EnumerateArray().Select(value => value.GetString()!)];

    private static int[] Numbers(JsonElement logprobs, string list) =>
        [.. logprobs.GetProperty(list).EnumerateArray().Select(value => value.GetInt32())];

    private static string Key(int id)
    {
        string text = RunningServer.Tokenizer.Decode([id]);
        return text.Contains('\uFFFD', StringComparison.Ordinal)
            ? "bytes:" + string.Concat(Vocabulary.BytesOf(id).ToArray().Select(value => $"\\x{value:x2}"))
            : text;
    }
}
