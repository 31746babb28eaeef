// A model run by llama.cpp, to compare with.

using System.Text;
using LLama;
using LLama.Common;
using LLama.Native;

namespace Gpt2.Tests.Support;

/// <summary>A GGUF file opened by llama.cpp, with everything in its cache in float32.</summary>
internal sealed class LlamaModel : IDisposable
{
    private readonly LLamaWeights weights;
    private readonly LLamaContext context;

    public LlamaModel(string path, int context)
    {
        var settings = new ModelParams(path)
        {
            ContextSize = (uint)context,
            GpuLayerCount = 0,
            Threads = 2,
            BatchThreads = 2,
            TypeK = GGMLType.GGML_TYPE_F32,
            TypeV = GGMLType.GGML_TYPE_F32,
            FlashAttention = false,
        };
        weights = LLamaWeights.LoadFromFile(settings);
        this.context = weights.CreateContext(settings);
    }

    public int[] Tokenize(string text, bool special = false) =>
        [.. weights.NativeHandle.Tokenize(text, addBos: true, special, Encoding.UTF8).Select(token => (int)token)];

    /// <summary>The logits after the last token.</summary>
    public float[] Logits(IReadOnlyList<int> ids)
    {
        context.NativeHandle.MemoryClear();
        var batch = new LLamaBatch();
        for (int position = 0; position < ids.Count; position++)
        {
            batch.Add(ids[position], position, LLamaSeqId.Zero, logits: position == ids.Count - 1);
        }

        context.NativeHandle.Decode(batch).Should().Be(DecodeResult.Ok);
        return context.NativeHandle.GetLogitsIth(ids.Count - 1).ToArray();
    }

    public void Dispose()
    {
        context.Dispose();
        weights.Dispose();
    }
}

/// <summary>A test that needs llama.cpp.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LlamaFactAttribute : FactAttribute
{
    public LlamaFactAttribute() => Skip = Reason;

    internal static string? Reason => LlamaLibrary.Problem is string problem ? OpenAiClient.SkipBegin + problem : null;
}

/// <summary>A theory that needs llama.cpp.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LlamaTheoryAttribute : TheoryAttribute
{
    public LlamaTheoryAttribute() => Skip = LlamaFactAttribute.Reason;
}
