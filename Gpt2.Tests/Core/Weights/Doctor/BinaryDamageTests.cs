// Models in binary formats, damaged one thing at a time: each gives one finding that names the cause and says what to do. And
// whole ones, which give none.

using Gpt2.Core.Model.Layers;
using Gpt2.Core.Weights.Doctor;
using Gpt2.Core.Weights.HuggingFace;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights.Doctor;

public sealed class BinaryDamageTests : IDisposable
{
    private const string Weights = "model.safetensors";
    private const string Sizes = "config.json";
    private const string Index = "model.safetensors.index.json";
    private const string First = "model-00001-of-00002.safetensors";
    private const string Second = "model-00002-of-00002.safetensors";
    private const string Data = "model.ckpt.data-00000-of-00001";
    private const string Bin = "model.bin";
    private const string Qkv = "h.1.attn.c_attn.weight"; // [6, 18]
    private const string Again = "copy, convert or download the model again";
    private const string OnePlace = "take the index and the files of the same model, all from the same source";
    private const string OneVocabulary = "take the vocabulary of this model, all of its files from the same source";
    private const string Page = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n";
    private const string Pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:9d2a\nsize 9437184\n";

    private static readonly Dictionary<string, (string Format, Action<string> Damage, string Subject, string Found, string Remedy)> Damages = new()
    {
        ["LFS pointer"] = (
            "safetensors", Text(Weights, Pointer), Weights, "found a Git LFS pointer in place of the file",
            "fetch the file itself: 'git lfs pull' in the clone, or download it again"),
        ["web page"] = ("safetensors", Text(Weights, Page), Weights, "found a web page saved under this name", "download the file itself"),
        ["empty"] = ("safetensors", Text(Weights, ""), Weights, "found an empty file", Again),
        ["zip"] = ("safetensors", Text(Weights, "PK\u0003\u0004 and so on"), Weights, "found a zip archive", "unpack it"),
        ["other bytes"] = ("safetensors", Text(Weights, "\u0001\0\0\0\u0002\0 and some more"), Weights, "the header is stated to have", Again),
        ["cut off"] = ("safetensors", Cut(Weights, 5), Weights, "is cut off: 'transformer.ln_f.bias' ends at byte 10560 of 10555", Again),
        ["two names in one place"] = (
            "safetensors", Edit(Weights, "\"transformer.wpe.weight\"", "\"transformer.wte.weight\""), Weights,
            "the header has 'transformer.wte.weight' twice", Again),
        ["missing tensor"] = (
            "safetensors", Rewrite(tensors => tensors.RemoveAll(tensor => Plain(tensor) == Qkv)), Qkv, "is missing, expected [6, 18]", Again),
        ["missing token embeddings"] = (
            "safetensors", Rewrite(tensors => tensors.RemoveAll(tensor => Plain(tensor) == "wte.weight")), "wte.weight",
            "is missing, expected [260, 6]", Again),
        ["transposed"] = (
            "safetensors", Shape(Qkv, 18, 6), Qkv, "is transposed: found [18, 6], expected [6, 18]",
            "transpose it: PyTorch's linear layers store the transpose"),
        ["wrong shape"] = (
            "safetensors", Shape(Qkv, 9, 12), Qkv, "found [9, 12], expected [6, 18]",
            "take the weights and the sizes of the same model, or " + Again),
        ["one dimension more"] = (
            "safetensors", Shape(Qkv, 6, 9, 2), Qkv, "found [6, 9, 2], expected [6, 18]",
            "take the weights and the sizes of the same model, or " + Again),
        ["NaN"] = (
            "safetensors", Numbers(Qkv, 40, float.NaN), Qkv, "a number is not finite, NaN in row 3 column 5", "take the weights from an intact copy"),
        ["infinity"] = (
            "safetensors", Numbers("ln_f.bias", 2, float.NegativeInfinity), "ln_f.bias",
            "a number is not finite, an infinity in row 1 column 3", "a training run that diverged cannot be repaired"),
        ["numbers of another kind"] = (
            "safetensors", Rewrite(tensors => Change(tensors, "ln_f.bias", tensor => tensor with { Type = "I32" })), Weights,
            "transformer.ln_f.bias is of I32, expected F32, F16, BF16 or F64", "take the weights in F32, F16 or BF16"),
        ["adapter"] = (
            "safetensors",
            Rewrite(tensors => tensors.Add(new FixtureTensor("transformer.h.0.attn.c_attn.lora_A.weight", "F32", [1], new byte[4]))),
            "h.0.attn.c_attn.lora_A.weight", "is a tensor that a GPT-2 of n_layer 2 does not have",
            "merge adapters into the weights first"),
        ["with and without prefix"] = (
            "safetensors", Rewrite(tensors => tensors.Add(tensors[0] with { Name = "wte.weight" })), Weights,
            "contains wte.weight with and without 'transformer.', expected each tensor once", "each tensor once"),
        ["head that contradicts"] = (
            "safetensors", Untied, Sizes, "tie_word_embeddings is true, but lm_head.weight differs from wte.weight",
            "take the config.json and the weights of the same"),
        ["sizes missing"] = ("safetensors", Delete(Sizes), Sizes, "no such file, expected the config.json of a GPT-2 model", Again),
        ["sizes as a web page"] = ("safetensors", Text(Sizes, Page), Sizes, "found a web page", "download the file itself"),
        ["sizes not JSON"] = (
            "safetensors", Text(Sizes, "{\"n_embd\": 6,"), Sizes, "line 1: not valid JSON", "correct it, or take the one of this model"),
        ["sizes in other case"] = (
            "safetensors", Rename(Sizes, "Config.json"), Sizes, "found it under the name 'Config.json'", "rename it to config.json"),
        ["another model's sizes"] = (
            "safetensors", Edit(Sizes, "\"gpt2\"", "\"llama\""), Sizes, "model_type is \"llama\", expected \"gpt2\"", "use a GPT-2"),
        ["other channels"] = (
            "safetensors", Edit(Sizes, "\"n_embd\": 6", "\"n_embd\": 12"), Sizes, "n_embd is 12, but most tensors have 6 columns",
            "take the config.json of the same model"),
        ["larger vocabulary"] = (
            "safetensors", Edit(Sizes, "\"vocab_size\": 260", "\"vocab_size\": 50257"), Sizes,
            "vocab_size is 50257, but wte.weight has 260 rows", "if some are missing or cut off"),
        ["larger context"] = (
            "safetensors", Edit(Sizes, "\"n_positions\": 8", "\"n_positions\": 9"), Sizes, "n_positions is 9, but wpe.weight has 8 rows",
            "take the config.json"),
        ["more blocks"] = (
            "safetensors", Edit(Sizes, "\"n_layer\": 2", "\"n_layer\": 12"), Sizes, "n_layer is 12, but there are tensors of 2 blocks",
            "if some are missing"),
        ["folder in place of the merges"] = (
            "safetensors", InPlace("merges.txt"), "merges.txt", "found a folder, expected a file with a vocabulary", OneVocabulary),
        ["folder in place of the weights"] = ("safetensors", InPlace(Weights), Weights, "found a folder", "move it away"),
        ["folder in place of the checkpoint's index"] = (
            "tensorflow", InPlace("model.ckpt.index"), "model.ckpt.index", "found a folder", "move it away"),
        ["absurdly many blocks"] = (
            "safetensors", Edit(Sizes, "\"n_layer\": 2", "\"n_layer\": 2000000000"), Sizes, "n_layer is 2000000000, expected at most 1000",
            "take the one of this model"),
        ["a bias that is called like a mask"] = (
            "safetensors", Rewrite(tensors => tensors.Add(new FixtureTensor("transformer.h.0.attn.bias", "F32", [6], new byte[24]))),
            "h.0.attn.bias", "is a tensor that a GPT-2 of n_layer 2 does not have", "the weights of the same GPT-2"),
        ["fewer blocks"] = (
            "safetensors", Edit(Sizes, "\"n_layer\": 2", "\"n_layer\": 1"), Sizes, "n_layer is 1, but there are tensors of 2 blocks",
            "take the config.json"),
        ["half downloaded"] = (
            "safetensors", Rename(Weights, Weights + ".crdownload"), Weights, "found it under the name 'model.safetensors.crdownload'",
            "rename it to model.safetensors"),
        ["vocabulary of another model"] = (
            "safetensors", Edit("merges.txt", ", !\n", ""), "merges.txt", "defines 259 tokens, expected 260, the vocab_size of config.json",
            OneVocabulary),
        ["ids of another model"] = (
            "safetensors", Edit("vocab.json", "\"ab\": 256", "\"xy\": 256"), "vocab.json",
            "'xy' has the id 256, expected 'ab' there as merges.txt makes it", OneVocabulary),
        ["vocabulary as an LFS pointer"] = ("safetensors", Text("merges.txt", Pointer), "merges.txt", "found a Git LFS pointer", "git lfs pull"),
        ["vocabulary in other case"] = (
            "safetensors", folder => { Delete("vocab.json")(folder); Rename("merges.txt", "Merges.TXT")(folder); }, "merges.txt",
            "found it under the name 'Merges.TXT'", "rename it to merges.txt"),
        ["one of several missing"] = ("shards", Delete(Second), Second, "no such file", Again),
        ["one of several as a pointer"] = ("shards", Text(First, Pointer), First, "found a Git LFS pointer", "git lfs pull"),
        ["one of several of another model"] = (
            "shards", folder => File.Copy(Path.Combine(folder, First), Path.Combine(folder, Second), overwrite: true), Second,
            "contains transformer.", OnePlace),
        ["index not JSON"] = ("shards", Text(Index, "{"), Index, "line 1: not valid JSON", Again),
        ["index that leads away"] = (
            "shards", Edit(Index, First, "../" + First), Index, "weight_map names '../model-00001-of-00002.safetensors'", Again),
        ["checkpoint without data"] = ("tensorflow", Delete(Data), Data, "no such file", Again),
        ["checkpoint with a pointer for data"] = ("tensorflow", Text(Data, Pointer), Data, "found a Git LFS pointer", "git lfs pull"),
        ["checkpoint cut off"] = (
            "tensorflow", Cut(Data, 60), Data,
            "is cut off: it ends at byte 10500, before the end of 3 of its tensors, the first model/h1/mlp/c_proj/b", Again),
        ["checkpoint with a turned bit"] = ("tensorflow", Flip(Data, 100), "model/wte", "is damaged: ", Again),
        ["checkpoint with a foreign variable"] = (
            "tensorflow", Variable("model/h0/attn/c_attn/w2"), "model/h0/attn/c_attn/w2",
            "is a tensor that a GPT-2 of n_layer 2 does not have", "the weights of the same GPT-2"),
        ["checkpoint index as a page"] = (
            "tensorflow", Text("model.ckpt.index", Page), "model.ckpt.index", "found a web page", "download the file itself"),
        ["checkpoint index damaged"] = (
            "tensorflow", Flip("model.ckpt.index", 100), "model.ckpt.index", "does not match its checksum", Again),
        ["checkpoint without sizes"] = (
            "tensorflow", Delete("hparams.json"), "hparams.json", "no such file",
            "write it: {\"n_vocab\": 260, \"n_ctx\": 8, \"n_embd\": 6, \"n_head\": …, \"n_layer\": 2}"),
        ["checkpoint of more blocks"] = (
            "tensorflow", Edit("hparams.json", "\"n_layer\": 2", "\"n_layer\": 12"), "hparams.json",
            "n_layer is 12, but there are tensors of 2 blocks", "if some are missing"),
        ["checkpoint's ids of another model"] = (
            "tensorflow", Edit("encoder.json", "\"ab\": 256", "\"xy\": 256"), "encoder.json", "'xy' has the id 256", OneVocabulary),
        ["llm.c as an LFS pointer"] = ("llmc", Text(Bin, Pointer), Bin, "found a Git LFS pointer in place of the file", "git lfs pull"),
        ["llm.c cut off"] = ("llmc", Cut(Bin, 100), Bin, "found 14460 bytes, expected 14560 for the sizes in its header", Again),
        ["llm.c of another version"] = ("llmc", Flip(Bin, 4), Bin, "found version 2, expected 3 (float32) or 5 (bfloat16)", Again),
        ["llm.c with NaN"] = (
            "llmc", folder => Patch(folder, Bin, 1024 + (4 * 7), BitConverter.GetBytes(float.NaN)), "wte",
            "a number is not finite, NaN in row 2 column 2", "take the weights from an intact copy"),
    };

