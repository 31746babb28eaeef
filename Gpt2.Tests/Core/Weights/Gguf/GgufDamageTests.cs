// GGUF files damaged one thing at a time: the loader refuses them in one line, and the doctor has one finding that says the same.

using Gpt2.Core.Weights.Doctor;
using Gpt2.Tests.Core.Weights.Doctor;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights.Gguf;

public sealed class GgufDamageTests : IDisposable
{
    private const string File = "small.gguf";
    private const string Again = "copy, convert or download the model again";
    private const string OfTheModel = "correct it, or take the one of this model";
    private const string Qkv = "blk.1.attn_qkv.weight"; // sizes 6, 18
    private const string Architecture = "general.architecture", Heads = "gpt2.attention.head_count", Hidden = "gpt2.feed_forward_length";
    private const string Model = "tokenizer.ggml.model", PreTokenizer = "tokenizer.ggml.pre", Tokens = "tokenizer.ggml.tokens";
    private const string Types = "tokenizer.ggml.token_type", Merges = "tokenizer.ggml.merges", End = "tokenizer.ggml.eos_token_id";

    private static readonly Dictionary<string, (Action<GgufFixture> Damage, string Subject, string Found, string Remedy)> Damages = new()
    {
        ["version 1"] = (model => model.Version = 1, File, "has version 1 of GGUF, expected version 2 or 3", "current converter"),
        ["version 4"] = (model => model.Version = 4, File, "has version 4 of GGUF, expected version 2 or 3", "current converter"),
        ["big-endian"] = (model => model.Version = 3 << 24, File, "is big-endian, made for another kind of processor", "current converter"),
        ["too many tensors"] = (
            model => model.TensorCount = ulong.MaxValue, File, "the list of tensors has 18446744073709551615 items, expected at most", Again),
        ["too many keys"] = (model => model.KeyCount = 1UL << 40, File, "the metadata has 1099511627776 items, expected at most", Again),
        ["more keys than there are"] = (model => model.KeyCount = 19, File, "goes on for ", Again),
        ["fewer keys than there are"] = (model => model.KeyCount = 17, File, "the tensor general.quantization_version has the shape", Again),
        ["fewer tensors than there are"] = (
            model => model.TensorCount = 27, File, "96 bytes follow the last tensor, output_norm.weight, expected none", Again),
        ["key twice"] = (
            model => model.Keys.Add(model.Keys[3]), File, "the key gpt2.block_count appears twice, expected each key once", Again),
        ["key without a name"] = (model => model.Keys.Add(GgufFixture.Whole("", 1)), File, "key 19 has no name", Again),
        ["key of an unknown type"] = (
            model => model.Keys.Add(new("other", 13, [1])), File, "the key other has the type 13, expected 0 to 12", Again),
        ["list of lists"] = (model => model.Keys.Add(GgufFixture.List("other", 9, [])), File, "the key other is a list of lists", Again),
        ["endless list of numbers"] = (
            model => model.Keys.Add(GgufFixture.List("other", 4, [], 1UL << 62)), File, "the key other has 4611686018427387904 items", Again),
        ["endless list of texts"] = (
            model => model.Keys.Add(GgufFixture.List("other", 8, [], ulong.MaxValue)), File, "the key other has 18446744073709551615 items", Again),
        ["endless text"] = (
            model => model.Keys.Add(new("other", 8, BitConverter.GetBytes(ulong.MaxValue))), File,
            "the key other goes on for 18446744073709551615 more bytes", Again),
        ["endless name of a key"] = (
            model => model.Keys.Add(GgufFixture.Whole(new string('x', 70_000), 1)), File, "key 19 has a text of 70000 bytes, expected at most 65535",
            Again),
        ["control characters in a key"] = (
            model => model.Keys.Add(new("\u001B[2J\n", 13, [])), File, "the key \\u001B[2J  has the type 13", Again),
        ["tensor twice"] = (model => model.Tensors.Add(model.Tensors[0]), File, "the tensor token_embd.weight appears twice", Again),
        ["tensor with a long name"] = (
            model => model.Change(Qkv, tensor => tensor with { Name = new string('x', 64) }), File, "tensor 17 has a text of 64 bytes", Again),
        ["tensor of many dimensions"] = (
            model => model.Change(Qkv, tensor => tensor with { Sizes = [6, 18, 1, 1, 1] }), File, "has 5 dimensions, expected at most 4", Again),
        ["tensor of negative size"] = (
            model => model.Change(Qkv, tensor => tensor with { Sizes = [6, ulong.MaxValue] }), File, "has the shape [-1, 6]", Again),
        ["tensor of enormous size"] = (
            model => model.Change(Qkv, tensor => tensor with { Sizes = [1UL << 32, 1UL << 31] }), File, "has the shape [", Again),
        ["tensor of large size"] = (
            model => model.Change("output_norm.bias", tensor => tensor with { Sizes = [1UL << 61] }), File, "is cut off: ", Again),
        ["alignment"] = (
            model => model.Put(GgufFixture.Whole("general.alignment", 48)), "general.alignment", "found 48, expected a power of two", OfTheModel),
        ["huge alignment"] = (
            model => model.Put(GgufFixture.Whole("general.alignment", 1 << 21)), "general.alignment",
            "found 2097152, expected a power of two, at most 1048576", OfTheModel),
        ["no architecture"] = (model => Remove(model, Architecture), Architecture, "is missing, expected a text", OfTheModel),
        ["another architecture"] = (
            model => model.Put(GgufFixture.Text(Architecture, "llama")), Architecture, "found 'llama', expected 'gpt2'", "other architectures"),
        ["architecture as a number"] = (
            model => model.Put(GgufFixture.Whole(Architecture, 2)), Architecture, "is of the type UInt32, expected a text", OfTheModel),
        ["one of several files"] = (
            model => model.Put(GgufFixture.Whole("split.count", 3)), "split.count", "the model is in 3 files, expected one", "llama-gguf-split"),
        ["no heads"] = (model => Remove(model, Heads), Heads, "is missing, expected a whole number", OfTheModel),
        ["heads that do not divide"] = (
            model => model.Put(GgufFixture.Whole(Heads, 4)), File, "n_embd 6 is not divisible by n_head 4", OfTheModel),
        ["zero heads"] = (model => model.Put(GgufFixture.Whole(Heads, 0)), Heads, "found 0, expected 1 to 2147483647", OfTheModel),
        ["heads below zero"] = (model => model.Put(new(Heads, 5, BitConverter.GetBytes(-3))), Heads, "found -3, expected 1 to", OfTheModel),
        ["heads as a text"] = (model => model.Put(GgufFixture.Text(Heads, "3")), Heads, "is of the type Text, expected a whole number", OfTheModel),
        ["fewer heads for keys"] = (
            model => model.Put(GgufFixture.Whole("gpt2.attention.head_count_kv", 1)), "gpt2.attention.head_count_kv", "found 1, expected 3",
            OfTheModel),
        ["experts"] = (
            model => model.Put(GgufFixture.Whole("gpt2.expert_count", 8)), "gpt2.expert_count", "found 8, expected 0, as in GPT-2", OfTheModel),
        ["experts in use"] = (
            model => model.Put(GgufFixture.Whole("gpt2.expert_used_count", 2)), "gpt2.expert_used_count", "found 2, expected 0", OfTheModel),
        ["groups of experts"] = (
            model => model.Put(GgufFixture.Whole("gpt2.expert_group_count", 2)), "gpt2.expert_group_count", "found 2, expected 0", OfTheModel),
        ["no hidden width"] = (model => Remove(model, Hidden), Hidden, "is missing, expected a whole number", OfTheModel),
        ["zero hidden width"] = (model => model.Put(GgufFixture.Whole(Hidden, 0)), Hidden, "found 0, expected 1 to 2147483647", OfTheModel),
        ["epsilon below zero"] = (
            model => model.Put(GgufFixture.Real("gpt2.attention.layer_norm_epsilon", -1)), File,
            "layer_norm_epsilon is -1, expected more than 0, at most 1", OfTheModel),
        ["no epsilon"] = (
            model => Remove(model, "gpt2.attention.layer_norm_epsilon"), "gpt2.attention.layer_norm_epsilon", "is missing, expected a number",
            OfTheModel),
        ["not causal"] = (
            model => model.Put(new("gpt2.attention.causal", 7, [0])), "gpt2.attention.causal", "found false, expected true", OfTheModel),
        ["absurdly many blocks"] = (
            model => model.Put(GgufFixture.Whole("gpt2.block_count", uint.MaxValue)), "gpt2.block_count",
            "found 4294967295, expected 1 to 2147483647", OfTheModel),
        ["more blocks"] = (
            model => model.Put(GgufFixture.Whole("gpt2.block_count", 3)), File, "n_layer is 3, but there are tensors of 2 blocks", "same model"),
        ["larger context"] = (
            model => model.Put(GgufFixture.Whole("gpt2.context_length", 9)), File,
            "gpt2.context_length is 9, but position_embd.weight has 8 rows", "same model"),
        ["missing tensor"] = (model => RemoveTensor(model, Qkv), Qkv, "is missing, expected [6, 18]", Again),
        ["foreign tensor"] = (
            model => model.Tensors.Add(new("blk.0.attn_qkv.weight.lora_a", [8], 0, new byte[32])), "blk.0.attn_qkv.weight.lora_a",
            "is a tensor that a GPT-2 of n_layer 2 does not have", "merge adapters"),
        ["transposed"] = (
            model => model.Change(Qkv, tensor => tensor with { Sizes = [18, 6] }), Qkv, "is transposed: found [6, 18], expected [18, 6]",
            "a row for each output"),
        ["wrong shape"] = (
            model => model.Change(Qkv, tensor => tensor with { Sizes = [9, 12] }), Qkv, "found [12, 9], expected [18, 6]", "the same model"),
        ["type of another quantisation"] = (
            model => model.Change(Qkv, tensor => tensor with { Type = 20 }), Qkv,
            "is of IQ4_NL, expected F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, Q4_K, Q5_K or Q6_K", "take the model in one of these"),
        ["unknown type"] = (
            model => model.Change(Qkv, tensor => tensor with { Type = 99 }), Qkv, "is of the unknown type 99, expected F32, F16", "one of these"),
        ["rows that are no blocks"] = (
            model => model.Change(Qkv, tensor => tensor with { Type = 8 }), Qkv,
            "is [18, 6] in Q8_0, expected rows of a multiple of 32 weights", Again),
        ["rows that are no super-blocks"] = (
            model => model.Change("token_embd.weight", tensor => tensor with { Sizes = [32, 260], Type = 14 }), "token_embd.weight",
            "is [260, 32] in Q6_K, expected rows of a multiple of 256 weights", Again),
        ["super-blocks of another shape"] = (
            model => model.Change(Qkv, tensor => tensor with { Sizes = [256], Type = 12, Data = new byte[144] }), Qkv,
            "found [256], expected [18, 6]", "the same model"),
        ["one number that is no block"] = (
            model => model.Change("blk.0.attn_norm.bias", tensor => tensor with { Sizes = [], Type = 2 }), "blk.0.attn_norm.bias",
            "is [] in Q4_0, expected rows of a multiple of 32 weights", Again),
        ["crooked place"] = (
            model => model.Change("output_norm.bias", tensor => tensor with { Offset = 12_001 }), "output_norm.bias",
            "begins at byte 12001 of the data, expected a multiple of 32", Again),
        ["place of another"] = (
            model => model.Change("output_norm.bias", tensor => tensor with { Offset = 0 }), "*", "begins at byte 0 of the data, expected ", Again),
        ["place far away"] = (
            model => model.Change("output_norm.bias", tensor => tensor with { Offset = 1UL << 63 }), "output_norm.bias",
            "begins at byte 9223372036854775808 of the data, expected ", Again),
        ["NaN"] = (
            model => BitConverter.GetBytes(float.NaN).CopyTo(model.Tensors[0].Data, 4 * 7), "token_embd.weight",
            "a number is not finite, NaN in row 2 column 2", "intact copy"),
        ["no kind of vocabulary"] = (model => Remove(model, Model), Model, "is missing, expected a text", OfTheModel),
        ["vocabulary of another kind"] = (
            model => model.Put(GgufFixture.Text(Model, "llama")), Model, "found 'llama', expected 'gpt2'", OfTheModel),
        ["words split in another way"] = (
            model => model.Put(GgufFixture.Text(PreTokenizer, "llama-bpe")), PreTokenizer, "found 'llama-bpe', expected 'gpt-2'", OfTheModel),
        ["no merges"] = (model => Remove(model, Merges), Merges, "is missing, expected a list", OfTheModel),
        ["merges of another vocabulary"] = (
            model => model.Put(GgufFixture.Texts(Merges, ["a b", "ab d", ", !"])), Tokens,
            "token 257 is 'abc', expected 'abd' as number 257", OfTheModel),
        ["fewer merges"] = (
            model => model.Put(GgufFixture.Texts(Merges, ["a b", "ab c"])), Tokens, "token 258 is ',!', expected '<|endoftext|>' as number 258",
            OfTheModel),
        ["merge of what does not exist"] = (
            model => model.Put(GgufFixture.Texts(Merges, ["a b", "ac c", ", !"])), Merges,
            "item 1: found 'ac', expected a byte or a token", OfTheModel),
        ["merge of one part"] = (
            model => model.Put(GgufFixture.Texts(Merges, ["a b", "abc", ", !"])), Merges, "item 1: found 'abc', expected two tokens", OfTheModel),
        ["merges as numbers"] = (
            model => model.Put(GgufFixture.Wholes(Merges, [1, 2, 3])), Merges, "is a list of Int32, expected a list of texts", OfTheModel),
        ["token that is not UTF-8"] = (
            model => Latin(model, Merges, "a b"), File, "item 0 of tokenizer.ggml.merges has a text with 0xE9 at byte 1, expected UTF-8", Again),
        ["fewer types than tokens"] = (
            model => model.Put(GgufFixture.Wholes(Types, Enumerable.Repeat(1, 259))), Types, "has 259 items, expected 260", OfTheModel),
        ["token of the merges as a special one"] = (
            model => model.Put(GgufFixture.Wholes(Types, Enumerable.Range(0, 260).Select(id => id == 7 ? 4 : 1))), Types,
            "token 7, '(', has the type 4, expected 1 (normal)", OfTheModel),
        ["unused token among others"] = (
            model => model.Put(GgufFixture.Wholes(Types, Enumerable.Range(0, 260).Select(id => id == 7 ? 5 : id == 259 ? 3 : 1))), Types,
            "token 7, '(', has the type 5, expected 1 (normal)", OfTheModel),
        ["unused end of text"] = (
            model => model.Put(GgufFixture.Wholes(Types, Enumerable.Range(0, 260).Select(id => id == 259 ? 5 : 1))), Types,
            "token 259, '<|endoftext|>', has the type 5, expected 3 (control)", OfTheModel),
        ["end of text outside"] = (
            model => model.Put(GgufFixture.Whole(End, 260)), End, "found 260, expected 0 to 259, the id of a token", OfTheModel),
    };

