// A model of GPT-2 small's shape with random weights, run by this project or by llama.cpp, which reads it from a GGUF file that this
// project writes.

using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Cache;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Gguf;
using Gpt2.Kernels;
using LLama;
using LLama.Common;
using LLama.Native;

namespace Gpt2.Benchmarks.Support;

/// <summary>A prompt and the tokens after it, each the most likely one.</summary>
internal abstract class LanguageRun : IDisposable
{
    public const string OurName = "Gpt2", LlamaName = "llama.cpp";

    private static readonly Gpt2Config Sizes = Gpt2Config.Small;

    /// <summary>Prepares a run.</summary>
    /// <param name="by">Who computes, and on how many threads.</param>
    /// <param name="types">This project's type of weights, and that of the GGUF file.</param>
    /// <exception cref="InvalidOperationException">llama.cpp computes something else than this project.</exception>
    public static LanguageRun Create(string by, string types)
    {
        (string name, int threads) = ThreadCount.Split(by);
        var weights = new Gpt2Weights(Sizes);
        WeightInitialisation.Fill(weights, seed: 1);
        string[] both = types.Split(' ');
        if (name == OurName)
        {
            return new OurRun(weights, threads, both[0] switch
            {
                "f32" => WeightType.Float32,
                "bf16" => WeightType.BFloat16,
                "int8" => WeightType.Int8,
                _ => WeightType.Int4,
            });
        }

        string folder = Directory.CreateTempSubdirectory("gpt2-benchmarks-").FullName;
        string file = Path.Combine(folder, "model.gguf");
        GgufFile.Write(file, weights, vocabulary: null, both[1] switch
        {
            "F32" => GgufWeights.Float32,
            "F16" => GgufWeights.Float16,
            "BF16" => GgufWeights.BFloat16,
            "Q8_0" => GgufWeights.Q8,
            _ => GgufWeights.Q4,
        });
        var run = new LlamaRun(file, folder, threads);
        using ModelSource source = ModelFolder.Open(file);
        using var same = new OurRun(source.ReadWeights(), Environment.ProcessorCount, WeightType.Float32);
        RequireSame(run, same);
        return run;
    }

    /// <summary>Reads a prompt into an empty cache.</summary>
    public abstract void Prompt(int tokens);

    /// <summary>Appends tokens, each the most likely one.</summary>
    public abstract void Decode(int tokens);

    public abstract void Dispose();

    /// <summary>The logits after the last token.</summary>
    protected abstract ReadOnlySpan<float> Logits();

    /// <summary>Ids spread over the vocabulary.</summary>
    private static int[] Ids(int count) => [.. Enumerable.Range(0, count).Select(i => (int)(i * 7919L % Sizes.Vocabulary))];

    private static void RequireSame(LanguageRun llama, LanguageRun ours)
    {
        const int Tokens = 64;
        const float Tolerance = 0.05f; // llama.cpp rounds what it multiplies by weights of fewer bits
        llama.Prompt(Tokens);
        ours.Prompt(Tokens);
        float[] found = llama.Logits().ToArray(), expected = ours.Logits().ToArray();
        float difference = found.Zip(expected, (a, b) => Math.Abs(a - b)).Max(), largest = expected.Max(Math.Abs);
        if (!(difference <= Tolerance * largest))
        {
            throw new InvalidOperationException($"a logit of llama.cpp differs by {difference}, where the largest is {largest}");
        }
    }

    private sealed class OurRun(Gpt2Weights weights, int threads, WeightType type) : LanguageRun
    {
        private readonly Gpt2Model model = Gpt2Model.ForInference(weights, KernelSet.Create(KernelRung.Tuned, threads), type);
        private readonly ForwardActivations activations = new(Sizes);
        private readonly KeyValueCache cache = new(Sizes, Sizes.Context);

        public override void Prompt(int tokens)
        {
            cache.Truncate(0);
            model.Forward(Ids(tokens), cache, activations);
        }

        public override void Decode(int tokens)
        {
            for (int i = 0; i < tokens; i++)
            {
                model.Forward([Greedy.Choose(Logits())], cache, activations);
            }
        }

        public override void Dispose()
        {
        }

        protected override ReadOnlySpan<float> Logits() => activations.Logits.Row(0);
    }

    private sealed class LlamaRun : LanguageRun
    {
        private readonly LLamaWeights weights;
        private readonly LLamaContext context;
        private readonly LLamaBatch batch = new();
        private readonly string folder;
        private int position;

        public LlamaRun(string file, string folder, int threads)
        {
            this.folder = folder;
            NativeLogConfig.llama_log_set((_, _) => { });
            var settings = new ModelParams(file)
            {
                ContextSize = (uint)Sizes.Context,
                BatchSize = (uint)Sizes.Context,
                GpuLayerCount = 0,
                Threads = threads,
                BatchThreads = threads,
            };
            weights = LLamaWeights.LoadFromFile(settings);
            context = weights.CreateContext(settings);
        }

        public override void Prompt(int tokens)
        {
            context.NativeHandle.MemoryClear();
            position = 0;
            Append(Ids(tokens));
        }

        public override void Decode(int tokens)
        {
            for (int i = 0; i < tokens; i++)
            {
                Append([Greedy.Choose(Logits())]);
            }
        }

        public override void Dispose()
        {
            context.Dispose();
            weights.Dispose();
            Directory.Delete(folder, recursive: true);
        }

        protected override ReadOnlySpan<float> Logits() => context.NativeHandle.GetLogitsIth(batch.TokenCount - 1);

        private void Append(ReadOnlySpan<int> ids)
        {
            batch.Clear();
            for (int i = 0; i < ids.Length; i++)
            {
                batch.Add(ids[i], position++, LLamaSeqId.Zero, logits: i == ids.Length - 1);
            }

            DecodeResult result = context.NativeHandle.Decode(batch);
            if (result != DecodeResult.Ok)
            {
                throw new InvalidOperationException($"llama.cpp: {result}");
            }
        }
    }
}
