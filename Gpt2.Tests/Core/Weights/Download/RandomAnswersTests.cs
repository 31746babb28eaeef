// Answers of a server, archives and left-over files of a download with random damage: the download ends right or with an error of
// ours in one line, and never with a wrong file, another exception or memory beyond measure.

using System.Globalization;
using System.IO.Compression;
using System.Text;
using FsCheck.Fluent;
using Gpt2.Core;
using Gpt2.Core.Weights.Doctor;
using Gpt2.Core.Weights.Download;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights.Download;

public sealed class RandomAnswersTests : IDisposable
{
    private const int WeightBytes = 2000;
    private const long MostMemory = 16_000_000;

    private readonly DownloadFixture fixture = new();

    public RandomAnswersTests() => fixture.Weights.Content = fixture.Weights.Content[..WeightBytes];

    public void Dispose() => fixture.Dispose();

    [Theory]
    [InlineData(FakeHub.Weights)]
    [InlineData("config.json")]
    public void Download_RandomEditsOfAnswers_EndsRightOrSaysWhy(string name)
    {
        FakeFile file = fixture.Hub.Files[name];
        byte[] good = [.. Encoding.ASCII.GetBytes(Head(file)), .. file.Content];
        SeededProperty.Holds(RandomEdits.Of(Head(file).Length + 20).ArrayOf(2), answers =>
        {
            foreach (RandomEdit[] edits in answers)
            {
                file.Faults.Enqueue((_, _, answer) => answer.WriteAsync(RandomEdits.Apply(good, edits)));
            }

            EndsRightOrSaysWhy();
        }, count: 60);
    }

    [Fact]
    public void Download_RandomEditsOfTheAnswerToAQuestion_EndsRightOrSaysWhy()
    {
        FakeFile file = fixture.Hub.Files["config.json"];
        byte[] good = Encoding.ASCII.GetBytes(Head(file));
        SeededProperty.Holds(RandomEdits.Of(good.Length), edits =>
        {
            file.QuestionFaults.Enqueue((_, _, answer) => answer.WriteAsync(RandomEdits.Apply(good, edits)));
            EndsRightOrSaysWhy();
        }, count: 60);
    }

    [Fact]
    public void Download_RandomBytesForAnAnswer_EndsRightOrSaysWhy() =>
        SeededProperty.Holds(Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(), bytes =>
        {
            fixture.Weights.Faults.Enqueue((_, _, answer) => answer.WriteAsync(bytes));
            fixture.Weights.Faults.Enqueue((_, _, answer) => answer.WriteAsync((byte[])[.. "HTTP/1.1 200 OK\r\n"u8, .. bytes]));
            EndsRightOrSaysWhy();
        }, count: 40);

    [Theory]
    [InlineData(FakeHub.Weights + ".part")]
    [InlineData(FakeHub.Weights + ".part.json")]
    [InlineData("config.json")]
    [InlineData(DownloadRecord.FileName)]
    public void Download_RandomEditsOfWhatIsLeft_EndsRightOrSaysWhy(string name)
    {
        string work = fixture.Target + ".partial";
        SeededProperty.Holds(RandomEdits.Of(400), edits =>
        {
            LeaveAPart();
            string path = Path.Combine(work, name);
            File.WriteAllBytes(path, RandomEdits.Apply(File.ReadAllBytes(path), edits));
            EndsRightOrSaysWhy();
            if (Directory.Exists(work))
            {
                Directory.Delete(work, recursive: true);
            }
        }, count: 25);
    }

    [Theory]
    [InlineData(FakeHub.Weights + ".part.json", "\\u0022", "")] // an entity tag without quotes
    [InlineData(FakeHub.Weights + ".part.json", "\"hex\"", "\"hey\"")]
    [InlineData(DownloadRecord.FileName, "\"name\"", "\"game\"")]
    [InlineData(DownloadRecord.FileName, "config.json", "../config.json")]
    [InlineData(DownloadRecord.FileName, "config.json", "confog.json")]
    [InlineData(DownloadRecord.FileName, "vocab.json", "config.json")]
    [InlineData(DownloadRecord.FileName, "\"sha256\"", "\"sha255\"")]
    [InlineData(DownloadRecord.FileName, "\"source\"", "\"sauce\"")]
    public void Download_InvalidLeftover_IsIgnored(string name, string found, string replaced)
    {
        LeaveAPart();
        string path = Path.Combine(fixture.Target + ".partial", name), text = File.ReadAllText(path);
        text.Should().Contain(found);
        File.WriteAllText(path, text.Replace(found, replaced, StringComparison.Ordinal));
        fixture.Weights.Faults.Clear();
        Run();

        fixture.ShouldBeRight();
        DownloadRecord.Load(fixture.Target)!.Files.Select(file => file.Name).Should().BeEquivalentTo(fixture.Hub.Files.Keys);
    }

