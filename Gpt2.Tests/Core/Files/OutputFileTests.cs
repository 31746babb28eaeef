// A file that is written: replaced whole, through links, into pipes and devices, or not at all.

using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Gpt2.Core;
using Gpt2.Core.Files;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Files;

public sealed class OutputFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Write_NewFile_IsThereAndNothingBeside()
    {
        OutputFile.WriteText(folder.PathOf("a.txt"), "größer");

        File.ReadAllText(folder.PathOf("a.txt")).Should().Be("größer");
        Names().Should().Equal("a.txt");
    }

    [Fact]
    public void Dispose_WithoutCommit_LeavesTheOldFile()
    {
        File.WriteAllText(folder.PathOf("a.txt"), "old");
        using (var file = new OutputFile(folder.PathOf("a.txt")))
        {
            file.Write(stream => stream.WriteByte(65));
            Names().Should().HaveCount(2, "the new one is made beside it");
        }

        File.ReadAllText(folder.PathOf("a.txt")).Should().Be("old");
        Names().Should().Equal("a.txt");
    }

    [Fact]
    public void Write_Folder_IsRefused()
    {
        Directory.CreateDirectory(folder.PathOf("here"));

        Error(folder.PathOf("here")).ShouldHave(
            found: "cannot write this file (a folder with that name already exists)", remedy: "choose another", where: folder.PathOf("here"));
        Error(folder.PathOf("no", "a.txt")).ShouldHave(
            found: "cannot write this file (its folder does not exist)", remedy: "create that folder or choose another",
            where: folder.PathOf("no", "a.txt"));
        Names().Should().Equal("here");
    }

    [UnixFact]
    public void Write_ThroughLinks_WritesTheirTargetAndKeepsThem()
    {
        Directory.CreateDirectory(folder.PathOf("far", "below"));
        File.WriteAllText(folder.PathOf("far", "a.txt"), "a longer old text");
        File.CreateSymbolicLink(folder.PathOf("far", "below", "second"), "../a.txt");
        Directory.CreateSymbolicLink(folder.PathOf("way"), folder.PathOf("far", "below"));
        File.CreateSymbolicLink(folder.PathOf("first"), "way/second");

        OutputFile.WriteText(folder.PathOf("first"), "new");

        File.ReadAllText(folder.PathOf("far", "a.txt")).Should().Be("new", "'..' in a link is relative to where the link is");
        new FileInfo(folder.PathOf("first")).LinkTarget.Should().Be("way/second");
        new FileInfo(folder.PathOf("far", "below", "second")).LinkTarget.Should().Be("../a.txt");
        Names().Should().Equal("far", "first", "way");
        Directory.EnumerateFiles(folder.PathOf("far")).Should().ContainSingle();
    }

    [UnixFact]
    public void Write_DanglingLink_MakesItsTarget_ACircleIsRefused()
    {
        File.CreateSymbolicLink(folder.PathOf("link"), "target.txt");
        File.CreateSymbolicLink(folder.PathOf("circle"), "circle");

        OutputFile.WriteText(folder.PathOf("link"), "new");

        File.ReadAllText(folder.PathOf("target.txt")).Should().Be("new");
        new FileInfo(folder.PathOf("link")).LinkTarget.Should().Be("target.txt");
        Error(folder.PathOf("circle")).ShouldHave(found: "cannot write this file (*", where: folder.PathOf("circle"));
        Names().Should().Equal("circle", "link", "target.txt");
    }

    [Fact]
    public void Write_FailureOfTheWriterItself_IsNotBlamedOnTheFile()
    {
        foreach (Exception fault in (Exception[])[new ArgumentException("of a test"), new IOException("of reading")])
        {
            FluentActions.Invoking(() => OutputFile.Write(folder.PathOf("a.txt"), _ => throw fault))
                .Should().Throw<Exception>().Which.Should().BeSameAs(fault);
        }

        Names().Should().BeEmpty();
    }

    [LinuxFact]
    public void Write_FullDevice_FailsInsideTheWriterAsThisFile()
    {
        FluentActions.Invoking(() => OutputFile.Write("/dev/full", stream =>
        {
            stream.Write(new byte[1 << 20]);
            throw new InvalidOperationException("the writing above fails");
        })).Should().Throw<Gpt2Exception>().With(
            found: "cannot write this file (the disk is full)", remedy: "make room or choose another place", where: "/dev/full");
    }

    [UnixFact]
    public async Task Write_NamedPipe_GoesToItsReader()
    {
        string pipe = folder.PathOf("pipe");
        await Run("mkfifo", pipe);
        Task<string> read = Task.Run(() => File.ReadAllText(pipe));

        OutputFile.WriteText(pipe, "through");

        (await read.WaitAsync(CommandProcess.LongEnough)).Should().Be("through");
        Names().Should().Equal("pipe");
        using var stop = new CancellationTokenSource();
        Task wait = await NamedPipe.OpenedBy(pipe, () =>
        {
            OutputFile.Write(pipe, _ => { }, stop.Token);
            return true;
        });
        await stop.CancelAsync();
        Func<Task> waiting = () => wait.WaitAsync(CommandProcess.LongEnough);
        await waiting.Should().ThrowAsync<OperationCanceledException>("nobody reads");

        // The opening that was given up may still meet a reader, who then finds the end at once.
        Task again = Task.Run(() => OutputFile.WriteText(pipe, "again"));
        for (string text = ""; text.Length == 0;)
        {
            text = await Task.Run(() => File.ReadAllText(pipe)).WaitAsync(CommandProcess.LongEnough);
            text.Should().BeOneOf("", "again");
        }

        await again.WaitAsync(CommandProcess.LongEnough);
    }

    [UnixFact]
    public async Task Write_Device_StaysADevice()
    {
        // Only root may make a device, and only then could the system's own be replaced by a file.
        string device = folder.PathOf("null");
        if (await Run("mknod", device, "c", "1", "3") != 0)
        {
            device = "/dev/null";
        }

        OutputFile.WriteText(device, "gone");

        (await Run("test", "-c", device)).Should().Be(0, "it is a character device");
        (await File.ReadAllBytesAsync(device)).Should().BeEmpty();
    }

    [UnixFact]
    [UnsupportedOSPlatform("windows")]
    public void Write_ExistingFile_KeepsItsRights()
    {
        File.WriteAllText(folder.PathOf("a.txt"), "old");
        File.SetUnixFileMode(folder.PathOf("a.txt"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);

        OutputFile.WriteText(folder.PathOf("a.txt"), "new");

        File.GetUnixFileMode(folder.PathOf("a.txt")).Should().Be(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
    }

    [Fact]
    public async Task Write_DeletesWhatKilledWritersLeft_AndNothingElse()
    {
        int ended = await EndedProcess();
        string target = folder.PathOf("a.txt");
        string[] stays =
        [
            "a.txt.partial-x", "b.txt.partial-1-0123abcd", "a.txt.partial-0123abcd",
            string.Create(CultureInfo.InvariantCulture, $"a.txt.partial-{Environment.ProcessId}-0123abcd"),
        ];
        foreach (string name in stays)
        {
            File.WriteAllText(folder.PathOf(name), "");
        }

        File.WriteAllText(string.Create(CultureInfo.InvariantCulture, $"{target}.partial-{ended}-0123abcd"), "half");
        string locked = string.Create(CultureInfo.InvariantCulture, $"a.txt.partial-{ended}-99999999");
        using (new FileStream(folder.PathOf(locked), FileMode.Create, FileAccess.Write, FileShare.None))
        {
            OutputFile.WriteText(target, "new");
        }

        Names().Should().BeEquivalentTo([.. stays, "a.txt", locked], "a writer elsewhere, which holds its file, is left alone");
    }

    /// <summary>The number of a process that has ended.</summary>
    internal static async Task<int> EndedProcess()
    {
        using Process process = Process.Start(new ProcessStartInfo("dotnet", "--version") { RedirectStandardOutput = true })!;
        await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.Id;
    }

    private static async Task<int> Run(string program, params string[] args)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, args) { RedirectStandardError = true })!;
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static Gpt2Exception Error(string path) =>
        FluentActions.Invoking(() => OutputFile.WriteText(path, "x")).Should().Throw<Gpt2Exception>().Which;

    private string[] Names() =>
        [.. Directory.EnumerateFileSystemEntries(folder.Root).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
