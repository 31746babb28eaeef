// The n-gram baselines: by hand, as distributions, and where nothing was seen.

using Gpt2.Core;
using Gpt2.Core.Evaluation;
using Gpt2.Core.Numerics;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Evaluation;

public class NgramBaselineTests
{
    private const int Vocabulary = 12;

    private static readonly int[] Text = Sample(400, seed: 6);

    [Fact]
    public void Unigrams_ByHand_AreSmoothedCounts()
    {
        // Counts 0: 4, 1: 2, 2: 1, 3: 1; of 5 tokens, 4 never comes. n₁ = 2, n₂ = 1: D = 2 / (2 + 2) = 0.5.
        NgramBaseline unigrams = NgramBaseline.Train([0, 0, 1, 0, 2, 1, 0, 3], vocabulary: 5, order: 1);

        double unseen = 0.5 * 4 / 8 / 5;
        double[] expected = [(3.5 / 8) + unseen, (1.5 / 8) + unseen, (0.5 / 8) + unseen, (0.5 / 8) + unseen, unseen];
        for (int token = 0; token < 5; token++)
        {
            unigrams.Probability([1, 2], token).Should().BeApproximately(expected[token], 1e-12);
        }
    }

    [Fact]
    public void Bigrams_ByHand_InterpolateWithPrecedingTokens()
    {
        // Text 0 1 0 1 0 2 over 0 … 3. Bigrams 01: 2, 10: 2, 02: 1, so n₁ = 1, n₂ = 2 and D₂ = 1 / 5.
        // Different tokens before 0: {1}, before 1: {0}, before 2: {0}, so n₁ = 3, n₂ = 0: D₁ = 0.75, N = T = 3.
        NgramBaseline bigrams = NgramBaseline.Train([0, 1, 0, 1, 0, 2], vocabulary: 4, order: 2);

        const double Unseen = 0.75 * 3 / 3 / 4;
        const double Seen = (0.25 / 3) + Unseen;
        bigrams.Probability([0], 1).Should().BeApproximately((1.8 / 3) + (0.2 * 2 / 3 * Seen), 1e-12);
        bigrams.Probability([0], 2).Should().BeApproximately((0.8 / 3) + (0.2 * 2 / 3 * Seen), 1e-12);
        bigrams.Probability([0], 3).Should().BeApproximately(0.2 * 2 / 3 * Unseen, 1e-12);
        bigrams.Probability([1], 0).Should().BeApproximately((1.8 / 2) + (0.2 * 1 / 2 * Seen), 1e-12);

        // 2 is only the last token: as a context it never occurs.
        bigrams.Probability([2], 0).Should().BeApproximately(Seen, 1e-12);
        bigrams.Probability([], 3).Should().BeApproximately(Unseen, 1e-12);
    }

