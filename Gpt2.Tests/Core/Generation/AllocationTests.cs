// In the steady state a generated token costs no memory: nothing for the garbage collector to do while a text is written.
//
// The count of a thread's bytes is exact only without background collections. When one begins, the runtime takes the unused rest of
// every thread's allocation context, up to 8 kB, for allocated, and any other test that fills the heap can make one begin. The test
// process therefore has them turned off, in runtimeconfig.template.json; a measurement makes sure of that. There too, methods with loops
// are compiled once for good: else the runtime replaces them while they run, on this thread, and takes memory for it when it comes to that.

using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Generation;

public class AllocationTests
{
    private static readonly Gpt2Config Config = new(1000, 200, 128, 4, 2);

    [Theory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void TryNext_SteadyState_AllocatesNothing(KernelRung rung)
    {
        var sampling = new SamplingOptions { Temperature = 0.9, TopK = 50, TopP = 0.9, MinP = 0.001, Seed = 1 };
        Sampler penalised = Sampler.Of(new() { Sampling = sampling, RepetitionPenalty = 1.2, NoRepeatNgram = 3 });

        // Buffers are a thread's own, and which part of a job a thread gets is left to chance: alone, this one gets all of them.
        foreach (int threads in (int[])[1, 2])
        {
            foreach (Sampler? sampler in (Sampler?[])[null, new Sampler(sampling), penalised])
            {
                GenerationSession session = Session(rung, threads, sampler);
                Generate(session, 70);

                long allocated = AllocatedBy(() => Generate(session, 30));

                allocated.Should().Be(0, "{0} kernels, {1} threads, {2}", rung, threads, sampler is null ? "greedy" : "sampled");
            }
        }
    }

    [Theory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void TryNext_WithASmallObjectPerToken_IsFoundOut(KernelRung rung)
    {
        GenerationSession session = Session(rung, threads: 1, sampler: null);
        Generate(session, 70);

        long allocated = AllocatedBy(() =>
        {
            for (int token = 0; token < 30; token++)
            {
                session.TryNext(out _);
                GC.KeepAlive(new byte[8]);
            }
        });

        allocated.Should().Be(30 * 32, "that is an array's head of 16 bytes, its length and its content, for each token");
    }

    [Theory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void TryNext_InAFork_AllocatesItsCacheOnce(KernelRung rung)
    {
        Generate(Session(rung, threads: 1, sampler: null), 80);
        GenerationSession begun = Session(rung, threads: 2, sampler: null);
        Generate(begun, 1);
        GenerationSession fork = begun.Fork(maxNewTokens: 150);
        Generate(fork, 80); // beyond the sizes to which a cache that grows would have grown: 64 and 128

        long allocated = AllocatedBy(() => Generate(fork, 60));

        long cache = 60L * 2 * Config.Layers * Config.Channels * sizeof(float);
        allocated.Should().BeLessThan(cache / 2, "{0} kernels: only what is as long as the text may grow", rung);
    }

    private static long AllocatedBy(Action action)
    {
        GC.GetConfigurationVariables().Should().Contain("ConcurrentGC", false, "the count of bytes is not exact with background collections");
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static GenerationSession Session(KernelRung rung, int threads, Sampler? sampler)
    {
        Gpt2Model model = Gpt2Model.ForInference(TestModels.Random(Config, 1), KernelSet.Create(rung, threads));
        return new GenerationSession(model, TestModels.Ids(Config, 20, 2), maxNewTokens: 100, endOfText: null, sampler: sampler);
    }

    private static void Generate(GenerationSession session, int tokens)
    {
        for (int token = 0; token < tokens; token++)
        {
            session.TryNext(out _);
        }
    }
}
