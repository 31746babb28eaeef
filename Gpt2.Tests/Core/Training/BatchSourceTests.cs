// Which windows a batch has: each once per epoch, at random places, always the same from the number alone.

using FsCheck;
using FsCheck.Fluent;
using Gpt2.Core.Training;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Training;

public class BatchSourceTests
{
    private static readonly Gen<(int Ids, TrainingSettings Settings)> Sources =
        from context in Gen.Choose(1, 7)
        from spare in Gen.Choose(1, 60)
        from batchSize in Gen.Choose(1, 5)
        from order in Gen.Elements(WindowOrder.Epochs, WindowOrder.Random)
        from seed in Gen.Choose(0, 1000)
        select (context + spare, new TrainingSettings { Context = context, BatchSize = batchSize, Windows = order, Seed = (ulong)seed });

    [Fact]
    public void Fill_AnyBatch_HasTextWithTheNextTokenAsTarget() => SeededProperty.Holds(Sources, sample =>
    {
        (int count, TrainingSettings settings) = sample;
        BatchSource source = Source(count, settings);
        for (long batch = 0; batch < 20; batch++)
        {
            (int[] tokens, int[] targets) = Fill(source, settings, batch);

            targets.Should().Equal(tokens.Select(token => token + 1), "each id is one more than the one before it");
            tokens.Should().OnlyContain(token => token >= 0).And.NotContain(count - 1, "the last id is only ever a target");
            for (int i = 0; i < tokens.Length; i++)
            {
                tokens[i].Should().Be(tokens[i - (i % settings.Context)] + (i % settings.Context), "a window is text without gaps");
            }
        }
    });

    [Fact]
    public void Fill_EveryEffortMovesYou_HasTheLecturesTargets()
    {
        string[] vocabulary = ["a", "effort", "every", "forward", "moves", "you", "zoo"];
        int[] ids = [.. "every effort moves you".Split(' ').Select(word => Array.IndexOf(vocabulary, word))];
        var settings = new TrainingSettings { Context = 3, BatchSize = 1 };

        (int[] tokens, int[] targets) = Fill(new BatchSource(ids, settings), settings, batch: 0);

        tokens.Should().Equal(2, 1, 4);
        targets.Should().Equal(1, 4, 5);
    }

    [Fact]
    public void Fill_AnyOrder_DependsOnTheNumberAlone() => SeededProperty.Holds(Sources, sample =>
    {
        (int count, TrainingSettings settings) = sample;
        BatchSource source = Source(count, settings);
        int[][] inOrder = [.. Enumerable.Range(0, 12).Select(batch => Fill(source, settings, batch).Tokens)];

        foreach (int batch in (int[])[7, 0, 11, 3, 3])
        {
            Fill(source, settings, batch).Tokens.Should().Equal(inOrder[batch]);
            Fill(Source(count, settings), settings, batch).Tokens.Should().Equal(inOrder[batch], "so it is after a stop");
        }
    });

    [Fact]
    public void Fill_Epochs_HaveEveryWindowOnceInNewOrder() => SeededProperty.Holds(Sources, sample =>
    {
        (int count, TrainingSettings settings) = sample;
        settings = settings with { Windows = WindowOrder.Epochs };
        BatchSource source = Source(count, settings);
        int perEpoch = source.WindowsPerEpoch;
        perEpoch.Should().Be((count - 1) / settings.Context);
        int[] starts = [.. Enumerable.Range(0, (3 * perEpoch / settings.BatchSize) + 1)
            .SelectMany(batch => Fill(source, settings, batch).Tokens.Where((_, i) => i % settings.Context == 0))];

        for (int epoch = 0; epoch < 3; epoch++)
        {
            int[] sorted = [.. starts.Skip(epoch * perEpoch).Take(perEpoch).Order()];
            sorted.Should().Equal(Enumerable.Range(0, perEpoch).Select(window => sorted[0] + (window * settings.Context)));
        }
    });

    [Fact]
    public void Fill_ManyWindows_ComeInAnotherOrderEveryEpochAndSeed()
    {
        TrainingSettings settings = new() { Context = 2, BatchSize = 100 };
        int[] Epoch(ulong seed, long epoch) => Fill(Source(201, settings with { Seed = seed }), settings, epoch).Tokens;

        Epoch(1, 0).Should().NotEqual(Epoch(1, 1)).And.NotEqual(Epoch(2, 0)).And.NotBeInAscendingOrder();
    }

    [Fact]
    public void Fill_Random_ReachesTheFirstAndTheLastWindow()
    {
        var settings = new TrainingSettings { Context = 3, BatchSize = 200, Windows = WindowOrder.Random };

        int[] starts = [.. Fill(Source(10, settings), settings, 0).Tokens.Where((_, i) => i % 3 == 0)];

        starts.Distinct().Order().Should().Equal(0, 1, 2, 3, 4, 5, 6);
    }

    [Fact]
    public void BatchSource_TextNoLongerThanAWindow_IsRefused()
    {
        var settings = new TrainingSettings { Context = 5, BatchSize = 1 };

        FluentActions.Invoking(() => Source(5, settings)).Should().Throw<ArgumentException>().WithMessage("5 ids, expected more than a window of 5");
        Fill(Source(6, settings), settings, 0).Targets.Should().Equal(1, 2, 3, 4, 5);
    }

    private static BatchSource Source(int count, TrainingSettings settings) => new([.. Enumerable.Range(0, count)], settings);

    private static (int[] Tokens, int[] Targets) Fill(BatchSource source, TrainingSettings settings, long batch)
    {
        int[] tokens = new int[settings.BatchSize * settings.Context], targets = new int[tokens.Length];
        source.Fill(batch, tokens, targets);
        return (tokens, targets);
    }
}
