// Downloads that must succeed although the server drops connections, stalls, states wrong sizes or changes its files.

using Gpt2.Core.Weights.Download;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights.Download;

public sealed class FaultyServerTests : IDisposable
{
    private const int Half = 150_000;

    private readonly DownloadFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    private static readonly Dictionary<string, Fault[]> Repairable = new()
    {
        ["drops before the first byte"] = [Faults.DropAfter(0)],
        ["drops half way"] = [Faults.DropAfter(Half)],
        ["drops again and again, always further on"] = [.. Enumerable.Repeat(Faults.DropAfter(60_000), 4)],
        ["drops one byte before the end"] = [Faults.DropAfter(299_999)],
        ["resets the connection"] = [Faults.ResetAfter(Half)],
        ["is busy"] = [Faults.Status(503), Faults.Status(500), Faults.Status(502)],
        ["is busy and says how long"] = [Faults.Status(429, ("Retry-After", "7"))],
        ["is busy half way"] = [Faults.DropAfter(Half), Faults.Status(503)],
        ["turns a bit"] = [Faults.Corrupt(200_000)],
        ["turns a bit of the first half and drops"] = [Faults.CorruptAndDrop(10, Half)],
        ["sends bytes after the end"] = [Faults.Longer(10)],
        ["states too small a length"] = [Faults.ShortLength(Half)],
        ["states too large a length"] = [Faults.LongLength(10)],
        ["takes no part of the request for the rest"] = [Faults.DropAfter(Half), Faults.WholeAndDrop(300_000)],
        ["takes no part of the request for the rest and drops"] =
            [Faults.DropAfter(Half), Faults.WholeAndDrop(200_000), Faults.WholeAndDrop(300_000)],
        ["sends another part than was asked for"] = [Faults.DropAfter(Half), Faults.WrongPart()],
        ["has another file after a break"] = [Faults.DropAfter(Half), Faults.Change(Reversed, Faults.None())],
        ["has another file and passes over If-Range"] = [Faults.DropAfter(Half), Faults.Change(Reversed, Faults.PassOverIfRange())],
        ["has a longer file after a break"] = [Faults.DropAfter(Half), Faults.Change(bytes => [.. bytes, 1, 2, 3], Faults.None())],
        ["has a shorter file after a break"] = [Faults.DropAfter(Half), Faults.Change(bytes => bytes[..100_000], Faults.PassOverIfRange())],
        ["sends chunks"] = [Faults.Chunked()],
        ["breaks off between chunks"] = [Faults.Chunked(Half)],
        ["does not say how long the file is"] = [Faults.NoLength()],
        ["does not say how long the file is and drops"] = [Faults.NoLength(Half)],
        ["is slow"] = [Faults.Slow()],
        ["has nothing after what came"] = [Faults.DropAfter(Half), Faults.Status(416)],
    };

    public static TheoryData<string> RepairableFaults() => [.. Repairable.Keys];

    [Theory]
    [MemberData(nameof(RepairableFaults))]
    public async Task Download_ServerThat_EndsRight(string fault)
    {
        Queue(fixture.Weights.Faults, Repairable[fault]);
        await fixture.RunAsync();

        fixture.ShouldBeRight();
    }

    [Theory]
    [MemberData(nameof(RepairableFaults))]
    public async Task Download_WithoutChecksums_EndsRightWhereItCanBeTold(string fault)
    {
        // A turned bit cannot be seen then, and nothing else may pass unseen.
        fixture.Weights.StatesChecksum = false;
        Queue(fixture.Weights.Faults, Repairable[fault]);
        await fixture.RunAsync(force: true);

        if (!fault.StartsWith("turns a bit", StringComparison.Ordinal))
        {
            fixture.ShouldBeRight();
        }
    }

    [Theory]
    [MemberData(nameof(RepairableFaults))]
    public async Task Download_WithoutValidators_EndsRight(string fault)
    {
        // No entity tag: what came in part may only be gone on with because the checksum of the whole is known.
        if (Repairable[fault].Length == 2 && fault.Contains("another part", StringComparison.Ordinal))
        {
            return; // this fault sends a tag
        }

        fixture.Weights.Tag = _ => null;
        Queue(fixture.Weights.Faults, Repairable[fault]);
        await fixture.RunAsync();

        fixture.ShouldBeRight();
    }

    [Fact]
    public async Task Download_NeitherValidatorNorChecksum_IsBegunAnew()
    {
        fixture.Weights.Tag = _ => null;
        fixture.Weights.StatesChecksum = false;
        Queue(fixture.Weights.Faults, Faults.DropAfter(Half));
        await fixture.RunAsync();

        fixture.ShouldBeRight();
        fixture.Hub.Gets(FakeHub.Weights).Should().OnlyContain(request => request.Header("Range") == null);
    }

