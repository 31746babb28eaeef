// A fake hub, a folder to download into, and settings under which no test waits.

using System.Collections.Concurrent;
using Gpt2.Core;
using Gpt2.Core.Weights.Download;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights.Download;

/// <summary>What the tests of downloads share; one per test.</summary>
internal sealed class DownloadFixture : IDisposable
{
    public TemporaryFolder Folder { get; } = new();

    public FakeHub Hub { get; } = new();

    public ConcurrentQueue<string> Notes { get; } = new();

    public HurriedClock Clock { get; } = new();

    public ConcurrentQueue<TimeSpan> Waits => Clock.Waits;

    public ConcurrentQueue<TransferProgress> Reports { get; } = new();

    public string? Token { get; set; }

    public TransferSettings Settings { get; set; }

    public DownloadFixture() => Settings = new TransferSettings
    {
        Clock = Clock,
        Chance = () => 1,
        ProgressThatCounts = 50_000,
    };

    public string Target => Folder.PathOf("models", "gpt2");

    public FakeFile Weights => Hub.Files[FakeHub.Weights];

    public async Task<DownloadResult> RunAsync(bool force = false, DownloadSource? source = null, CancellationToken cancellation = default)
    {
        using var client = new DownloadClient(Hub.Hub.Address, Token, Settings);
        source ??= new HubSource(Hub.Hub.Address, DownloadTable.Hub[0]);
        return await new ModelDownload(client, source, Target, Notes.Enqueue, new Collected(Reports)).RunAsync(force, cancellation)
            .WaitAsync(CommandProcess.LongEnough, CancellationToken.None);
    }

    /// <summary>The error of a download that fails, after checking that nothing is under the final name.</summary>
    public async Task<Gpt2Exception> ErrorAsync(DownloadSource? source = null)
    {
        Func<Task> run = () => RunAsync(source: source);
        Gpt2Exception error = (await run.Should().ThrowAsync<Gpt2Exception>()).Which;
        Directory.Exists(Target).Should().BeFalse("a download that fails leaves nothing under the final name");
        error.Message.Should().NotContain("\n");
        error.Where.Should().NotBeNull();
        return error;
    }

    /// <summary>Checks that neither a part nor a lock nor a folder for them is left.</summary>
    public void ShouldHaveLeftNothing() => Directory.Exists(Folder.PathOf("models")).Should().BeFalse("nothing was downloaded");

    /// <summary>Checks that the folder holds what the hub has now, and that nothing else is left.</summary>
    public void ShouldBeRight()
    {
        foreach ((string name, FakeFile file) in Hub.Files)
        {
            File.ReadAllBytes(Path.Combine(Target, name)).Should().Equal(file.Content, name);
        }

        Directory.EnumerateFileSystemEntries(Target).Should().HaveCount(Hub.Files.Count + 1, "there are these and the record");
        Directory.EnumerateFileSystemEntries(Folder.PathOf("models")).Should().Equal([Target], "what was needed meanwhile is gone");
    }

    public void Dispose()
    {
        Hub.Dispose();
        Folder.Dispose();
    }

    /// <summary>Lets a millisecond pass for every wait, and keeps the waits.</summary>
    public sealed class HurriedClock : TimeProvider
    {
        public ConcurrentQueue<TimeSpan> Waits { get; } = new();

        /// <summary>The present; null for the true one.</summary>
        public DateTimeOffset? Now { get; set; }

        public override DateTimeOffset GetUtcNow() => Now ?? base.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Enqueue(dueTime);
            return base.CreateTimer(callback, state, TimeSpan.FromMilliseconds(1), period);
        }
    }

    private sealed class Collected(ConcurrentQueue<TransferProgress> reports) : IProgress<TransferProgress>
    {
        public void Report(TransferProgress value) => reports.Enqueue(value);
    }
}
