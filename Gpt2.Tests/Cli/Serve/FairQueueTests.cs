// The queue of the completions server: who is next, who is refused, and what becomes of works that end early.

using System.Collections.Concurrent;
using Gpt2.Cli.Http;
using Gpt2.Cli.Serve;
using Gpt2.Core.Generation;

namespace Gpt2.Tests.Cli.Serve;

public sealed class FairQueueTests : IDisposable
{
    private static readonly TimeSpan LongEnough = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim started = new(0);
    private readonly SemaphoreSlim goOn = new(0);
    private readonly ConcurrentQueue<string> steps = new();
    private readonly ConcurrentQueue<string> closed = new();
    private readonly ConcurrentQueue<int> passes = new();

    public void Dispose()
    {
        started.Dispose();
        goOn.Dispose();
    }

    [Fact]
    public async Task Turns_ShortWorkAfterALongOne_EndsAfterAsManyTurnsAsItHasSteps()
    {
        using var queue = new FairQueue(maxRunning: 3, maxWaiting: 0, Predict, OneAfterAnother);
        Task<string> blocker = Run(queue, Blocking());
        await Started();
        Task<string> longOne = Run(queue, Named("long", 50));
        Task<string> shortOne = Run(queue, Named("short", 3));
        goOn.Release();
        await Task.WhenAll(blocker, longOne, shortOne).WaitAsync(LongEnough);

        (await shortOne).Should().Be("short 0,short 1,short 2");
        (await longOne).Should().StartWith("long 0,long 1,").And.EndWith(",long 49");
        steps.Take(6).Should().Equal("long 0", "short 0", "long 1", "short 1", "long 2", "short 2");
    }

    [Fact]
    public async Task Turns_MoreWorksThanMayRun_GoInTheOrderTheyCame()
    {
        using var queue = new FairQueue(maxRunning: 1, maxWaiting: 3, Predict, OneAfterAnother);
        Task<string> blocker = Run(queue, Blocking());
        await Started();
        Task<string>[] works = [Run(queue, Named("a", 2)), Run(queue, Named("b", 2)), Run(queue, Named("c", 1))];
        queue.Length.Should().Be((1, 3));
        goOn.Release();
        await Task.WhenAll([blocker, .. works]).WaitAsync(LongEnough);

        steps.Should().Equal("a 0", "a 1", "b 0", "b 1", "c 0");
    }

    [Fact]
    public async Task FullQueue_RefusesWith429_AndTakesAgainWhenSomeoneLeaves()
    {
        using var queue = new FairQueue(maxRunning: 1, maxWaiting: 1, Predict, OneAfterAnother);
        Task<string> blocker = Run(queue, Blocking());
        await Started();
        using var impatient = new CancellationTokenSource();
        Task<string> waiting = Run(queue, Named("waiting", 1), impatient.Token);

        ApiException refusal = (await FluentActions.Awaiting(() => Run(queue, Named("third", 1))).Should().ThrowAsync<ApiException>()).Which;
        refusal.Status.Should().Be(429);
        refusal.RetryAfter.Should().Be(1);

        await impatient.CancelAsync();
        await FluentActions.Awaiting(() => waiting).Should().ThrowAsync<OperationCanceledException>();
        Task<string> fourth = Run(queue, Named("fourth", 1));
        goOn.Release();
        (await fourth.WaitAsync(LongEnough)).Should().Be("fourth 0");
        await blocker.WaitAsync(LongEnough);
        steps.Should().Equal("fourth 0");
    }

    [Fact]
    public async Task LeavingClient_StopsItsWork_AndGivesBackWhatItHeld()
    {
        using var queue = new FairQueue(maxRunning: 1, maxWaiting: 1, Predict, OneAfterAnother);
        using var client = new CancellationTokenSource();
        Task<string> endless = Run(queue, Named("endless", int.MaxValue), client.Token);
        SpinWait.SpinUntil(() => !steps.IsEmpty, LongEnough).Should().BeTrue();

        await client.CancelAsync();
        await FluentActions.Awaiting(() => endless).Should().ThrowAsync<OperationCanceledException>();
        (await Run(queue, Named("next", 1)).WaitAsync(LongEnough)).Should().Be("next 0");
        closed.Should().Equal("endless", "next");
        SpinWait.SpinUntil(() => queue.Length == (0, 0), LongEnough).Should().BeTrue();
    }

    [Fact]
    public async Task FailingWork_TellsItsClient_AndTheQueueGoesOn()
    {
        using var queue = new FairQueue(maxRunning: 2, maxWaiting: 0, Predict, OneAfterAnother);
        await FluentActions.Awaiting(() => Run(queue, Failing())).Should().ThrowAsync<InvalidDataException>().WithMessage("on purpose");
        (await Run(queue, Named("next", 1)).WaitAsync(LongEnough)).Should().Be("next 0");
    }

