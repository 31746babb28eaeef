// GGUF files that we write, read by llama.cpp; files that it writes, read by us; and both computing the same.

using System.Runtime.InteropServices;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Binary;
using Gpt2.Core.Weights.Gguf;
using Gpt2.Kernels;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;
using LLama.Native;
using static Gpt2.Tests.Core.Weights.Fixtures.LlamaFiles;

namespace Gpt2.Tests.Core.Weights.Gguf;

public sealed class LlamaCppTests : IDisposable
{
    private static readonly string[] Prompts =
        ["Mike is quick. He moves", "Anna is", "The", "one two three 4 5 6", "\n\n", " quickly quickly."];

    private readonly LlamaFiles files = new();

    public void Dispose() => files.Dispose();

    /// <summary>
    /// llama.cpp rounds what it multiplies to the type of the matrix, Q8_0 in Q4_0, and looks the GELU up in a table of half-precision
    /// numbers: this is most of the difference in F32, see <see cref="LlamaCpp_WithoutFeedForward_ComputesOurLogits"/>.
    /// </summary>
    [LlamaTheory]
    [InlineData(GgufWeights.Float32, 0.005)]
    [InlineData(GgufWeights.Float16, 0.01)]
    [InlineData(GgufWeights.BFloat16, 0.08)]
    [InlineData(GgufWeights.Q8, 0.25)]
    [InlineData(GgufWeights.Q4, 0.25)]
    public void LlamaCpp_DefaultModelInEveryType_ComputesOurLogitsAndText(GgufWeights type, double bound)
    {
        (Gpt2Weights weights, Tokenizer tokenizer) = ReadWorkshop();
        string file = files.Written(weights, tokenizer.Vocabulary, type);
        Gpt2Model model = Ours(file);
        using var llama = new LlamaModel(file, weights.Config.Context);
        foreach (string prompt in Prompts)
        {
            int[] ids = tokenizer.Encode(prompt);
            Largest(llama.Logits(ids), Logits(model, ids)).Should().BeLessThan(bound, prompt);
        }

        int[] start = tokenizer.Encode("Mike is quick. He moves");
        int[] greedy = Greedy(ids => Logits(model, ids), start, 12);
        Greedy(llama.Logits, start, 12).Should().Equal(greedy);
        tokenizer.Decode(greedy).Should().StartWith(" quickly");
    }

