// gpt2 download as a process: environment and proxies, killed and interrupted, two at once, and the model in use afterwards.

using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Download;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class DownloadProcessTests : IDisposable
{
    private const int Half = 150_000;

    private readonly TemporaryFolder folder = new();
    private readonly FakeHub hub = new();

    public void Dispose()
    {
        hub.Dispose();
        folder.Dispose();
    }

    /// <summary>A slow machine takes long enough for lines of progress.</summary>
    private static string WithoutProgress(string log) =>
        string.Join('\n', log.Split('\n').Where(line => !line.StartsWith("downloading: ", StringComparison.Ordinal)));

    private string Models => folder.PathOf("cache", "gpt2", "models");

    private FakeFile Weights => hub.Files[FakeHub.Weights];

    [Fact]
    public async Task Download_Name_GoesToTheUsersCache()
    {
        (int exitCode, string output, string error) = await RunToEnd("download", "gpt2", "--json");

        exitCode.Should().Be(0, error);
        error.Should().BeEmpty("a program reads the result");
        using JsonDocument result = JsonDocument.Parse(output);
        result.RootElement.GetProperty("folder").GetString().Should().Be(Path.Combine(Models, "gpt2"));
        result.RootElement.GetProperty("already_there").GetBoolean().Should().BeFalse();
        result.RootElement.GetProperty("files").EnumerateArray().Should().HaveCount(5);
        ShouldBeRight();
        hub.Hub.Requests.Should().OnlyContain(request => request.Header("Authorization") == "Bearer hf_secret");
        hub.Store.Requests.Should().OnlyContain(request => request.Header("Authorization") == null);

        (await RunToEnd("download")).Out.Should().Be(
            $"{Path.Combine(Models, "gpt2")}: is there already; --force downloads it again; "
            + $"'gpt2 predict \"…\" -m gpt2' uses it{System.Environment.NewLine}");
    }

    [Fact]
    public async Task Download_KilledHalfWay_GoesOnFromThere()
    {
        var half = new TaskCompletionSource();
        Weights.Faults.Enqueue(Pause(half));
        using Process process = Start("download", "gpt2");
        using (new KilledAtLast(process))
        {
            await half.Task.WaitAsync(CommandProcess.LongEnough);
            await PartIsThere(Path.Combine(Models, "gpt2"));
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        Directory.Exists(Path.Combine(Models, "gpt2")).Should().BeFalse();
        (int exitCode, string output, string error) = await RunToEnd("download", "gpt2");
        exitCode.Should().Be(0, error);
        output.Should().EndWith($"gpt2: 5 files, 300.0 kB, checked; 'gpt2 predict \"…\" -m gpt2' uses it{System.Environment.NewLine}");
        hub.Gets(FakeHub.Weights)[^1].Header("Range").Should().Be("bytes=150000-");
        ShouldBeRight();
    }

    [UnixFact]
    public async Task Download_Interrupted_EndsWith130AndKeepsThePart()
    {
        var half = new TaskCompletionSource();
        Weights.Faults.Enqueue(Pause(half));
        using Process process = Start("download", "gpt2", "--out", "here/model");
        using var whateverHappens = new KilledAtLast(process);
        await half.Task.WaitAsync(CommandProcess.LongEnough);
        await PartIsThere(folder.PathOf("here", "model"));
        await CommandProcess.Interrupt(process);
        string error = await process.StandardError.ReadToEndAsync().WaitAsync(CommandProcess.LongEnough);
        await process.WaitForExitAsync();

        process.ExitCode.Should().Be(130);
        WithoutProgress(error).Split(System.Environment.NewLine).Should().Equal(
            "here/model: what has been downloaded is kept; repeat the command to continue", "gpt2: cancelled", "");
        Directory.Exists(folder.PathOf("here", "model")).Should().BeFalse();
        (await RunToEnd("download", "gpt2", "--out", "here/model")).ExitCode.Should().Be(0);
        hub.Gets(FakeHub.Weights)[^1].Header("Range").Should().Be("bytes=150000-");
        File.ReadAllBytes(folder.PathOf("here", "model", FakeHub.Weights)).Should().Equal(Weights.Content);
    }

    [Fact]
    public async Task Download_TwoAtOnce_TheSecondWaitsAndFindsItDone()
    {
        var half = new TaskCompletionSource();
        var goOn = new TaskCompletionSource();
        Weights.Faults.Enqueue(async (file, request, answer) =>
        {
            await answer.HeadAsync(200, ("Content-Length", file.Content.Length.ToString(CultureInfo.InvariantCulture)));
            await answer.WriteAsync(file.Content.AsMemory(0, Half));
            half.TrySetResult();
            await goOn.Task;
            await answer.WriteAsync(file.Content.AsMemory(Half));
        });
        using Process first = Start("download", "gpt2");
        using var whateverHappens = new KilledAtLast(first);
        await half.Task.WaitAsync(CommandProcess.LongEnough);
        using Process second = Start("download", "gpt2");
        using var whateverElseHappens = new KilledAtLast(second);

        string? note = await second.StandardError.ReadLineAsync().WaitAsync(CommandProcess.LongEnough);
        note.Should().MatchRegex($"gpt2: process [0-9]+ is downloading it; waiting for it to finish \\(Ctrl-C stops waiting\\)$");
        goOn.SetResult();
        await first.WaitForExitAsync().WaitAsync(CommandProcess.LongEnough);
        await second.WaitForExitAsync().WaitAsync(CommandProcess.LongEnough);

        first.ExitCode.Should().Be(0);
        second.ExitCode.Should().Be(0);
        (await second.StandardOutput.ReadToEndAsync()).Should().Contain("is there already");
        hub.Gets(FakeHub.Weights).Should().ContainSingle("the second has nothing to fetch");
        ShouldBeRight();
    }

    [Fact]
    public async Task Download_ThroughAProxy_AsksTheProxy()
    {
        // A proxy is asked for whole addresses; this one answers itself for a hub that exists nowhere.
        using var proxy = new LoopbackServer((request, answer) => request.Target.StartsWith("http://hub.invalid/", StringComparison.Ordinal)
            ? answer.HeadAsync(404, ("Content-Length", "0"))
            : answer.HeadAsync(400, ("Content-Length", "0")));
        var environment = new Dictionary<string, string?>(Environment())
        {
            ["HF_ENDPOINT"] = "http://hub.invalid/",
            ["http_proxy"] = proxy.Address,
            ["no_proxy"] = null,
        };
        (int exitCode, _, string error) = await RunToEnd(environment, "download", "gpt2");

        exitCode.Should().Be(1);
        WithoutProgress(error).Should().Be(
            "gpt2: http://hub.invalid/openai-community/gpt2/resolve/main/config.json: the server has no such file (404); "
            + $"check the name and HF_ENDPOINT{System.Environment.NewLine}");
        proxy.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task Download_CsvArchive_IsAModelThatPredicts()
    {
        byte[] archive = MakeArchive();
        using var server = new LoopbackServer(async (request, answer) =>
        {
            bool isHead = request.Method == "HEAD";
            await answer.HeadAsync(200, ("Content-Length", archive.Length.ToString(CultureInfo.InvariantCulture)), ("ETag", "\"0x8DC\""));
            await answer.WriteAsync(isHead ? default(ReadOnlyMemory<byte>) : archive);
        });
        (int exitCode, string output, string error) = await RunToEnd(
            "download", "--csv", "--url", server.Address + "/gpt2-small-csv.zip?signature=secret");

        exitCode.Should().Be(0, error);
        output.Should().MatchRegex("gpt2: [0-9]+ files, [0-9.]+ MB, checked;").And.NotContain("secret");
        File.ReadAllText(Path.Combine(Models, "gpt2", "hparams.json")).Should().Contain("\"n_layer\": 2");
        File.ReadAllText(Path.Combine(Models, "gpt2", DownloadRecord.FileName)).Should().NotContain("secret");
        server.Requests.Should().OnlyContain(request => request.Header("Authorization") == null, "the token is the hub's");
        (await RunToEnd("predict", "Mike", "-m", "gpt2")).Out.Should().StartWith("\"Mike\" (4 tokens) is followed, says gpt2, by");
    }

    [Fact]
    public async Task Download_JsonThatFails_WritesNothingButTheError()
    {
        // The first answer makes it wait and would be noted; the second is the end.
        hub.Files["config.json"].QuestionFaults.Enqueue((_, _, answer) => answer.HeadAsync(503, ("Content-Length", "0")));
        hub.Files["config.json"].QuestionFaults.Enqueue((_, _, answer) => answer.HeadAsync(404, ("Content-Length", "0")));
        (int exitCode, string output, string error) = await RunToEnd("download", "gpt2", "--json");

        exitCode.Should().Be(1);
        output.Should().BeEmpty();
        using JsonDocument parsed = JsonDocument.Parse(error);
        parsed.RootElement.GetProperty("error").GetProperty("found").GetString().Should().Be("the server has no such file (404)");
    }

    [Theory]
    [InlineData("gpt2: unknown option '--cvs'", "download", "--cvs")]
    [InlineData("found 'gpt3', expected gpt2, gpt2-medium, gpt2-large, gpt2-xl", "download", "gpt3")]
    [InlineData("--csv: there is an archive of gpt2 only, found gpt2-xl", "download", "gpt2-xl", "--csv")]
    [InlineData("--url names an archive of CSV files: add --csv", "download", "--url", "https://example.org/a.zip")]
    [InlineData("--url: found 'a.zip', expected an address that begins with https://", "download", "--csv", "--url", "a.zip")]
    [InlineData("--out: found no name, expected a folder", "download", "--out", "")]
    public void Usage_Wrong_IsOneLineAndExitCodeTwo(string message, params string[] args)
    {
        CommandRun.Of(args).ErrorLine(2).Should().Contain(message);
    }

    [Fact]
    public void Out_File_IsRefusedWithoutAdvisingForce()
    {
        string file = folder.PathOf("taken");
        File.WriteAllText(file, "");

        CommandRun.Of("download", "--out", file).ErrorLine(1).Should().Be(
            $"gpt2: {file}: a file with that name already exists, expected a folder or nothing; choose another name with --out");
    }

    [Fact]
    public void Predict_ModelThatCanBeDownloaded_SaysHow()
    {
        CommandRun.Of("predict", "x", "-m", "gpt2-xl").ErrorLine(1).Should().EndWith("'gpt2 download gpt2-xl' gets it");
    }

    /// <summary>Sends the first half of the weights, says so, and nothing more.</summary>
    private static Fault Pause(TaskCompletionSource half) => async (file, request, answer) =>
    {
        await FakeHub.ServeAsync(file, request, answer, onlyBytes: Half);
        half.TrySetResult();
        await answer.HangAsync();
    };

    private byte[] MakeArchive()
    {
        string model = folder.PathOf("model");
        CsvModelFolder.Write(model, TestModels.Random(new Gpt2Config(257, 16, 64, 1, 2), 3), new Vocabulary([]), VocabularyFiles.JavaScript);
        File.Delete(Path.Combine(model, "hparams.json"));
        ZipFile.CreateFromDirectory(model, folder.PathOf("model.zip"), CompressionLevel.Fastest, includeBaseDirectory: true);
        return File.ReadAllBytes(folder.PathOf("model.zip"));
    }

    private static async Task PartIsThere(string target)
    {
        string part = Path.Combine(target + ".partial", FakeHub.Weights + ".part");
        for (var watch = Stopwatch.StartNew(); !File.Exists(part) || new FileInfo(part).Length < Half;)
        {
            watch.Elapsed.Should().BeLessThan(CommandProcess.LongEnough);
            await Task.Delay(10);
        }
    }

    private void ShouldBeRight()
    {
        foreach ((string name, FakeFile file) in hub.Files)
        {
            File.ReadAllBytes(Path.Combine(Models, "gpt2", name)).Should().Equal(file.Content, name);
        }

        Directory.EnumerateFileSystemEntries(Models).Should().Equal([Path.Combine(Models, "gpt2")]);
    }

    private Dictionary<string, string?> Environment() => new()
    {
        ["HF_ENDPOINT"] = hub.Hub.Address,
        ["HF_TOKEN"] = "hf_secret",
        ["XDG_CACHE_HOME"] = folder.PathOf("cache"),
        ["http_proxy"] = null,
        ["HTTP_PROXY"] = null,
        ["all_proxy"] = null,
        ["ALL_PROXY"] = null,
        ["no_proxy"] = "127.0.0.1",
    };

    private Process Start(params string[] args) => CommandProcess.Start(folder.Root, Environment(), args);

    private Task<(int ExitCode, string Out, string Error)> RunToEnd(params string[] args) => RunToEnd(Environment(), args);

    private async Task<(int ExitCode, string Out, string Error)> RunToEnd(Dictionary<string, string?> environment, params string[] args)
    {
        using Process process = CommandProcess.Start(folder.Root, environment, args);
        using var whateverHappens = new KilledAtLast(process);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(CommandProcess.LongEnough);
        string errorText = await error;
        errorText.Should().NotContain("hf_secret");
        return (process.ExitCode, await output, errorText);
    }
}
