// A folder that is written: whole, through links, and never an unnoticed mixture of old and new.

using System.Globalization;
using Gpt2.Core;
using Gpt2.Core.Files;
using Gpt2.Core.Weights;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Files;

public sealed class StagedFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Write_NewFolder_AppearsWhenItIsWhole()
    {
        string target = folder.PathOf("above", "new");

        StagedFolder.Write(target, staged =>
        {
            Fill(staged, "a", "b");
            Directory.Exists(target).Should().BeFalse();
        }).Should().BeEquivalentTo("a", "b");

        Names(target).Should().Equal("a", "b");
        Names(folder.PathOf("above")).Should().Equal("new");
    }

    [Fact]
    public void Write_Fails_LeavesTheFolderAsItWas()
    {
        string target = folder.PathOf("old");
        Directory.CreateDirectory(target);
        File.WriteAllText(Path.Combine(target, "a"), "old");

        FluentActions.Invoking(() => StagedFolder.Write(target, staged => staged.Put(() =>
        {
            Fill(staged, "a");
            throw new IOException("of a test");
        }))).Should().Throw<Gpt2Exception>().With(found: "cannot write this folder (of a test)", remedy: "choose another", where: target);
        FluentActions.Invoking(() => StagedFolder.Write(target, staged =>
        {
            Fill(staged, "a");
            throw new IOException("of reading");
        })).Should().Throw<IOException>("nothing was written where it failed").WithMessage("of reading");

        Names(target).Should().Equal("a");
        File.ReadAllText(Path.Combine(target, "a")).Should().Be("old");
        Names(folder.Root).Should().Equal("old");
    }

    [Fact]
    public void Write_ExistingFolder_ReplacesDeletesAndKeeps()
    {
        string target = folder.PathOf("old");
        StagedFolder.Write(target, staged => Fill(staged, "a", "obsolete", "other"));

        StagedFolder.Write(target, staged => Fill(staged, "a", "b"), name => name is "obsolete" or "a");

        Names(target).Should().Equal("a", "b", "other");
        Names(folder.Root).Should().Equal("old");
    }

    [UnixFact]
    public void Write_LinkToAFolder_WritesWhereItLeads()
    {
        Directory.CreateDirectory(folder.PathOf("far"));
        Directory.CreateSymbolicLink(folder.PathOf("link"), "far");
        Directory.CreateSymbolicLink(folder.PathOf("dangling"), "nowhere");

        StagedFolder.Write(folder.PathOf("link") + "/", staged => Fill(staged, "a"));
        StagedFolder.Write(folder.PathOf("dangling"), staged => Fill(staged, "a"));

        Names(folder.PathOf("far")).Should().Equal("a");
        Names(folder.PathOf("nowhere")).Should().Equal("a");
        Names(folder.Root).Should().Equal("dangling", "far", "link", "nowhere");
        new DirectoryInfo(folder.PathOf("link")).LinkTarget.Should().Be("far");
    }

    [Fact]
    public async Task Model_KilledWhileItsFilesWereReplaced_IsRefusedUntilItIsWrittenAgain()
    {
        string model = folder.PathOf("model");
        CsvModelFolder.Write(model, SmallModel.Random(), SmallModel.Vocabulary);
        int ended = await OutputFileTests.EndedProcess();
        string left = string.Create(CultureInfo.InvariantCulture, $".unfinished-{ended}-0123abcd");
        Directory.CreateDirectory(Path.Combine(model, left));
        File.WriteAllText(Path.Combine(model, left, "model_wte.csv"), "1\n");

        CommandRun.Of("info", "-m", model).ErrorLine(1).Should().Be(
            $"gpt2: {model}: contains files of two models: the process that was replacing them was killed (the rest is in {left}); "
            + "repeat the command that wrote it");
        CommandRun.Of("doctor", model).Out.Should().Contain("contains files of two models");

        CsvModelFolder.Write(model, SmallModel.Random(), SmallModel.Vocabulary);
        CommandRun.Of("info", "-m", model).ExitCode.Should().Be(0);
        Directory.EnumerateDirectories(model).Should().BeEmpty();
    }

    [Fact]
    public async Task IsTaken_OnlyWhatAKilledWriterLeft_IsFree()
    {
        string target = folder.PathOf("target");
        int ended = await OutputFileTests.EndedProcess();
        string left = string.Create(CultureInfo.InvariantCulture, $".partial-{ended}-0123abcd");
        Directory.CreateDirectory(Path.Combine(target, left));
        File.WriteAllText(Path.Combine(target, left, "a"), "half");

        StagedFolder.IsTaken(target).Should().BeFalse();

        Names(target).Should().BeEmpty("it is cleared away");
        File.WriteAllText(Path.Combine(target, "a"), "");
        StagedFolder.IsTaken(target).Should().BeTrue();
        StagedFolder.IsTaken(folder.PathOf("none")).Should().BeFalse();
    }

    private static void Fill(StagedFolder staged, params string[] names)
    {
        foreach (string name in names)
        {
            File.WriteAllText(staged.File(name), "new");
        }
    }

    private static string[] Names(string path) =>
        [.. Directory.EnumerateFileSystemEntries(path).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal)];
}
