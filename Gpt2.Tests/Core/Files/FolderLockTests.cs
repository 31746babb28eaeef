// The lock of a folder: one holder at a time, named to the others, and nothing left of those that were killed.

using Gpt2.Core;
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
    public void Writers_InAFolderInWhichAnotherProcessTrains_AreRefused()
    {
        string path = folder.PathOf(FolderLock.InFolder);
        File.WriteAllText(path + ".lock-holder", "process 1 is training in it");
        Action[] writers =
        [
            () => StagedFolder.Write(folder.Root, staged => File.WriteAllText(staged.File("hparams.json"), "")),
            () => OutputFile.WriteText(folder.PathOf("vocab.bpe"), ""),
        ];
        using (new FileStream(path + ".lock", FileMode.Create, FileAccess.ReadWrite, FileShare.None))
        {
            foreach (Action write in writers)
            {
                write.Should().Throw<Gpt2Exception>().With(
                    found: "process 1 is training in it", remedy: "wait for it to finish, or choose another folder", where: "?*");
            }

            Directory.EnumerateFileSystemEntries(folder.Root).Should().HaveCount(2);
        }

        writers.Should().AllSatisfy(write => write.Should().NotThrow("a lock that nobody holds was left by a killed process"));
    }

    [Fact]
    public void Writers_InAFolderInWhichThisProcessTrains_Write()
    {
        using FolderLock? taken = FolderLock.TryTake(folder.PathOf(FolderLock.InFolder), "training in it");

        OutputFile.WriteText(folder.PathOf("log.csv"), "step");

        File.ReadAllText(folder.PathOf("log.csv")).Should().Be("step");
    }

    [UnixFact]
    public void StagedFolder_OnAnOpenFile_IsRefusedWithoutInternalPaths() => FluentActions.Invoking(() => StagedFolder.Write("/dev/stdout", _ => { }))
        .Should().Throw<Gpt2Exception>().Which.Message.Should().Contain("not a folder").And.NotContain("/proc/");

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
    public void TryTake_HolderCannotBeNamed_LeavesNothingLocked()
    {
        string path = folder.PathOf("made", "model");
        Directory.CreateDirectory(path + ".lock-holder");

        FluentActions.Invoking(() => FolderLock.TryTake(path, "busy")).Should().Throw<UnauthorizedAccessException>();

        Directory.EnumerateFileSystemEntries(folder.PathOf("made")).Should().Equal(path + ".lock-holder");
        Directory.Delete(path + ".lock-holder");
        using FolderLock? taken = FolderLock.TryTake(path, "busy");
        taken.Should().NotBeNull();
    }

    [Fact]
    public void Dispose_HolderCannotBeDeleted_StillFreesTheFolder()
    {
        string path = folder.PathOf("model");
        FolderLock first = FolderLock.TryTake(path, "busy")!;
        File.Delete(path + ".lock-holder");
        Directory.CreateDirectory(path + ".lock-holder");

        first.Dispose();

        Directory.Delete(path + ".lock-holder");
        using FolderLock? taken = FolderLock.TryTake(path, "busy");
        taken.Should().NotBeNull();
    }

    [UnixFact]
    public void TryTake_BelowADanglingLink_MakesWhatItNames()
    {
        Directory.CreateSymbolicLink(folder.PathOf("link"), folder.PathOf("far", "run"));

        using (FolderLock? taken = FolderLock.TryTake(folder.PathOf("link", "training"), "busy"))
        {
            taken.Should().NotBeNull();
            FolderLock.TryTake(folder.PathOf("far", "run", "training"), "busy").Should().BeNull();
            FolderLock.HolderOf(folder.PathOf("link", "training")).Should().Be($"process {Environment.ProcessId} is busy");
        }

        Directory.EnumerateFileSystemEntries(folder.Root).Should().Equal(folder.PathOf("link"));
    }

    [Fact]
    public async Task TryTake_ManyInTurn_NeverTwoAtOnce()
    {
        const int Takers = 4, Times = 200;
        int holders = 0, clashes = 0;

        await Task.WhenAll(Enumerable.Range(0, Takers).Select(_ => Task.Run(() =>
        {
            for (int taken = 0; taken < Times;)
            {
                if (FolderLock.TryTake(folder.PathOf("model"), "busy") is FolderLock mine)
                {
                    if (Interlocked.Increment(ref holders) > 1)
                    {
                        Interlocked.Increment(ref clashes);
                    }

                    Thread.Yield();
                    Interlocked.Decrement(ref holders);
                    mine.Dispose();
                    taken++;
                }
            }
        })));

        clashes.Should().Be(0);
    }
}
