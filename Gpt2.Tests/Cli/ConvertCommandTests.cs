// gpt2 convert and gpt2 cache: conversions keep bits, refuse to overwrite, and leave one whole model or nothing.

using System.Text.Json;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.HuggingFace;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class ConvertCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly string csv;

    public ConvertCommandTests()
    {
        csv = folder.PathOf("csv");
        CsvModelFolder.Write(csv, SmallModel.Random(), SmallModel.Vocabulary);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Convert_ThereAndBack_KeepsEveryBit()
    {
        string there = folder.PathOf("there"), back = folder.PathOf("back"), javaScript = folder.PathOf("javascript");

        CommandRun.Of("convert", csv, there).Result().Should().StartWith($"{there}: 2,640 weights of {csv} (csv) as safetensors in ");
        CommandRun.Of("convert", there, back).Result().Should().Contain("(safetensors) as csv");
        CommandRun.Of("convert", Path.Combine(there, "model.safetensors"), javaScript, "--to", "js-csv").Result();

        foreach (string file in Directory.EnumerateFiles(csv).Select(path => Path.GetFileName(path)!))
        {
            File.ReadAllText(Path.Combine(back, file)).Should().Be(File.ReadAllText(Path.Combine(csv, file)), file);
        }

        Directory.EnumerateFiles(javaScript).Select(Path.GetFileName)
            .Should().Contain(["vocab_bpe.csv", "bpe_token_ids.csv"]).And.NotContain("vocab.bpe");
        SmallModel.Bits(CsvModelFolder.ReadWeights(javaScript)).Should().Equal(SmallModel.Bits(SmallModel.Random()));
    }

    [Fact]
    public void Convert_ToTheJavaScriptEditionAndBack_KeepsTheVocabularyAndSaysWhatThePageCannotHold()
    {
        string javaScript = folder.PathOf("javascript"), back = folder.PathOf("back");

        CommandRun there = CommandRun.Of("convert", csv, javaScript, "--to", "js-csv");
        CommandRun.Of("convert", javaScript, back, "--to", "csv").Result();

        there.Result().Should().Contain("as js-csv");
        there.Error.Should().Be(
            "note: tokens that are control characters or incomplete characters: 159; they are written as <0xNN>, a line feed as <0x0A>, "
            + "and the page finds none of them in a prompt\n");
        File.ReadAllText(Path.Combine(back, "vocab.bpe")).Should().Be(File.ReadAllText(Path.Combine(csv, "vocab.bpe")));
    }

    [Fact]
    public void Convert_ThroughEveryFormat_KeepsEveryBit()
    {
        string checkpoint = folder.PathOf("checkpoint"), safetensors = folder.PathOf("1"), llmC = folder.PathOf("2"), back = folder.PathOf("3");
        string gguf = folder.PathOf("model.gguf");
        TensorFlowFixture.Write(checkpoint, SmallModel.Random());

        CommandRun.Of("convert", checkpoint, safetensors, "--to", "safetensors").Result().Should().Contain("(tensorflow) as safetensors");
        CommandRun.Of("convert", safetensors, llmC, "--to", "llmc").Result();
        CommandRun.Of("convert", llmC, gguf).Result().Should().Contain("(llmc) as gguf");
        CommandRun.Of("convert", gguf, back).Result().Should().Contain("(gguf) as csv");

        foreach (string file in Directory.EnumerateFiles(csv).Select(path => Path.GetFileName(path)!))
        {
            File.ReadAllText(Path.Combine(back, file)).Should().Be(File.ReadAllText(Path.Combine(csv, file)), file);
        }
    }

    [Fact]
    public void Convert_ToOneFile_SaysWhereTheVocabularyIs()
    {
        string file = folder.PathOf("small.bin");

        CommandRun run = CommandRun.Of("convert", csv, file);

        run.Result().Should().Contain("(csv) as llmc");
        run.Error.Should().Be($"note: the vocabulary is not in {file}: keep a vocab.bpe beside it\n");
        CommandRun.Of("convert", csv, file).ErrorLine(1)
            .Should().Be($"gpt2: {file}: a file with that name already exists; choose another, or add --force to replace it");
        CommandRun.Of("convert", csv, file, "--force").ExitCode.Should().Be(0);
        CommandRun.Of("convert", csv, file, "--to", "csv").ErrorLine(1)
            .Should().Be($"gpt2: {file}: a file with that name already exists; choose another name");
        CommandRun.Of("convert", file, folder.PathOf("back")).ErrorLine(1).Should().Contain("--vocab FILE");
        CommandRun.Of("convert", file, folder.PathOf("back"), "--vocab", Path.Combine(csv, "vocab.bpe")).Result();
        SmallModel.Bits(CsvModelFolder.ReadWeights(folder.PathOf("back"))).Should().Equal(SmallModel.Bits(SmallModel.Random()));
        CommandRun.Of("info", "-m", file).Result().Should().MatchRegex("model +small").And.MatchRegex("format +llmc").And.MatchRegex("text +none");
    }

    [Theory]
    [InlineData("f32", "F32")]
    [InlineData("bf16", "19 F32, 9 BF16")]
    [InlineData("q8_0", "19 F32, 9 Q8_0")]
    [InlineData("q4_0", "19 F32, 1 Q8_0, 8 Q4_0")]
    public void Convert_ToGguf_StoresTheTypeThatWasAskedFor(string type, string types)
    {
        string source = folder.PathOf("blocks"), file = folder.PathOf("blocks.gguf");
        CsvModelFolder.Write(source, TestModels.Random(new(260, 8, 32, 4, 2), 4), SmallModel.Vocabulary);

        CommandRun run = CommandRun.Of("convert", source, file, "--type", type);

        run.Result().Should().Contain("(csv) as gguf");
        run.Error.Should().BeEmpty();
        CommandRun.Of("info", file).Result().Should()
            .MatchRegex("format +gguf").And.MatchRegex($"tensors +{types}").And.MatchRegex("text +byte-level");
        CommandRun.Of("doctor", file).Result().Should().Contain($"; {types}").And.Contain("blocks: nothing is wrong");
        using JsonDocument result = JsonDocument.Parse(CommandRun.Of("info", file, "--json").Result());
        result.RootElement.GetProperty("tensor_types").GetString().Should().Be(types);
    }

    [Fact]
    public void Convert_ToBlocksThatRowsDoNotFill_SaysWhatIsWritten()
    {
        CommandRun run = CommandRun.Of("convert", csv, folder.PathOf("there"), "--to", "gguf", "--type", "q8_0");

        run.Result().Should().Contain("as gguf");
        run.Error.Should().Be("note: 9 tensors written in f16, since rows are not multiples of 32 weights\n");
        File.Exists(folder.PathOf("there", "model.gguf")).Should().BeTrue();
        CommandRun.Of("convert", csv, folder.PathOf("there"), "--to", "safetensors", "--force").Result();
        File.Exists(folder.PathOf("there", "model.gguf")).Should().BeFalse("a folder does not hold two models");
    }

    [Fact]
    public void Convert_UntiedHeadToLlmC_IsRefusedBeforeItIsRead()
    {
        CsvModelFolder.Write(folder.PathOf("untied"), TestModels.Random(SmallModel.Config with { TiedHead = false }, 4), SmallModel.Vocabulary);

        CommandRun.Of("convert", folder.PathOf("untied"), folder.PathOf("x.bin")).ErrorLine(1)
            .Should().Contain("an untied language head, which a file of llm.c cannot hold");
        File.Exists(folder.PathOf("x.bin")).Should().BeFalse();
    }

    [Fact]
    public void Convert_Json_SaysWhatWasDone()
    {
        using JsonDocument result = JsonDocument.Parse(CommandRun.Of("convert", csv, folder.PathOf("there"), "--json").Result());

        result.RootElement.GetProperty("from_format").GetString().Should().Be("csv");
        result.RootElement.GetProperty("to_format").GetString().Should().Be("safetensors");
        result.RootElement.GetProperty("parameters").GetInt64().Should().Be(SmallModel.Config.Parameters);
    }

    [Theory]
    [InlineData("predict", "abc")]
    [InlineData("generate", "abc")]
    [InlineData("tokenize", "abc")]
    [InlineData("info")]
    [InlineData("eval", "--ids", "1,2,3,4,5")]
    public void Commands_WithAModelOfAnyFormat_SayTheSame(params string[] command)
    {
        string there = folder.PathOf("there");
        CommandRun.Of("convert", csv, there).Result();

        string ofCsv = CommandRun.Of([.. command, "--json", "-m", csv]).Result();
        string ofOther = CommandRun.Of([.. command, "--json", "-m", there]).Result();

        Plain(ofOther).Should().Be(Plain(ofCsv));

        static string Plain(string json) =>
            json.Replace("there", "csv", StringComparison.Ordinal).Replace("\"safetensors\"", "\"csv\"", StringComparison.Ordinal)
                .Replace("\"tensor_types\":\"F32\"", "\"tensor_types\":null", StringComparison.Ordinal);
    }

    [Fact]
    public void Info_Format_IsShown()
    {
        CommandRun.Of("convert", csv, folder.PathOf("there")).Result();

        CommandRun.Of("info", "-m", folder.PathOf("there")).Result().Should().MatchRegex("format +safetensors");
    }

    [Fact]
    public void Convert_FolderInUse_IsReplacedOnlyWithForce()
    {
        string target = folder.PathOf("target");
        HuggingFaceFixture.Write(target, SmallModel.Random(9));
        File.WriteAllText(Path.Combine(target, "notes.txt"), "mine");

        CommandRun.Of("convert", csv, target, "--to", "csv").ErrorLine(1).Should().Be(
            $"gpt2: {target}: the folder is not empty; choose another, or add --force to replace it");
        CommandRun.Of("convert", csv, target, "--to", "csv", "--force").Result();

        using ModelSource source = ModelFolder.Open(target);
        source.Format.Should().Be(ModelFormat.Csv, "nothing of the replaced model is left");
        SmallModel.Bits(source.ReadWeights()).Should().Equal(SmallModel.Bits(SmallModel.Random()));
        File.ReadAllText(Path.Combine(target, "notes.txt")).Should().Be("mine");
    }

    [Fact]
    public void New_OverAModelOfAnotherFormat_ReplacesIt()
    {
        string target = folder.PathOf("target");
        HuggingFaceFixture.Write(target, SmallModel.Random(9));

        CommandRun.Of("new", target, "--force").Result();

        using ModelSource source = ModelFolder.Open(target);
        source.Format.Should().Be(ModelFormat.Csv);
    }

    [Fact]
    public void Convert_OntoItself_IsRefused()
    {
        CommandRun.Of("convert", csv, csv + Path.DirectorySeparatorChar, "--force").ErrorLine(2)
            .Should().EndWith("the command reads this; choose another to write");
        CommandRun.Of("convert", Path.Combine(csv, "model_wte.csv"), csv, "--to", "safetensors", "--force").ErrorLine(2)
            .Should().EndWith("the command reads this; choose another to write");
    }

    [Fact]
    public void Convert_TwoModelsInAFolder_AsksWhich()
    {
        HuggingFaceFixture.Write(csv, SmallModel.Random(9));

        CommandRun.Of("convert", csv, folder.PathOf("there")).ErrorLine(1).Should().Contain("found 2 models").And.Contain("--format csv|safetensors");
        CommandRun.Of("convert", csv, folder.PathOf("there"), "--from", "safetensors").Result();

        SmallModel.Bits(CsvModelFolder.ReadWeights(folder.PathOf("there"))).Should().Equal(SmallModel.Bits(SmallModel.Random(9)));
        CommandRun.Of("predict", "a", "-m", csv).ErrorLine(1).Should().Contain("--format csv|safetensors");
        CommandRun.Of("predict", "a", "-m", csv, "--format", "safetensors").Result();
    }

    [Fact]
    public void Convert_NotFiniteNumbersToCsv_AreRefusedBeforeAnythingIsWritten()
    {
        HuggingFaceFixture.Write(folder.PathOf("odd"), SmallModel.WithOddNumbers());

        CommandRun.Of("convert", folder.PathOf("odd"), folder.PathOf("there")).ErrorLine(1).Should().Be(
            "gpt2: wte [260, 6]: 5 numbers are not finite, the first NaN in row 1 column 1, which a CSV folder cannot hold: the model is broken; "
            + "write safetensors, which can hold it");
        CommandRun.Of("convert", folder.PathOf("odd"), folder.PathOf("there"), "--to", "safetensors").Result();

        using ModelSource source = ModelFolder.Open(folder.PathOf("there"));
        SmallModel.Bits(source.ReadWeights()).Should().Equal(SmallModel.Bits(SmallModel.WithOddNumbers()));
    }

    [Fact]
    public void Convert_WithoutAVocabularyToCsv_AsksForOne()
    {
        string source = folder.PathOf("hf"), file = folder.PathOf("words.bpe");
        HuggingFaceFixture.Write(source, SmallModel.Random());
        File.Delete(Path.Combine(source, "merges.txt"));
        File.Delete(Path.Combine(source, "vocab.json"));
        File.WriteAllText(file, SmallModel.MergesText);
        string wrong = folder.PathOf("wrong.bpe");
        File.WriteAllText(wrong, "#version: 0.2\n");

        CommandRun.Of("convert", source, folder.PathOf("there")).ErrorLine(1).Should().Contain("needs a vocabulary").And.Contain("--vocab FILE");
        CommandRun.Of("convert", source, folder.PathOf("there"), "--vocab", wrong).ErrorLine(1).Should().Contain("defines 257 tokens, expected 260");
        CommandRun.Of("predict", "a", "-m", source).ErrorLine(1)
            .Should().StartWith("gpt2: this model has no vocabulary and so no text; ");
        CommandRun.Of("predict", "--ids", "2,1,0", "-m", source).Result();
        CommandRun.Of("convert", source, folder.PathOf("there"), "--vocab", file).Result();

        CommandRun.Of("predict", "abc", "-m", folder.PathOf("there")).Result();
    }

    [Fact]
    public void Convert_ModelWithoutAttentionBias_SaysThatZerosAreWritten()
    {
        string source = folder.PathOf("unbiased");
        CsvModelFolder.Write(source, TestModels.Random(SmallModel.Config with { QkvBias = false }, 4), SmallModel.Vocabulary);

        CommandRun run = CommandRun.Of("convert", source, folder.PathOf("there"));

        run.Result();
        run.Error.Should().Be("note: the model has no attention bias; safetensors always has one, so zeros are written\n");
        string[] predict = ["predict", "abc", "--json", "-m"];
        CommandRun.Of([.. predict, folder.PathOf("there")]).Result().Should().Be(
            CommandRun.Of([.. predict, source]).Result().Replace("unbiased", "there", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(2, "--to: found 'onnx', expected csv, js-csv, safetensors, llmc, gguf", "--to", "onnx")]
    [InlineData(2, "--from: found 'onnx', expected csv, safetensors, tensorflow, llmc, gguf", "--from", "onnx")]
    [InlineData(2, "--type: found 'q8_0', expected f32, in which safetensors is always written, or --to gguf", "--type", "q8_0")]
    [InlineData(2, "--type: found 'q4_k', expected f32, f16, bf16, q8_0, q4_0", "--to", "gguf", "--type", "q4_k")]
    [InlineData(1, "no model in this folder, expected config.json with model.safetensors (safetensors)", "--from", "safetensors")]
    public void Convert_WrongUsage_IsOneLine(int exitCode, string message, params string[] options)
    {
        CommandRun.Of(["convert", csv, folder.PathOf("there"), .. options]).ErrorLine(exitCode).Should().Contain(message);
        Directory.Exists(folder.PathOf("there")).Should().BeFalse();
    }

    [Fact]
    public void Convert_Cancelled_LeavesNothing()
    {
        CommandRun run = CommandRun.With("", new CancellationToken(canceled: true), "convert", csv, folder.PathOf("there"));

        run.ExitCode.Should().Be(130);
        Directory.EnumerateFileSystemEntries(folder.Root).Should().Equal(csv);
    }

    [Fact]
    public void Train_FromAModelOfAnotherFormat_Begins()
    {
        HuggingFaceFolder.Write(folder.PathOf("hf"), SmallModel.Random(), SmallModel.Vocabulary);
        File.WriteAllText(folder.PathOf("text.txt"), string.Concat(Enumerable.Repeat("abc, abc! ", 60)));

        CommandRun.Of(
            "train", folder.PathOf("text.txt"), "--init", folder.PathOf("hf"), "--out", folder.PathOf("run"), "--steps", "1",
            "--batch-size", "2").Result();

        Gpt2Weights trained = CsvModelFolder.ReadWeights(folder.PathOf("run"));
        trained.Config.Should().Be(SmallModel.Config);
    }
}
