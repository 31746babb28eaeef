// Batches: every example once in an epoch, in an order by seed, with little padding. And the part for validation.

using System.Globalization;
using FsCheck.Fluent;
using Gpt2.Core;
using Gpt2.Core.PostTraining;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining.Data;

public class ExampleBatchesTests
{
    private static readonly IReadOnlyList<PreparedExample> Examples = TestExamples.OfManyLengths(300);

    [Fact]
    public void Batches_OfAnEpoch_HaveEveryExampleOnce() => SeededProperty.Holds(
        from count in Gen.Choose(1, 300) from size in Gen.Choose(1, 40) from seed in Gen.Choose(0, 1000) select (count, size, seed),
        drawn =>
        {
            PreparedExample[] some = [.. Examples.Take(drawn.count)];
            var batches = new ExampleBatches(some, drawn.size, (ulong)drawn.seed);
            for (int epoch = 0; epoch < 2; epoch++)
            {
                IReadOnlyList<PreparedExample>[] all =
                    [.. Enumerable.Range(epoch * batches.PerEpoch, batches.PerEpoch).Select(number => batches.ExamplesOf(number))];
                all.SelectMany(batch => batch).Order(ByPrompt).Should().Equal(some.Order(ByPrompt), (one, other) => ReferenceEquals(one, other));
                all.Should().OnlyContain(batch => batch.Count == drawn.size || batch.Count == some.Length % drawn.size);
            }
        },
        count: 40);

    [Fact]
    public void Batches_OfTheSameSeed_AreTheSame_InAnyOrderOfAsking()
    {
        var first = new ExampleBatches(Examples, 8, seed: 5);
        var second = new ExampleBatches(Examples, 8, seed: 5);
        string[] forward = [.. Enumerable.Range(0, 90).Select(number => Prompts(first, number))];
        string[] backward = [.. Enumerable.Range(0, 90).Reverse().Select(number => Prompts(second, number)).Reverse()];

        backward.Should().Equal(forward);
    }

    [Fact]
    public void Batches_OfAnotherSeedOrEpoch_AreOthers()
    {
        var batches = new ExampleBatches(Examples, 8, seed: 5);
        var others = new ExampleBatches(Examples, 8, seed: 6);
        string[] epoch = Epoch(batches, 0);

        Epoch(others, 0).Should().NotEqual(epoch);
        Epoch(batches, 1).Should().NotEqual(epoch);
        Epoch(batches, 1).Intersect(epoch).Count().Should().BeLessThan(5, "the batches are others, too, and not only their order");
    }

    [Fact]
    public void Batch_BeginsWithItsShortestExamples_AndHasAllLengths()
    {
        var batches = new ExampleBatches(Examples, 16, seed: 5);
        int[] lengths = [.. batches.ExamplesOf(3).Select(example => example.Length)];
        int shortest = Examples.Min(example => example.Length), longest = Examples.Max(example => example.Length);

        lengths.Should().BeInAscendingOrder();
        (lengths[^1] - lengths[0]).Should().BeGreaterThan((longest - shortest) / 2, "a batch is a sample of all examples");
    }

    [Fact]
    public void Batch_OfPreferences_HasChosenAndRejectedInTurn()
    {
        IReadOnlyList<PreparedExample> pairs = TestExamples.Prepared(
            Enumerable.Range(0, 6).Select(i => Example.Preference($"{i}", " good.", " bad and long.")), PromptTemplate.Plain);

        PaddedBatch batch = new ExampleBatches(pairs, 3, seed: 1).Batch(0);

        batch.Sequences.Should().Be(6);
        for (int sequence = 0; sequence < 6; sequence++)
        {
            TestExamples.Tokenizer.Decode(batch.Targets[batch.RowsOf(sequence)])
                .Should().Be((sequence % 2 == 0 ? " good." : " bad and long.") + "<|endoftext|>");
        }
    }

    [Fact]
    public void Batches_OfNoExamples_AreRefused() => FluentActions.Invoking(() => new ExampleBatches([], 8, 1))
        .Should().Throw<Gpt2Exception>().With("no examples", "at least one");

    [Fact]
    public void Split_KeepsTheShare_AndNoPromptOnBothSides() => SeededProperty.Holds(
        from count in Gen.Choose(1, 60)
        from prompts in Gen.Choose(1, 60)
        from percent in Gen.Choose(0, 90)
        from seed in Gen.Choose(0, 99)
        select (count, prompts, percent, seed),
        drawn =>
        {
            IReadOnlyList<PreparedExample> all = TestExamples.Prepared(
                Enumerable.Range(0, drawn.count).Select(i => TestExamples.Completion($"{i % drawn.prompts}:", $" {i}")), PromptTemplate.Plain);
            double share = drawn.percent / 100.0;

            ExampleSplit split = ExampleSplit.Of(all, share, (ulong)drawn.seed);

            split.Training.Should().NotBeEmpty();
            split.Training.Concat(split.Validation).Order(ByPrompt).Should().Equal(all.Order(ByPrompt), (one, other) => ReferenceEquals(one, other));
            split.Training.IntersectBy(split.Validation.Select(example => example.PromptText), example => example.PromptText).Should().BeEmpty();
            split.Training.Select(example => int.Parse(example.Answers[0], CultureInfo.InvariantCulture)).Should().BeInAscendingOrder();
            int most = all.GroupBy(example => example.PromptText).Max(group => group.Count());
            split.Validation.Count.Should().BeLessThan((int)(share * all.Count) + 1 + most);
            if (share * all.Count > 0 && drawn.prompts > 1 && drawn.count > 1)
            {
                split.Validation.Should().NotBeEmpty();
            }
        },
        count: 40);

    [Fact]
    public void Split_BySeed_IsTheSameForTheSameAndAnotherForAnother()
    {
        string[] Kept(ulong seed) => [.. ExampleSplit.Of(Examples, 0.1, seed).Validation.Select(example => example.PromptText)];

        Kept(1).Should().HaveCount(30).And.Equal(Kept(1));
        Kept(2).Should().NotEqual(Kept(1));
    }

    /// <summary>By prompt, and of one prompt by answer.</summary>
    private static readonly Comparer<PreparedExample> ByPrompt =
        Comparer<PreparedExample>.Create((one, other) => string.CompareOrdinal(one.PromptText + one.Answers[0], other.PromptText + other.Answers[0]));

    private static string[] Epoch(ExampleBatches batches, int epoch) =>
        [.. Enumerable.Range(epoch * batches.PerEpoch, batches.PerEpoch).Select(number => Prompts(batches, number))];

    private static string Prompts(ExampleBatches batches, long number) =>
        string.Join('|', batches.ExamplesOf(number).Select(example => example.PromptText).Order(StringComparer.Ordinal));
}