    [LlamaTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void LlamaCpp_WithoutFeedForward_ComputesOurLogits(bool tied)
    {
        Gpt2Weights weights = TestModels.Random(Wide with { TiedHead = tied }, 7);
        foreach (BlockWeights block in weights.Blocks)
        {
            block.MlpProjection.Weight.Span.Clear();
        }

        string file = files.Written(weights, SmallModel.Vocabulary, GgufWeights.Float32);
        using var llama = new LlamaModel(file, weights.Config.Context);
        int[] ids = TestModels.Ids(weights.Config, 16, 3);
        float[] mine = Logits(Ours(file), ids);

        mine.Max().Should().BeGreaterThan(5);
        Largest(llama.Logits(ids), mine).Should().BeLessThan(2e-4);
    }

    [LlamaFact]
    public void LlamaCpp_OtherSettings_AreUsed()
    {
        Gpt2Config config = Wide with { Vocabulary = 264, Hidden = 352, LayerNormEpsilon = 0.5f };
        Gpt2Weights weights = TestModels.Random(config, 7);
        string file = files.Written(weights, SmallModel.Vocabulary.WithUnused(4), GgufWeights.Float32);
        using var llama = new LlamaModel(file, config.Context);
        int[] ids = TestModels.Ids(config, 16, 3);
        float[] mine = Logits(Ours(file), ids);

        Largest(llama.Logits(ids), mine).Should().BeLessThan(0.02);
        Largest(Logits(new Gpt2Model(TestModels.Random(config with { LayerNormEpsilon = 1e-5f }, 7), KernelSet.Create(KernelRung.Tuned)), ids), mine)
            .Should().BeGreaterThan(0.2, "the setting makes a difference");
        llama.Tokenize("ab[PAD260]c").Should().Equal(new Tokenizer(SmallModel.Vocabulary).Encode("ab[PAD260]c"));
    }

    [LlamaFact]
    public void LlamaCpp_ModelWithoutText_ComputesOurLogits()
    {
        Gpt2Weights weights = TestModels.Random(new Gpt2Config(11, 16, 32, 4, 1) { QkvBias = false }, 5);
        string file = files.Written(weights, null, GgufWeights.Float32);
        using var llama = new LlamaModel(file, weights.Config.Context);
        int[] ids = TestModels.Ids(weights.Config, 5, 3);

        Largest(llama.Logits(ids), Logits(Ours(file), ids)).Should().BeLessThan(0.005);
    }

    [LlamaFact]
    public void LlamaCpp_ManyTexts_GivesOurTokens()
    {
        (Gpt2Weights weights, Tokenizer tokenizer) = ReadWorkshop();
        using var llama = new LlamaModel(files.Written(weights, tokenizer.Vocabulary, GgufWeights.Q4), weights.Config.Context);
        RequireSameTokens(llama, tokenizer, []);
    }

    [LlamaFact]
    public void LlamaCpp_AddedTokens_AreFoundWhereWeFindThem()
    {
        string[] added = ["<user>", "<assistant>", " 112", "é€😀", "\t\t", "Mike!"];
        Vocabulary vocabulary = SmallModel.Vocabulary.WithAdded(added);
        Gpt2Weights weights = TestModels.Random(SmallModel.Config with { Vocabulary = vocabulary.Count, Channels = 32, Heads = 4 }, 5);
        using var llama = new LlamaModel(files.Written(weights, vocabulary, GgufWeights.Float32), weights.Config.Context);

        RequireSameTokens(llama, new Tokenizer(vocabulary), added);
        llama.Tokenize("a<user>b").Should().Contain(260);
        llama.Tokenize("<|endoftext|>").Should().NotContain(vocabulary.EndOfText, "a text does not contain control tokens");
        llama.Tokenize("<|endoftext|>", special: true).Should().Equal(vocabulary.EndOfText);
    }

    [LlamaTheory]
    [InlineData(LLamaFtype.MOSTLY_F16, GgufWeights.Float16)]
    [InlineData(LLamaFtype.MOSTLY_BF16, GgufWeights.BFloat16)]
    [InlineData(LLamaFtype.MOSTLY_Q8_0, GgufWeights.Q8)]
    [InlineData(LLamaFtype.MOSTLY_Q4_0, GgufWeights.Q4)]
    public void LlamaCpp_ConvertsTheFile_ToTheBytesThatWeWrite(LLamaFtype theirs, GgufWeights type)
    {
        (Gpt2Weights weights, Tokenizer tokenizer) = ReadWorkshop();
        Spoil(weights);
        string converted = files.Requantised(files.Written(weights, tokenizer.Vocabulary, GgufWeights.Float32), theirs);
        string written = files.Written(weights, tokenizer.Vocabulary, type);

        using var theirFile = new MappedFile(converted);
        using var ourFile = new MappedFile(written);
        GgufHeader their = GgufHeader.Read(theirFile), our = GgufHeader.Read(ourFile);

        their.Whole("general.file_type").Should().Be(our.Whole("general.file_type"));
        Described(their).Should().Equal(Described(our));
        bool isX64 = RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64;
        foreach (GgufTensor tensor in our.Tensors)
        {
            long length = GgufTypes.Of(tensor.Type)!.Value.Bytes(StoredTensor.Count(tensor.Shape));
            GgufTensor other = their.Tensors.Single(each => each.Name == tensor.Name);
            byte[] theirBytes = Bytes(theirFile, their.DataOffset + (long)other.Begin, length);
            byte[] ourBytes = Bytes(ourFile, our.DataOffset + (long)tensor.Begin, length);

            // Elsewhere their compiler may join a product and a sum into one operation, which rounds a few ties otherwise.
            long different = theirBytes.Zip(ourBytes).LongCount(pair => pair.First != pair.Second);
            different.Should().BeLessThanOrEqualTo(isX64 ? 0 : length / 1000, tensor.Name);
        }

        using ModelSource theirModel = ModelFolder.Open(converted), ourModel = ModelFolder.Open(written);
        theirModel.Config.Should().Be(ourModel.Config);
        theirModel.ReadTokenizer()!.Vocabulary.Merges.Should().Equal(tokenizer.Vocabulary.Merges);
    }

    [LlamaTheory]
    [InlineData(LLamaFtype.MOSTLY_IQ4_NL, "IQ4_NL")]
    [InlineData(LLamaFtype.MOSTLY_IQ4_XS, "IQ4_XS")]
    [InlineData(LLamaFtype.MOSTLY_IQ3_S, "IQ3_S")]
    [InlineData(LLamaFtype.LLAMA_FTYPE_MOSTLY_TQ1_0, "TQ1_0")]
    [InlineData(LLamaFtype.LLAMA_FTYPE_MOSTLY_TQ2_0, "TQ2_0")]
    public void LlamaCpp_ConvertsTheFile_OtherTypesAreRefusedByName(LLamaFtype type, string name)
    {
        string converted = files.Requantised(files.Written(TestModels.Random(Wide, 7), SmallModel.Vocabulary), type);

        FluentActions.Invoking(() => ModelFolder.Open(converted)).Should().Throw<Gpt2Exception>().With(
            found: $"is of {name}", expected: "F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q2_K, Q3_K, Q4_K, Q5_K or Q6_K",
            remedy: "take the model in one of these*");
        using var file = new MappedFile(converted);
        GgufHeader.Read(file).Tensors.Select(tensor => GgufTypes.NameOf(tensor.Type)).Should().Contain(name);
    }

    private static void RequireSameTokens(LlamaModel llama, Tokenizer tokenizer, string[] pieces)
    {
        string[] all =
        [
            .. pieces, "a", "b", "ab", "abc", " ", "  ", "   ", "\n", "\n\n", " \n", "\r\n", "\t", "1", "12", "2024", "3.14", "-", "--", "!",
            ", ", "'s", "'S", "'re", "don't", "'", "ä", "é", "ß", "日本", "語", "😀", "👩‍👩‍👧", "Ω", "٣", "½", "²", "\u00A0", "\u3000", "\u200B",
            "\u0300", "_", "@", "#", "Mike", " quick", "The", "THE", "x", "Z",
        ];
        var random = new RandomGenerator(11);
        for (int i = 0; i < 2000; i++)
        {
            int parts = 1 + (int)(random.NextBits() % 8);
            string text = string.Concat(Enumerable.Range(0, parts).Select(_ => all[random.NextBits() % (ulong)all.Length]));
            llama.Tokenize(text).Should().Equal(tokenizer.Encode(text), text);
        }

        llama.Tokenize("").Should().BeEmpty();
    }

    private static int[] Greedy(Func<int[], float[]> logitsOf, int[] ids, int count)
    {
        List<int> all = [.. ids];
        for (int i = 0; i < count; i++)
        {
            float[] logits = logitsOf([.. all]);
            all.Add(Array.IndexOf(logits, logits.Max()));
        }

        return [.. all.Skip(ids.Length)];
    }

    private static IEnumerable<string> Described(GgufHeader header) => header.Tensors
        .Select(tensor => $"{tensor.Name} {StoredTensor.Shown(tensor.Shape)} {GgufTypes.NameOf(tensor.Type)}").Order(StringComparer.Ordinal);

    private static byte[] Bytes(MappedFile file, long offset, long length)
    {
        var bytes = new byte[length];
        file.Read(offset, bytes);
        return bytes;
    }
}