    [Fact]
    public void Bigrams_TokenOfOneContextOnly_IsUnlikelyElsewhere()
    {
        // 2 is as frequent as 1 but comes after 3 alone ("San Francisco"): after a new context it is the less probable.
        NgramBaseline bigrams = NgramBaseline.Train([3, 2, 3, 2, 3, 2, 4, 1, 5, 1, 6, 1, 7], vocabulary: 9, order: 2);

        bigrams.Probability([8], 2).Should().BeLessThan(bigrams.Probability([8], 1) / 2);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Probabilities_AnyContext_SumToOne(int order)
    {
        NgramBaseline model = NgramBaseline.Train(Text, Vocabulary, order);
        var random = new RandomGenerator(9);
        for (int round = 0; round < 200; round++)
        {
            int[] context = [.. Enumerable.Range(0, round % 5).Select(_ => (int)(random.NextBits() % Vocabulary))];
            double[] distribution = [.. Enumerable.Range(0, Vocabulary).Select(token => model.Probability(context, token))];

            distribution.Sum().Should().BeApproximately(1, 1e-12);
            distribution.Should().OnlyContain(p => p > 0);
        }
    }

    [Fact]
    public void UnseenContext_PassesToTheShorterOne()
    {
        NgramBaseline trigrams = NgramBaseline.Train(Text, Vocabulary, order: 3);
        int last = Vocabulary - 1; // never comes

        for (int token = 0; token < Vocabulary; token++)
        {
            trigrams.Probability([last, 2], token).Should().Be(trigrams.Probability([2], token));
            trigrams.Probability([2, last], token).Should().Be(trigrams.Probability([], token));
            trigrams.Probability([5, 1, 2], token).Should().Be(trigrams.Probability([1, 2], token), "only two tokens are looked at");
        }
    }

    [Fact]
    public void MeanLoss_IsTheMeanOverAllButTheFirst()
    {
        NgramBaseline trigrams = NgramBaseline.Train(Text, Vocabulary, order: 3);
        double expected = -(Math.Log(trigrams.Probability([4], 5)) + Math.Log(trigrams.Probability([4, 5], 1))
            + Math.Log(trigrams.Probability([5, 1], 11))) / 3;

        trigrams.MeanLoss([4, 5, 1, 11]).Should().BeApproximately(expected, 1e-12);
    }

    [Fact]
    public void MeanLoss_OfATextWithOrder_FallsWithTheOrder()
    {
        int[] held = Sample(400, seed: 7);
        double[] losses = [.. Enumerable.Range(1, 3).Select(order => NgramBaseline.Train(Sample(20000, seed: 5), Vocabulary, order).MeanLoss(held))];

        losses.Should().BeInDescendingOrder();
        losses[0].Should().BeLessThan(Math.Log(Vocabulary));
        losses[2].Should().BeLessThan(0.8 * losses[1], "the text is made so that two tokens say more than one");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Train_OfOneTokenAgainAndAgain_StaysADistribution(int order)
    {
        NgramBaseline model = NgramBaseline.Train([0, 0, 0, 0, 0], vocabulary: 1, order);

        model.Probability([0, 0], 0).Should().BeApproximately(1, 1e-12);
        model.MeanLoss([0, 0, 0]).Should().BeApproximately(0, 1e-12);
    }

    [Fact]
    public void Train_LargestVocabulary_KeepsItsTokensApart()
    {
        const int Largest = 1 << 21;
        NgramBaseline trigrams = NgramBaseline.Train(
            [Largest - 1, Largest - 1, Largest - 1, Largest - 1, 0, 0, Largest - 1, 0], Largest, order: 3);

        trigrams.Probability([Largest - 1, Largest - 1], Largest - 1).Should().BeGreaterThan(trigrams.Probability([0, Largest - 1], Largest - 1));
        trigrams.Probability([0, 0], Largest - 1).Should().BeGreaterThan(0.2);
    }

    [Fact]
    public void WrongInput_IsRefused()
    {
        Error(() => NgramBaseline.Train([1, 2], 9, order: 3)).ShouldHave(found: "the text has 2 tokens", expected: "at least 3 to *");
        Error(() => NgramBaseline.Train([1, 9], 9, order: 1)).ShouldHave(found: "token id 9 is outside the vocabulary", expected: "0 to 8");
        NgramBaseline model = NgramBaseline.Train(Text, Vocabulary, order: 2);
        Error(() => model.Probability([-1], 0)).ShouldHave(found: "token id -1 is outside the vocabulary");
        Error(() => model.Probability([], Vocabulary)).ShouldHave(found: "token id 12 is outside the vocabulary");
        Error(() => model.MeanLoss([1])).ShouldHave(found: "the text has 1 token", expected: "at least 2, *");
        ((Action)(() => NgramBaseline.Train(Text, Vocabulary, order: 4))).Should().Throw<ArgumentOutOfRangeException>();
        ((Action)(() => NgramBaseline.Train(Text, (1 << 21) + 1, order: 1))).Should().Throw<ArgumentOutOfRangeException>();
    }

    /// <summary>Tokens 0 … 10, mostly the sum of the two before, and small ones more often.</summary>
    private static int[] Sample(int length, ulong seed)
    {
        var random = new RandomGenerator(seed);
        var ids = new int[length];
        for (int i = 0; i < length; i++)
        {
            double uniform = random.NextDouble();
            bool follows = i >= 2 && random.NextDouble() < 0.8;
            ids[i] = follows ? (ids[i - 1] + ids[i - 2]) % 11 : (int)(uniform * uniform * 11);
        }

        return ids;
    }

    private static Gpt2Exception Error(Action action) => action.Should().Throw<Gpt2Exception>().Which;
}
