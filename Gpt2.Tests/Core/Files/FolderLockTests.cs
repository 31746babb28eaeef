// The lock of a folder: one holder at a time, named to the others, and nothing left of those that were killed.

using Gpt2.Core.Files;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Files;

public sealed class FolderLockTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void TryTake_Held_IsNullAndSaysByWhom()
    {
        string path = folder.PathOf("model");
        using (FolderLock? first = FolderLock.TryTake(path, "busy"))
        {
            first.Should().NotBeNull();
            FolderLock.TryTake(path, "busy").Should().BeNull();
            FolderLock.HolderOf(path).Should().Be($"process {Environment.ProcessId} is busy");
        }

        Directory.EnumerateFileSystemEntries(folder.Root).Should().BeEmpty();
        FolderLock.HolderOf(path).Should().Be("another process is writing it");
    }

    [Fact]
    public void TryTake_FilesOfAKilledProcess_AreTakenOver()
    {
        string path = folder.PathOf("model");
        File.WriteAllText(path + ".lock", "");
        File.WriteAllText(path + ".lock-holder", "process 1 is long gone");

        using (FolderLock? taken = FolderLock.TryTake(path, "busy"))
        {
            taken.Should().NotBeNull();
            FolderLock.HolderOf(path).Should().Be($"process {Environment.ProcessId} is busy");
        }

        Directory.EnumerateFileSystemEntries(folder.Root).Should().BeEmpty();
    }

    [Fact]
    public void Dispose_FoldersMadeForTheLock_GoUnlessTheyAreUsed()
    {
        FolderLock.TryTake(folder.PathOf("a", "b", "lock"), "busy")!.Dispose();
        Directory.Exists(folder.PathOf("a")).Should().BeFalse();

        using (FolderLock.TryTake(folder.PathOf("a", "b", "lock"), "busy"))
        {
            File.WriteAllText(folder.PathOf("a", "kept"), "");
        }

        Directory.EnumerateFileSystemEntries(folder.PathOf("a")).Should().Equal(folder.PathOf("a", "kept"));
    }

    [Fact]
    public async Task TryTake_ManyInTurn_NeverTwoAtOnce()
    {
        const int Takers = 4, Times = 200;
        int holders = 0, most = 0;

        await Task.WhenAll(Enumerable.Range(0, Takers).Select(_ => Task.Run(() =>
        {
            for (int taken = 0; taken < Times;)
            {
                if (FolderLock.TryTake(folder.PathOf("model"), "busy") is FolderLock mine)
                {
                    most = Math.Max(most, Interlocked.Increment(ref holders));
                    Interlocked.Decrement(ref holders);
                    mine.Dispose();
                    taken++;
                }
            }
        })));

        most.Should().Be(1);
    }
}
