// Checksums against published values, waits against their formula, bytes and file kinds against what they should say.

using System.Text;
using Gpt2.Core;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Download;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights.Download;

public sealed class ChecksumTests
{
    [Fact]
    public async Task Checksum_KnownTexts_GivesPublishedValues()
    {
        using var folder = new TemporaryFolder();
        string path = folder.PathOf("hello");
        await File.WriteAllTextAsync(path, "hello\n");
        string sha256 = await Checksum.Sha256Async(path, CancellationToken.None);
        var file = new RecordedFile("hello", 6, sha256, RecordedFile.BySize);

        sha256.Should().Be("5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03");
        (await new Checksum(new string('0', 64)).OfAsync(file, path, CancellationToken.None)).Should().Be(sha256);
        (await new Checksum(new string('0', 40)).OfAsync(file, path, CancellationToken.None)).Should()
            .Be("ce013625030ba8dba906f756967f9e9ca394464a", "that is what git hash-object says");
    }

    [Theory]
    [InlineData("\"CE013625030ba8dba906f756967f9e9ca394464a\"", "git SHA-1", "ce013625030ba8dba906f756967f9e9ca394464a")]
    [InlineData("W/\"ce013625030ba8dba906f756967f9e9ca394464a\"", "git SHA-1", "ce013625030ba8dba906f756967f9e9ca394464a")]
    [InlineData(
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "SHA-256",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    public void Parse_TagOfTheHub_IsAChecksum(string tag, string name, string digits)
    {
        Checksum.Parse(tag).Should().Be(new Checksum(digits)).And.Subject.As<Checksum>().Name.Should().Be(name);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("\"0x8DC2B2\"")]
    [InlineData("\"d41d8cd98f00b204e9800998ecf8427e\"")]
    [InlineData("\"d41d8cd98f00b204e9800998ecf8427e-12\"")]
    [InlineData("\"zz013625030ba8dba906f756967f9e9ca394464a\"")]
    public void Parse_OtherTag_IsNone(string? tag)
    {
        Checksum.Parse(tag).Should().BeNull();
    }

    [Theory]
    [InlineData(1, 0.0, null, 0.5)]
    [InlineData(1, 1.0, null, 1)]
    [InlineData(4, 1.0, null, 8)]
    [InlineData(6, 1.0, null, 30)]
    [InlineData(1000, 0.5, null, 22.5)]
    [InlineData(2, 1.0, 1, 2)]
    [InlineData(2, 1.0, 40, 40)]
    public void DelayAfter_TriesChanceAndServer_FollowsTheFormula(int tries, double chance, int? server, double seconds)
    {
        TimeSpan? asked = server is int given ? TimeSpan.FromSeconds(given) : null;

        FileTransfer.DelayAfter(tries, asked, chance).TotalSeconds.Should().Be(seconds);
    }

    [Theory]
    [InlineData(0, "0 bytes")]
    [InlineData(999, "999 bytes")]
    [InlineData(1000, "1.0 kB")]
    [InlineData(999_949, "999.9 kB")]
    [InlineData(999_950, "1.0 MB")]
    [InlineData(548_105_171, "548.1 MB")]
    [InlineData(6.4e9, "6.4 GB")]
    [InlineData(5e15, "5000.0 TB")]
    public void ByteCount_AnySize_IsShort(double bytes, string text)
    {
        using var culture = new DecimalCommaCulture();
        ByteCount.Shown(bytes).Should().Be(text);
    }

    [Theory]
    [InlineData("", FileKind.Empty)]
    [InlineData("0.1,0.2\n", FileKind.Other)]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", FileKind.GitLfsPointer)]
    [InlineData("\n\n<!DOCTYPE HTML>\n", FileKind.WebPage)]
    [InlineData("\uFEFF<html lang=en>", FileKind.WebPage)]
    [InlineData("<?xml version=\"1.0\"?><Error>", FileKind.WebPage)]
    [InlineData("PK\u0003\u0004rest", FileKind.Zip)]
    [InlineData("some\0bytes", FileKind.Binary)]
    [InlineData("#version: 0.2\nĠ t\n", FileKind.Other)]
    public void FileKind_FirstBytes_SayWhatItIs(string text, object expected)
    {
        var kind = (FileKind)expected;
        FileKinds.Of(Encoding.UTF8.GetBytes(text)).Should().Be(kind);
        (FileKinds.Describe(kind) is null).Should().Be(kind == FileKind.Other);
    }

    [Fact]
    public void FileKind_TwoBytesPerCharacter_IsSeenWithAndWithoutMark()
    {
        Encoding[] encodings = [Encoding.Unicode, Encoding.BigEndianUnicode];
        foreach (Encoding encoding in encodings)
        {
            FileKinds.Of(encoding.GetBytes("0.125,0.25\n")).Should().Be(FileKind.Utf16, encoding.WebName);
            FileKinds.Of([.. encoding.GetPreamble(), .. encoding.GetBytes("1\n")]).Should().Be(FileKind.Utf16, encoding.WebName);
        }

        FileKinds.Of([0x1F, 0x8B, 8]).Should().Be(FileKind.Gzip);
    }
}
