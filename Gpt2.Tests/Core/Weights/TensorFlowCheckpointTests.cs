// OpenAI's TensorFlow checkpoints: read, and damaged in every layer: table, protocol buffers, data, companions.

using FsCheck.Fluent;
using Gpt2.Core;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Weights;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights;

public sealed class TensorFlowCheckpointTests : IDisposable
{
    private const string Index = "model.ckpt.index";
    private const string Data = "model.ckpt.data-00000-of-00001";

    private readonly TemporaryFolder folder = new();
    private readonly Gpt2Weights weights = SmallModel.Random();

    private readonly SortedDictionary<string, byte[]> table;

    public TensorFlowCheckpointTests() => table = TensorFlowFixture.Write(folder.Root, weights);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("F32", 1)]
    [InlineData("F32", 3)]
    [InlineData("F16", 1)]
    [InlineData("BF16", 1)]
    [InlineData("F64", 2)]
    public void Read_Checkpoint_GivesTheStoredBits(string type, int shards)
    {
        File.Delete(PathOf(Data));
        TensorFlowFixture.Write(folder.Root, weights, type, shards);
        Gpt2Weights expected = SmallModel.Mapped(weights, type switch
        {
            "F16" => number => (float)(Half)number,
            "BF16" => number => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(number) & 0xFFFF0000),
            _ => number => number,
        });

        using ModelSource source = ModelFolder.Open(folder.Root);

        source.Format.Should().Be(ModelFormat.TensorFlow);
        source.Config.Should().Be(SmallModel.Config);
        source.ReadTokenizer()!.Vocabulary.Merges.Should().Equal(SmallModel.Vocabulary.Merges);
        SmallModel.Bits(source.ReadWeights()).Should().Equal(SmallModel.Bits(expected));
    }

    [Fact]
    public void Read_OddNumbers_KeepsEveryBit()
    {
        TensorFlowFixture.Write(folder.Root, SmallModel.WithOddNumbers());

        using ModelSource source = ModelFolder.Open(PathOf(Index));

        SmallModel.Bits(source.ReadWeights()).Should().Equal(SmallModel.Bits(SmallModel.WithOddNumbers()));
    }

    [Fact]
    public void Read_VariablesOfAnOptimiser_AreIgnored()
    {
        EditTable(entries =>
        {
            entries["model/wte/Adam"] = TensorFlowFixture.Entry(1, [2], 0, 0, new byte[8]);
            entries["model/h1/attn/c_attn/w/Adam_1"] = TensorFlowFixture.Entry(1, [2], 0, 0, new byte[8]);
            entries["model/ln_f/g/ExponentialMovingAverage"] = TensorFlowFixture.Entry(1, [2], 0, 0, new byte[8]);
            entries["global_step"] = TensorFlowFixture.Entry(9, [], 0, 0, new byte[8]);
            entries["beta1_power"] = TensorFlowFixture.Entry(1, [], 0, 0, new byte[4]);
            entries["train/beta2_power"] = TensorFlowFixture.Entry(1, [], 0, 0, new byte[4]);
            entries["_CHECKPOINTABLE_OBJECT_GRAPH"] = TensorFlowFixture.Entry(7, [], 0, 0, new byte[4]);
        });

        using ModelSource source = ModelFolder.Open(folder.Root);
        SmallModel.Bits(source.ReadWeights()).Should().Equal(SmallModel.Bits(weights));
    }

    [Theory]
    [InlineData("model/h0/attn/c_attn/w2")]
    [InlineData("model/bogus/w")]
    [InlineData("model/lm_head")]
    [InlineData("model/h2/ln_1/g")]
    [InlineData("model/h0/attn/c_attn/w/lora_a")]
    [InlineData("model/bogus/w/Adam")]
    [InlineData("model/wte/adam")]
    [InlineData("Adam")]
    [InlineData("score/w")]
    public void Open_VariableThatGpt2DoesNotHave_IsRefused(string name)
    {
        EditTable(entries => entries[name] = TensorFlowFixture.Entry(1, [2], 0, 0, new byte[8]));

        Error().ShouldHave(
            found: "is a tensor that a GPT-2 of n_layer 2 does not have",
            remedy: "take the hparams.json and the weights of the same GPT-2; merge adapters into the *", where: $"{PathOf(Index)}: {name}");
    }

    [Fact]
    public void Crc_KnownBytes_HasTheKnownValue()
    {
        // RFC 3720, appendix B.4: the reader's checksum is tested against this one by every checkpoint that is read.
        TensorFlowFixture.Crc("123456789"u8).Should().Be(0xE3069283);
        TensorFlowFixture.Crc(new byte[32]).Should().Be(0x8A9136AA);
    }

    [Fact]
    public void Read_ChangedNumber_IsFoundByItsChecksum()
    {
        byte[] bytes = File.ReadAllBytes(PathOf(Data));
        bytes[100] ^= 1;
        File.WriteAllBytes(PathOf(Data), bytes);
        using ModelSource source = ModelFolder.Open(folder.Root);

        source.Invoking(opened => opened.ReadWeights())
            .Should().Throw<Gpt2Exception>().With(found: "is damaged: its checksum *", where: PathOf(Data) + ": model/wte");
    }

    [Fact]
    public void Open_DataCutOff_NamesTheTensor()
    {
        File.WriteAllBytes(PathOf(Data), File.ReadAllBytes(PathOf(Data))[..^1]);

        Error().ShouldHave(
            found: "is cut off: it ends at byte 10559, before the end of 1 of its tensors, the first model/ln_f/b", remedy: "*",
            where: PathOf(Data));
    }

    [Theory]
    [InlineData(Data, Data, "no such file")]
    [InlineData("hparams.json", "hparams.json", "no such file")]
    [InlineData(Index, Data, "is the data of a TensorFlow checkpoint, and its .index, which lists the tensors, is missing")]
    public void Open_FileMissing_NamesIt(string missing, string named, string found)
    {
        File.Delete(PathOf(missing));

        Error().ShouldHave(found, where: PathOf(named));
    }

    [Fact]
    public void Tokenizer_ThatDisagrees_NamesTheToken()
    {
        string path = PathOf("encoder.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"ab\": 256, \"abc\": 257", "\"abc\": 256, \"ab\": 257", StringComparison.Ordinal));
        using ModelSource source = ModelFolder.Open(folder.Root);

        source.Invoking(opened => opened.ReadTokenizer()).Should().Throw<Gpt2Exception>().With(
            found: "'abc' has the id 256", expected: "'ab' there as vocab.bpe makes it", remedy: "take the vocabulary of this model*", where: path);
    }

    [Theory]
    [InlineData("\"n_layer\": 2", "\"n_layer\": 3", "model/h2/ln_1/g", "is missing", "[1, 6]", "take the weights and the sizes of the same model*")]
    [InlineData("\"n_layer\": 2", "\"n_layer\": 1", "model/h1/attn/c_attn/b", "is a tensor that a GPT-2 of n_layer 1 does not have")]
    [InlineData("\"n_ctx\": 8", "\"n_ctx\": 9", "model/wpe", "found [8, 6]", "[9, 6]", "take the weights and the sizes of the same model*")]
    public void Open_SizesOfAnotherModel_NamesTheTensor(
        string text, string replacement, string tensor, string found, string? expected = null, string? remedy = null)
    {
        string path = PathOf("hparams.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace(text, replacement, StringComparison.Ordinal));

        Error().ShouldHave(found, expected, remedy, where: $"{PathOf("model.ckpt.")}*: {tensor}");
    }

    [Theory]
    [InlineData(3, 24, "is of TensorFlow's data type 3", "1 (float)*")]
    [InlineData(1, 20, "is [6] of F32, but has 20 bytes")]
    public void Open_InvalidEntry_SaysWhat(int type, int bytes, string found, string? expected = null)
    {
        EditTable(entries => entries["model/h0/ln_1/b"] = TensorFlowFixture.Entry(type, [6], 0, 0, new byte[bytes]));

        Error().ShouldHave(found, expected, where: PathOf(Index) + ": model/h0/ln_1/b");
    }

    [Fact]
    public void Open_TensorBeyondTheEnd_IsRefused()
    {
        foreach (long offset in (long[])[1L << 40, long.MaxValue - 10, long.MaxValue])
        {
            EditTable(entries => entries["model/h0/ln_1/b"] = TensorFlowFixture.Entry(1, [6], 0, offset, new byte[24]));

            Error().ShouldHave(found: "*before the end of 1 of its tensors, the first model/h0/ln_1/b", where: PathOf(Data));
        }

        EditTable(entries => entries["model/h0/ln_1/b"] = TensorFlowFixture.Entry(1, [6], 5, 0, new byte[24]));
        Error().ShouldHave(found: "is in data file 5", expected: "0 to 0", where: PathOf(Index) + ": model/h0/ln_1/b");
    }

    [Fact]
    public void Open_HugeShape_IsRefused()
    {
        EditTable(entries => entries["model/wte"] = TensorFlowFixture.Entry(1, [long.MaxValue, long.MaxValue], 0, 0, new byte[24]));

        Error().ShouldHave(
            found: "is [9223372036854775807, 9223372036854775807] of F32, but has 24 bytes",
            where: PathOf(Index) + ": model/wte");
    }

    [Fact]
    public void Open_InvalidHeader_SaysWhat()
    {
        EditTable(entries => entries[""] = TensorFlowFixture.Varint(1, 5000));
        Error().ShouldHave(found: "found 5000 data files and byte order 0", where: PathOf(Index));

        EditTable(entries => entries[""] = [.. TensorFlowFixture.Varint(1, 1), .. TensorFlowFixture.Varint(2, 1)]);
        Error().ShouldHave(
            found: "found 1 data files and byte order 1", expected: "1 to 1000 and 0, little-endian", where: PathOf(Index));

        EditTable(entries => entries.Remove(""));
        Error().ShouldHave(found: "has no header", where: PathOf(Index));
    }

    [Fact]
    public void Open_SlicedTensor_IsRefused()
    {
        EditTable(entries => entries["model/wte"] = [.. entries["model/wte"], .. TensorFlowFixture.Message(7, [])]);

        Error().ShouldHave(found: "is stored in slices", expected: "one piece", where: PathOf(Index) + ": model/wte");
    }

    [Fact]
    public void Open_CompressedBlocks_SaysWhatToDo()
    {
        EditTable(_ => { }, compression: 1);

        Error().ShouldHave(
            found: "its blocks are compressed (kind 1)", remedy: "save the checkpoint again without compression, like OpenAI's",
            where: PathOf(Index));
    }

    [Fact]
    public void Open_AnyChangedByteOfTheTable_IsFoundByAChecksumOrTheFooter()
    {
        // Every byte of the blocks is under a checksum; the footer's are its padding or say where the index is.
        byte[] original = File.ReadAllBytes(PathOf(Index));
        for (int place = 0; place < original.Length - 48; place++)
        {
            byte[] bytes = [.. original];
            bytes[place] ^= 0x10;
            File.WriteAllBytes(PathOf(Index), bytes);
            if (!IsUnusedMetaBlock(original, place))
            {
                Error().Message.Should().Contain("damaged", "byte {0} was changed", place);
            }
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("too short")]
    public void Open_AnotherFile_IsRefused(string content)
    {
        File.WriteAllText(PathOf(Index), content);

        Error().ShouldHave(
            found: content.Length == 0 ? "found an empty file" : "does not end like the index of a TensorFlow checkpoint",
            where: PathOf(Index));
    }

    [Fact]
    public void Open_RandomBytesBeforeAFooter_IsRefused()
    {
        byte[] footer = File.ReadAllBytes(PathOf(Index))[^48..];
        SeededProperty.Holds(Gen.Choose(0, 255).Select(value => (byte)value).ArrayOf(), bytes =>
        {
            File.WriteAllBytes(PathOf(Index), [.. bytes, .. footer[..(bytes.Length % 40)], .. footer[^8..]]);
            Error().ShouldHave(where: PathOf(Index) + "*");
        });
    }

    [Fact]
    public void Open_RandomEditsOfTheFile_IsRefusedOrAWholeModel()
    {
        byte[] original = File.ReadAllBytes(PathOf(Index));
        SeededProperty.Holds(RandomEdits.Of(original.Length), edits =>
        {
            File.WriteAllBytes(PathOf(Index), RandomEdits.Apply(original, edits));
            DamagedModel.OpenAndRead(PathOf(Index));
        }, count: 500);
    }

    [Fact]
    public void Open_RandomEditsOfTheEntries_IsRefusedOrAWholeModel()
    {
        // With right checksums, so that the edits reach what is read after them.
        string[] names = [.. table.Keys];
        SeededProperty.Holds(Gen.Choose(0, names.Length - 1).SelectMany(name => RandomEdits.Of(24), (name, edits) => (name, edits)), damage =>
        {
            var entries = new SortedDictionary<string, byte[]>(table, StringComparer.Ordinal);
            entries[names[damage.name]] = RandomEdits.Apply(table[names[damage.name]], damage.edits);
            TensorFlowFixture.WriteTable(PathOf(Index), entries);
            DamagedModel.OpenAndRead(PathOf(Index));
        }, count: 500);
    }

    /// <summary>The block of meta-blocks, which is empty and read by nobody: 8 bytes and its trailer, before the index block.</summary>
    private static bool IsUnusedMetaBlock(byte[] file, int place)
    {
        int offset = 0, shift = 0, i = file.Length - 48;
        for (; ; i++)
        {
            offset |= (file[i] & 0x7F) << shift;
            shift += 7;
            if (file[i] < 0x80)
            {
                return place >= offset && place < offset + 8 + 5;
            }
        }
    }

    private void EditTable(Action<SortedDictionary<string, byte[]>> edit, byte compression = 0)
    {
        var entries = new SortedDictionary<string, byte[]>(table, StringComparer.Ordinal);
        edit(entries);
        TensorFlowFixture.WriteTable(PathOf(Index), entries, compression);
    }

    private string PathOf(string file) => folder.PathOf(file);

    private Gpt2Exception Error() => FluentActions.Invoking(() => ModelFolder.Open(folder.Root)).Should().Throw<Gpt2Exception>().Which;
}
