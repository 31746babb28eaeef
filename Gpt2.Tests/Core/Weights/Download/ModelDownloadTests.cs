// Downloads where the server behaves: what is asked, what is checked, what is left, and what is refused before anything is asked.

using System.Globalization;
using Gpt2.Core;
using Gpt2.Core.Weights.Download;
using Gpt2.Tests.Core.Files;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights.Download;

public sealed class ModelDownloadTests : IDisposable
{
    private readonly DownloadFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Fact]
    public async Task Download_HealthyServer_FolderIsWholeAndRecorded()
    {
        DownloadResult result = await fixture.RunAsync();

        fixture.ShouldBeRight();
        result.AlreadyThere.Should().BeFalse();
        result.Folder.Should().Be(fixture.Target);
        result.Record.Source.Should().Be(fixture.Hub.Hub.Address + "/openai-community/gpt2");
        result.Record.Commit.Should().Be(fixture.Hub.Commit);
        result.Record.Files.Should().Contain(new RecordedFile(FakeHub.Weights, fixture.Weights.Content.Length, fixture.Weights.Sha256, "SHA-256"));
        result.Record.Files.Single(file => file.Name == "merges.txt").CheckedBy.Should().Be("git SHA-1");
        DownloadRecord.Load(fixture.Target).Should().BeEquivalentTo(result.Record);
        fixture.Notes.Should().BeEmpty();
        TransferProgress last = fixture.Reports.Last(report => report.File == FakeHub.Weights);
        last.Should().Be(new TransferProgress(FakeHub.Weights, fixture.Weights.Content.Length, fixture.Weights.Content.Length));
    }

    [Fact]
    public async Task Download_WithToken_SendsItToTheHubAlone()
    {
        fixture.Token = "hf_secret";
        await fixture.RunAsync();

        fixture.Hub.Hub.Requests.Should().OnlyContain(request => request.Header("Authorization") == "Bearer hf_secret");
        fixture.Hub.Store.Requests.Should().NotBeEmpty().And.OnlyContain(request => request.Header("Authorization") == null);
    }

    [Fact]
    public async Task Download_WithoutToken_SendsNone()
    {
        await fixture.RunAsync();

        fixture.Hub.Hub.Requests
            .Should().OnlyContain(request => request.Header("Authorization") == null && request.Header("Accept-Encoding") == "identity");
    }

    [Fact]
    public async Task Download_RedirectedWithinTheHub_FollowsWithTheToken()
    {
        fixture.Token = "hf_secret";
        FakeFile config = fixture.Hub.Files["config.json"];
        Fault relative = (_, request, answer) => answer.HeadAsync(307, ("Location", request.Target), ("Content-Length", "0"));
        config.QuestionFaults.Enqueue(relative);
        config.Faults.Enqueue(relative);
        await fixture.RunAsync();

        fixture.ShouldBeRight();
        fixture.Hub.Gets("config.json").Should().HaveCount(2).And.OnlyContain(request => request.Header("Authorization") == "Bearer hf_secret");
    }

    [Fact]
    public async Task Download_ServerThatAnswersNoQuestions_StillWorks()
    {
        foreach (FakeFile file in fixture.Hub.Files.Values.Where(file => !file.Large))
        {
            file.QuestionFaults.Enqueue((_, _, answer) => answer.HeadAsync(405, ("Content-Length", "0")));
        }

        await fixture.RunAsync();

        fixture.ShouldBeRight();
    }

    [Fact]
    public async Task Download_StoreThatAnswersNoQuestions_IsNotAsked()
    {
        await fixture.RunAsync();

        fixture.Hub.Store.Requests.Should().OnlyContain(request => request.Method == "GET", "the hub's own answer has said all");
    }

    [Fact]
    public async Task Download_NothingStated_IsTakenAsItComes()
    {
        foreach (FakeFile file in fixture.Hub.Files.Values)
        {
            file.StatesChecksum = false;
        }

        DownloadResult result = await fixture.RunAsync();

        fixture.ShouldBeRight();
        result.Record.Files.Should().OnlyContain(file => file.CheckedBy == "size");
    }

    [Fact]
    public async Task Download_Twice_AsksNothingTheSecondTime()
    {
        await fixture.RunAsync();
        int asked = fixture.Hub.Hub.Requests.Count;
        DownloadResult again = await fixture.RunAsync();

        again.AlreadyThere.Should().BeTrue();
        fixture.Hub.Hub.Requests.Should().HaveCount(asked);
        fixture.ShouldBeRight();
    }

    [Fact]
    public async Task Download_Force_ReplacesTheModelWithAllItsFiles()
    {
        await fixture.RunAsync();
        File.WriteAllText(Path.Combine(fixture.Target, "model_wte.csv"), "of another model");
        fixture.Hub.Files["config.json"].Content = "{\"n_layer\": 13}"u8.ToArray();

        (await fixture.RunAsync(force: true)).AlreadyThere.Should().BeFalse();

        fixture.ShouldBeRight();
    }

    [Fact]
    public async Task Download_FileLost_IsNotTakenAsComplete()
    {
        await fixture.RunAsync();
        File.Delete(Path.Combine(fixture.Target, "vocab.json"));
        Func<Task> again = () => fixture.RunAsync();

        (await again.Should().ThrowAsync<Gpt2Exception>()).With(
            found: "the folder is not empty", remedy: "choose another with --out, or add --force to replace the model in it", where: fixture.Target);
        await fixture.RunAsync(force: true);
        fixture.ShouldBeRight();
    }

    [Fact]
    public async Task Download_FolderWithOtherThings_IsNeverReplaced()
    {
        Directory.CreateDirectory(fixture.Target);
        string diary = Path.Combine(fixture.Target, "diary.txt");
        File.WriteAllText(diary, "dear diary");
        Func<Task> run = () => fixture.RunAsync(), force = () => fixture.RunAsync(force: true);

        (await run.Should().ThrowAsync<Gpt2Exception>()).With(found: "the folder is not empty", where: fixture.Target);
        (await force.Should().ThrowAsync<Gpt2Exception>()).With(
            found: "contains 'diary.txt', which does not belong to a model",
            remedy: "the folder is not replaced: choose another folder with --out", where: fixture.Target);
        File.ReadAllText(diary).Should().Be("dear diary");
        fixture.Hub.Hub.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task Download_EmptyFolder_IsFilled()
    {
        Directory.CreateDirectory(fixture.Target);
        await fixture.RunAsync();

        fixture.ShouldBeRight();
    }

    [Fact]
    public async Task Download_FileInTheWay_IsRefused()
    {
        Directory.CreateDirectory(fixture.Folder.PathOf("models"));
        File.WriteAllText(fixture.Target, "");
        foreach (bool force in (bool[])[false, true])
        {
            Func<Task> run = () => fixture.RunAsync(force);
            (await run.Should().ThrowAsync<Gpt2Exception>()).With(
                found: "a file with that name already exists", expected: "a folder or nothing", remedy: "choose another name with --out",
                where: fixture.Target);
        }
    }

    [Fact]
    public async Task Download_FolderThatIsNotOurs_IsNotWorkedIn()
    {
        Directory.CreateDirectory(fixture.Target + ".partial");
        File.WriteAllText(Path.Combine(fixture.Target + ".partial", "diary.txt"), "dear diary");

        (await fixture.ErrorAsync()).ShouldHave(found: "is in the way", where: fixture.Target + ".partial");
        File.Exists(Path.Combine(fixture.Target + ".partial", "diary.txt")).Should().BeTrue();
    }

    [Fact]
    public async Task Download_TooLittleSpace_IsReportedBeforeAnythingIsFetched()
    {
        fixture.Settings = fixture.Settings with { FreeSpace = _ => 100_000 };

        (await fixture.ErrorAsync()).ShouldHave(
            found: "the download needs 300.0 kB, but only 100.0 kB are free there", remedy: "make room, or choose another place with --out",
            where: fixture.Target);
        fixture.Hub.Store.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task Download_FreeSpaceUnknown_GoesOn()
    {
        fixture.Settings = fixture.Settings with { FreeSpace = _ => throw new IOException("no such drive") };
        await fixture.RunAsync();

        fixture.ShouldBeRight();
    }

    [Fact]
    public async Task Download_WhatAKilledRunHadNotRenamed_IsClearedAway()
    {
        string work = fixture.Target + ".partial";
        int ended = await OutputFileTests.EndedProcess();
        Directory.CreateDirectory(work);
        File.WriteAllText(
            Path.Combine(work, string.Create(CultureInfo.InvariantCulture, $"{DownloadRecord.FileName}.partial-{ended}-0123abcd")), "{");

        await fixture.RunAsync();

        fixture.ShouldBeRight();
    }

    [Fact]
    public async Task Download_SpaceForTheRest_IsEnough()
    {
        using var stop = new CancellationTokenSource();
        fixture.Weights.Faults.Enqueue(async (file, request, answer) =>
        {
            await FakeHub.ServeAsync(file, request, answer, onlyBytes: 200_000);
            await answer.HangAsync();
        });
        Func<Task> broken = () => fixture.RunAsync(cancellation: Once(stop, 200_000));
        await broken.Should().ThrowAsync<OperationCanceledException>();
        fixture.Settings = fixture.Settings with { FreeSpace = _ => 110_000 };
        await fixture.RunAsync();

        fixture.ShouldBeRight();
    }

    [Fact]
    public async Task Download_ParentThatCannotBeMade_IsRefused()
    {
        File.WriteAllText(fixture.Folder.PathOf("models"), "");

        (await fixture.ErrorAsync()).ShouldHave(found: "cannot write this folder (*", where: fixture.Target);
    }

    [Fact]
    public async Task Download_KilledWhileReplacingAModel_IsRepairedTheNextTime()
    {
        await fixture.RunAsync();
        int ended = await OutputFileTests.EndedProcess();
        string left = Path.Combine(fixture.Target, string.Create(CultureInfo.InvariantCulture, $".unfinished-{ended}-0123abcd"));
        Directory.CreateDirectory(left);
        File.WriteAllText(Path.Combine(left, FakeHub.Weights), "of the new model");
        Func<Task> run = () => fixture.RunAsync();

        (await run.Should().ThrowAsync<Gpt2Exception>("the folder holds files of two models")).With(
            found: "the folder is not empty", where: fixture.Target);
        (await fixture.RunAsync(force: true)).AlreadyThere.Should().BeFalse();
        fixture.ShouldBeRight();
    }

    [Fact]
    public async Task Download_TargetThatCannotBeReplaced_KeepsWhatCame()
    {
        await fixture.RunAsync();
        string work = fixture.Target + ".partial";
        fixture.Hub.Files["config.json"].Content = "{\"n_layer\": 13}"u8.ToArray();
        fixture.Hub.Files["config.json"].Faults.Enqueue((file, request, answer) =>
        {
            Directory.Delete(fixture.Target, recursive: true);
            File.WriteAllText(fixture.Target, "in the way");
            return FakeHub.ServeAsync(file, request, answer);
        });
        Func<Task> force = () => fixture.RunAsync(force: true);

        (await force.Should().ThrowAsync<Gpt2Exception>()).Which.Where!.Value.Name.Should().Be(fixture.Target);
        DownloadRecord.Load(work)!.IsWholeIn(work).Should().BeTrue();
        File.Delete(fixture.Target);
        await fixture.RunAsync();
        fixture.ShouldBeRight();
        fixture.Hub.Gets(FakeHub.Weights).Should().HaveCount(2, "the second time what came is taken up");
    }

    [Theory]
    [InlineData("huggingface.co", null, "HF_ENDPOINT", "found 'huggingface.co'", "the address of a hub*")]
    [InlineData("ftp://huggingface.co", null, "HF_ENDPOINT", "found 'ftp://huggingface.co'", "the address of a hub*")]
    [InlineData("https://me:secret@huggingface.co", null, "HF_ENDPOINT", "found a user name in the address")]
    [InlineData("https://huggingface.co", "hf_\nsecret", "HF_TOKEN", "the token contains spaces, line ends*")]
    [InlineData("https://huggingface.co", "hf_secret two", "HF_TOKEN", "the token contains spaces, line ends*")]
    public void Client_WrongEnvironment_IsNamedWithoutTheSecret(
        string endpoint, string? token, string where, string found, string? expected = null)
    {
        Action make = () => new DownloadClient(endpoint, token, new TransferSettings()).Dispose();

        Gpt2Exception error = make.Should().Throw<Gpt2Exception>().Which;
        error.ShouldHave(found, expected, where: where);
        error.Message.Should().NotContain("secret");
    }

    private CancellationToken Once(CancellationTokenSource stop, int bytes)
    {
        _ = Task.Run(async () =>
        {
            while (fixture.Reports.LastOrDefault() is not { File: FakeHub.Weights } last || last.Done < bytes)
            {
                await Task.Delay(5);
            }

            await stop.CancelAsync();
        });
        return stop.Token;
    }
}
