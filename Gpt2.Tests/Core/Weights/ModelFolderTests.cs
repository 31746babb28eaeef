// What is in a folder is recognised by its files; where that is not one model, the error says what there is and how to choose.

using Gpt2.Core;
using Gpt2.Core.Weights;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights;

public sealed class ModelFolderTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Open_CsvFolder_IsRecognised()
    {
        CsvModelFolder.Write(folder.PathOf("m"), SmallModel.Random(), SmallModel.Vocabulary);

        FormatOf("m").Should().Be(ModelFormat.Csv);
        FormatOf("m", "model_wte.csv").Should().Be(ModelFormat.Csv);
        FormatOf("m", "hparams.json").Should().Be(ModelFormat.Csv);
    }

    [Fact]
    public void Open_JavaScriptFolder_IsRecognised()
    {
        CsvModelFolder.Write(folder.PathOf("m"), SmallModel.Random(), SmallModel.Vocabulary, VocabularyFiles.JavaScript);

        FormatOf("m").Should().Be(ModelFormat.Csv);
    }

    [Fact]
    public void Open_HuggingFaceFolder_IsRecognisedAmongItsOtherFiles()
    {
        HuggingFaceFixture.Write(folder.PathOf("m"), SmallModel.Random());
        foreach (string other in (string[])["pytorch_model.bin", "tf_model.h5", "flax_model.msgpack", "README.md", "generation_config.json"])
        {
            File.WriteAllText(folder.PathOf("m", other), "something else");
        }

        FormatOf("m").Should().Be(ModelFormat.Safetensors);
        FormatOf("m", "model.safetensors").Should().Be(ModelFormat.Safetensors);
    }

    [Fact]
    public void Open_Checkpoint_IsRecognisedBesideTheSizesThatCsvHasToo()
    {
        TensorFlowFixture.Write(folder.PathOf("m"), SmallModel.Random());
        File.WriteAllText(folder.PathOf("m", "checkpoint"), "model_checkpoint_path: \"model.ckpt\"");
        File.WriteAllText(folder.PathOf("m", "model.ckpt.meta"), "a graph");

        FormatOf("m").Should().Be(ModelFormat.TensorFlow);
        FormatOf("m", "model.ckpt.index").Should().Be(ModelFormat.TensorFlow);
    }

    [Fact]
    public void Open_AllFormats_AreToldApart()
    {
        CsvModelFolder.Write(folder.PathOf("m"), SmallModel.Random(), SmallModel.Vocabulary);
        HuggingFaceFixture.Write(folder.PathOf("m"), SmallModel.Random());
        TensorFlowFixture.Write(folder.PathOf("m"), SmallModel.Random());
        LlmCFixture.Write(folder.PathOf("m", "gpt2.bin"), SmallModel.Random());
        File.WriteAllBytes(folder.PathOf("m", "gpt2.gguf"), GgufFixture.Of(SmallModel.Random(), SmallModel.Vocabulary).Bytes());

        Error("m").ShouldHave(
            found: "found 5 models, model_wte.csv (csv), model.safetensors (safetensors), model.ckpt.index (tensorflow), gpt2.bin (llmc), "
                + "gpt2.gguf (gguf)",
            expected: "one",
            remedy: "name the file of the one you mean, as in *, or choose with "
                + "--format csv|safetensors|tensorflow|llmc|gguf if the command has that option",
            where: folder.PathOf("m"));
        foreach (ModelFormat format in ModelFormat.All)
        {
            using ModelSource source = ModelFolder.Open(folder.PathOf("m"), format);
            source.Format.Should().Be(format);
            SmallModel.Bits(source.ReadWeights()).Should().Equal(SmallModel.Bits(SmallModel.Random()));
        }
    }

    [Fact]
    public void Open_SafetensorsOfAnotherName_IsRecognised()
    {
        HuggingFaceFixture.Write(folder.PathOf("m"), SmallModel.Random());
        File.Move(folder.PathOf("m", "model.safetensors"), folder.PathOf("m", "tuned.safetensors"));

        FormatOf("m").Should().Be(ModelFormat.Safetensors);
    }

    [Fact]
    public void Open_TwoFormats_SaysWhichFilesAndHowToChoose()
    {
        CsvModelFolder.Write(folder.PathOf("m"), SmallModel.Random(), SmallModel.Vocabulary);
        HuggingFaceFixture.Write(folder.PathOf("m"), SmallModel.Random());

        Error("m").ShouldHave(
            found: "found 2 models, model_wte.csv (csv), model.safetensors (safetensors)", expected: "one",
            remedy: $"*--model {folder.PathOf("m", "model_wte.csv")}, or choose with --format csv|safetensors if the command has that option",
            where: folder.PathOf("m"));
        foreach (ModelFormat format in (ModelFormat[])[ModelFormat.Csv, ModelFormat.Safetensors])
        {
            using ModelSource source = ModelFolder.Open(folder.PathOf("m"), format);
            source.Format.Should().Be(format);
        }
    }

    [Fact]
    public void Open_TwoModelsOfAFormat_SaysToNameAFile()
    {
        HuggingFaceFixture.Write(folder.PathOf("m"), SmallModel.Random());
        File.Move(folder.PathOf("m", "model.safetensors"), folder.PathOf("m", "one.safetensors"));
        File.Copy(folder.PathOf("m", "one.safetensors"), folder.PathOf("m", "two.safetensors"));

        Error("m").ShouldHave(
            found: "found 2 models, one.safetensors (safetensors), two.safetensors (safetensors)", expected: "one",
            remedy: $"name the file of the one you mean, as in --model {folder.PathOf("m", "one.safetensors")}", where: folder.PathOf("m"));
        FormatOf("m", "two.safetensors").Should().Be(ModelFormat.Safetensors);
    }

    [Theory]
    [InlineData("pytorch_model.bin", "is a Python pickle, which is not supported", "save the model as safetensors")]
    [InlineData("tf_model.h5", "is a Keras file, which is not supported", "take the model's safetensors")]
    [InlineData("config.json", "is there, but model.safetensors, which belongs to it, is missing", "copy or download it too")]
    public void Open_ModelOfAnotherProgram_SaysWhatToDo(string file, string found, string remedy)
    {
        Directory.CreateDirectory(folder.PathOf("m"));
        File.WriteAllText(folder.PathOf("m", file), "{}");

        Error("m").ShouldHave(found, remedy: remedy, where: folder.PathOf("m", file));
    }

    [Fact]
    public void Open_FormatThatIsNotThere_SaysWhatItNeeds()
    {
        CsvModelFolder.Write(folder.PathOf("m"), SmallModel.Random(), SmallModel.Vocabulary);

        FluentActions.Invoking(() => ModelFolder.Open(folder.PathOf("m"), ModelFormat.Safetensors)).Should().Throw<Gpt2Exception>().With(
            found: "no model in this folder", expected: "config.json with model.safetensors (safetensors)",
            remedy: "name the folder of a model*", where: folder.PathOf("m"));
    }

    [Fact]
    public void Open_FileOfNoFormat_SaysWhatIsExpected()
    {
        File.WriteAllText(folder.PathOf("notes.txt"), "");

        Error("notes.txt").ShouldHave(
            found: "is not a model file by its name", expected: "hparams.json with model_wte.csv (csv), or *", where: folder.PathOf("notes.txt"));
    }

    [Theory]
    [InlineData("flax_model.msgpack", "is a Flax file, which is not supported", "take the model's safetensors")]
    [InlineData("pytorch_model.bin", "is a Python pickle, which is not supported", "save the model as safetensors")]
    public void Open_FileOfAnotherProgram_SaysWhatItIs(string file, string found, string remedy)
    {
        File.WriteAllText(folder.PathOf(file), "x");

        Error(file).ShouldHave(found, remedy: remedy, where: folder.PathOf(file));
    }

    [Fact]
    public void Find_FileThatDoesNotExist_IsNotCalledAFolder()
    {
        Action find = () => ModelLocator.Find(folder.PathOf("model.bin"));

        find.Should().Throw<Gpt2Exception>().With("no such file", remedy: "name a file that exists*", where: $"model '{folder.PathOf("model.bin")}'");
    }

    [Fact]
    public void Find_FileWithoutAnEnding_IsFound_SoThatOpeningSaysWhatIsExpected()
    {
        File.WriteAllText(folder.PathOf("notes"), "x");

        ModelLocator.Find(folder.PathOf("notes")).Should().Be(folder.PathOf("notes"));
        Error("notes").ShouldHave(found: "is not a model file by its name", expected: "*", where: folder.PathOf("notes"));
    }

    [Theory]
    [InlineData("m", "m")]
    [InlineData("m/", "m")]
    [InlineData("m/model_wte.csv", "m")]
    [InlineData("m/hparams.json", "m")]
    [InlineData("m/tuned.safetensors", "tuned")]
    public void NameOf_FolderOrFile_IsTheModels(string path, string name)
    {
        Directory.CreateDirectory(folder.PathOf("m"));
        foreach (string file in (string[])["model_wte.csv", "hparams.json", "tuned.safetensors"])
        {
            File.WriteAllText(folder.PathOf("m", file), "");
        }

        ModelLocator.NameOf(folder.Root + "/" + path).Should().Be(name);
    }

    private ModelFormat FormatOf(params string[] path)
    {
        using ModelSource source = ModelFolder.Open(folder.PathOf(path));
        SmallModel.Bits(source.ReadWeights()).Should().Equal(SmallModel.Bits(SmallModel.Random()));
        source.ReadTokenizer()!.Vocabulary.Merges.Should().Equal(SmallModel.Vocabulary.Merges);
        return source.Format;
    }

    private Gpt2Exception Error(string path) =>
        FluentActions.Invoking(() => ModelFolder.Open(folder.PathOf(path))).Should().Throw<Gpt2Exception>().Which;
}
