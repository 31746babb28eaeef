// Measures a whole model beside llama.cpp: GPT-2 small's shape with random weights, the same for both, a prompt and tokens one by one,
// for each type of weights.

using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Gpt2.Benchmarks.Support;

namespace Gpt2.Benchmarks;

[AgainstColumn(nameof(By), LanguageRun.LlamaName)]
[MinColumn] // what is left if something else used the cores
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 2, iterationCount: 7)]
public class LlamaBenchmarks
{
    private const int PromptTokens = 512, From = 64, NewTokens = 32;

    private LanguageRun? run;

    /// <summary>What this project stores weights in, and after it the type in the GGUF file that llama.cpp reads.</summary>
    [Params("f32 F32", "bf16 BF16", "bf16 F16", "int8 Q8_0", "int4 Q4_0")]
    public string Weights { get; set; } = "";

    /// <summary>Who computes, with how many threads.</summary>
    [ParamsSource(nameof(Everyone))]
    public string By { get; set; } = "";

    public static IEnumerable<string> Everyone => ((string[])[LanguageRun.OurName, LanguageRun.LlamaName])
        .SelectMany(name => new[] { 1, Environment.ProcessorCount }.Distinct().Select(count => ThreadCount.Append(name, count)));

    [GlobalSetup]
    public void Setup() => run = LanguageRun.Create(By, Weights);

    [GlobalCleanup]
    public void Cleanup() => run!.Dispose();

    /// <summary>A prompt into an empty cache, with logits for its last token; the time is that of one token.</summary>
    [Benchmark(OperationsPerInvoke = PromptTokens)]
    public void Prompt() => run!.Prompt(PromptTokens);

    [IterationSetup(Target = nameof(Decode))]
    public void PromptBefore() => run!.Prompt(From);

    /// <summary>The tokens after a prompt, each the most likely one; the time is that of one token.</summary>
    [Benchmark(OperationsPerInvoke = NewTokens)]
    public void Decode() => run!.Decode(NewTokens);
}
