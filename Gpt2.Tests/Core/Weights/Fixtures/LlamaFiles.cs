// Files for the comparisons with llama.cpp: we write them, it converts them, and both compute with them.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Gguf;
using Gpt2.Kernels;
using Gpt2.Tests.Support;
using LLama.Native;

namespace Gpt2.Tests.Core.Weights.Fixtures;

/// <summary>A folder of GGUF files, and what is done with them.</summary>
internal sealed class LlamaFiles : IDisposable
{
    /// <summary>Rows of 256, which also the types with larger blocks divide.</summary>
    public static readonly Gpt2Config Wide = new(260, 16, 256, 4, 2);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Numbers that are hard to round: ties, zeros, very small and large ones.</summary>
    public static void Spoil(Gpt2Weights weights) => Spoil(weights.TokenEmbedding.Span);

    /// <summary>The same in every matrix, from its first row in the file on, which is a column of ours in the linear maps.</summary>
    public static void SpoilAll(Gpt2Weights weights)
    {
        Spoil(weights);
        var numbers = new float[224];
        Spoil(numbers);
        foreach (Matrix matrix in weights.Matrices().Where(matrix => GgufNames.IsTransposed(matrix.Name)))
        {
            for (int i = 0; i < numbers.Length; i++)
            {
                matrix[i % matrix.Rows, i / matrix.Rows] = numbers[i];
            }
        }
    }

    private static void Spoil(Span<float> numbers)
    {
        numbers[..32].Clear();
        for (int i = 0; i < 32; i++)
        {
            numbers[32 + i] = (i - 16) * 0.5f;
            numbers[64 + i] = (i % 2 == 0 ? 1e-7f : -1e-7f) * i;
            numbers[96 + i] = i == 5 ? -8 : i == 9 ? 8 : i - 15.5f;
            numbers[128 + i] = 1e-37f * i;
            numbers[160 + i] = 0.1f;
            numbers[192 + i] = -60000 + (i * 1000.7f);
        }
    }

    /// <summary>The default model.</summary>
    public static (Gpt2Weights Weights, Tokenizer Tokenizer) ReadWorkshop()
    {
        using ModelSource source = ModelFolder.Open(ModelLocator.Find(ModelLocator.DefaultModel));
        return (source.ReadWeights(), source.ReadTokenizer()!);
    }

    /// <summary>A file as we read it.</summary>
    public static Gpt2Model Ours(string file)
    {
        using ModelSource source = ModelFolder.Open(file);
        return new Gpt2Model(source.ReadWeights(), KernelSet.Create(KernelSet.FastestRung));
    }

    /// <summary>Our logits after the last token.</summary>
    public static float[] Logits(Gpt2Model model, int[] ids)
    {
        var a = new ForwardActivations(model.Config);
        model.Forward(ids, cache: null, a);
        return a.Logits.Row(0).ToArray();
    }

    /// <summary>The largest difference.</summary>
    public static double Largest(float[] theirs, float[] mine)
    {
        theirs.Should().HaveSameCount(mine);
        return mine.Zip(theirs, (a, b) => Math.Abs((double)a - b)).Max();
    }

    /// <summary>The file that llama.cpp makes of one, in another type.</summary>
    public string Requantised(string file, LLamaFtype type)
    {
        string converted = folder.PathOf($"{type}-of-{Path.GetFileName(file)}");
        LLamaModelQuantizeParams settings = LLamaModelQuantizeParams.Default();
        settings.ftype = type;
        settings.nthread = 2;
        settings.allow_requantize = true;
        NativeApi.llama_model_quantize(file, converted, ref settings).Should().Be(0);
        return converted;
    }

    /// <summary>The file that we write.</summary>
    public string Written(Gpt2Weights weights, Vocabulary? vocabulary, GgufWeights type = GgufWeights.Float32)
    {
        string file = folder.PathOf($"{type}.gguf");
        GgufFile.Write(file, weights, vocabulary, type);
        return file;
    }

    /// <summary>A file that a test has put together.</summary>
    public string Written(GgufFixture fixture)
    {
        string file = folder.PathOf("fixture.gguf");
        File.WriteAllBytes(file, fixture.Bytes());
        return file;
    }
}
