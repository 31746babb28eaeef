// The JavaScript edition's archive from a server to a model folder, and the archives that do not make one.

using System.Globalization;
using System.IO.Compression;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Download;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights.Download;

public sealed class CsvArchiveDownloadTests : IDisposable
{
    private readonly DownloadFixture fixture = new();
    private readonly string model;
    private readonly LoopbackServer server;
    private readonly CsvArchiveSource source;
    private byte[] served = [];
    private int dropAfter = int.MaxValue;

    public CsvArchiveDownloadTests()
    {
        model = fixture.Folder.PathOf("made");
        CsvModelFolder.Write(
            model, TestModels.Random(new Gpt2Config(258, 8, 64, 1, 2), 4), new Vocabulary([new Merge(0, 1)]), VocabularyFiles.JavaScript);
        File.Delete(Path.Combine(model, "hparams.json"));
        server = new LoopbackServer(AnswerAsync);
        source = new CsvArchiveSource(new Uri(server.Address + "/csv.zip"));
    }

    public void Dispose()
    {
        server.Dispose();
        fixture.Dispose();
    }

    [Fact]
    public async Task Download_Archive_IsTheModelWithItsSizes()
    {
        Serve();
        DownloadResult result = await fixture.RunAsync(source: source);

        result.Record.Source.Should().Be(server.Address + "/csv.zip");
        CsvFolder.ConfigOf(fixture.Target).Should().Be(new Gpt2Config(258, 8, 64, 1, 2));
        foreach (string file in Directory.EnumerateFiles(model))
        {
            File.ReadAllBytes(Path.Combine(fixture.Target, Path.GetFileName(file))).Should().Equal(File.ReadAllBytes(file));
        }

        Directory.EnumerateFileSystemEntries(fixture.Folder.PathOf("models")).Should().Equal([fixture.Target]);
    }

    [Fact]
    public async Task Download_ArchiveInParts_IsTheSame()
    {
        Serve();
        dropAfter = served.Length / 3;
        await fixture.RunAsync(source: source);

        CsvModelFolder.ReadWeights(fixture.Target).Config.Layers.Should().Be(2);
        server.Requests.Count(request => request.Header("Range") is not null).Should().BePositive();
    }

    [Fact]
    public async Task Download_FileMissingInTheArchive_IsNamedAndFetchedAnew()
    {
        File.Move(Path.Combine(model, "model_h1_ln_1_g.csv"), fixture.Folder.PathOf("lost"));
        Serve();
        (await fixture.ErrorAsync(source)).ShouldHave(
            found: "no such file", expected: "a row of 64 numbers", remedy: "copy, convert or download the model again",
            where: $"{server.Address}/csv.zip: model_h1_ln_1_g.csv");

        File.Move(fixture.Folder.PathOf("lost"), Path.Combine(model, "model_h1_ln_1_g.csv"));
        Serve();
        await fixture.RunAsync(source: source);
        File.Exists(Path.Combine(fixture.Target, "model_h1_ln_1_g.csv")).Should().BeTrue();
    }

    [Fact]
    public async Task Download_VocabularyOfAnotherModel_IsRefused()
    {
        string[] lines = File.ReadAllLines(Path.Combine(model, "model_wte.csv"));
        File.WriteAllLines(Path.Combine(model, "model_wte.csv"), lines[1..]);
        Serve();

        (await fixture.ErrorAsync(source)).ShouldHave(found: "defines 258 tokens", expected: "257, the n_vocab of hparams.json");
    }

    [Theory]
    [InlineData("<!DOCTYPE html><html>Sign in</html>", "received a web page instead of the file")]
    [InlineData(
        "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n", "found a Git LFS pointer in place of the file", "a zip archive")]
    [InlineData("Not Found", "found text", "a zip archive")]
    [InlineData("", "found an empty file", "a zip archive")]
    [InlineData("PK\u0003\u0004 and no more", "the archive is damaged (*")]
    public async Task Download_NoArchive_SaysWhatCame(string text, string found, string? expected = null)
    {
        served = System.Text.Encoding.ASCII.GetBytes(text);

        (await fixture.ErrorAsync(source)).ShouldHave(found, expected, where: "*archive.zip");
        Serve();
        await fixture.RunAsync(source: source);
    }

    [Fact]
    public async Task Download_NoRoomToUnpack_IsReportedFirst()
    {
        Serve();
        fixture.Settings = fixture.Settings with { FreeSpace = _ => 2 * served.Length };

        Gpt2Exception error = await fixture.ErrorAsync(source);
        error.Found.Should().MatchRegex("^the download needs [0-9.]+ MB, but only [0-9.]+ (MB|kB) are free there$");
        error.Remedy.Should().StartWith("make room");
    }

    private void Serve()
    {
        string path = fixture.Folder.PathOf("csv.zip");
        File.Delete(path);
        ZipFile.CreateFromDirectory(model, path, CompressionLevel.Fastest, includeBaseDirectory: true);
        served = File.ReadAllBytes(path);
    }

    private async Task AnswerAsync(LoopbackRequest request, LoopbackAnswer answer)
    {
        int from = request.Header("Range") is string range ? int.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture) : 0;
        (string, string)[] part = from > 0 ? [("Content-Range", $"bytes {from}-{served.Length - 1}/{served.Length}")] : [];
        await answer.HeadAsync(
            from > 0 ? 206 : 200, [("Content-Length", (served.Length - from).ToString(CultureInfo.InvariantCulture)), ("ETag", "\"1\""), .. part]);
        if (request.Method == "GET")
        {
            await answer.WriteAsync(served.AsMemory(from, Math.Min(dropAfter, served.Length - from)));
        }
    }
}
