// A Git-LFS pointer, a saved web page and the like in place of any file of any format: every reader says what it found, and what to do.

using System.Text;
using Gpt2.Core;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Gguf;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights;

public sealed class WrongFileTests : IDisposable
{
    private const string Pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:9d2a5b\nsize 9437184\n";
    private const string FetchIt = "fetch the file itself: 'git lfs pull' in the clone, or download it again";

    private static readonly Dictionary<string, string[]> Files = new()
    {
        ["csv"] = ["hparams.json", "vocab.bpe", "model_wte.csv", "model_h1_ln_1_g.csv", "model_h0_attn_c_attn_w.csv"],
        ["js-csv"] = ["vocab_bpe.csv", "bpe_token_ids.csv", "model_wte.csv", "model_wpe.csv", "model_ln_f_b.csv"],
        ["safetensors"] = ["config.json", "model.safetensors", "merges.txt", "vocab.json"],
        ["tensorflow"] = ["hparams.json", "model.ckpt.index", "model.ckpt.data-00000-of-00001", "vocab.bpe", "encoder.json"],
        ["llmc"] = ["vocab.bpe", "model.bin"],
        ["gguf"] = ["model.gguf"],
    };

    private readonly TemporaryFolder folder = new();

    private string Model => folder.PathOf("model");

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, string> Every()
    {
        var data = new TheoryData<string, string>();
        foreach ((string format, string[] files) in Files)
        {
            foreach (string file in files)
            {
                data.Add(format, file);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Every))]
    public void Read_PointerInPlaceOfAFile_SaysSo(string format, string file) =>
        ErrorWith(format, file, Encoding.UTF8.GetBytes(Pointer))
            .ShouldHave(found: "found a Git LFS pointer in place of the file", remedy: FetchIt, where: Path.Combine(Model, file));

    [Theory]
    [MemberData(nameof(Every))]
    public void Read_WebPageInPlaceOfAFile_SaysSo(string format, string file) =>
        ErrorWith(format, file, Encoding.UTF8.GetBytes("\n<!doctype html><html><body>Sign in</body></html>"))
            .ShouldHave(found: "found a web page saved under this name", remedy: "download the file itself*", where: Path.Combine(Model, file));

    [Theory]
    [MemberData(nameof(Every))]
    public void Read_ArchiveInPlaceOfAFile_SaysSo(string format, string file) =>
        ErrorWith(format, file, [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, .. "anything"u8])
            .ShouldHave(found: "found a file compressed by gzip", remedy: "*gunzip*", where: Path.Combine(Model, file));

    [Fact]
    public void Read_MatrixInUtf16_SaysSo() =>
        ErrorWith("csv", "model_wte.csv", [.. Encoding.Unicode.GetPreamble(), .. Encoding.Unicode.GetBytes("0.5,0.25\r\n")]).ShouldHave(
            found: "found text in UTF-16", expected: "260 rows of 6 numbers", remedy: "save it as UTF-8 (in PowerShell: -Encoding utf8)",
            where: Path.Combine(Model, "model_wte.csv"));

    private Gpt2Exception ErrorWith(string format, string file, byte[] content)
    {
        Write(format);
        File.WriteAllBytes(Path.Combine(Model, file), content);
        Action read = () =>
        {
            using ModelSource source = ModelFolder.Open(Model);
            source.ReadTokenizer();
            source.ReadWeights();
        };

        return read.Should().Throw<Gpt2Exception>().Which;
    }

    private void Write(string format)
    {
        switch (format)
        {
            case "csv":
                CsvModelFolder.Write(Model, SmallModel.Random(), SmallModel.Vocabulary);
                break;
            case "js-csv":
                CsvModelFolder.Write(Model, SmallModel.Random(), SmallModel.Vocabulary, VocabularyFiles.JavaScript);
                File.Delete(Path.Combine(Model, "hparams.json"));
                break;
            case "safetensors":
                HuggingFaceFixture.Write(Model, SmallModel.Random());
                break;
            case "tensorflow":
                TensorFlowFixture.Write(Model, SmallModel.Random());
                break;
            case "gguf":
                GgufFile.Write(Model, SmallModel.Random(), SmallModel.Vocabulary);
                break;
            default:
                Directory.CreateDirectory(Model);
                LlmCFixture.Write(Path.Combine(Model, "model.bin"), SmallModel.Random());
                File.WriteAllText(Path.Combine(Model, "vocab.bpe"), SmallModel.MergesText);
                break;
        }
    }
}