    private readonly TemporaryFolder folder = new();

    private string Model => folder.PathOf("model");

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Names() => [.. Damages.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Examine_Damage_IsTheOneFinding(string name)
    {
        (string format, Action<string> damage, string subject, string found, string remedy) = Damages[name];
        Write(format);
        damage(Model);

        Finding finding = Findings().Should().ContainSingle(
            other => other.Status != FindingStatus.Ok && other.Subject != "tensors" && other.Subject != "sizes", name).Subject;
        finding.Status.Should().Be(FindingStatus.Wrong);
        finding.Subject.Should().Be(subject);
        finding.Found.Should().Contain(found).And.NotContain("\n").And.NotContain(folder.Root);
        finding.Remedy.Should().Contain(remedy);
        DoctorFixture.LoaderShouldSay(Model, finding);
    }

    [Theory]
    [InlineData("safetensors", "Hugging Face")]
    [InlineData("shards", "Hugging Face")]
    [InlineData("tensorflow", "TensorFlow")]
    [InlineData("llmc", "llm.c")]
    public void Examine_WholeModel_FindsNothing(string format, string called)
    {
        Write(format);
        IReadOnlyList<Finding> findings = Findings(out ExaminedFolder examined);

        findings.Should().OnlyContain(finding => finding.Status == FindingStatus.Ok);
        findings[0].Found.Should().Be($"{Model}: a model in the {called} layout");
        findings.Should().ContainSingle(finding => finding.Subject == "tensors").Which.Found.Should().Be(
            "all 28 exist, have the right shape, and are finite" + (format == "tensorflow" ? "" : "; F32"));
        findings.Should().ContainSingle(finding => finding.Subject == "vocabulary").Which.Found.Should().Be("260 tokens, as many as wte has rows");
        examined.Config.Should().Be(SmallModel.Config);
        examined.Tensors.Should().BeEquivalentTo(SmallModel.Random().Matrices().Select(TensorStatistics.Of));
    }

    [Fact]
    public void Examine_ModelNamedByItsFile_IsTheSame()
    {
        Write("llmc");
        var findings = new FindingList();
        ModelDoctor.Examine(Path.Combine(Model, Bin), findings, null, CancellationToken.None).Tensors.Should().HaveCount(28);

        findings.NothingWrong.Should().BeTrue();
    }

    [Fact]
    public void Examine_NumbersOfHalfTheBits_AreJudgedAlike()
    {
        HuggingFaceFixture.Write(Model, SmallModel.Random(), prefix: "", type: "BF16");

        Findings().Should().OnlyContain(finding => finding.Status == FindingStatus.Ok);
    }

    [Fact]
    public void Examine_NoVocabularyBeside_IsAWarning()
    {
        LlmCFixture.Write(Prepared(Bin), SmallModel.Random());

        Finding finding = Findings().Should().ContainSingle(other => other.Status != FindingStatus.Ok).Subject;
        finding.Status.Should().Be(FindingStatus.Warning);
        finding.Found.Should().Be("this model has none, so prompts are ids");
    }

    [Fact]
    public void Examine_HeadOfItsOwnAndNoAttentionBias_AreExamined()
    {
        Gpt2Weights weights = TestModels.Random(SmallModel.Config with { QkvBias = false, TiedHead = false }, 5);
        HuggingFaceFolder.Write(Model, weights, SmallModel.Vocabulary);

        Findings(out ExaminedFolder examined)
            .Should().OnlyContain(finding => finding.Status == FindingStatus.Ok || finding.Found.StartsWith("all weights are 0"));
        examined.Tensors.Should().Contain(tensor => tensor.Name == "lm_head");
    }

    [Fact]
    public void Examine_ScaleOutOfTheUsual_IsAWarning()
    {
        Gpt2Weights weights = SmallModel.Random();
        foreach (ref float weight in weights.Blocks[1].MlpHidden.Weight.Span)
        {
            weight *= 100;
        }

        TensorFlowFixture.Write(Model, weights);

        Finding finding = Findings().Should().ContainSingle(other => other.Status != FindingStatus.Ok).Subject;
        finding.Subject.Should().Be("model/h1/mlp/c_fc/w");
        finding.Found.Should().StartWith("has a spread of ").And.EndWith("usual is 0.0005 to 3");
    }

    [Fact]
    public void Examine_SeveralDamages_FindsAllOfThem()
    {
        Write("shards");
        string[] together = ["one of several as a pointer", "fewer blocks", "ids of another model"];
        foreach (string name in together)
        {
            Damages[name].Damage(Model);
        }

        Findings().Where(finding => finding.Status == FindingStatus.Wrong).Select(finding => finding.Subject)
            .Should().Equal(First, Sizes, "tensors", "vocab.json");
    }

    [Theory]
    [InlineData("safetensors", Weights)]
    [InlineData("shards", Index)]
    [InlineData("tensorflow", "model.ckpt.index")]
    [InlineData("tensorflow", "hparams.json")]
    [InlineData("safetensors", Sizes)]
    [InlineData("safetensors", "vocab.json")]
    [InlineData("llmc", Bin)]
    public void Examine_RandomDamage_IsFindingsOrAWholeModel(string format, string file)
    {
        Write(format);
        string path = Path.Combine(Model, file);
        byte[] original = File.ReadAllBytes(path);
        SeededProperty.Holds(RandomEdits.Of(Math.Min(original.Length, 6000)), edits =>
        {
            File.WriteAllBytes(path, RandomEdits.Apply(original, edits));
            Findings().Should().NotBeEmpty().And.OnlyContain(finding => !finding.Found.Contains('\n'));
        }, count: 100);
    }

    private static string Plain(FixtureTensor tensor) => tensor.Name["transformer.".Length..];

    private static Action<string> Text(string file, string text) => folder => File.WriteAllText(Path.Combine(folder, file), text);

    private static Action<string> InPlace(string file) => folder =>
    {
        File.Delete(Path.Combine(folder, file));
        Directory.CreateDirectory(Path.Combine(folder, file));
    };

    private static Action<string> Delete(string file) => folder => File.Delete(Path.Combine(folder, file));

    private static Action<string> Rename(string file, string name) => folder => File.Move(Path.Combine(folder, file), Path.Combine(folder, name));

    private static Action<string> Variable(string name) => folder =>
    {
        SortedDictionary<string, byte[]> table = TensorFlowFixture.Write(folder, SmallModel.Random());
        table[name] = TensorFlowFixture.Entry(1, [2], 0, 0, new byte[8]);
        TensorFlowFixture.WriteTable(Path.Combine(folder, "model.ckpt.index"), table);
    };

    private static Action<string> Cut(string file, int bytes) => folder =>
        File.WriteAllBytes(Path.Combine(folder, file), File.ReadAllBytes(Path.Combine(folder, file))[..^bytes]);

    private static Action<string> Flip(string file, int place) => folder =>
        Patch(folder, file, place, [(byte)(File.ReadAllBytes(Path.Combine(folder, file))[place] ^ 1)]);

    private static void Patch(string folder, string file, int place, byte[] bytes)
    {
        byte[] content = File.ReadAllBytes(Path.Combine(folder, file));
        bytes.CopyTo(content, place);
        File.WriteAllBytes(Path.Combine(folder, file), content);
    }

    /// <summary>Replaces text, also in a header, whose length may not change.</summary>
    private static Action<string> Edit(string file, string found, string replaced) => folder =>
    {
        string path = Path.Combine(folder, file);
        string text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(path));
        text.Should().Contain(found);
        File.WriteAllBytes(path, System.Text.Encoding.Latin1.GetBytes(text.Replace(found, replaced, StringComparison.Ordinal)));
    };

