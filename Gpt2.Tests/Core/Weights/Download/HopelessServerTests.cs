// Downloads that cannot succeed: for each reason its error, nothing under the final name, and what may stay for the next try.

using Gpt2.Core;
using Gpt2.Core.Weights.Download;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights.Download;

public sealed class HopelessServerTests : IDisposable
{
    private const int Half = 150_000;
    private const string LoginPage = "<!DOCTYPE html><html><body>Please log in to the guest network</body></html>";
    private const string LfsPointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0000\nsize 548105171\n";

    private const string GoesOn = "what has been downloaded is kept; repeat the command to continue";

    private readonly DownloadFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Theory]
    [InlineData(404, "config.json", "the server has no such file (404)", null, "check the name and HF_ENDPOINT")]
    [InlineData(410, "config.json", "the server has no such file (410)")]
    [InlineData(401, "config.json", "the server refuses (401)", null, "set HF_TOKEN if the file requires a login")]
    [InlineData(403, "config.json", "the server refuses (403)", null, "set HF_TOKEN if the file requires a login")]
    [InlineData(407, "config.json", "the proxy requires a login (407)", null, "put it in HTTPS_PROXY*")]
    [InlineData(400, "config.json", "the server answers 400", "the file", "check HF_ENDPOINT or the address")]
    [InlineData(304, "config.json", "the server answers 304", "the file")]
    [InlineData(404, FakeHub.Weights, "the server has no such file (404)")]
    [InlineData(416, FakeHub.Weights, "the server answers 416", "the file", "check HF_ENDPOINT or the address")]
    public async Task Download_StatusThatIsFinal_IsNotTriedAgain(
        int status, string file, string found, string? expected = null, string? remedy = null)
    {
        fixture.Hub.Files[file].Faults.Enqueue(Faults.Status(status));

        (await fixture.ErrorAsync()).ShouldHave(
            found, expected, remedy,
            where: file == FakeHub.Weights ? "http://127.0.0.1:*" : $"{fixture.Hub.Hub.Address}/openai-community/gpt2/resolve/main/{file}");
        fixture.Waits.Should().BeEmpty();
        if (file == "config.json")
        {
            fixture.ShouldHaveLeftNothing(); // the weights are last, and the files before them are kept
        }

        await fixture.RunAsync();
        fixture.ShouldBeRight();
    }

    [Fact]
    public async Task Download_ServerThatSendsNoByte_LeavesNothing()
    {
        Always(fixture.Hub.Files["config.json"], Faults.DropAfter(0));

        (await fixture.ErrorAsync()).ShouldHave(found: "the connection was lost after byte 0, attempt 5 of 5");
        fixture.ShouldHaveLeftNothing();
    }

    [Fact]
    public async Task Download_TokenRefused_PointsAtTheToken()
    {
        fixture.Token = "hf_wrong";
        fixture.Hub.Files["config.json"].QuestionFaults.Enqueue(Faults.Status(401));

        Gpt2Exception error = await fixture.ErrorAsync();
        error.ShouldHave(found: "the server refuses (401)", remedy: "check the token in HF_TOKEN");
        error.Message.Should().NotContain("hf_wrong");
    }

    [Fact]
    public async Task Download_ServerBusyForEver_IsGivenUpWithGrowingWaits()
    {
        Always(fixture.Weights, Faults.Status(503));

        ShouldBe(await fixture.ErrorAsync(), "model.safetensors", @"^127\.0\.0\.1:\d+ cannot answer now \(503\), attempt 5 of 5$", GoesOn);
        fixture.Waits.Select(wait => wait.TotalSeconds).Should().Equal(1, 2, 4, 8);
        fixture.Notes.Should().HaveCount(4);
    }

    [Fact]
    public async Task Download_ServerAsksForALongWait_EndsWithTheWait()
    {
        fixture.Weights.Faults.Enqueue(Faults.Status(429, ("Retry-After", "3600")));

        (await fixture.ErrorAsync()).ShouldHave(
            found: "127.0.0.1:* has received too many requests (429) and asks to wait 3600 s", expected: "at most 300 s", remedy: GoesOn,
            where: FakeHub.Weights);
        fixture.Waits.Should().BeEmpty();
    }

    [Fact]
    public async Task Download_DropsAlwaysAtTheSamePlace_IsGivenUpAndKeepsThePart()
    {
        Always(fixture.Weights, Faults.DropAfter(Half), Faults.DropAfter(0));

        (await fixture.ErrorAsync()).ShouldHave(found: "*the connection was lost after byte 150000, attempt 5 of 5");
        fixture.Weights.Faults.Clear();
        await fixture.RunAsync();

        fixture.ShouldBeRight();
        fixture.Hub.Gets(FakeHub.Weights)[^1].Header("Range").Should().Be("bytes=150000-");
    }

    [Fact]
    public async Task Download_NeverAnswers_IsGivenUp()
    {
        fixture.Settings = fixture.Settings with { StallTimeout = TimeSpan.FromMilliseconds(100), Tries = 2 };
        Always(fixture.Hub.Files["config.json"], asked: true, Faults.Hang());

        ShouldBe(
            await fixture.ErrorAsync(), "config.json", @"^127\.0\.0\.1:\d+ does not answer, attempt 2 of 2$",
            "check the connection, or repeat the command later");
    }

    [Fact]
    public async Task Download_NobodyListens_IsGivenUp()
    {
        fixture.Hub.Hub.Dispose();

        ShouldBe(
            await fixture.ErrorAsync(), "config.json", @"^no connection to 127\.0\.0\.1:\d+ \(Connection refused.*\), attempt 5 of 5$",
            "check the connection, or repeat the command later");
    }

    [Fact]
    public async Task Download_WrongChecksumAlways_IsNotKept()
    {
        Always(fixture.Weights, Faults.Corrupt(5000));

        Gpt2Exception error = await fixture.ErrorAsync();
        ShouldBe(
            error, "model.safetensors",
            $"^received with the SHA-256 [0-9a-f]{{64}}, but the server states {fixture.Weights.Sha256}, 2 times$", error.Remedy);
        error.Remedy.Should().MatchRegex(@"^it is not kept: the file is damaged at 127\.0\.0\.1:\d+ or in transit$");
        Directory.EnumerateFiles(fixture.Target + ".partial", FakeHub.Weights + "*").Should().BeEmpty();
    }

    [Fact]
    public async Task Download_SmallFileWithWrongChecksum_IsNotKept()
    {
        FakeFile merges = fixture.Hub.Files["merges.txt"];
        Fault fault = (file, request, answer) => FakeHub.ServeAsync(
            file, request, answer, change: content => [.. content[..^1], (byte)'!'], headers: ("X-Repo-Commit", fixture.Hub.Commit));
        merges.Faults.Enqueue(fault);
        merges.Faults.Enqueue(fault);

        (await fixture.ErrorAsync()).ShouldHave(
            found: $"received with the git SHA-1 ????????????????????????????????????????, but the server states {merges.GitSha1}, 2 times",
            where: "merges.txt");
    }

    [Fact]
    public async Task Download_RedirectedForEver_IsRefused()
    {
        Always(fixture.Weights, (_, request, answer) => answer.HeadAsync(302, ("Location", request.Target), ("Content-Length", "0")));

        (await fixture.ErrorAsync()).ShouldHave(found: "redirected more than 10 times", expected: "the file");
    }

    [Theory]
    [InlineData("ftp://127.0.0.1/model.safetensors")]
    [InlineData("file:///etc/passwd")]
    [InlineData(null)]
    public async Task Download_RedirectedToWhatIsNoWebAddress_IsRefused(string? location)
    {
        fixture.Weights.Faults.Enqueue(location is null ? Faults.Status(302) : Faults.Status(302, ("Location", location)));

        (await fixture.ErrorAsync()).ShouldHave(found: $"redirected to '{location}'", expected: "the address of a file");
    }

    [Fact]
    public async Task Download_ShortFileWithoutAnEnd_IsStopped()
    {
        FakeFile config = fixture.Hub.Files["config.json"];
        config.QuestionFaults.Enqueue(Faults.Status(405));
        config.Faults.Enqueue(Faults.Endless(new byte[1 << 18], bytes: 70_000_000));

        (await fixture.ErrorAsync()).ShouldHave(
            found: "*/openai-community/gpt2/resolve/main/config.json has more than 64.0 MB, far more than the known file",
            remedy: "it is not kept: check HF_ENDPOINT or the address", where: "config.json");
        fixture.Reports.Max(report => report.Done).Should().BeInRange(64_000_000, 64_200_000);
        fixture.ShouldHaveLeftNothing();
        await fixture.RunAsync();
        fixture.ShouldBeRight();
    }

    [Fact]
    public async Task Download_ArchiveWithoutAnEnd_EndsWhereNothingMoreMayBeUnpacked()
    {
        using var endless = new LoopbackServer((request, answer) => request.Method == "HEAD"
            ? Faults.Status(405)(fixture.Weights, request, answer)
            : Faults.Endless("PK\u0003\u0004"u8.ToArray())(fixture.Weights, request, answer));
        var source = new CsvArchiveSource(new Uri(endless.Address + "/gpt2.zip"), maxBytes: 1_000_000);

        (await fixture.ErrorAsync(source)).ShouldHave(
            found: $"{endless.Address}/gpt2.zip has more than 1.0 MB, far more than the known file",
            remedy: "it is not kept: check HF_ENDPOINT or the address", where: "archive.zip");
    }

    [Theory]
    [InlineData(140_000, true)]
    [InlineData(160_000, false)]
    public async Task Download_WeightsBeyondTwiceTheKnown_AreRefused(long known, bool refused)
    {
        var source = new HubSource(fixture.Hub.Hub.Address, DownloadTable.Hub[0] with { Bytes = known }); // they have 300,000
        if (refused)
        {
            (await fixture.ErrorAsync(source)).ShouldHave(
                found: "*/model.safetensors has more than 280.0 kB, far more than the known file", where: FakeHub.Weights);
            return;
        }

        await fixture.RunAsync(source: source);
        fixture.ShouldBeRight();
    }

    [Fact]
    public async Task Download_StatedSizeFarBeyondTheKnown_IsRefusedAtOnce()
    {
        FakeFile config = fixture.Hub.Files["config.json"];
        config.QuestionFaults.Enqueue(Faults.Status(405));
        config.Faults.Enqueue((_, _, answer) => answer.HeadAsync(200, ("Content-Length", "1000000000000")));

        (await fixture.ErrorAsync()).ShouldHave(
            found: "*/config.json has more than 64.0 MB, far more than the known file", where: "config.json");
        fixture.Reports.Should().BeEmpty();
    }

    [Fact]
    public async Task Download_CameCompressed_IsRefused()
    {
        fixture.Weights.Faults.Enqueue(Faults.Status(200, ("Content-Encoding", "gzip")));

        (await fixture.ErrorAsync()).ShouldHave(found: "*was sent compressed, which was not requested");
    }

    [Fact]
    public async Task Download_LoginPageForTheWeights_IsRecognised()
    {
        fixture.Weights.Faults.Enqueue(Faults.Page(LoginPage, ("Content-Type", "text/html; charset=utf-8")));

        (await fixture.ErrorAsync()).ShouldHave(
            found: "received a web page instead of the file", remedy: "does a proxy or the network require a login?*", where: FakeHub.Weights);
    }

    [Theory]
    [InlineData(LoginPage, "received a web page instead of the file")]
    [InlineData("not json", "not valid JSON", "a JSON object", "it is not kept*")]
    [InlineData("[1]", "found Array", "a JSON object", "it is not kept*")]
    [InlineData(LfsPointer, "found a Git LFS pointer in place of the file", "text", "it is not kept*")]
    [InlineData("", "found an empty file", "text", "it is not kept*")]
    public async Task Download_WrongTextWithoutAnyChecksum_IsRecognised(
        string text, string found, string? expected = null, string? remedy = null)
    {
        FakeFile config = fixture.Hub.Files["config.json"];
        config.QuestionFaults.Enqueue(Faults.Page(text));
        config.Faults.Enqueue(Faults.Page(text));

        (await fixture.ErrorAsync()).ShouldHave(
            found, expected, remedy,
            where: expected == "a JSON object" ? $"{fixture.Hub.Hub.Address}/openai-community/gpt2: config.json*" : "config.json");
        await fixture.RunAsync();
        fixture.ShouldBeRight();
    }

    [Theory]
    [InlineData(LfsPointer, "found a Git LFS pointer in place of the file")]
    [InlineData("some text", "found text")]
    public async Task Download_NoTensorsInTheWeights_IsRecognised(string text, string found)
    {
        fixture.Weights.StatesChecksum = false;
        fixture.Weights.Content = System.Text.Encoding.ASCII.GetBytes(text);

        (await fixture.ErrorAsync()).ShouldHave(found, expected: "binary data");
    }

    [Fact]
    public async Task Download_Cancelled_KeepsThePartForTheNextTime()
    {
        using var stop = new CancellationTokenSource();
        fixture.Weights.Faults.Enqueue(async (file, request, answer) =>
        {
            await FakeHub.ServeAsync(file, request, answer, onlyBytes: Half);
            while (fixture.Reports.Last().Done < Half)
            {
                await Task.Delay(1);
            }

            await stop.CancelAsync();
            await answer.HangAsync();
        });
        Func<Task> run = () => fixture.RunAsync(cancellation: stop.Token);

        await run.Should().ThrowAsync<OperationCanceledException>();
        Directory.Exists(fixture.Target).Should().BeFalse();
        await fixture.RunAsync();
        fixture.ShouldBeRight();
        fixture.Hub.Gets(FakeHub.Weights)[^1].Header("Range").Should().Be("bytes=150000-");
        fixture.Hub.Gets("config.json").Should().ContainSingle("a whole file is not fetched again");
    }

    [Fact]
    public async Task Download_OtherSourceThanBefore_TakesNothingOfIt()
    {
        Always(fixture.Weights, Faults.DropAfter(Half), Faults.DropAfter(0));
        await fixture.ErrorAsync();
        fixture.Weights.Faults.Clear();
        using var other = new FakeHub();
        other.Files[FakeHub.Weights].Content[1000] ^= 1;
        using var client = new DownloadClient(other.Hub.Address, null, fixture.Settings);
        var source = new HubSource(other.Hub.Address, DownloadTable.Hub[0]);
        await new ModelDownload(client, source, fixture.Target, fixture.Notes.Enqueue, null).RunAsync(force: false, CancellationToken.None);

        File.ReadAllBytes(Path.Combine(fixture.Target, FakeHub.Weights)).Should().Equal(other.Files[FakeHub.Weights].Content);
        other.Gets(FakeHub.Weights).Should().ContainSingle().Which.Headers.Should().NotContainKey("Range");
    }

    [Fact]
    public async Task Download_PartOfUnknownOrigin_IsBegunAnew()
    {
        Always(fixture.Weights, Faults.DropAfter(Half), Faults.DropAfter(0));
        await fixture.ErrorAsync();
        fixture.Weights.Faults.Clear();
        File.WriteAllText(Path.Combine(fixture.Target + ".partial", FakeHub.Weights + ".part.json"), "{\"Size\":");
        await fixture.RunAsync();

        fixture.ShouldBeRight();
        fixture.Hub.Gets(FakeHub.Weights)[^1].Headers.Should().NotContainKey("Range");
    }

    private static void ShouldBe(Gpt2Exception error, string where, string found, string? remedy)
    {
        error.Where.ToString().Should().Be(where);
        error.Found.Should().MatchRegex(found);
        error.Remedy.Should().Be(remedy);
    }

    private static void Always(FakeFile file, params Fault[] faults) => Always(file, asked: false, faults);

    /// <summary>The faults in order, and the last of them for ever.</summary>
    private static void Always(FakeFile file, bool asked, params Fault[] faults)
    {
        const int ForEver = 50;
        foreach (Fault fault in faults.Concat(Enumerable.Repeat(faults[^1], ForEver)))
        {
            (asked ? file.QuestionFaults : file.Faults).Enqueue(fault);
        }
    }
}
