// Types with blocks that we only read: llama.cpp makes files of them, and they mean the same to both programs.

using System.Runtime.InteropServices;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Binary;
using Gpt2.Core.Weights.Gguf;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;
using LLama.Native;
using static Gpt2.Tests.Core.Weights.Fixtures.LlamaFiles;

namespace Gpt2.Tests.Core.Weights.Gguf;

public sealed class LlamaCppBlockTests : IDisposable
{
    /// <summary>Rows of 64, for which llama.cpp takes other types than those with super-blocks; mlp/c_proj has 256.</summary>
    private static readonly Gpt2Config Narrow = new(260, 16, 64, 4, 2);

    private readonly LlamaFiles files = new();

    public void Dispose() => files.Dispose();

    private delegate void Dequantise([In] byte[] stored, [Out] float[] numbers, long count);

    private delegate IntPtr TypeName(int number);

    private delegate long BlockLength(int number);

    private delegate nuint TypeSize(int number);

    [LlamaTheory]
    [InlineData(LLamaFtype.MOSTLY_Q4_0, 256, "19 F32, 8 Q4_0, 1 Q6_K")]
    [InlineData(LLamaFtype.MOSTLY_Q4_1, 256, "19 F32, 8 Q4_1, 1 Q6_K")]
    [InlineData(LLamaFtype.MOSTLY_Q5_0, 256, "19 F32, 8 Q5_0, 1 Q6_K")]
    [InlineData(LLamaFtype.MOSTLY_Q5_1, 256, "19 F32, 8 Q5_1, 1 Q6_K")]
    [InlineData(LLamaFtype.MOSTLY_Q2_K, 256, "19 F32, 2 Q2_K, 6 Q3_K, 1 Q6_K")]
    [InlineData(LLamaFtype.MOSTLY_Q3_K_S, 256, "19 F32, 8 Q3_K, 1 Q6_K")]
    [InlineData(LLamaFtype.MOSTLY_Q3_K_M, 256, "19 F32, 2 Q3_K, 4 Q4_K, 2 Q5_K, 1 Q6_K")]
    [InlineData(LLamaFtype.MOSTLY_Q3_K_L, 256, "19 F32, 2 Q3_K, 6 Q5_K, 1 Q6_K")]
    [InlineData(LLamaFtype.MOSTLY_Q4_K_S, 256, "19 F32, 6 Q4_K, 2 Q5_K, 1 Q6_K")]
    [InlineData(LLamaFtype.MOSTLY_Q4_K_M, 256, "19 F32, 6 Q4_K, 3 Q6_K")]
    [InlineData(LLamaFtype.MOSTLY_Q5_K_S, 256, "19 F32, 8 Q5_K, 1 Q6_K")]
    [InlineData(LLamaFtype.MOSTLY_Q5_K_M, 256, "19 F32, 6 Q5_K, 3 Q6_K")]
    [InlineData(LLamaFtype.MOSTLY_Q6_K, 256, "19 F32, 9 Q6_K")]
    [InlineData(LLamaFtype.MOSTLY_Q4_0, 64, "19 F32, 1 Q8_0, 8 Q4_0")]
    [InlineData(LLamaFtype.MOSTLY_Q4_1, 64, "19 F32, 1 Q8_0, 8 Q4_1")]
    [InlineData(LLamaFtype.MOSTLY_Q2_K, 64, "19 F32, 1 Q8_0, 6 Q4_0, 2 Q3_K")]
    [InlineData(LLamaFtype.MOSTLY_Q3_K_M, 64, "19 F32, 1 Q8_0, 2 Q4_0, 2 Q5_0, 2 Q5_1, 2 Q4_K")]
    [InlineData(LLamaFtype.MOSTLY_Q4_K_M, 64, "19 F32, 2 Q8_0, 5 Q5_0, 1 Q4_K, 1 Q6_K")]
    [InlineData(LLamaFtype.MOSTLY_Q5_K_M, 64, "19 F32, 2 Q8_0, 5 Q5_1, 1 Q5_K, 1 Q6_K")]
    [InlineData(LLamaFtype.MOSTLY_Q6_K, 64, "19 F32, 7 Q8_0, 2 Q6_K")]
    public void LlamaCpp_QuantisesAFile_WeReadTheNumbersThatItReads(LLamaFtype type, int channels, string types)
    {
        Gpt2Weights weights = TestModels.Random(channels == 256 ? Wide : Narrow, 7);
        SpoilAll(weights);
        string quantised = files.Requantised(files.Written(weights, SmallModel.Vocabulary), type);
        string back = files.Requantised(quantised, LLamaFtype.ALL_F32);

        using ModelSource source = ModelFolder.Open(quantised), theirs = ModelFolder.Open(back);

        source.StoredTypes.Should().Be(types);
        theirs.StoredTypes.Should().Be("F32");
        Gpt2Weights read = source.ReadWeights();
        SmallModel.Bits(read).Should().Equal(SmallModel.Bits(theirs.ReadWeights()));
        read.Matrices().Should().OnlyContain(matrix => NotFiniteNumbers.In(matrix) == null);
    }

