// GGUF files read, as llama.cpp's converter and we write them, and written in every type.

using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Binary;
using Gpt2.Core.Weights.Gguf;
using Gpt2.Kernels;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights.Gguf;

public sealed class GgufFileTests : IDisposable
{
    private static readonly Gpt2Config Blocks = new(260, 8, 32, 4, 2);

    private readonly TemporaryFolder folder = new();

    private string FilePath => folder.PathOf("small.gguf");

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(GgufFixture.F32, 3u, 32)]
    [InlineData(GgufFixture.F32, 2u, 64)]
    [InlineData(GgufFixture.F16, 3u, 8)]
    [InlineData(GgufFixture.BF16, 3u, 1024)]
    public void Read_File_GivesTheStoredBits(uint type, uint version, int alignment)
    {
        Gpt2Weights weights = SmallModel.Random();
        var fixture = GgufFixture.Of(weights, SmallModel.Vocabulary, type);
        fixture.Version = version;
        fixture.Alignment = alignment;
        fixture.Keys.Insert(3, GgufFixture.Whole("general.alignment", (uint)alignment));
        File.WriteAllBytes(FilePath, fixture.Bytes());

        using ModelSource source = ModelFolder.Open(folder.Root);

        source.Format.Should().Be(ModelFormat.Gguf);
        source.Config.Should().Be(SmallModel.Config);
        source.ReadTokenizer()!.Vocabulary.Merges.Should().Equal(SmallModel.Vocabulary.Merges);
        ModelLocator.NameOf(source.Path).Should().Be(Path.GetFileName(folder.Root));
        foreach ((float[] stored, float[] read) in Numbers(weights).Zip(Numbers(source.ReadWeights())))
        {
            bool isVector = stored.Length <= 24 || stored.Length == 48; // and wpe, which keep float32
            read.Should().Equal(Array.ConvertAll(stored, number => isVector || type == GgufFixture.F32 ? number
                : type == GgufFixture.F16 ? (float)(Half)number
                : BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(number) & 0xFFFF0000)));
        }
    }

    [Fact]
    public void Read_KeysOfEveryKind_ArePassedOver()
    {
        var fixture = GgufFixture.Of(SmallModel.Random(), SmallModel.Vocabulary);
        for (uint type = 0; type <= 12; type++)
        {
            int size = type is 0 or 1 or 7 ? 1 : type is 2 or 3 ? 2 : type >= 10 ? 8 : 4;
            if (type is not (8 or 9))
            {
                fixture.Keys.Insert(0, new GgufKey($"other.{type}", type, new byte[size]));
                fixture.Keys.Add(GgufFixture.List($"others.{type}", type, [new byte[size], new byte[size], new byte[size]]));
            }
        }

        fixture.Keys.Add(GgufFixture.Texts("others", ["", "a", new string('é', 70_000)]));
        fixture.Keys.Add(GgufFixture.Texts("none", []));
        File.WriteAllBytes(FilePath, fixture.Bytes());

        SmallModel.Bits(ReadWeights()).Should().Equal(SmallModel.Bits(SmallModel.Random()));
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Read_Head_IsTiedIfItIsTheEmbedding(bool changed, bool tied)
    {
        Gpt2Weights weights = SmallModel.Random();
        var fixture = GgufFixture.Of(weights, SmallModel.Vocabulary);
        fixture.Add("output.weight", weights.TokenEmbedding, GgufFixture.F32);
        if (changed)
        {
            fixture.Tensors[^1].Data[777] ^= 1;
        }

        File.WriteAllBytes(FilePath, fixture.Bytes());
        using ModelSource source = ModelFolder.Open(FilePath);

        source.Config.TiedHead.Should().Be(tied);
        source.ReadWeights().Matrices().Should().HaveCount(tied ? 28 : 29);
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Write_Float32_KeepsEveryBit(bool tied, bool hasText)
    {
        Gpt2Weights weights = SmallModel.WithOddNumbers();
        weights = tied ? weights : TestModels.Random(SmallModel.Config with { TiedHead = false }, 9);
        string target = hasText ? FilePath : folder.PathOf("model");

        string[] files = GgufFile.Write(target, weights, hasText ? SmallModel.Vocabulary : null);

        files.Should().Equal(hasText ? "small.gguf" : "model.gguf");
        using ModelSource source = ModelFolder.Open(target);
        source.Config.Should().Be(weights.Config);
        source.StoredTypes.Should().Be("F32");
        SmallModel.Bits(source.ReadWeights()).Should().Equal(SmallModel.Bits(weights));
        (source.ReadTokenizer() is not null).Should().Be(hasText);
        Directory.EnumerateFileSystemEntries(folder.Root).Should().ContainSingle("nothing is left beside it");
    }

    [Theory]
    [InlineData(GgufWeights.Float16, true, "19 F32, 9 F16")]
    [InlineData(GgufWeights.BFloat16, true, "19 F32, 9 BF16")]
    [InlineData(GgufWeights.Q8, true, "19 F32, 9 Q8_0")]
    [InlineData(GgufWeights.Q4, true, "19 F32, 1 Q8_0, 8 Q4_0")]
    [InlineData(GgufWeights.Q4, false, "19 F32, 1 Q8_0, 9 Q4_0")]
    public void Write_OtherTypes_AreWithinTheirRounding(GgufWeights type, bool tied, string types)
    {
        Gpt2Weights weights = TestModels.Random(Blocks with { TiedHead = tied }, 6);

        GgufFile.Write(FilePath, weights, SmallModel.Vocabulary, type);

        using ModelSource source = ModelFolder.Open(FilePath);
        source.StoredTypes.Should().Be(types);
        Gpt2Weights read = source.ReadWeights();
        foreach ((float[] written, float[] stored) in Numbers(weights).Zip(Numbers(read)))
        {
            bool isVector = written.Length is 32 or 96 or 128 or 256;
            double relative = type switch { GgufWeights.Float16 => 1 / 2048.0, GgufWeights.BFloat16 => 1 / 256.0, _ => 0 };
            double smallest = type == GgufWeights.Float16 ? Math.Pow(2, -25) : 0; // half of the smallest half
            double step = (type == GgufWeights.Q8 ? 0.51 / 127 : type == GgufWeights.Q4 ? 1.01 / 8 : 0) * written.Max(Math.Abs);
            written.Zip(stored).Should().OnlyContain(
                pair => Math.Abs(pair.First - pair.Second) <= (isVector ? 0 : (relative * Math.Abs(pair.First)) + step + smallest));
        }

        Gpt2Weights again = Rewritten(read, type);
        SmallModel.Bits(again).Should().Equal(SmallModel.Bits(read), "numbers of a type keep their bits in it");
    }

    [Fact]
    public void Write_RowsThatAreNoBlocks_AreHalfPrecision()
    {
        GgufFile.Write(FilePath, SmallModel.Random(), SmallModel.Vocabulary, GgufWeights.Q8);

        using ModelSource source = ModelFolder.Open(FilePath);
        source.StoredTypes.Should().Be("19 F32, 9 F16");
        GgufFile.Fallbacks(SmallModel.Config, GgufWeights.Q8).Should().Be(9);
        GgufFile.Fallbacks(Blocks, GgufWeights.Q4).Should().Be(0);
    }

    [Theory]
    [InlineData(GgufWeights.Float16, 65_520f, "F16", "65504")]
    [InlineData(GgufWeights.Float16, float.NaN, "F16", "65504")]
    [InlineData(GgufWeights.Q8, float.PositiveInfinity, "Q8_0", "8319008")]
    [InlineData(GgufWeights.Q8, -8_400_000f, "Q8_0", "8319008")]
    [InlineData(GgufWeights.Q4, 530_000f, "Q4_0", "524032")]
    [InlineData(GgufWeights.Q4, float.NaN, "Q4_0", "524032")]
    public void Write_WeightThatATypeCannotHold_IsRefused(GgufWeights type, float weight, string name, string most)
    {
        Gpt2Weights weights = TestModels.Random(Blocks, 6);
        weights.Blocks[1].MlpHidden.Weight[3, 5] = weight;

        FluentActions.Invoking(() => GgufFile.Write(FilePath, weights, SmallModel.Vocabulary, type)).Should().Throw<Gpt2Exception>().With(
            found: $"has a weight of *, which {name} cannot hold", expected: $"at most {most}", remedy: "write f32 or bf16", where: "h1/mlp/c_fc/w");
        Directory.EnumerateFileSystemEntries(folder.Root).Should().BeEmpty();
    }

    [Fact]
    public void Write_AddedTokens_AreReadAgain()
    {
        Vocabulary vocabulary = SmallModel.Vocabulary.WithAdded(["<user>", " 12", "é€😀", "Ġ\n"]);
        GgufFile.Write(FilePath, TestModels.Random(SmallModel.Config with { Vocabulary = vocabulary.Count }, 2), vocabulary);

        using ModelSource source = ModelFolder.Open(FilePath);
        source.ReadTokenizer()!.Vocabulary.AddedTokens.Should().Equal("<user>", " 12", "é€😀", "Ġ\n");
    }

    [Fact]
    public void Write_SettingsOfLlamaCpp_AreReadAgain()
    {
        Gpt2Config config = SmallModel.Config with { Vocabulary = 264, Hidden = 10, LayerNormEpsilon = 0.002f };
        Gpt2Weights weights = TestModels.Random(config, 2);
        GgufFile.Write(FilePath, weights, SmallModel.Vocabulary.WithUnused(4));

        using ModelSource source = ModelFolder.Open(FilePath);
        source.Config.Should().Be(config);
        SmallModel.Bits(source.ReadWeights()).Should().Equal(SmallModel.Bits(weights));
        Vocabulary vocabulary = source.ReadTokenizer()!.Vocabulary;
        (vocabulary.Count, vocabulary.UnusedCount).Should().Be((264, 4));
    }

    [Fact]
    public void Write_ArithmeticThatLlamaCppDoesNotHave_IsRefused()
    {
        Gpt2Config config = SmallModel.Config with { Activation = ActivationFunction.Relu, ScaleAttention = false, Hidden = 10 };

        FluentActions.Invoking(() => GgufFile.Write(FilePath, TestModels.Random(config, 2), null)).Should().Throw<Gpt2Exception>().With(
            found: "the model has activation_function \"relu\", scale_attn_weights false, which a GGUF file of gpt2 cannot hold",
            remedy: "write csv or safetensors");
        Directory.EnumerateFileSystemEntries(folder.Root).Should().BeEmpty();
    }

    [Fact]
    public void Write_TokensThatAreWrittenAlike_AreRefused()
    {
        Vocabulary vocabulary = SmallModel.Vocabulary.WithAdded(["Ġ"]); // what the token of the space is written as
        Gpt2Weights weights = TestModels.Random(SmallModel.Config with { Vocabulary = vocabulary.Count }, 2);

        FluentActions.Invoking(() => GgufFile.Write(FilePath, weights, vocabulary)).Should().Throw<Gpt2Exception>().With(
            found: "two tokens are both written as 'Ġ', which a GGUF file can hold only once", remedy: "write another format");
    }

    [Fact]
    public void Write_NoAttentionBias_WritesZeros()
    {
        GgufFile.Write(FilePath, TestModels.Random(SmallModel.Config with { QkvBias = false }, 4), SmallModel.Vocabulary);

        ReadWeights().Blocks[1].AttentionQkv.Bias!.Span.ToArray().Should().AllBeEquivalentTo(0f);
    }

    [Fact]
    public void Write_Cancelled_LeavesNothing()
    {
        Action write = () => GgufFile.Write(FilePath, SmallModel.Random(), null, cancellation: new CancellationToken(canceled: true));

        write.Should().Throw<OperationCanceledException>();
        Directory.EnumerateFileSystemEntries(folder.Root).Should().BeEmpty();
    }

    /// <summary>By hand: in Q8_0 d = 31/127 and q = round(127 · i/31); in Q4_0 d = 31/−8 and q = round(8 − 8 · i/31).</summary>
    [Fact]
    public void Narrow_OneBlock_HasTheBytesOfTheRule()
    {
        float[] numbers = [.. Enumerable.Range(0, 32).Select(i => (float)i)];
        var q8 = new byte[34];
        var q4 = new byte[18];

        NumberType.Q8_0.Narrow(numbers, q8);
        NumberType.Q4_0.Narrow(numbers, q4);

        BitConverter.ToHalf(q8).Should().Be((Half)(31f / 127));
        q8[2..].Should().Equal(Enumerable.Range(0, 32).Select(i => (byte)Math.Round(127.0 * i / 31, MidpointRounding.AwayFromZero)));
        BitConverter.ToHalf(q4).Should().Be((Half)(-31f / 8));
        int[] whole = [8, 8, 7, 7, 7, 7, 6, 6, 6, 6, 5, 5, 5, 5, 4, 4, 4, 4, 3, 3, 3, 3, 2, 2, 2, 2, 1, 1, 1, 1, 0, 0];
        q4[2..].Should().Equal(Enumerable.Range(0, 16).Select(i => (byte)(whole[i] | (whole[i + 16] << 4))));
    }

    [Theory]
    [InlineData("Q8_0")]
    [InlineData("Q4_0")]
    public void Narrow_ZerosAndTheSmallestNumbers_StayZero(string name)
    {
        NumberType type = Enum.Parse<NumberType>(name);
        float[] numbers = [.. new float[32], .. Enumerable.Repeat(float.Epsilon, 32), .. Enumerable.Repeat(-1e-39f, 32)];
        var stored = new byte[type.Bytes(96)];
        var read = new float[96];

        type.Narrow(numbers, stored);
        type.Widen(stored, read);

        read.Should().AllSatisfy(number => number.Should().Be(0));
    }

    private static IEnumerable<float[]> Numbers(Gpt2Weights weights) => weights.Matrices().Select(matrix => matrix.Span.ToArray());

    private Gpt2Weights ReadWeights()
    {
        using ModelSource source = ModelFolder.Open(FilePath);
        return source.ReadWeights();
    }

    private Gpt2Weights Rewritten(Gpt2Weights weights, GgufWeights type)
    {
        string again = folder.PathOf("again.gguf");
        GgufFile.Write(again, weights, SmallModel.Vocabulary, type);
        using ModelSource source = ModelFolder.Open(again);
        return source.ReadWeights();
    }
}
