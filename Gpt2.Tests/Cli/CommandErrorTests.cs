// Bad input: for each kind one line on standard error, nothing on standard output, the right exit code, and nothing
// half-written left.

using System.Text.Json;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class CommandErrorTests : IDisposable
{
    private readonly SmallModelFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Model_NotFound_SaysWhereItWasLookedFor()
    {
        Error(1, "predict", "x", "-m", "nowhere").Should()
            .StartWith("gpt2: model 'nowhere': no such folder, nor one with that name in ").And.Contain("weights-csv").And.Contain("gpt2 new");
        Error(1, "predict", "x", "-m", "no/where").Should().StartWith("gpt2: model 'no/where': no such folder; ");
    }

    [Theory]
    [InlineData("folder", "new", "")]
    [InlineData("to", "convert", "MODEL", " ")]
    [InlineData("--out", "trace", "x", "-m", "MODEL", "--out", "")]
    [InlineData("--out", "train", "text.txt", "--out", "")]
    [InlineData("--out", "download", "--out", "")]
    public void Folder_WithoutAName_IsWrongUsage(string what, params string[] args) =>
        Error(2, [.. args.Select(argument => argument == "MODEL" ? folder.Model : argument)])
            .Should().StartWith($"gpt2: {what}: found no name, expected a folder");

    [Fact]
    public void New_MoreBlocksThanAnyModelHas_IsWrongUsageAndMakesNothing()
    {
        Error(2, "new", folder.PathOf("big"), "--layers", "100000", "--channels", "1", "--heads", "1").Should().Be(
            "gpt2: n_layer is 100000, expected at most 1000, since every block is a dozen matrices and files, and GPT-2 XL has 48 blocks");
        Directory.EnumerateFileSystemEntries(folder.Root).Should().Equal(folder.Model);
    }

    [Fact]
    public void New_MoreWeightsThanMemory_IsWrongUsageAndMakesNothing()
    {
        Error(2, "new", folder.PathOf("big"), "--layers", "1000", "--channels", "16384").Should()
            .StartWith("gpt2: the weights need ").And.Contain("TB, but there are only ")
            .And.EndWith("choose fewer --layers, --channels or --context");
        Directory.EnumerateFileSystemEntries(folder.Root).Should().Equal(folder.Model);
    }

    [Fact]
    public void New_VocabularyWithTextAfterItsVersion_IsRefused()
    {
        string vocabulary = folder.PathOf("vocab.bpe");
        File.WriteAllText(vocabulary, "#version: 0.2 a b");

        Error(1, "new", folder.PathOf("small"), "--vocab", vocabulary).Should()
            .StartWith($"gpt2: {vocabulary} line 1: found '#version: 0.2 a b', expected '#version: 0.2' and nothing else in this line; ");
        Directory.Exists(folder.PathOf("small")).Should().BeFalse();
    }

    [Fact]
    public void Folder_WithoutAModel_SaysWhatItHolds()
    {
        Error(1, "info", "-m", folder.Root).Should().Be(
            $"gpt2: {folder.Root}: no model in this folder, expected hparams.json with model_wte.csv (csv), "
            + "or config.json with model.safetensors (safetensors), or hparams.json with model.ckpt.index (tensorflow), "
            + $"or a .bin of llm.c (llmc), or a .gguf of llama.cpp (gguf); name {folder.Model}, which has a model");
    }

    [Theory]
    [InlineData("predict")]
    [InlineData("generate")]
    public void Prompt_EmptyOrTooLong_IsRefused(string command)
    {
        Error(1, command, "", "-m", folder.Model).Should().Be("gpt2: the prompt is empty, expected at least one token");
        Error(1, command, "123456789", "-m", folder.Model).Should().Be("gpt2: the prompt has 9 tokens, expected at most n_ctx = 8; shorten it");
        Error(1, command, "--ids", "", "-m", folder.Model).Should().StartWith("gpt2: the prompt is empty, expected at least one token");
        CommandRun.With("", command, "-m", folder.Model).ErrorLine(1).Should().StartWith("gpt2: the prompt is empty, expected at least one token");
    }

    [Theory]
    [InlineData("predict")]
    [InlineData("generate")]
    [InlineData("detokenize")]
    public void Id_OutOfRange_IsRefused(string command)
    {
        Error(1, command, "--ids", "1,257", "-m", folder.Model).Should().Be("gpt2: token id 257 is outside the vocabulary, expected 0 to 256");
        Error(1, command, "--ids", "-1", "-m", folder.Model).Should().Be("gpt2: token id -1 is outside the vocabulary, expected 0 to 256");
    }

    [Theory]
    [InlineData("unknown option '--hot'", "predict", "x", "--hot")]
    [InlineData("unknown option '--hot'", "predict", "--hot")]
    [InlineData(
        "unknown option '--temperature'; 'predict' does not have it, but generate, explain, compare do", "predict", "x", "--temperature", "1")]
    [InlineData("unknown option '--ids'; 'explore' does not have it, but predict, generate, ", "explore", "--ids")]
    [InlineData("unknown option '--ids'; 'explore' does not have it, but predict, generate, ", "explore", "--ids", "1,2")]
    [InlineData("unknown option '--ids'; 'explore' does not have it, but predict, generate, ", "explore", "--ids=1,2")]
    [InlineData("unknown option '--ids'; 'explore' does not have it, but predict, generate, ", "explore", "--ids:1,2")]
    [InlineData("unknown option '--hot'; put an argument that begins with '-' after '--'", "generate", "--hot", "--", "x")]
    [InlineData("unknown option '--hot'; put an argument that begins with '-' after '--'", "predict", "--hot", "5", "--", "--cold")]
    [InlineData("unknown option '--hot'; put an argument that begins with '-' after '--'", "eval", "--hot", "--", "x")]
    [InlineData("unknown option '--ids'; 'explore' does not have it, but predict, generate, ", "explore", "Mike", "--ids", "1,2", "--no-browser")]
    [InlineData("unknown option '--ids'; 'serve' does not have it, but predict, generate, ", "serve", "--ids", "1,2")]
    [InlineData("unknown option '--ids'; 'gpt2' does not have it, but predict, generate, ", "--ids", "1,2")]
    [InlineData("unknown option '--weights'; 'convert' calls it --type", "convert", "a", "b.gguf", "--weights", "q8_0")]
    [InlineData("expected one of prompt, --file and --ids, found 2; several ids are one value: --ids 2,1,0", "predict", "--ids", "1", "2")]
    [InlineData("expected one of prompt, --file and --ids, found several; several ids are one value: ", "predict", "--ids", "1", "2", "3")]
    [InlineData("expected one of prompt, --file and --ids, found several; several ids are one value: ", "lens", "--ids", "1,", "2,", "3")]
    [InlineData("expected one of FILE and --ids, found both; several ids are one value: --ids 2,1,0", "eval", "--ids", "1", "2")]
    [InlineData("expected one of words and --ids, found both; several ids are one value: ", "embeddings", "map", "--ids", "1", "2", "3")]
    [InlineData("expected one of prompt and --ids, found both; several ids are one value: ", "embeddings", "positions", "--ids", "1", "2")]
    [InlineData("expected one of ids as arguments and --ids, found both; several ids are one value: ", "detokenize", "--ids", "1", "2")]
    [InlineData("found 'one', expected whole numbers", "predict", "--ids", "one")]
    [InlineData("--ids: found '', expected whole numbers", "predict", "--ids", "1,,2")]
    [InlineData("--ids: found 99999999999, expected 0 to 2147483647", "predict", "--ids", "99999999999")]
    [InlineData("the prompt is 2 arguments: put it in quotes", "predict", "Mike", "is")]
    [InlineData("expected one of prompt, --file and --ids, found 2", "predict", "Mike", "--ids", "1")]
    [InlineData("--kernels: found 'fast', expected scalar, tensor-primitives, vector", "predict", "x", "--kernels", "fast")]
    [InlineData("--top: found 0, expected at least 1", "predict", "x", "--top", "0")]
    [InlineData("--max-new-tokens: found -3, expected at least 0", "generate", "x", "-n", "-3")]
    [InlineData("--max-new-tokens: found 'some', expected a whole number", "generate", "x", "--max-new-tokens", "some")]
    [InlineData("expected --out FOLDER for the files, --svg FILE for a picture, or both", "trace", "x")]
    [InlineData("--step, --labels and --all-positions are about files", "trace", "x", "--svg", "nowhere", "--labels")]
    [InlineData("--svg draws one block", "trace", "x", "--svg", "nowhere", "--block", "0,1")]
    [InlineData("--step: found 'x', expected whole numbers", "trace", "y", "-o", "nowhere", "--step", "x")]
    [InlineData("expected one of --model and --vocab, found both", "tokenize", "x", "-m", "a", "--vocab", "b")]
    [InlineData("expected one of --vocab and --vocab-size, found both", "new", "nowhere", "--vocab", "a", "--vocab-size", "3")]
    [InlineData("--vocab-size: found 300, expected 1 to 256", "new", "nowhere", "--vocab-size", "300")]
    [InlineData("n_embd 10 is not divisible by n_head 4", "new", "nowhere", "--channels", "10")]
    [InlineData("--layers: found 0, expected at least 1", "new", "nowhere", "--layers", "0")]
    [InlineData("Unrecognized command or argument 'prophesy'", "prophesy")]
    public void Usage_Wrong_IsOneLineAndExitCodeTwo(string message, params string[] args)
    {
        Error(2, args).Should().StartWith("gpt2: ").And.Contain(message);
        Directory.Exists("nowhere").Should().BeFalse();
    }

    [Fact]
    public void Trace_NoSuchBlockOrStep_IsRefused()
    {
        string output = folder.PathOf("t");
        Error(2, "trace", "x", "-m", folder.Model, "-o", output, "--block", "2").Should().Be("gpt2: --block: found 2, expected 0 to 1");
        Error(2, "trace", "x", "-m", folder.Model, "-o", output, "--step", "17").Should().Be("gpt2: --step: found 17, expected 1 to 16");
        Error(1, "trace", "x", "-m", folder.Model, "-o", output, "--break", "h5.step1")
            .Should().StartWith("gpt2: breakpoint 'h5.step1' is not a step, expected h0.step1");
        Directory.Exists(output).Should().BeFalse();
    }

    [Theory]
    [InlineData("model_h0_ln_1_g.csv", "1,2,3", "found [1, 3], expected [1, 6]")]
    [InlineData("model_h0_ln_1_g.csv", "1,2,three,4,5,6", "line 1 column 3: found 'three', expected a finite number")]
    [InlineData("model_h0_ln_1_g.csv", "1,2,NaN,4,5,6", "line 1 column 3: found 'NaN', expected a finite number")]
    [InlineData("model_h0_ln_1_g.csv", "", "found an empty file, expected a row of 6 numbers")]
    [InlineData("hparams.json", "{\"n_vocab\": 257}", "n_ctx is missing")]
    [InlineData(
        "hparams.json", "{\"n_vocab\": 258, \"n_ctx\": 8, \"n_embd\": 6, \"n_head\": 3, \"n_layer\": 2}",
        "vocab.bpe: defines 257 tokens, expected 258, the n_vocab of hparams.json")]
    [InlineData("vocab.bpe", "#version: 0.2\nab\n", "vocab.bpe line 2: found 'ab', expected two tokens separated by one space")]
    public void Model_Damaged_NamesFileAndPlace(string file, string content, string message)
    {
        File.WriteAllText(Path.Combine(folder.Model, file), content);

        Error(1, "predict", "x", "-m", folder.Model).Should().StartWith("gpt2: ").And.Contain(file).And.Contain(message);
    }

    [Fact]
    public void Model_FileMissing_NamesIt()
    {
        File.Delete(Path.Combine(folder.Model, "model_wpe.csv"));

        Error(1, "generate", "x", "-m", folder.Model).Should().Contain("model_wpe.csv: no such file, expected 8 rows of 6 numbers");
    }

    [Fact]
    public void OutputFolder_ThatCannotBeWritten_IsRefusedAndLeavesNothing()
    {
        string file = folder.PathOf("a file");
        File.WriteAllText(file, "");
        foreach (string target in (string[])[file, Path.Combine(file, "below")])
        {
            Error(1, "trace", "x", "-m", folder.Model, "-o", target).Should().StartWith($"gpt2: {target}: cannot write this folder (");
            Error(1, "new", target).Should().StartWith($"gpt2: {target}: ");
        }

        Directory.EnumerateFileSystemEntries(folder.Root).Should().BeEquivalentTo([file, folder.Model]);
    }

    [Fact]
    public void New_FolderInUse_IsReplacedOnlyWithForce()
    {
        string before = File.ReadAllText(Path.Combine(folder.Model, "model_wte.csv"));

        Error(1, "new", folder.Model)
            .Should().Be($"gpt2: {folder.Model}: the folder is not empty; choose another, or add --force to replace it");
        File.ReadAllText(Path.Combine(folder.Model, "model_wte.csv")).Should().Be(before);
        CommandRun.Of("new", folder.Model, "--force").Result();
        File.ReadAllText(Path.Combine(folder.Model, "model_wte.csv")).Should().NotBe(before);
    }

    [Fact]
    public void File_MissingOrNotText_IsNamed()
    {
        File.WriteAllBytes(folder.PathOf("binary"), [0x61, 0x0A, 0x62, 0xFF, 0xFE]);

        Error(1, "predict", "-f", folder.PathOf("none.txt"), "-m", folder.Model)
            .Should().Be($"gpt2: {folder.PathOf("none.txt")}: no such file, expected a text file");
        Error(1, "predict", "-f", folder.PathOf("binary"), "-m", folder.Model).Should().Be(
            $"gpt2: {folder.PathOf("binary")} line 2 byte 2: found 0xFF, which is not UTF-8; convert the text to UTF-8 first");
        Error(1, "predict", "-f", folder.Model, "-m", folder.Model).Should().Be($"gpt2: {folder.Model}: found a folder, expected a text file");
        Error(1, "tokenize", "x", "--vocab", folder.PathOf("none.bpe")).Should().Contain("none.bpe: no such file");
    }

    [Fact]
    public void Output_OverWhatTheCommandReads_IsRefusedAndChangesNothing()
    {
        string text = folder.PathOf("in.txt"), weights = Path.Combine(folder.Model, "model_wte.csv");
        File.WriteAllText(text, "ab");
        string before = File.ReadAllText(weights);

        Error(2, "trace", "--file", text, "--svg", text, "-m", folder.Model).Should().StartWith($"gpt2: {text}: the command reads this;");
        Error(2, "trace", "ab", "--svg", weights, "-m", folder.Model).Should().StartWith($"gpt2: {weights}: the command reads this;");
        Error(2, "beams", "ab", "--svg", weights, "-m", folder.Model).Should().StartWith($"gpt2: {weights}: the command reads this;");
        foreach (string command in (string[])["lens", "loss", "attention", "explain"])
        {
            Error(2, command, "ab", "--svg", weights, "-m", folder.Model).Should().StartWith($"gpt2: {weights}: the command reads this;");
        }

        foreach (string command in (string[])["map", "positions"])
        {
            Error(2, "embeddings", command, "--ids", "0,1", "--svg", weights, "-m", folder.Model)
                .Should().StartWith($"gpt2: {weights}: the command reads this;");
        }

        Error(2, "train-tokenizer", text, "--out", text, "--vocab-size", "260").Should().StartWith($"gpt2: {text}: the command reads this;");

        File.ReadAllText(text).Should().Be("ab");
        File.ReadAllText(weights).Should().Be(before);
    }

    [Fact]
    public void Error_WithControlCharactersOfAFile_SpellsThemOut()
    {
        File.WriteAllText(Path.Combine(folder.Model, "model_h0_ln_1_g.csv"), "\u001b[31mred,1,1,1,1,1\n");

        Error(1, "predict", "ab", "-m", folder.Model).Should().Contain("found '\\u001B[31mred'");
        CommandRun.Of("doctor", folder.Model).Out.Should().NotContain("\u001b[31m").And.Contain("\\u001B[31mred");
    }

    [Theory]
    [InlineData(1, "failed", "predict", "")]
    [InlineData(2, "usage", "predict", "a", "b")]
    public void Error_UnderJson_IsAnObject(int exitCode, string code, params string[] args)
    {
        CommandRun run = CommandRun.Of([.. args, "-m", folder.Model, "--json"]);

        using JsonDocument error = JsonDocument.Parse(run.ErrorLine(exitCode));
        error.RootElement.GetProperty("error").GetProperty("code").GetString().Should().Be(code);
        error.RootElement.GetProperty("error").GetProperty("message").GetString().Should().StartWith("the prompt is ");
        error.RootElement.GetProperty("error").GetProperty("expected").GetString().Should().Be(exitCode == 1 ? "at least one token" : null);
    }

    [Theory]
    [InlineData("--top", "found 0", "at least 1", "'gpt2 predict --help' lists what there is", "predict", "a", "--top", "0")]
    [InlineData("--block", "found 9", "0 to 1", null, "trace", "a", "--svg", "x.svg", "--block", "9")]
    [InlineData(null, "the prompt is 2 arguments: put it in quotes", null, null, "predict", "a", "b")]
    [InlineData(null, "temperature is -1", "a finite number of at least 0", null, "generate", "a", "--temperature", "-1")]
    public void Error_OfUsageUnderJson_HasParts(string? where, string found, string? expected, string? remedy, params string[] args)
    {
        using JsonDocument document = JsonDocument.Parse(CommandRun.Of([.. args, "-m", folder.Model, "--json"]).ErrorLine(2));

        JsonElement error = document.RootElement.GetProperty("error");
        ((string[])["where", "found", "expected", "remedy"]).Select(part => error.GetProperty(part).GetString())
            .Should().Equal(where, found, expected, remedy);
    }

    [Theory]
    [InlineData("--svg", "trace", "ab", "-m", "MODEL", "--svg", "")]
    [InlineData("--svg", "beams", "ab", "-m", "MODEL", "--svg", " ")]
    [InlineData("--out", "corpus", "--out", "")]
    [InlineData("--roofline", "bench", "products", "--roofline", "")]
    public void OutputFile_WithoutAName_IsRefused(string option, params string[] args)
    {
        string[] all = [.. args.Select(arg => arg == "MODEL" ? folder.Model : arg)];

        Error(2, all).Should().Be($"gpt2: {option}: found no name, expected a file");
    }

    [Fact]
    public void OutputFile_ThatExists_IsReplacedWithANote()
    {
        string file = folder.PathOf("corpus.txt");
        string[] args = ["corpus", "--size", "10", "--out", file];

        CommandRun.Of(args).Error.Should().NotContain("replaced");
        CommandRun.Of(args).Error.Should().EndWith($"note: {file} existed and was replaced\n");
    }

    [UnixFact]
    public void OutputFolder_LinkedToTheModelThatIsRead_IsRefused()
    {
        string link = folder.PathOf("link");
        Directory.CreateSymbolicLink(link, folder.Model);

        Error(2, "convert", folder.Model, link, "--force").Should().Be($"gpt2: {link}: the command reads this; choose another to write");
    }

    [UnixFact]
    public void OutputFolder_BelowADanglingLink_IsCreated()
    {
        string link = folder.PathOf("dangling"), there = folder.PathOf("there");
        Directory.CreateSymbolicLink(link, there);

        CommandRun.Of("new", Path.Combine(link, "sub")).Result();
        File.Exists(Path.Combine(there, "sub", "hparams.json")).Should().BeTrue();
    }

    [Fact]
    public void Vocabulary_OfAnotherKind_SaysWhichFilesAreOne()
    {
        string text = folder.PathOf("some.txt");
        File.WriteAllText(text, "Once upon a time\n");

        Error(1, "new", folder.PathOf("model2"), "--vocab", text).Should()
            .EndWith("; name a vocab.bpe or a merges.txt; 'gpt2 train-tokenizer' makes one of a text");
    }

    [LinuxFact]
    public void Input_ThatTheSystemRefuses_IsNotExplainedInItsWords()
    {
        Error(1, "predict", "-f", "/proc/self/mem", "-m", folder.Model).Should()
            .Be("gpt2: /proc/self/mem: cannot be read (Input/output error), expected a text file");
    }

    [Fact]
    public void Predict_ModelWithAMisnamedFile_SaysWhatTheDoctorSays()
    {
        File.Move(Path.Combine(folder.Model, "model_wte.csv"), Path.Combine(folder.Model, "model_wte.CSV.csv"));
        const string Found = "found it under the name 'model_wte.CSV.csv'";

        Error(1, "predict", "ab", "-m", folder.Model).Should().EndWith($"model_wte.csv: {Found}; rename it to model_wte.csv");
        CommandRun.Of("doctor", folder.Model).Out.Should().Contain(Found).And.Contain("→ rename it to model_wte.csv");
    }

    [Fact]
    public void Error_UnderVerbose_AddsTheStack()
    {
        CommandRun run = CommandRun.Of("predict", "", "-m", folder.Model, "--verbose");

        run.ExitCode.Should().Be(1);
        run.Error.Should().StartWith("gpt2: the prompt is empty").And.Contain("   at Gpt2.Core.");
    }

    [Theory]
    [InlineData("generate", "x", "-n", "5")]
    [InlineData("predict", "x")]
    [InlineData("new", "elsewhere")]
    public void Cancelled_EndsWith130(params string[] args)
    {
        string[] all = args[0] == "new" ? ["new", folder.PathOf(args[1])] : [.. args, "-m", folder.Model];
        CommandRun run = CommandRun.With("", new CancellationToken(canceled: true), all);

        run.ExitCode.Should().Be(130);
        run.Error.Should().EndWith("gpt2: cancelled\n");
        Directory.EnumerateFileSystemEntries(folder.Root).Should().ContainSingle();
    }

    private static string Error(int exitCode, params string[] args) => CommandRun.Of(args).ErrorLine(exitCode);
}
