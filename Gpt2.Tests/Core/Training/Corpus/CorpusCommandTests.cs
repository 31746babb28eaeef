// gpt2 corpus: a file, standard output, JSON, and what goes wrong.

using System.Text.Json;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Training.Corpus;

public sealed class CorpusCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Corpus_ToAFile_WritesTheTextAndSaysSo()
    {
        string file = folder.PathOf("text.txt");

        string result = CommandRun.Of("corpus", "--out", file, "--size", "20000", "--seed", "5").Result();

        File.ReadAllText(file).Should().Be(CorpusText.Of(5, 20000));
        result.Should().StartWith(file + ": 20,").And.EndWith("bytes of training text, seed 5\n");
        Directory.EnumerateFileSystemEntries(folder.Root).Should().ContainSingle("nothing is left beside it");
    }

    [Fact]
    public void Corpus_ToAFileThatIsThere_ReplacesIt()
    {
        string file = folder.PathOf("text.txt");
        File.WriteAllText(file, new string('x', 100_000));

        CommandRun.Of("corpus", "--out", file, "--size", "1000").Result();

        File.ReadAllText(file).Should().Be(CorpusText.Of(1, 1000));
    }

    [Fact]
    public void Corpus_WithoutAFile_GoesToStandardOutput() =>
        CommandRun.Of("corpus", "--size", "3000", "-s", "9").Result().Should().Be(CorpusText.Of(9, 3000));

    [Fact]
    public void Corpus_Json_HasFileBytesAndSeed()
    {
        string file = folder.PathOf("text.txt");

        JsonElement result = JsonDocument.Parse(CommandRun.Of("corpus", "--out", file, "--size", "3000", "--json").Result()).RootElement;

        result.GetProperty("file").GetString().Should().Be(file);
        result.GetProperty("bytes").GetInt64().Should().Be(new FileInfo(file).Length);
        result.GetProperty("seed").GetUInt64().Should().Be(1);
    }

    [Fact]
    public void Corpus_TargetThatCannotBeWritten_IsOneLine()
    {
        string nowhere = folder.PathOf("none", "text.txt");
        CommandRun.Of("corpus", "--out", nowhere, "--size", "10").ErrorLine(1).Should().StartWith($"gpt2: {nowhere}: cannot write this file (");

        CommandRun.Of("corpus", "--out", folder.Root, "--size", "10").ErrorLine(1)
            .Should().StartWith($"gpt2: {folder.Root}: cannot write this file (");
        Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(folder.Root)!, Path.GetFileName(folder.Root) + ".partial-*").Should().BeEmpty();
    }

    [Theory]
    [InlineData("--size: found 0, expected at least 1", "--size", "0")]
    [InlineData("--out: found no name, expected a file", "--out", "")]
    [InlineData("--json describes a file: name it with --out FILE", "--json")]
    [InlineData("'some'", "--size", "some")]
    public void Corpus_WrongUsage_IsOneLineAndExitCodeTwo(string message, params string[] options)
    {
        CommandRun run = CommandRun.Of(["corpus", .. options]);

        run.ExitCode.Should().Be(2);
        run.Out.Should().BeEmpty();
        run.Error.Should().Contain(message);
        run.Error.TrimEnd('\n').Should().NotContain("\n");
    }

    [Fact]
    public void Corpus_Cancelled_LeavesNothing()
    {
        string file = folder.PathOf("text.txt");

        CommandRun run = CommandRun.With("", new CancellationToken(canceled: true), "corpus", "--out", file);

        run.ExitCode.Should().Be(130);
        Directory.EnumerateFileSystemEntries(folder.Root).Should().BeEmpty();
    }
}
