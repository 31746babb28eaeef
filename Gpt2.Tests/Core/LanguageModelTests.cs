// The front door: what a program gets that loads a model by name and never hears of folders, kernels or bytes.

using System.Text;
using Gpt2.Core;
using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Text;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core;

public sealed class LanguageModelTests
{
    private static readonly Gpt2Config Config = new(257, 24, 12, 3, 2);
    private static readonly Tokenizer Bytes = new(new Vocabulary([]));

    [Fact]
    public void Load_ByName_GivesTheModelWithItsTokenizer()
    {
        using var model = LanguageModel.Load("gpt2-workshop");

        model.Name.Should().Be("gpt2-workshop");
        model.Tokenizer.Vocabulary.Count.Should().Be(model.Config.Vocabulary);
        model.EndOfText.Should().Be(model.Config.Vocabulary - 1);
        model.Predict("Mike is quick. He moves")[0].Text.Should().Be(" quickly");
    }

    [Fact]
    public void Load_ModelNotFound_SaysWhereItWasLookedFor()
    {
        FluentActions.Invoking(() => LanguageModel.Load("no-such-model"))
            .Should().Throw<Gpt2Exception>().With(found: "no such folder, nor one with that name in *", where: "model 'no-such-model'");
    }

    [Fact]
    public async Task LoadAsync_ReadsElsewhere_AndReportsUpToAll()
    {
        var reported = new Reports();
        int caller = 0;
        Task<LanguageModel> loading = null!;
        OnThreadOfItsOwn(() =>
        {
            caller = Environment.CurrentManagedThreadId;
            loading = LanguageModel.LoadAsync(progress: reported);
        });
        using LanguageModel model = await loading;

        reported.Threads.Should().NotContain(caller);
        reported.Shares.Max().Should().Be(1);
    }

    [Fact]
    public async Task LoadAsync_Cancelled_EndsAsCancelled()
    {
        Func<Task> load = () => LanguageModel.LoadAsync(cancellation: new CancellationToken(canceled: true));
        Action read = () => LanguageModel.Load(cancellation: new CancellationToken(canceled: true));

        await load.Should().ThrowAsync<OperationCanceledException>();
        read.Should().Throw<OperationCanceledException>();
    }