    [Fact]
    public async Task Stop_EndsRunningAndWaiting_AndRefusesWhoComesLater()
    {
        var queue = new FairQueue(maxRunning: 1, maxWaiting: 1, Predict, OneAfterAnother);
        Task<string> running = Run(queue, Named("running", int.MaxValue));
        SpinWait.SpinUntil(() => !steps.IsEmpty, LongEnough).Should().BeTrue();
        Task<string> waiting = Run(queue, Named("waiting", 1));
        queue.Dispose();

        foreach (Func<Task> work in (Func<Task>[])[() => running, () => waiting, () => Run(queue, Named("late", 1))])
        {
            (await FluentActions.Awaiting(work).Should().ThrowAsync<ApiException>()).Which.Status.Should().Be(503);
        }

        closed.Should().Equal("running");
    }

    [Fact]
    public async Task Predictions_OfAllWhoAwaitOne_AreOnePass()
    {
        using var queue = new FairQueue(maxRunning: 4, maxWaiting: 0, Predict, OneAfterAnother);
        Task<string> blocker = Run(queue, Blocking());
        await Started();
        Task<string>[] works = [Run(queue, Predicting("a", 4)), Run(queue, Predicting("b", 2)), Run(queue, Named("c", 3))];
        goOn.Release();
        await Task.WhenAll([blocker, .. works]).WaitAsync(LongEnough);

        passes.Should().Equal(2, 2, 1, 1);
        (await works[0]).Should().Be("a 0,a 1,a 2,a 3");
    }

    [Fact]
    public async Task FailingPass_TellsThoseWhoAwaitIt_AndTheQueueGoesOn()
    {
        using var queue = new FairQueue(maxRunning: 3, maxWaiting: 0, _ => throw new InvalidDataException("no pass"), OneAfterAnother);
        Task<string> blocker = Run(queue, Blocking());
        await Started();
        Task<string>[] failing = [Run(queue, Predicting("a", 2)), Run(queue, Predicting("b", 2))];
        goOn.Release();
        foreach (Task<string> work in failing)
        {
            await FluentActions.Awaiting(() => work).Should().ThrowAsync<InvalidDataException>().WithMessage("no pass");
        }

        await blocker.WaitAsync(LongEnough);
        (await Run(queue, Named("next", 1)).WaitAsync(LongEnough)).Should().Be("next 0");
        closed.Should().BeEquivalentTo("a", "b", "next");
        SpinWait.SpinUntil(() => queue.Length == (0, 0), LongEnough).Should().BeTrue();
    }

    private static async Task<string> Run(FairQueue queue, IEnumerable<WorkStep<string>> work, CancellationToken cancellation = default)
    {
        var all = new List<string>();
        await foreach (string element in queue.RunAsync(work, cancellation))
        {
            if (all.Count < 1000)
            {
                all.Add(element);
            }
        }

        return string.Join(',', all);
    }

    private static IEnumerable<WorkStep<string>> Failing()
    {
        yield return WorkStep<string>.Of("once");
        throw new InvalidDataException("on purpose");
    }

    /// <summary>Returns when the work that blocks has its turn.</summary>
    private async Task Started() => (await started.WaitAsync(LongEnough)).Should().BeTrue();

    private IEnumerable<WorkStep<string>> Blocking()
    {
        started.Release();
        goOn.Wait(LongEnough);
        yield break;
    }

    private static void OneAfterAnother(int count, Action<int> part)
    {
        for (int i = 0; i < count; i++)
        {
            part(i);
        }
    }

    private void Predict(IReadOnlyList<GenerationSession> sessions)
    {
        passes.Enqueue(sessions.Count);
        foreach (GenerationSession session in sessions)
        {
            session.Logits();
        }
    }

    private IEnumerable<WorkStep<string>> Predicting(string name, int count)
    {
        try
        {
            var session = new GenerationSession(RunningServer.Model, [1], count, endOfText: null);
            for (int i = 0; i < count; i++)
            {
                yield return WorkStep<string>.Await(session);
                session.TryNext(out _).Should().BeTrue();
                yield return WorkStep<string>.Of($"{name} {i}");
            }
        }
        finally
        {
            closed.Enqueue(name);
        }
    }

    private IEnumerable<WorkStep<string>> Named(string name, int count)
    {
        try
        {
            for (int i = 0; i < count; i++)
            {
                steps.Enqueue($"{name} {i}");
                yield return WorkStep<string>.Of($"{name} {i}");
                yield return WorkStep<string>.EndOfTurn;
            }
        }
        finally
        {
            closed.Enqueue(name);
        }
    }
}