    [Fact]
    public void Record_RandomEdits_IsReadOrIgnored()
    {
        Run();
        string path = Path.Combine(fixture.Target, DownloadRecord.FileName);
        byte[] original = File.ReadAllBytes(path);
        SeededProperty.Holds(RandomEdits.Of(original.Length), edits =>
        {
            File.WriteAllBytes(path, RandomEdits.Apply(original, edits));
            DownloadRecord.Load(fixture.Target)?.IsWholeIn(fixture.Target);
            ModelDoctor.Examine(fixture.Target, new FindingList(), null, CancellationToken.None);
        });
    }

    [Theory]
    [InlineData("\\u0000")]
    [InlineData("../config.json")]
    [InlineData("/etc/hostname")]
    [InlineData("")]
    public void Record_InvalidName_IsNotLoaded(string name)
    {
        Directory.CreateDirectory(fixture.Target);
        File.WriteAllText(
            Path.Combine(fixture.Target, DownloadRecord.FileName),
            $"{{\"source\": \"x\", \"files\": [{{\"name\": \"{name}\", \"bytes\": 1, \"sha256\": \"00\", \"checked_by\": \"size\"}}]}}");

        DownloadRecord.Load(fixture.Target).Should().BeNull();
    }

    [Fact]
    public void Unpack_RandomEdits_IsRefusedOrTheFiles()
    {
        string archive = fixture.Folder.PathOf("model.zip"), inside = fixture.Folder.PathOf("in"), target = fixture.Folder.PathOf("in", "model");
        const string Wte = "1,2,3\n4,5,6\n", Wpe = "0.25,-7,1e-3\n";
        using (ZipArchive zip = ZipFile.Open(archive, ZipArchiveMode.Create))
        {
            foreach ((string name, string text) in (ReadOnlySpan<(string, string)>)[("m/model_wte.csv", Wte), ("m/model_wpe.csv", Wpe)])
            {
                using Stream stream = zip.CreateEntry(name).Open();
                stream.Write(Encoding.ASCII.GetBytes(text));
            }
        }

        byte[] original = File.ReadAllBytes(archive);
        SeededProperty.Holds(RandomEdits.Of(original.Length), edits =>
        {
            File.WriteAllBytes(archive, RandomEdits.Apply(original, edits));
            Directory.CreateDirectory(target);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                foreach (RecordedFile file in ArchiveUnpacking.Unpack(
                    archive, target, "model_wte.csv", ArchiveUnpacking.MaxBytes, null, CancellationToken.None))
                {
                    File.ReadAllText(Path.Combine(target, file.Name)).Should().BeOneOf(Wte, Wpe);
                }
            }
            catch (Gpt2Exception e)
            {
                e.Message.Should().NotContain("\n");
            }

            (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(MostMemory);
            Directory.EnumerateFileSystemEntries(inside).Should().Equal(target);
            Directory.Delete(target, recursive: true);
        }, count: 500);
    }

    private static string Head(FakeFile file) => string.Create(
        CultureInfo.InvariantCulture,
        $"HTTP/1.1 200 OK\r\nContent-Length: {file.Content.Length}\r\nETag: \"{(file.Large ? "abc" : file.GitSha1)}\"\r\n"
        + $"X-Repo-Commit: {new string('c', 40)}\r\nConnection: close\r\n\r\n");

    /// <summary>A download that is given up half way through the weights.</summary>
    private void LeaveAPart()
    {
        for (int fault = 0; fault < fixture.Settings.Tries; fault++)
        {
            fixture.Weights.Faults.Enqueue(Faults.DropAfter(fault == 0 ? WeightBytes / 2 : 0));
        }

        FluentActions.Invoking(Run).Should().Throw<Gpt2Exception>().With(remedy: "*what has been downloaded is kept*");
    }

    private void Run() => fixture.RunAsync().GetAwaiter().GetResult();

    /// <summary>Downloads, checks the end, and makes room for the next time.</summary>
    private void EndsRightOrSaysWhy()
    {
        long before = GC.GetTotalAllocatedBytes();
        try
        {
            Run();
            fixture.ShouldBeRight();
            Directory.Delete(fixture.Target, recursive: true);
        }
        catch (Gpt2Exception e)
        {
            e.Message.Should().NotContain("\n");
            Directory.Exists(fixture.Target).Should().BeFalse(e.Message);
        }

        // Of all threads, those of other tests included.
        (GC.GetTotalAllocatedBytes() - before).Should().BeLessThan(100 * MostMemory);
        foreach (FakeFile file in fixture.Hub.Files.Values)
        {
            file.Faults.Clear();
            file.QuestionFaults.Clear();
        }
    }
}
