// Archives: the good one, and one for each way to do harm with an archive, made by the test.

using System.IO.Compression;
using System.Text;
using Gpt2.Core;
using Gpt2.Core.Weights.Download;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights.Download;

public sealed class ArchiveTests : IDisposable
{
    private const string Landmark = "model_wte.csv";
    private const int SymbolicLink = 0xA000 << 16;
    private const int Pipe = 0x1000 << 16;

    private readonly TemporaryFolder folder = new();
    private readonly string archive;
    private readonly string target;

    public ArchiveTests()
    {
        archive = folder.PathOf("archive.zip");
        target = folder.PathOf("a", "b", "model");
        Directory.CreateDirectory(target);
    }

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("gpt2-small-csv/")]
    [InlineData("very/deep/folder/")]
    public void Unpack_ModelAnywhereInTheArchive_TakesItsFilesOnly(string place)
    {
        Make((place + Landmark, "1,2\n"), (place + "model_wpe.csv", "3\n"), (place + ".DS_Store", "x"), ("__MACOSX/" + place + "._" + Landmark, "y"));

        IReadOnlyList<RecordedFile> files = Unpack();

        files.Should().HaveCount(2).And.OnlyContain(file => file.CheckedBy == "CRC-32");
        files.Single(file => file.Name == Landmark).Bytes.Should().Be(4);
        Unpacked().Should().BeEquivalentTo(Landmark, "model_wpe.csv");
        File.ReadAllText(Path.Combine(target, Landmark)).Should().Be("1,2\n");
    }

    [Theory]
    [InlineData("../evil.csv")]
    [InlineData("model/../../../evil.csv")]
    [InlineData("./evil.csv")]
    [InlineData("/etc/evil.csv")]
    [InlineData("//server/evil.csv")]
    [InlineData("C:/evil.csv")]
    [InlineData("C:evil.csv")]
    [InlineData("..\\evil.csv")]
    [InlineData("model\\evil.csv")]
    [InlineData("evil\0.csv")]
    [InlineData("evil\n.csv")]
    [InlineData("evil.csv.")]
    [InlineData("evil.csv ")]
    [InlineData("a//evil.csv")]
    [InlineData("CON:/evil.csv")]
    public void Unpack_PathThatLeadsAway_RefusesTheWholeArchive(string path)
    {
        Make((Landmark, "1\n"), (path, "evil"));

        Error().ShouldHave(
            found: "has a path that leads out of the folder or cannot be written on every system", expected: "folder/name",
            where: "archive.zip: entry '*evil*csv*'");
        Directory.EnumerateFileSystemEntries(folder.Root, "*evil*", SearchOption.AllDirectories).Should().BeEmpty();
    }

    [Theory]
    [InlineData(SymbolicLink)]
    [InlineData(Pipe)]
    public void Unpack_LinkOrDevice_IsRefused(int attributes)
    {
        using (ZipArchive zip = ZipFile.Open(archive, ZipArchiveMode.Create))
        {
            ZipArchiveEntry entry = zip.CreateEntry(Landmark);
            entry.ExternalAttributes = attributes;
            using Stream stream = entry.Open();
            stream.Write("/etc/passwd"u8);
        }

        Error().ShouldHave(
            found: "is a link or a device", expected: "files and folders",
            remedy: "nothing was unpacked: get the archive from its original source", where: $"archive.zip: entry '{Landmark}'");
    }

    [Theory]
    [InlineData("model_wpe.csv", "model_wpe.csv")]
    [InlineData("model_wpe.csv", "Model_WPE.csv")]
    [InlineData("a/model_wpe.csv", "A/model_wpe.csv")]
    [InlineData("thing", "thing/")]
    public void Unpack_SameNameTwice_IsRefused(string one, string other)
    {
        Make((Landmark, "1\n"), (one, "2\n"), (other, other.EndsWith('/') ? "" : "3\n"));

        Error().ShouldHave(
            found: "has the name of another entry", expected: "names that differ not only in upper and lower case",
            where: $"archive.zip: entry '{other}'");
    }

    [Fact]
    public void Unpack_MoreEntriesThanAgreed_IsRefused()
    {
        Make([(Landmark, "1\n"), .. Enumerable.Range(0, 2000).Select(i => ($"f{i}", ""))]);

        Error().ShouldHave(found: "has 2001 entries", expected: "at most 2000", where: "archive.zip");
    }

    [Fact]
    public void Unpack_LargerThanAgreed_IsRefusedBeforeAnythingIsWritten()
    {
        Make((Landmark, new string('0', 900)), ("other", new string('0', 200)));

        Error(maxBytes: 1000).ShouldHave(found: "its files are too large", expected: "at most 1000 bytes", where: "archive.zip");
        Unpacked().Should().BeEmpty();
    }

    [Fact]
    public void Unpack_LargerThanItSays_IsStopped()
    {
        // A bomb: a megabyte of zeros that says it is ten bytes, in the directory at the archive's end and before the entry.
        Make((Landmark, new string('0', 1_000_000)));
        byte[] bytes = File.ReadAllBytes(archive);
        Replace(bytes, BitConverter.GetBytes(1_000_000), BitConverter.GetBytes(10));
        File.WriteAllBytes(archive, bytes);

        Error().ShouldHave(where: "archive.zip");
        Unpacked().Should().OnlyContain(file => new FileInfo(Path.Combine(target, file)).Length <= 10);
    }

    [Fact]
    public void Unpack_TurnedBit_IsFoundByTheCrc()
    {
        using (ZipArchive zip = ZipFile.Open(archive, ZipArchiveMode.Create))
        {
            using Stream stream = zip.CreateEntry(Landmark, CompressionLevel.NoCompression).Open();
            stream.Write("0.125,0.25,0.5\n"u8);
        }

        byte[] bytes = File.ReadAllBytes(archive);
        Replace(bytes, "0.125"u8.ToArray(), "0.325"u8.ToArray());
        File.WriteAllBytes(archive, bytes);

        Error().ShouldHave(found: "the archive is damaged (*", remedy: "download it again", where: "archive.zip");
    }

    [Fact]
    public void Unpack_Encrypted_IsRefused()
    {
        Make((Landmark, "1\n"));
        byte[] bytes = File.ReadAllBytes(archive);
        bytes[bytes.AsSpan().IndexOf("PK\u0003\u0004"u8) + 6] |= 1;
        bytes[bytes.AsSpan().IndexOf("PK\u0001\u0002"u8) + 8] |= 1;
        File.WriteAllBytes(archive, bytes);

        Error().ShouldHave(found: "is encrypted", expected: "plain files", where: $"archive.zip: entry '{Landmark}'");
    }

    [Fact]
    public void Unpack_CutOff_SaysThatItIsDamaged()
    {
        Make((Landmark, string.Join(',', Enumerable.Range(0, 5000))));
        byte[] bytes = File.ReadAllBytes(archive);
        File.WriteAllBytes(archive, bytes[..(bytes.Length / 2)]);

        Error().ShouldHave(found: "the archive is damaged (*", where: "archive.zip");
    }

    [Fact]
    public void Unpack_OtherArchive_IsRefused()
    {
        Make(("README.md", "hello"), ("src/main.c", "int main;"));

        Error().ShouldHave(
            found: $"{Landmark} is missing", expected: "a model's CSV files", remedy: "check the address", where: "archive.zip");
    }

    [Fact]
    public void Unpack_Cancelled_Stops()
    {
        Make((Landmark, new string('0', 1_000_000)));
        Action run = () => ArchiveUnpacking.Unpack(archive, target, Landmark, ArchiveUnpacking.MaxBytes, null, new CancellationToken(canceled: true));

        run.Should().Throw<OperationCanceledException>();
    }

    private static void Add(ZipArchive zip, string path, string content)
    {
        using Stream stream = zip.CreateEntry(path).Open();
        stream.Write(Encoding.UTF8.GetBytes(content));
    }

    private static void Replace(byte[] bytes, byte[] found, byte[] replaced)
    {
        int count = 0;
        for (int at = 0; (at = bytes.AsSpan(at).IndexOf(found) is int next and >= 0 ? at + next : -1) >= 0; at += found.Length)
        {
            replaced.CopyTo(bytes, at);
            count++;
        }

        count.Should().BePositive();
    }

    private void Make(params (string Path, string Content)[] entries)
    {
        using ZipArchive zip = ZipFile.Open(archive, ZipArchiveMode.Create);
        foreach ((string path, string content) in entries)
        {
            Add(zip, path, content);
        }
    }

    private IReadOnlyList<RecordedFile> Unpack(long maxBytes = ArchiveUnpacking.MaxBytes) =>
        ArchiveUnpacking.Unpack(archive, target, Landmark, maxBytes, null, CancellationToken.None);

    private string[] Unpacked() => [.. Directory.EnumerateFileSystemEntries(target).Select(file => Path.GetFileName(file))];

    /// <summary>What refuses the archive, after checking that nothing was written outside the folder.</summary>
    private Gpt2Exception Error(long maxBytes = ArchiveUnpacking.MaxBytes)
    {
        string[] before = [.. Directory.EnumerateFileSystemEntries(folder.Root, "*", SearchOption.AllDirectories)];
        Action run = () => Unpack(maxBytes);
        Gpt2Exception error = run.Should().Throw<Gpt2Exception>().Which;
        Directory.EnumerateFileSystemEntries(folder.Root, "*", SearchOption.AllDirectories)
            .Where(entry => Path.GetDirectoryName(entry) != target).Should().BeEquivalentTo(before);
        return error;
    }
}