    private readonly TemporaryFolder folder = new();

    private string FilePath => folder.PathOf(File);

    public void Dispose() => folder.Dispose();

    public static TheoryData<string> Names() => [.. Damages.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Examine_Damage_IsTheOneFinding(string name)
    {
        (Action<GgufFixture> damage, string subject, string found, string remedy) = Damages[name];
        var fixture = GgufFixture.Of(SmallModel.Random(), SmallModel.Vocabulary);
        damage(fixture);
        System.IO.File.WriteAllBytes(FilePath, fixture.Bytes());

        Finding[] wrong = Findings();
        Finding finding = name is "fewer tensors than there are" or "place of another" or "tensor of large size" or "larger context" or "more blocks"
            ? wrong[0] : wrong.Should().ContainSingle(name).Subject;
        finding.Status.Should().Be(FindingStatus.Wrong);
        finding.Found.Should().Contain(found).And.NotContain("\n").And.NotContain(folder.Root);
        finding.Remedy.Should().Contain(remedy);
        if (name != "place of another")
        {
            finding.Subject.Should().Be(subject);
        }

        DoctorFixture.LoaderShouldSay(FilePath, finding);
    }

    [Fact]
    public void Examine_WholeModel_FindsNothing()
    {
        System.IO.File.WriteAllBytes(FilePath, GgufFixture.Of(SmallModel.Random(), SmallModel.Vocabulary).Bytes());
        var findings = new FindingList();

        ExaminedFolder examined = ModelDoctor.Examine(FilePath, findings, null, CancellationToken.None);

        findings.All.Should().OnlyContain(finding => finding.Status == FindingStatus.Ok);
        findings.All[0].Found.Should().Be($"{FilePath}: a model in the GGUF layout");
        findings.All.Should().ContainSingle(finding => finding.Subject == "tensors").Which.Found
            .Should().Be("all 28 exist, have the right shape, and are finite; F32");
        examined.Config.Should().Be(SmallModel.Config);
        examined.Tensors.Should().HaveCount(28);
    }

    [Fact]
    public void Examine_EveryLength_SaysThatItIsCutOff()
    {
        byte[] whole = GgufFixture.Of(SmallModel.Random(), SmallModel.Vocabulary).Bytes();
        for (int length = 0; length < whole.Length - 32; length += length < 64 ? 1 : 211)
        {
            System.IO.File.WriteAllBytes(FilePath, whole[..length]);

            Finding finding = Findings()[0];
            finding.Found.Should().MatchRegex(
                length == 0 ? "^found an empty file" : length < 8 ? "^does not begin with the bytes GGUF"
                : "cut off|goes on for|items, expected at most");
            DoctorFixture.LoaderShouldSay(FilePath, finding);
        }
    }

    [Fact]
    public void Examine_BytesAfterTheLastTensor_AreFound()
    {
        System.IO.File.WriteAllBytes(FilePath, [.. GgufFixture.Of(SmallModel.Random(), SmallModel.Vocabulary).Bytes(), .. new byte[33]]);

        Findings().Should().ContainSingle().Which.Found.Should().Be("33 bytes follow the last tensor, output_norm.bias, expected none");
    }

    [Fact]
    public void Examine_RandomDamage_IsFindingsOrAWholeModel()
    {
        byte[] original = GgufFixture.Of(SmallModel.Random(), SmallModel.Vocabulary).Bytes();
        SeededProperty.Holds(RandomEdits.Of(Math.Min(original.Length, 9000)), edits =>
        {
            System.IO.File.WriteAllBytes(FilePath, RandomEdits.Apply(original, edits));
            var findings = new FindingList();
            ModelDoctor.Examine(FilePath, findings, null, CancellationToken.None);
            findings.All.Should().NotBeEmpty().And.OnlyContain(finding => !finding.Found.Contains('\n'));
        }, count: 300);
    }

    [Fact]
    public void Open_HeaderWithoutAnEnd_TakesLittleMemory()
    {
        var fixture = GgufFixture.Of(SmallModel.Random(), SmallModel.Vocabulary);
        fixture.Keys.Add(new("other", 8, BitConverter.GetBytes(1UL << 30)));
        using (FileStream stream = System.IO.File.Create(FilePath))
        {
            stream.Write(fixture.Bytes());
            stream.SetLength(1L << 32);
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        Findings()[0].Found.Should().Match("the key other goes on for * more bytes at byte *, expected a header of at most 100000000 bytes");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(2_000_000);
    }

    private static void Remove(GgufFixture model, string key) => model.Keys.RemoveAll(other => other.Name == key);

    private static void RemoveTensor(GgufFixture model, string name) => model.Tensors.RemoveAll(other => other.Name == name);

    /// <summary>Puts a byte that is not UTF-8 in the place of the first of a text.</summary>
    private static void Latin(GgufFixture model, string key, string text)
    {
        byte[] value = model.Keys.Single(other => other.Name == key).Value;
        value[value.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(text))] = 0xE9;
    }

    private Finding[] Findings()
    {
        using var culture = new DecimalCommaCulture();
        var findings = new FindingList();
        ModelDoctor.Examine(FilePath, findings, null, CancellationToken.None);
        return [.. findings.All.Where(finding => finding.Status != FindingStatus.Ok && finding.Subject is not ("tensors" or "sizes"))];
    }
}
