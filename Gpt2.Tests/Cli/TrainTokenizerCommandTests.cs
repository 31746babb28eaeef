// gpt2 train-tokenizer: what it writes and prints, and how it fails.

using System.Text.Json;
using Gpt2.Core.Text;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class TrainTokenizerCommandTests : IDisposable
{
    private const string Words = "low low low low low lower lower newest newest newest newest newest newest widest widest widest";

    private readonly TemporaryFolder folder = new();
    private readonly string text;
    private readonly string target;

    public TrainTokenizerCommandTests()
    {
        text = folder.PathOf("text.txt");
        target = folder.PathOf("vocab.bpe");
        File.WriteAllText(text, Words);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Run_Text_WritesAVocabularyThatTokenizeReads()
    {
        using var culture = new DecimalCommaCulture();
        CommandRun run = CommandRun.Of("train-tokenizer", text, "--vocab-size", "261", "--out", target);

        run.Result().Should().Be($"{target}: 261 tokens, 4 merges learned from 16 words, 5 of them different\n");
        run.Error.Should().BeEmpty();
        File.ReadAllText(target).Should().Be("#version: 0.2\ne s\nes t\nl o\nlo w\n");
        CommandRun.Of("tokenize", "lowest", "--vocab", target, "--json").Result().Should().Contain("\"tokens\":[\"low\",\"est\"]");
        Directory.EnumerateFileSystemEntries(folder.Root).Should().BeEquivalentTo([text, target]);
    }

    [Fact]
    public void Run_Explain_ShowsPairCountAndToken()
    {
        string[] lines = CommandRun.Of("train-tokenizer", text, "--vocab-size", "262", "--out", target, "--explain").Result().Split('\n');

        lines[0].Should().MatchRegex("^ +pass +pair +count +id +token$");
        lines[2].Should().MatchRegex("^ +1 +e \\+ s +9 +256 +\"es\"$");
        lines[6].Should().MatchRegex("^ +5 +Ġ \\+ low +6 +260 +\" low\"$");
    }

    [Fact]
    public void Run_Json_NamesFileSizesAndPasses()
    {
        using var culture = new DecimalCommaCulture();
        using JsonDocument json = JsonDocument.Parse(
            CommandRun.Of("train-tokenizer", text, "--vocab-size", "259", "--out", target, "--explain", "--json").Result());
        JsonElement result = json.RootElement;

        result.GetProperty("file").GetString().Should().Be(target);
        result.GetProperty("vocab_size").GetInt32().Should().Be(259);
        result.GetProperty("merges").GetInt32().Should().Be(2);
        result.GetProperty("words").GetInt64().Should().Be(16);
        result.GetProperty("different_words").GetInt32().Should().Be(5);
        result.GetProperty("passes")[1].ToString()
            .Should().Be("{\"pass\":2,\"left\":\"es\",\"right\":\"t\",\"count\":9,\"id\":257,\"token\":\"est\"}");
    }

    [Fact]
    public void Run_StandardInput_IsReadForADash()
    {
        CommandRun.With(Words, "train-tokenizer", "-", "--vocab-size", "259", "-o", target).Result();

        VocabularyFile.Read(target).Count.Should().Be(259);
    }

    [Fact]
    public void Run_FewerMergesThanAsked_IsANote()
    {
        CommandRun run = CommandRun.Of("train-tokenizer", text, "--vocab-size", "5000", "--out", target);

        run.Result().Should().StartWith($"{target}: 272 tokens, 15 merges");
        run.Error.Should().Be(
            $"note: {text} yields only 272 tokens, not the 5000 requested: no other pair occurs twice; a longer text yields more\n");
    }

    [Fact]
    public void Run_ExistingFile_IsReplaced()
    {
        File.WriteAllText(target, "old");
        CommandRun.Of("train-tokenizer", text, "--vocab-size", "258", "--out", target).Result();

        File.ReadAllText(target).Should().Be("#version: 0.2\ne s\n");
    }

    [Fact]
    public void Run_NotAText_IsRefused()
    {
        string empty = folder.PathOf("empty"), latin1 = folder.PathOf("latin1"), binary = folder.PathOf("binary");
        File.WriteAllText(empty, "");
        File.WriteAllBytes(latin1, [0x61, 0xE9, 0x62]);
        File.WriteAllBytes(binary, [0x61, 0, 0x62]);

        Error(1, folder.PathOf("none")).Should().StartWith($"gpt2: {folder.PathOf("none")}: no such file, expected a text file");
        Error(1, folder.Root).Should().StartWith($"gpt2: {folder.Root}: found a folder, expected a text file");
        Error(1, empty).Should().Be($"gpt2: {empty}: the text is empty, expected words to learn from");
        Error(1, latin1).Should().StartWith($"gpt2: {latin1} line 1 byte 2: found 0xE9, which is not UTF-8; ");
        Error(1, binary).Should().Be($"gpt2: {binary}: found a zero byte after 1 characters, expected a text and not a binary file");
        File.Exists(target).Should().BeFalse();
    }

    [Fact]
    public void Run_TargetThatCannotBeWritten_IsRefusedAndLeavesNothing()
    {
        string below = Path.Combine(text, "vocab.bpe"), nowhere = folder.PathOf("none", "vocab.bpe");
        foreach (string bad in (string[])[folder.Root, below, nowhere])
        {
            CommandRun.Of("train-tokenizer", text, "--vocab-size", "300", "--out", bad).ErrorLine(1)
                .Should().StartWith($"gpt2: {bad}: cannot write this file (");
        }

        Directory.EnumerateFileSystemEntries(folder.Root).Should().BeEquivalentTo([text]);
    }

    [Theory]
    [InlineData("256")]
    [InlineData("0")]
    public void Run_VocabularyWithoutRoomForTheBytes_IsWrongUsage(string size)
    {
        CommandRun.Of("train-tokenizer", text, "--vocab-size", size, "--out", target).ErrorLine(2)
            .Should().Be($"gpt2: --vocab-size: found {size}, expected at least 257, the 256 bytes and <|endoftext|>");
    }

    [Fact]
    public void Run_WithoutSizeOrTarget_IsWrongUsage()
    {
        CommandRun.Of("train-tokenizer", text, "--out", target).ErrorLine(2).Should().Contain("'--vocab-size' is required");
        CommandRun.Of("train-tokenizer", text, "--vocab-size", "300").ErrorLine(2).Should().Contain("'--out' is required");
    }

    [Fact]
    public void Run_Cancelled_LeavesNothing()
    {
        CommandRun.With("", new CancellationToken(canceled: true), "train-tokenizer", text, "--vocab-size", "300", "-o", target)
            .ExitCode.Should().Be(130);

        Directory.EnumerateFileSystemEntries(folder.Root).Should().BeEquivalentTo([text]);
    }

    private string Error(int exitCode, string file) =>
        CommandRun.Of("train-tokenizer", file, "--vocab-size", "300", "--out", target).ErrorLine(exitCode);
}