    [Theory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void Of_Weights_LeavesThemAndKeepsItsOwn(KernelRung rung)
    {
        Gpt2Weights weights = TestModels.Random(Config, 4);
        float[][] before = [.. weights.Matrices().Select(matrix => matrix.Span.ToArray())];
        using LanguageModel model = Random(rung, weights);
        IReadOnlyList<NextToken> predicted = model.Predict("abc", Config.Vocabulary);

        weights.Matrices().Select(matrix => matrix.Span.ToArray()).Should().BeEquivalentTo(before, exact => exact.WithStrictOrdering());
        weights.TokenEmbedding.Span.Fill(1);

        model.Predict("abc", Config.Vocabulary).Should().Equal(predicted);
    }

    [Theory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void Model_SharedByManyThreads_GivesEachWhatItGivesOneAlone(KernelRung rung)
    {
        foreach (WeightType type in (WeightType[])[WeightType.Float32, WeightType.Int8])
        {
            using LanguageModel model = Random(rung, TestModels.Random(Config, 5), type);
            Func<string>[] uses = [.. Enumerable.Range(0, 12).Select<int, Func<string>>(use => (use % 3) switch
            {
                0 => () => string.Join(' ', model.Predict("prompt " + use, Config.Vocabulary)),
                1 => () => string.Join(
                    ' ', model.Generate("prompt " + use, Drawn((ulong)use)).Select(token => (token.Id, token.Text, token.LogProbability))),
                _ => () => string.Join(' ', model.Trace("prompt " + use).Entries.SelectMany(entry => entry.Matrix.Span.ToArray())),
            })];
            string[] alone = [.. uses.Select(use => use())];
            var together = new string[uses.Length];
            using var start = new Barrier(uses.Length);

            Thread[] threads = [.. uses.Select((use, number) => new Thread(() =>
            {
                start.SignalAndWait();
                for (int time = 0; time < 5; time++)
                {
                    string got = use();
                    together[number] = time == 0 || got == together[number] ? got : "another at another time: " + got;
                }
            }))];
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());

            together.Should().Equal(alone);
        }
    }

    [Fact]
    public void Generate_CharactersOfSeveralTokens_ComeOutWhole_AndTheLastTokenSaysWhyItIsThat()
    {
        const string Prompt = "M", Text = "ü€🙂.";
        using LanguageModel model = Reciting(Prompt + Text);

        GeneratedToken[] tokens = [.. model.Generate(Prompt, maxNewTokens: 50)];

        tokens.Select(token => token.Text).Should().Equal("", "ü", "", "", "€", "", "", "", "🙂", ".", "");
        tokens[^1].Id.Should().Be(model.EndOfText);
        tokens[^1].Finish.Should().Be(FinishReason.Stop);
        model.Generate(Prompt, maxNewTokens: 4).Last().Finish.Should().Be(FinishReason.Length);
        model.Generate(Prompt, new() { Stop = ["🙂"] }).Last().Finish.Should().Be(FinishReason.Stop);
        string.Concat(model.Generate(Prompt, new() { Stop = ["🙂"] }).Select(token => token.Text)).Should().Be("ü€");
    }

    [Fact]
    public async Task GenerateAsync_GivesTheSameTokens_ComputedElsewhere()
    {
        var sizes = new Gpt2Config(257, 512, 64, 4, 2);
        using LanguageModel model = Random(KernelRung.Tuned, TestModels.Random(sizes, 6));
        GenerationOptions options = Drawn(1) with { MaxNewTokens = 400 };
        string expected = string.Concat(model.Generate("Mike is", options).Select(token => token.Text));
        var text = new StringBuilder();
        await using IAsyncEnumerator<GeneratedToken> tokens = model.GenerateAsync("Mike is", options).GetAsyncEnumerator();

        // Who computes makes the cache of keys and values, of 800 KB.
        long allocated = 0;
        ValueTask<bool> first = default;
        OnThreadOfItsOwn(() =>
        {
            first = tokens.MoveNextAsync();
            allocated = GC.GetAllocatedBytesForCurrentThread();
        });
        for (bool more = await first; more; more = await tokens.MoveNextAsync())
        {
            text.Append(tokens.Current.Text);
        }

        text.ToString().Should().Be(expected);
        allocated.Should().BeLessThan(100_000);
    }

    [Fact]
    public async Task GenerateAsync_Cancelled_EndsBeforeTheNextToken()
    {
        using LanguageModel model = Random(KernelRung.Vector, TestModels.Random(Config, 7));
        using var cancel = new CancellationTokenSource();
        int seen = 0;
        Func<Task> enumerate = async () =>
        {
            await foreach (GeneratedToken _ in model.GenerateAsync("ab", maxNewTokens: 20, cancellation: cancel.Token))
            {
                if (++seen == 3)
                {
                    await cancel.CancelAsync();
                }
            }
        };

        await enumerate.Should().ThrowAsync<OperationCanceledException>();
        seen.Should().Be(3);
    }

    [Fact]
    public async Task Predict_InEveryForm_IsTheForwardPass()
    {
        Gpt2Weights weights = TestModels.Random(Config, 8);
        using LanguageModel model = Random(KernelRung.Scalar, weights);
        int[] ids = Bytes.Encode("ab");
        var a = new ForwardActivations(Config);
        new Gpt2Model(weights, KernelSet.Create(KernelRung.Scalar)).Forward(ids, cache: null, a);
        NextToken[] expected = [.. Prediction.Top(a.Logits.Row(0), a.Probabilities.Row(0), 4)
            .Select(token => new NextToken(token.Id, Bytes.Decode([token.Id]), token.Logit, token.Probability))];

        model.Predict("ab", 4).Should().Equal(expected);
        model.Predict(ids, 4).Should().Equal(expected);
        (await model.PredictAsync("ab", 4)).Should().Equal(expected);
        model.Trace("ab").Activations.Logits.Row(0).ToArray().Should().Equal(a.Logits.Row(0).ToArray());
        FluentActions.Invoking(() => model.Predict("ab", 0)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void Model_WithoutVocabulary_TakesIdsAndSaysWhyNoText()
    {
        using var model = LanguageModel.Of(TestModels.Random(Config, 9), tokenizer: null, "bare");

        model.HasText.Should().BeFalse();
        model.EndOfText.Should().BeNull();
        model.Predict([1, 2], 3).Should().HaveCount(3).And.OnlyContain(token => token.Text == null);
        model.CreateGenerator().Generate([1, 2], new GenerationOptions { MaxNewTokens = 4 }).Should().HaveCount(4);
        FluentActions.Invoking(() => model.Generate("a", maxNewTokens: 1))
            .Should().Throw<Gpt2Exception>().With(found: "this model has no vocabulary", expected: "one, *", where: "bare");
    }

    [Fact]
    public void Dispose_WhatHasBegunGoesOn_WhatBeginsIsRefused()
    {
        LanguageModel model = Random(KernelRung.Vector, TestModels.Random(Config, 10));
        string expected = string.Concat(model.Generate("ab", Drawn(3)).Select(token => token.Text));
        IEnumerable<GeneratedToken> begun = model.Generate("ab", Drawn(3));

        model.Dispose();

        string.Concat(begun.Select(token => token.Text)).Should().Be(expected);
        Action[] uses = [() => model.Predict("ab"), () => model.Generate("ab"), () => model.GenerateAsync("ab"), () => model.Trace("ab")];
        foreach (Action use in uses)
        {
            use.Should().Throw<ObjectDisposedException>();
        }
    }

    private static LanguageModel Random(KernelRung rung, Gpt2Weights weights, WeightType type = WeightType.Float32) =>
        LanguageModel.Of(weights, Bytes, "random", new LoadOptions { Kernels = KernelSet.Create(rung, 2), Weights = type });

    private static GenerationOptions Drawn(ulong seed) => new() { MaxNewTokens = 30, Sampling = new() { Temperature = 1.5, Seed = seed } };

    /// <summary>A model that knows one text by heart: the position alone decides the next token, and nothing is added in the blocks.</summary>
    private static LanguageModel Reciting(string text)
    {
        int[] ids = [.. Bytes.Encode(text), Bytes.Vocabulary.EndOfText];
        var weights = new Gpt2Weights(new Gpt2Config(257, ids.Length, ids.Length, 1, 1) { TiedHead = false });
        weights.FinalNorm.Gain.Span.Fill(1);
        for (int position = 0; position < ids.Length - 1; position++)
        {
            weights.PositionEmbedding.Row(position)[position] = 1;
            weights.Head.Weight.Row(ids[position + 1])[position] = 1;
        }

        return LanguageModel.Of(weights, Bytes, "reciting");
    }

    private static void OnThreadOfItsOwn(Action action)
    {
        var thread = new Thread(() => action());
        thread.Start();
        thread.Join();
    }

    private sealed class Reports : IProgress<double>
    {
        private readonly Lock gate = new();

        public List<double> Shares { get; } = [];

        public HashSet<int> Threads { get; } = [];

        public void Report(double value)
        {
            lock (gate)
            {
                Shares.Add(value);
                Threads.Add(Environment.CurrentManagedThreadId);
            }
        }
    }
}