    [Fact]
    public async Task Download_DroppedHalfWay_AsksForTheRestOfTheSameFile()
    {
        Queue(fixture.Weights.Faults, Faults.DropAfter(Half));
        await fixture.RunAsync();

        LoopbackRequest second = fixture.Hub.Gets(FakeHub.Weights).Should().HaveCount(2).And.Subject.Last();
        second.Header("Range").Should().Be("bytes=150000-");
        second.Header("If-Range").Should().Be(fixture.Weights.Tag(fixture.Weights.Content));
        fixture.Notes.Should().ContainSingle().Which.Should()
            .Be("model.safetensors: the connection was lost after byte 150000; attempt 2 of 5 in 1 s");
    }

    [Fact]
    public async Task Download_WeakTag_IsNotUsedToGoOn()
    {
        fixture.Weights.Tag = _ => "W/\"1\"";
        Queue(fixture.Weights.Faults, Faults.DropAfter(Half));
        await fixture.RunAsync();

        fixture.Hub.Gets(FakeHub.Weights)[1].Headers.Should().ContainKey("Range").And.NotContainKey("If-Range");
        fixture.ShouldBeRight();
    }

    [Fact]
    public async Task Download_OnlyTimeOfChange_IsUsedToGoOn()
    {
        (string, string) changed = ("Last-Modified", "Sat, 01 Jun 2024 10:00:00 GMT");
        fixture.Weights.StatesChecksum = false;
        fixture.Weights.Tag = _ => null;
        fixture.Weights.Faults.Enqueue((file, request, answer) => FakeHub.ServeAsync(file, request, answer, onlyBytes: Half, headers: changed));
        fixture.Weights.Faults.Enqueue((file, request, answer) => FakeHub.ServeAsync(file, request, answer, passOverIfRange: true, headers: changed));
        await fixture.RunAsync();

        LoopbackRequest second = fixture.Hub.Gets(FakeHub.Weights)[1];
        second.Header("If-Range").Should().Be("Sat, 01 Jun 2024 10:00:00 GMT");
        second.Header("Range").Should().Be("bytes=150000-");
        fixture.ShouldBeRight();
    }

    [Fact]
    public async Task Download_ServerSaysHowLongToWait_IsHonoured()
    {
        fixture.Clock.Now = new(2024, 6, 1, 10, 0, 0, TimeSpan.Zero);
        Queue(
            fixture.Weights.Faults, Faults.Status(429, ("Retry-After", "7")), Faults.Status(503, ("Retry-After", "Sat, 01 Jun 2024 10:00:20 GMT")),
            Faults.Status(503, ("Retry-After", "0")));
        await fixture.RunAsync();

        fixture.Waits.Select(wait => wait.TotalSeconds).Should().Equal(7, 20, 4);
        fixture.ShouldBeRight();
    }

    [Fact]
    public async Task Download_ServerThatStallsOrHangs_IsAskedAgain()
    {
        fixture.Settings = fixture.Settings with { StallTimeout = TimeSpan.FromMilliseconds(200), Tries = 20 };
        Queue(fixture.Weights.Faults, Faults.StallAfter(Half), Faults.Hang(), Faults.StallAfter(0));
        await fixture.RunAsync();

        fixture.ShouldBeRight();
        fixture.Notes.Should().Contain(note => note.Contains("nothing arrived for 0.2 s after byte 150000", StringComparison.Ordinal))
            .And.Contain(note => note.Contains("does not answer", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Question_ThatFails_IsAskedAgain()
    {
        Queue(fixture.Hub.Files["config.json"].QuestionFaults, Faults.Status(503), Faults.Status(429, ("Retry-After", "2")), Faults.DropAfter(0));
        await fixture.RunAsync();

        fixture.ShouldBeRight();
    }

    [Fact]
    public async Task Download_NewVersionBetweenTwoFiles_TakesAllOfTheNewOne()
    {
        // Asked, then changed on the hub, then fetched: vocabulary and weights must be of one version in the end.
        FakeFile config = fixture.Hub.Files["config.json"];
        FakeFile vocabulary = fixture.Hub.Files["vocab.json"];
        config.Faults.Enqueue((file, request, answer) =>
        {
            file.Content = "{\"n_layer\": 13}"u8.ToArray();
            vocabulary.Content = "{\"?\": 0}"u8.ToArray();
            fixture.Hub.Commit = new string('d', 40);
            file.Tag = _ => $"\"{file.GitSha1}\"";
            return FakeHub.ServeAsync(file, request, answer, headers: ("X-Repo-Commit", fixture.Hub.Commit));
        });
        DownloadResult result = await fixture.RunAsync();

        fixture.ShouldBeRight();
        result.Record.Commit.Should().Be(fixture.Hub.Commit);
    }

    private static byte[] Reversed(byte[] bytes) => [.. bytes[..10], .. bytes[10..].Reverse()];

    private static void Queue(System.Collections.Concurrent.ConcurrentQueue<Fault> queue, params Fault[] faults)
    {
        foreach (Fault fault in faults)
        {
            queue.Enqueue(fault);
        }
    }
}
