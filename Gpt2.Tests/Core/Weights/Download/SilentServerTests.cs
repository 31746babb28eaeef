// Servers that state neither sizes nor checksums: the end of a connection looks like the end of the file, so the model has to tell.

using Gpt2.Core.Weights.Download;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights.Download;

public sealed class SilentServerTests : IDisposable
{
    private readonly DownloadFixture fixture = new();

    public SilentServerTests()
    {
        string model = fixture.Folder.PathOf("served");
        HuggingFaceFixture.Write(model, SmallModel.Random());
        foreach (string name in (string[])["config.json", "vocab.json", "merges.txt", FakeHub.Weights])
        {
            fixture.Hub.Files[name] = new FakeFile(File.ReadAllBytes(Path.Combine(model, name)), large: false);
        }

        foreach (FakeFile file in fixture.Hub.Files.Values)
        {
            file.QuestionFaults.Enqueue(Faults.Status(405));
        }
    }

    public void Dispose() => fixture.Dispose();

    [Theory]
    [InlineData(FakeHub.Weights, 1000, "*")]
    [InlineData("merges.txt", 18, "defines 258 tokens", "260, the vocab_size of config.json")]
    public async Task Download_CutOffWithoutASize_IsNotKept(string cut, int bytes, string found, string? expected = null)
    {
        foreach ((string name, FakeFile file) in fixture.Hub.Files)
        {
            file.Faults.Enqueue(Faults.NoLength(name == cut ? bytes : int.MaxValue));
        }

        (await fixture.ErrorAsync()).ShouldHave(
            found, expected, remedy: "the server states neither size nor checksum, so the file may be cut off and is not kept: repeat the command",
            where: $"{fixture.Hub.Hub.Address}/openai-community/gpt2: {cut}*");
        await fixture.RunAsync();
        fixture.ShouldBeRight();
    }

    [Fact]
    public async Task Download_WholeWithoutASize_IsTaken()
    {
        foreach (FakeFile file in fixture.Hub.Files.Values)
        {
            file.Faults.Enqueue(Faults.NoLength());
        }

        DownloadResult result = await fixture.RunAsync();

        fixture.ShouldBeRight();
        result.Record.Files.Should().OnlyContain(file => file.CheckedBy == RecordedFile.ByNothing);
    }
}
