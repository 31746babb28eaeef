// In the steady state a generated token costs no memory: nothing for the garbage collector to do while a text is written.

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
        foreach (Sampler? sampler in (Sampler?[])[null, new Sampler(new SamplingOptions { Temperature = 0.9, TopK = 50, TopP = 0.9, Seed = 1 })])
        {
            Gpt2Model model = Gpt2Model.ForInference(TestModels.Random(Config, 1), KernelSet.Create(rung, threads: 2));
            var session = new GenerationSession(model, TestModels.Ids(Config, 20, 2), maxNewTokens: 100, endOfText: null, sampler: sampler);
            for (int token = 0; token < 30; token++)
            {
                session.TryNext(out _);
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int token = 0; token < 20; token++)
            {
                session.TryNext(out _);
            }

            (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0, "{0} kernels, {1}", rung, sampler is null ? "greedy" : "sampled");
        }
    }
}
