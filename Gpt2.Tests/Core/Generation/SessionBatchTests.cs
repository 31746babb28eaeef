// Several sessions in one pass: whatever joins, leaves, forks or passes the end of the context, each has the tokens and
// the bits that it has alone.

using FsCheck;
using FsCheck.Fluent;
using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Generation;

public class SessionBatchTests
{
    private static readonly Gen<Workload> Workloads =
        from rung in Gen.Elements(Enum.GetValues<KernelRung>())
        from type in Gen.Elements(Enum.GetValues<WeightType>())
        from threads in Gen.Choose(1, 2)
        from seed in Gen.Choose(1, 1000)
        from requests in Gen.Choose(1, 9).SelectMany(count => Gen.ListOf(Requests, count))
        select new Workload(rung, type, threads, seed, [.. requests]);

    private static Gen<Request> Requests =>
        from prompt in Gen.OneOf(Gen.Choose(1, 5), Gen.Choose(25, 80))
        from newTokens in Gen.Choose(1, 9)
        from arrival in Gen.Choose(0, 12)
        from fork in Gen.Elements(true, false)
        from seed in Gen.Choose(1, 1000)
        select new Request(prompt, newTokens, arrival, fork, seed);

    [Fact]
    public void Advance_AnySessions_GivesEachTheTokensAndBitsThatItHasAlone() => SeededProperty.Holds(Workloads, workload =>
    {
        Gpt2Model model = workload.Model();
        Running[] alone = [.. workload.Requests.Select(request => new Running(model, request))];
        Running[] together = [.. workload.Requests.Select(request => new Running(model, request))];
        foreach (Running one in alone)
        {
            while (!one.Over)
            {
                one.Draw();
            }
        }

        Run(model, together);

        for (int i = 0; i < alone.Length; i++)
        {
            together[i].Ids.Should().Equal(alone[i].Ids, "request {0} of {1}", i, workload);
            together[i].LastLogits.AsSpan().SequenceEqual(alone[i].LastLogits).Should().BeTrue("request {0} of {1}", i, workload);
        }
    });

    [Fact]
    public void Advance_APromptAmongOthers_IsComputedInChunks_AndNobodyWaits()
    {
        Gpt2Model model = new Workload(KernelRung.Tuned, WeightType.Float32, 1, 5, []).Model();
        var running = new GenerationSession(model, [1, 2, 3], 50, endOfText: null);
        running.Logits();
        var arriving = new GenerationSession(model, TestModels.Ids(model.Config, 80, 3), 5, endOfText: null);
        var batch = new SessionBatch(model);
        int passes = 0;
        while (!arriving.IsPredicted)
        {
            running.TryNext(out _);
            batch.Advance([running, arriving]);
            running.IsPredicted.Should().BeTrue("a prompt holds nobody up");
            passes++;
        }

        passes.Should().Be(3, "80 tokens are two chunks of 32 and one of 16");
    }

    [Fact]
    public void Advance_TextsPastTheContext_WhoseWindowsArePendingAtEveryToken_HoldUpNoPrompt()
    {
        Gpt2Model model = new Workload(KernelRung.Tuned, WeightType.Float32, 1, 5, []).Model();
        int context = model.Config.Context;
        GenerationSession[] long2 = [.. Enumerable.Range(1, 2).Select(
            seed => new GenerationSession(model, TestModels.Ids(model.Config, context, (ulong)seed), 1000, endOfText: null))];
        foreach (GenerationSession session in long2)
        {
            session.TryNext(out _).Should().BeTrue(); // now longer than the context
        }

        var arriving = new GenerationSession(model, TestModels.Ids(model.Config, 40, 3), 5, endOfText: null);
        var running = new GenerationSession(model, [1], 1000, endOfText: null);
        running.Logits();
        var batch = new SessionBatch(model);
        int passes = 0;
        for (; !arriving.IsPredicted && passes < 100; passes++)
        {
            foreach (GenerationSession session in long2.Append(running).Where(session => session.IsPredicted))
            {
                session.TryNext(out _);
            }

            batch.Advance([.. long2.Append(arriving).Append(running).Where(session => !session.IsPredicted)]);
        }

        passes.Should().BeLessThan(20, "prompts take turns");
    }