    /// <summary>Writes the safetensors file anew with other tensors.</summary>
    private static Action<string> Rewrite(Action<List<FixtureTensor>> change) => folder =>
    {
        List<FixtureTensor> tensors = HuggingFaceFixture.Tensors(SmallModel.Random(), "transformer.", "F32");
        change(tensors);
        SafetensorsFixture.Write(Path.Combine(folder, Weights), tensors);
    };

    private static void Change(List<FixtureTensor> tensors, string name, Func<FixtureTensor, FixtureTensor> change)
    {
        int place = tensors.FindIndex(tensor => Plain(tensor) == name);
        tensors[place] = change(tensors[place]);
    }

    private static Action<string> Shape(string name, params long[] shape) =>
        Rewrite(tensors => Change(tensors, name, tensor => tensor with { Shape = shape }));

    private static Action<string> Numbers(string name, int place, float number) => Rewrite(tensors => Change(tensors, name, tensor =>
    {
        byte[] bytes = [.. tensor.Bytes];
        BitConverter.GetBytes(number).CopyTo(bytes, 4 * place);
        return tensor with { Bytes = bytes };
    }));

    private static void Untied(string folder)
    {
        Rewrite(tensors => tensors.Add(new FixtureTensor("lm_head.weight", "F32", [260, 6], new byte[4 * 260 * 6])))(folder);
        Edit(Sizes, "1e-05", "1e-05, \"tie_word_embeddings\": true")(folder);
    }

    private string Prepared(string file)
    {
        Directory.CreateDirectory(Model);
        return Path.Combine(Model, file);
    }

    private void Write(string format)
    {
        Gpt2Weights weights = SmallModel.Random();
        switch (format)
        {
            case "safetensors":
                HuggingFaceFixture.Write(Model, weights);
                break;
            case "shards":
                HuggingFaceFixture.WriteShards(Model, weights);
                break;
            case "tensorflow":
                TensorFlowFixture.Write(Model, weights);
                break;
            default:
                LlmCFixture.Write(Prepared(Bin), weights);
                HuggingFaceFixture.WriteTokenizer(Model);
                break;
        }
    }

    private IReadOnlyList<Finding> Findings() => Findings(out _);

    private IReadOnlyList<Finding> Findings(out ExaminedFolder examined)
    {
        using var culture = new DecimalCommaCulture();
        var findings = new FindingList();
        examined = ModelDoctor.Examine(Model, findings, null, CancellationToken.None);
        return findings.All;
    }
}
