// An opening that is given up: what it opens later is closed again.

using Gpt2.Core.Files;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Files;

public sealed class CancellableOpeningTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Run_GivenUp_ClosesWhatIsOpenedLater()
    {
        using var opens = new ManualResetEventSlim();
        using var cancellation = new CancellationTokenSource();
        var late = new Late();
        string path = folder.PathOf("any");
        Task<Late> run = await NamedPipe.OpenedBy(path, () => CancellableOpening.Run(
            path,
            _ =>
            {
                opens.Wait();
                return late;
            },
            cancellation.Token));

        await cancellation.CancelAsync();
        await FluentActions.Awaiting(() => run.WaitAsync(CommandProcess.LongEnough)).Should().ThrowAsync<OperationCanceledException>();
        late.Closed.Task.IsCompleted.Should().BeFalse();
        opens.Set();

        await late.Closed.Task.WaitAsync(CommandProcess.LongEnough);
    }

    private sealed class Late : IDisposable
    {
        public TaskCompletionSource Closed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Dispose() => Closed.TrySetResult();
    }
}
