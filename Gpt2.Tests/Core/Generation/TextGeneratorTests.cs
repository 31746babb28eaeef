// The library's stream of tokens: what each carries, where it ends, samples that share a prompt, and cancellation.

using System.Globalization;
using System.Text;
using Gpt2.Core;
using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Generation;

public class TextGeneratorTests
{
    private static readonly Gpt2Config Config = new(257, 24, 12, 3, 2);
    private static readonly Tokenizer Bytes = new(new Vocabulary([]));
    private static readonly int[] Prompt = [5, 17, 200];

    [Theory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void Generate_Greedy_IsTheSessionsTokensWithinAndBeyondTheContext(KernelRung rung)
    {
        Gpt2Model model = Model(rung);
        var session = new GenerationSession(model, Prompt, 40, endOfText: null);
        while (session.TryNext(out _))
        {
        }

        GeneratedToken[] tokens = [.. new TextGenerator(model, Bytes, null).Generate(Prompt, new() { MaxNewTokens = 40 })];

        tokens.Select(token => token.Id).Should().Equal(session.Ids.Skip(Prompt.Length));
        tokens[^1].Finish.Should().Be(FinishReason.Length);
        tokens[..^1].Should().OnlyContain(token => token.Finish == null);
        tokens.Should().OnlyContain(token => token.Rank == 1);
    }

    [Fact]
    public void Generate_LogProbabilitiesAndAlternatives_AreTheModelsOwn()
    {
        Gpt2Model model = Model(KernelRung.Scalar);
        var options = new GenerationOptions
        {
            MaxNewTokens = 8,
            Alternatives = 4,
            Sampling = new() { Temperature = 3, TopK = 100, Seed = 2 },
            RepetitionPenalty = 1.3,
        };
        var ids = new List<int>(Prompt);
        foreach (GeneratedToken token in new TextGenerator(model, null, null).Generate(Prompt, options))
        {
            var a = new ForwardActivations(Config);
            model.Forward(ids.ToArray(), null, a);
            Candidate[] ranked = Prediction.Top(a.Logits.Row(0), a.Probabilities.Row(0), Config.Vocabulary);
            int place = Array.FindIndex(ranked, candidate => candidate.Id == token.Id);

            token.Rank.Should().Be(place + 1);
            token.LogProbability.Should().BeApproximately(Math.Log(ranked[place].Probability), 1e-4);
            token.Alternatives.Select(other => other.Id).Should().Equal(ranked.Take(4).Select(candidate => candidate.Id));
            token.Alternatives[3].LogProbability.Should().BeApproximately(Math.Log(ranked[3].Probability), 1e-4);
            token.Text.Should().BeEmpty("there is no vocabulary");
            ids.Add(token.Id);
        }

        ids.Should().HaveCount(Prompt.Length + 8);
    }

    [Theory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void GenerateMany_Samples_AreBitForBitTheSingleOnesWithTheirSeeds(KernelRung rung)
    {
        var generator = new TextGenerator(Model(rung), Bytes, 256);
        GenerationOptions options = Drawn(ulong.MaxValue - 1);

        GeneratedToken[][] samples = [.. generator.GenerateMany(Prompt, 4, options).Select(sample => sample.ToArray())];

        for (int i = 0; i < samples.Length; i++)
        {
            GenerationOptions single = Drawn(unchecked(ulong.MaxValue - 1 + (ulong)i));
            Described(samples[i]).Should().Be(Described(generator.Generate(Prompt, single)));
        }

        samples.Select(Described).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task GenerateManyAsync_InTurnsAndOnThreads_IsTheSameAsOneAfterAnother()
    {
        var generator = new TextGenerator(Model(KernelRung.Tuned), Bytes, 256);
        string[] expected = [.. generator.GenerateMany(Prompt, 6, Drawn(1)).Select(Described)];

        string[] atOnce = await Task.WhenAll(generator.GenerateManyAsync(Prompt, 6, Drawn(1)).Select(async sample =>
        {
            var tokens = new List<GeneratedToken>();
            await foreach (GeneratedToken token in sample)
            {
                tokens.Add(token);
            }

            return Described(tokens);
        }));

        atOnce.Should().Equal(expected);
    }

    [Fact]
    public void Generate_EnumeratedTwice_BeginsAnew()
    {
        IEnumerable<GeneratedToken> tokens = new TextGenerator(Model(KernelRung.Vector), Bytes, 256).Generate(Prompt, Drawn(3));

        Described(tokens).Should().Be(Described(tokens));
    }

    [Fact]
    public void Generate_EndOfText_IsTheLastTokenAndNoText()
    {
        Gpt2Model model = Model(KernelRung.Vector);
        GeneratedToken[] free = [.. new TextGenerator(model, Bytes, null).Generate(Prompt, new() { MaxNewTokens = 5 })];
        int end = free[3].Id;
        int first = Array.FindIndex(free, token => token.Id == end);

        GeneratedToken[] ended = [.. new TextGenerator(model, Bytes, end).Generate(Prompt, new() { MaxNewTokens = 5 })];

        ended.Select(token => token.Id).Should().Equal(free.Take(first + 1).Select(token => token.Id));
        ended[^1].Finish.Should().Be(FinishReason.Stop);
        TextOf(ended).Should().Be(Bytes.Decode([.. free.Take(first).Select(token => token.Id)]));
    }

    [Fact]
    public void Generate_NoTokensWanted_HasNone()
    {
        new TextGenerator(Model(KernelRung.Vector), Bytes, null).Generate(Prompt, new() { MaxNewTokens = 0 }).Should().BeEmpty();
    }

    [Fact]
    public void Generate_WrongPromptOrOptions_ThrowsBeforeAnyToken()
    {
        var generator = new TextGenerator(Model(KernelRung.Vector), null, null);
        foreach ((int[] prompt, GenerationOptions options, string found, string? expected) in ((int[], GenerationOptions, string, string?)[])
            [
                ([], new(), "the prompt is empty", null),
                ([257], new(), "token id 257 *", "*"),
                (new int[25], new(), "*25 tokens*", "*n_ctx = 24*"),
                ([1], new() { MaxNewTokens = -1 }, "max-new-tokens is -1", "*"),
                ([1], new() { RepetitionPenalty = 0 }, "repetition-penalty is 0", "*"),
                ([1], new() { RepetitionPenalty = double.NaN }, "repetition-penalty is NaN", "*"),
                ([1], new() { NoRepeatNgram = -2 }, "no-repeat-ngram is -2", "*"),
                ([1], new() { Alternatives = -1 }, "the number of alternatives is -1", "*"),
                ([1], new() { Stop = ["a", ""] }, "a stop string is empty", "*"),
                ([1], new() { Stop = ["a"] }, "this model has no vocabulary*", null),
                ([1], new() { Sampling = new() { MinP = 1.5 } }, "min-p is 1.5", "*"),
                ([1], new() { Sampling = new() { MinP = double.NaN } }, "min-p is NaN", "*"),
            ])
        {
            Action call = () => generator.Generate(prompt, options);
            Action asynchronous = () => generator.GenerateAsync(prompt, options);

            call.Should().Throw<Gpt2Exception>().With(found, expected);
            asynchronous.Should().Throw<Gpt2Exception>().With(found, expected);
        }
    }

    [Fact]
    public async Task Generate_Cancelled_EndsBeforeTheNextToken()
    {
        var generator = new TextGenerator(Model(KernelRung.Vector), Bytes, null);
        using var cancel = new CancellationTokenSource();
        int seen = 0;
        Action enumerate = () =>
        {
            foreach (GeneratedToken _ in generator.Generate(Prompt, new(), cancel.Token))
            {
                if (++seen == 3)
                {
                    cancel.Cancel();
                }
            }
        };
        Func<Task> enumerateLater = async () =>
        {
            await foreach (GeneratedToken _ in generator.GenerateAsync(Prompt, new()).WithCancellation(cancel.Token))
            {
                seen++;
            }
        };

        enumerate.Should().Throw<OperationCanceledException>();
        await enumerateLater.Should().ThrowAsync<OperationCanceledException>();

        seen.Should().Be(3);
    }

    [Fact]
    public void Generate_BytesThatAreHalfCharacters_AreNeverShown()
    {
        // Random bytes: the pieces together are what decoding all ids gives, and none has a character that it lacks.
        var generator = new TextGenerator(Model(KernelRung.Vector), Bytes, null);
        GeneratedToken[] tokens = [.. generator.Generate(Prompt, Drawn(9) with { MaxNewTokens = 200 })];

        TextOf(tokens).Should().Be(Bytes.Decode([.. tokens.Select(token => token.Id)]));
        tokens.Count(token => token.Text.Length == 0).Should().BePositive("some bytes wait for others");
    }

    [Fact]
    public void Generate_StopStringThatOnlyTheEndCompletes_IsFound()
    {
        // The first byte of a character that nothing follows becomes U+FFFD, and that is the stop string.
        var generator = new TextGenerator(Model(KernelRung.Vector), Bytes, null);
        GenerationOptions One(ulong seed) => Drawn(seed) with { MaxNewTokens = 1 };
        ulong seed = 0;
        while (Bytes.Vocabulary.BytesOf(generator.Generate(Prompt, One(seed)).Single().Id)[0] is < 0xC2 or > 0xF4)
        {
            seed++;
        }

        GeneratedToken token = generator.Generate(Prompt, One(seed) with { Stop = ["\uFFFD"] }).Single();

        (token.Text, token.Finish).Should().Be(("", FinishReason.Stop));
    }

    internal static string TextOf(IEnumerable<GeneratedToken> tokens) => string.Concat(tokens.Select(token => token.Text));

    private static GenerationOptions Drawn(ulong seed) => new() { MaxNewTokens = 40, Sampling = new() { Temperature = 1.5, Seed = seed } };

    private static Gpt2Model Model(KernelRung rung) => Gpt2Model.ForInference(TestModels.Random(Config, 7), KernelSet.Create(rung, 2));

    private static string Described(IEnumerable<GeneratedToken> tokens)
    {
        var text = new StringBuilder();
        foreach (GeneratedToken token in tokens)
        {
            text.Append(CultureInfo.InvariantCulture, $"{token.Id} {token.LogProbability:R} {token.Rank} {token.Finish} {token.Text}|");
        }

        return text.ToString();
    }
}
