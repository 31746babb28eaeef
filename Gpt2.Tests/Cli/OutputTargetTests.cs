// What the options that name a file may name: a file, a link to one, a named pipe, or standard output.

using System.Diagnostics;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class OutputTargetTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public OutputTargetTests()
    {
        model = folder.PathOf("model");
        CommandRun.Of("new", model, "--layers", "1").Result();
        File.WriteAllText(folder.PathOf("text.txt"), "ab ab ab cd cd");
    }

    public void Dispose() => folder.Dispose();

    public static TheoryData<string[]> WritersOfOneFile() =>
    [
        ["corpus", "--size", "1000", "--out", "TARGET"],
        ["train-tokenizer", "TEXT", "--vocab-size", "259", "--out", "TARGET"],
        ["beams", "ab", "-m", "MODEL", "--svg", "TARGET"],
        ["trace", "ab", "-m", "MODEL", "--svg", "TARGET"],
        ["convert", "MODEL", "TARGET", "--to", "llmc", "--force"],
    ];

    [UnixTheory]
    [MemberData(nameof(WritersOfOneFile))]
    public void File_ThroughALink_IsWrittenWhereItLeads(string[] args)
    {
        string link = folder.PathOf("link.bin"), target = folder.PathOf("target");
        File.WriteAllText(target, "old");
        File.CreateSymbolicLink(link, target);

        CommandRun.Of(Filled(args, link)).Result();

        new FileInfo(link).LinkTarget.Should().Be(target);
        new FileInfo(target).Length.Should().BeGreaterThan("old".Length);
        Directory.EnumerateFileSystemEntries(folder.Root, "*partial*").Should().BeEmpty();
    }

    [UnixTheory]
    [MemberData(nameof(WritersOfOneFile))]
    public async Task File_NamedPipe_GetsTheBytes(string[] args)
    {
        string pipe = folder.PathOf("pipe.bin");
        using (Process make = Process.Start("mkfifo", pipe))
        {
            await make.WaitForExitAsync();
        }

        Task<byte[]> read = Task.Run(() =>
        {
            using FileStream stream = File.OpenRead(pipe);
            using var all = new MemoryStream();
            stream.CopyTo(all);
            return all.ToArray();
        });

        CommandRun.Of(Filled(args, pipe)).Result();

        byte[] through = await read.WaitAsync(CommandProcess.LongEnough);
        string file = folder.PathOf("file.bin");
        CommandRun.Of(Filled(args, file)).Result();
        through.Should().Equal(await File.ReadAllBytesAsync(file));
    }

    [Fact]
    public void Dash_IsStandardOutput_AndNothingElseIsPrintedThere()
    {
        string file = folder.PathOf("file");
        CommandRun.Of("train-tokenizer", folder.PathOf("text.txt"), "--vocab-size", "259", "--out", file).Result();
        CommandRun.Of("train-tokenizer", folder.PathOf("text.txt"), "--vocab-size", "259", "--out", "-").Result().Should().Be(File.ReadAllText(file));

        CommandRun.Of("beams", "ab", "-m", model, "--svg", file).Result();
        CommandRun.Of("beams", "ab", "-m", model, "--svg", "-").Result().Should().Be(File.ReadAllText(file));

        CommandRun.Of("corpus", "--size", "1000", "--out", "-").Result().Should().Be(CommandRun.Of("corpus", "--size", "1000").Result());
    }

    [Theory]
    [InlineData("--json describes a file: name it with --out FILE", "corpus", "--out", "-", "--json")]
    [InlineData("--json describes a file: name it with --out FILE", "train-tokenizer", "x", "--vocab-size", "259", "--out", "-", "--json")]
    [InlineData("--roofline: the figures go to standard output", "bench", "products", "--roofline", "-")]
    [InlineData("--out: found '-', which is standard output, expected a folder", "trace", "ab", "--out", "-")]
    [InlineData("--out: found '-', which is standard output, expected a folder", "train", "x", "--out", "-")]
    [InlineData("folder: found '-', which is standard output, expected a folder", "new", "-")]
    public void Dash_WhereItCannotBe_IsWrongUsage(string message, params string[] args) =>
        CommandRun.Of(args).ErrorLine(2).Should().Contain(message);

    [UnixFact]
    public void Folder_ThroughALink_IsWrittenWhereItLeads()
    {
        Directory.CreateDirectory(folder.PathOf("far"));
        foreach (string name in (string[])["trace", "new", "convert"])
        {
            Directory.CreateSymbolicLink(folder.PathOf(name), folder.PathOf("far", name));
        }

        Directory.CreateDirectory(folder.PathOf("far", "trace"));
        CommandRun.Of("trace", "ab", "-m", model, "--out", folder.PathOf("trace")).Result();
        CommandRun.Of("new", folder.PathOf("new"), "--layers", "1").Result();
        CommandRun.Of("convert", model, folder.PathOf("convert")).Result();

        foreach (string name in (string[])["trace", "new", "convert"])
        {
            new FileInfo(folder.PathOf(name)).LinkTarget.Should().NotBeNull(name);
            Directory.EnumerateFiles(folder.PathOf("far", name)).Should().NotBeEmpty(name);
        }

        Directory.EnumerateFileSystemEntries(folder.Root, "*partial*", SearchOption.AllDirectories).Should().BeEmpty();
    }

    private string[] Filled(string[] args, string target) =>
        [.. args.Select(arg => arg switch { "TARGET" => target, "MODEL" => model, "TEXT" => folder.PathOf("text.txt"), _ => arg })];
}