    /// <summary>Converters once wrote wte twice; the head's is then rounded to another type.</summary>
    [LlamaFact]
    public void LlamaCpp_QuantisesACopyOfTheEmbedding_ItIsAHeadOfItsOwn()
    {
        Gpt2Weights weights = TestModels.Random(Wide, 7);
        var fixture = GgufFixture.Of(weights, SmallModel.Vocabulary);
        fixture.Add("output.weight", weights.TokenEmbedding, GgufFixture.F32);
        string quantised = files.Requantised(files.Written(fixture), LLamaFtype.MOSTLY_Q4_K_M);
        string back = files.Requantised(quantised, LLamaFtype.ALL_F32);

        using ModelSource source = ModelFolder.Open(quantised), theirs = ModelFolder.Open(back);

        source.StoredTypes.Should().Be("19 F32, 7 Q4_K, 3 Q6_K");
        source.Config.TiedHead.Should().BeFalse();
        SmallModel.Bits(source.ReadWeights()).Should().Equal(SmallModel.Bits(theirs.ReadWeights()));
    }

    /// <summary>
    /// llama.cpp rounds what it multiplies to 8 bits, with a scale for 32 numbers or, in the K types, for 256. Each bound is twice the root
    /// mean square that was measured.
    /// </summary>
    [LlamaTheory]
    [InlineData(LLamaFtype.MOSTLY_Q4_0, 0.14)]
    [InlineData(LLamaFtype.MOSTLY_Q4_1, 0.18)]
    [InlineData(LLamaFtype.MOSTLY_Q5_0, 0.2)]
    [InlineData(LLamaFtype.MOSTLY_Q5_1, 0.16)]
    [InlineData(LLamaFtype.MOSTLY_Q2_K, 0.34)]
    [InlineData(LLamaFtype.MOSTLY_Q3_K_S, 0.38)]
    [InlineData(LLamaFtype.MOSTLY_Q3_K_M, 0.23)]
    [InlineData(LLamaFtype.MOSTLY_Q4_K_S, 0.23)]
    [InlineData(LLamaFtype.MOSTLY_Q4_K_M, 0.37)]
    [InlineData(LLamaFtype.MOSTLY_Q5_K_M, 0.24)]
    [InlineData(LLamaFtype.MOSTLY_Q6_K, 0.3)]
    public void LlamaCpp_QuantisesAFile_ComputesOurLogits(LLamaFtype type, double bound)
    {
        string quantised = files.Requantised(files.Written(TestModels.Random(Wide, 7), SmallModel.Vocabulary), type);
        string back = files.Requantised(quantised, LLamaFtype.ALL_F32);
        Gpt2Model model = Ours(quantised);
        using LlamaModel llama = new(quantised, Wide.Context), exact = new(back, Wide.Context);
        List<double> differences = [];
        for (ulong seed = 3; seed < 11; seed++)
        {
            int[] ids = TestModels.Ids(Wide, 16, seed);
            float[] mine = Logits(model, ids);
            differences.AddRange(llama.Logits(ids).Zip(mine, (theirs, ours) => (double)theirs - ours));
            Largest(exact.Logits(ids), mine).Should().BeLessThan(0.015, "in F32 it rounds no activations");
        }

        Math.Sqrt(differences.Average(difference => difference * difference)).Should().BeLessThan(bound);
    }

