// The same seed gives the same text of the shipped model with every rung of the kernels and every number of threads.

using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.DefaultModel;

public class SeedFactsTests
{
    private const int Tokens = 60;

    private static readonly string[] Prompts =
        ["Mike is quick. He moves", "Mike lived in", "for (int i = 0;", "First name: Anna\nLast name: Berg\nEmail:", "The capital of"];

    private static readonly GenerationOptions[] Settings =
    [
        new() { MaxNewTokens = Tokens, Sampling = new() { Seed = 7 } },
        new() { MaxNewTokens = Tokens, Sampling = new() { Seed = 123_456_789_012, Temperature = 1.3, TopP = 0.95 } },
        new()
        {
            MaxNewTokens = Tokens,
            Sampling = new() { Seed = 0, Temperature = 0.8, TopK = 40, MinP = 0.02 },
            RepetitionPenalty = 1.1,
            NoRepeatNgram = 4,
        },
        new() { MaxNewTokens = Tokens },
    ];

    [Fact]
    public void Generate_SameSeed_GivesTheSameTextOnEveryRungAndThreadCount()
    {
        string folder = Path.Combine(SharedData.RepositoryRoot, "weights-csv", ModelLocator.DefaultModel);
        string[]? expected = null;
        foreach (KernelRung rung in Enum.GetValues<KernelRung>())
        {
            foreach (int threads in rung == KernelRung.Tuned ? (int[])[1, 2] : [1])
            {
                Gpt2Weights weights = CsvModelFolder.ReadWeights(folder);
                Tokenizer tokenizer = CsvFolder.TokenizerOf(folder, weights.Config)!;
                var generator = new TextGenerator(
                    Gpt2Model.ForInference(weights, KernelSet.Create(rung, threads)), tokenizer, tokenizer.Vocabulary.EndOfText);

                string[] texts = [.. Prompts.SelectMany(prompt => Settings.SelectMany(options => generator
                    .GenerateMany(tokenizer.Encode(prompt), options.Sampling is null ? 1 : 3, options)
                    .Select(tokens => string.Concat(tokens.Select(token => token.Text)))))];

                expected ??= texts;
                texts.Should().Equal(expected, "{0} kernels with {1} threads draw the same tokens", rung, threads);
            }
        }

        expected.Should().HaveCount(50);
        expected!.Distinct().Should().HaveCountGreaterThan(30, "seeds and settings make a difference");
    }
}
