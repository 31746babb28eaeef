// Sampled answers: the tokens that one session alone would draw, whatever is sampled beside it and on however many threads.

using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.PostTraining;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Text;
using Gpt2.Core.Training;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining;

public class AnswerSamplerTests
{
    private static readonly Gpt2Config Config = new(257, 20, 16, 2, 2);
    private static readonly Tokenizer Bytes = new(new Vocabulary([]));
    private static readonly PreparedExample[] Prompts = [.. Enumerable.Range(0, 7).Select(i =>
        new PreparedExample(i, "", TestModels.Ids(Config, 1 + (3 * i), (ulong)i), [], []))];

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(40)]
    public void Sample_Together_DrawsWhatEachWouldDrawAlone(int count)
    {
        SampledAnswer[] answers = Sample(count, threads: 1);

        answers.Should().HaveCount(7 * count);
        Gpt2Model model = ModelOf(1);
        for (int i = 0; i < answers.Length; i++)
        {
            PreparedExample prompt = Prompts[i / count];
            var sampler = new Sampler(new SamplingOptions { Seed = BatchSource.SeedOf(9, 5, (ulong)i) });
            var session = new GenerationSession(model, [.. prompt.Prompt], Math.Min(8, 20 - prompt.Prompt.Count), 256, sampler: sampler);
            while (session.TryNext(out _))
            {
            }

            answers[i].Prompt.Should().BeSameAs(prompt);
            answers[i].Ids.Should().Equal(session.Ids.Skip(prompt.Prompt.Count));
            answers[i].Sequence.Ids.Count.Should().BeLessThanOrEqualTo(Config.Context);
        }
    }

    [Fact]
    public void Sample_AnyNumberOfThreads_DrawsTheSame()
    {
        static IEnumerable<string> Drawn(int threads) => Sample(4, threads).Select(answer => string.Join(',', answer.Ids));

        Drawn(threads: 3).Should().Equal(Drawn(threads: 1));
    }

    [Fact]
    public void Sample_EndTokenAtOnce_IsAnEmptyAnswer()
    {
        Gpt2Model model = ModelOf(1);
        model.Weights.FinalNorm.Gain.Span.Clear();
        model.Weights.FinalNorm.Bias.Span.Fill(1);
        model.Weights.TokenEmbedding.Row(256).Fill(100);

        SampledAnswer answer = new AnswerSampler(Bytes, 8).Sample(model, [Prompts[1]], 1, 9)[0];

        answer.Ids.Should().Equal(256);
        answer.Text.Should().BeEmpty();
        answer.Sequence.Targets.Count(target => target >= 0).Should().Be(1);
    }

    private static SampledAnswer[] Sample(int count, int threads) => new AnswerSampler(Bytes, 8).Sample(ModelOf(threads), Prompts, count, seed: 9);

    private static Gpt2Model ModelOf(int threads) => new(TestModels.Random(Config, 3), KernelSet.Create(KernelRung.Tuned, threads));
}