    /// <summary>Bytes that no quantisation makes, too; only the half-precision numbers are finite.</summary>
    [LlamaTheory]
    [InlineData("Q8_0", "q8_0", 34, 0)]
    [InlineData("Q4_0", "q4_0", 18, 0)]
    [InlineData("Q4_1", "q4_1", 20, 0, 2)]
    [InlineData("Q5_0", "q5_0", 22, 0)]
    [InlineData("Q5_1", "q5_1", 24, 0, 2)]
    [InlineData("Q2_K", "q2_K", 84, 80, 82)]
    [InlineData("Q3_K", "q3_K", 110, 108)]
    [InlineData("Q4_K", "q4_K", 144, 0, 2)]
    [InlineData("Q5_K", "q5_K", 176, 0, 2)]
    [InlineData("Q6_K", "q6_K", 210, 208)]
    public void Ggml_RandomBlocks_AreTheSameNumbers(string name, string theirs, int size, params int[] halves)
    {
        const int Blocks = 300;
        NumberType type = Enum.Parse<NumberType>(name);
        var random = new RandomGenerator(5);
        byte[] stored = [.. Enumerable.Range(0, Blocks * size).Select(_ => (byte)random.NextBits())];
        foreach (int place in Enumerable.Range(0, Blocks).SelectMany(block => halves.Select(half => (block * size) + half + 1)))
        {
            stored[place] = (stored[place] & 0x7C) == 0x7C ? (byte)(stored[place] ^ 0x40) : stored[place];
        }

        var mine = new float[Blocks * type.BlockLength()];
        var other = new float[mine.Length];

        type.Widen(stored, mine);
        LlamaLibrary.Function<Dequantise>("dequantize_row_" + theirs)(stored, other, other.Length);

        type.Bytes(mine.Length).Should().Be(stored.Length);
        mine.Select(BitConverter.SingleToInt32Bits).Should().Equal(other.Select(BitConverter.SingleToInt32Bits));
        mine.Should().OnlyContain(number => float.IsFinite(number));
        mine.Distinct().Should().HaveCountGreaterThan(1000);
    }

    [LlamaFact]
    public void Ggml_Types_HaveOurNamesAndSizes()
    {
        const int Count = 42;
        var nameOf = LlamaLibrary.Function<TypeName>("ggml_type_name");
        var blockLengthOf = LlamaLibrary.Function<BlockLength>("ggml_blck_size");
        var sizeOf = LlamaLibrary.Function<TypeSize>("ggml_type_size");
        int read = 0;
        for (int number = 0; number < Count; number++)
        {
            string theirs = Marshal.PtrToStringUTF8(nameOf(number))!;
            if (!theirs.Contains("DEPRECATED", StringComparison.Ordinal))
            {
                theirs.Should().ContainEquivalentOf(GgufTypes.NameOf((uint)number), "it is 'TYPE_Q4_0_4_4 REMOVED, …' if it no longer exists");
            }

            if (GgufTypes.Of((uint)number) is NumberType type)
            {
                (type.BlockLength(), type.Size()).Should().Be(((int)blockLengthOf(number), (int)sizeOf(number)), theirs);
                read++;
            }
        }

        read.Should().Be(13);
    }
}