    [Theory]
    [InlineData(33)]
    [InlineData(65)]
    [InlineData(257)]
    public void Advance_NoPrompt_IsCutSoThatOneTokenRemains(int tokens)
    {
        var config = new Gpt2Config(50, 300, 32, 2, 1);
        Gpt2Model model = Gpt2Model.ForInference(TestModels.Random(config, 7), KernelSet.Create(KernelRung.Tuned));
        int[] prompt = TestModels.Ids(config, tokens, 9);
        var alone = new GenerationSession(model, prompt, 5, endOfText: null);
        var together = new GenerationSession(model, prompt, 5, endOfText: null);
        var other = new GenerationSession(model, [1], 200, endOfText: null);
        var batch = new SessionBatch(model);
        while (!together.IsPredicted)
        {
            batch.Advance([other, together]);
            other.TryNext(out _);
        }

        together.Logits().SequenceEqual(alone.Logits()).Should().BeTrue();
    }

    [Fact]
    public void Advance_SteadyState_AllocatesNothing()
    {
        Gpt2Model model = new Workload(KernelRung.Tuned, WeightType.Float32, 1, 5, []).Model();
        GenerationSession[] sessions = [.. Enumerable.Range(1, 5).Select(id => new GenerationSession(model, [id, id], 60, endOfText: null))];
        var batch = new SessionBatch(model);
        Pass(40); // scores grow with the past, to twice their size each time

        long before = GC.GetAllocatedBytesForCurrentThread();
        Pass(18);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);

        void Pass(int passes)
        {
            for (int pass = 0; pass < passes; pass++)
            {
                batch.Advance(sessions);
                foreach (GenerationSession session in sessions)
                {
                    session.TryNext(out _);
                }
            }
        }
    }

    /// <summary>What a server does: whoever has arrived and is not over takes part in every pass.</summary>
    private static void Run(Gpt2Model model, Running[] requests)
    {
        var batch = new SessionBatch(model);
        for (int pass = 0; requests.Any(request => !request.Over); pass++)
        {
            GenerationSession[] waiting = [.. requests
                .Where(request => request.Request.Arrival <= pass && !request.Over && !request.Session.IsPredicted)
                .Select(request => request.Session)];
            if (waiting.Length > 0)
            {
                batch.Advance(waiting);
            }

            foreach (Running request in requests.Where(request => request.Session.IsPredicted && !request.Over))
            {
                request.Draw();
            }
        }
    }

    private sealed record Workload(KernelRung Rung, WeightType Type, int Threads, int Seed, Request[] Requests)
    {
        public Gpt2Model Model()
        {
            var config = new Gpt2Config(70, 82, 24, 3, 2);
            var kernels = KernelSet.Create(Rung, Rung == KernelRung.Tuned ? Threads : 1);
            return Gpt2Model.ForInference(TestModels.Random(config, (ulong)Seed), kernels, Type);
        }

        public override string ToString() => $"{Rung} {Type} {Threads} {Seed}: {string.Join(", ", Requests.Select(request => request.ToString()))}";
    }

    private sealed record Request(int Prompt, int NewTokens, int Arrival, bool Fork, int Seed);

    /// <summary>A request; if it forks, its tokens are drawn in a fork of the prompt, like each of several samples.</summary>
    private sealed class Running
    {
        private readonly Sampler sampler;
        private bool forked;

        public Running(Gpt2Model model, Request request)
        {
            Request = request;
            sampler = new Sampler(new SamplingOptions { Seed = (ulong)request.Seed });
            Session = new GenerationSession(
                model, TestModels.Ids(model.Config, request.Prompt, (ulong)request.Seed), request.NewTokens, endOfText: null, sampler: sampler);
        }

        public Request Request { get; }

        public GenerationSession Session { get; private set; }

        public float[] LastLogits { get; private set; } = [];

        public IReadOnlyList<int> Ids => Session.Ids;

        public bool Over => Session.FinishReason is not null;

        public void Draw()
        {
            LastLogits = Session.Logits().ToArray();
            if (Request.Fork && !forked)
            {
                Session = Session.Fork(Request.NewTokens, sampler);
                forked = true;
            }

            Session.TryNext(out _);
        }
    }
}
