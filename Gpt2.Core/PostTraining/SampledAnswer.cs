// Answers that a model samples: many prompts and several answers of each together, with keys and values of the past kept.

using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Text;
using Gpt2.Core.Training;

namespace Gpt2.Core.PostTraining;

/// <summary>An answer that a model sampled.</summary>
/// <param name="Prompt">What was asked.</param>
/// <param name="Ids">The tokens that were drawn: one or more, the last of which may be the end token.</param>
/// <param name="Text">Their text, without the end token.</param>
internal sealed record SampledAnswer(PreparedExample Prompt, IReadOnlyList<int> Ids, string Text)
{
    /// <summary>Prompt and answer, of which the answer counts.</summary>
    public TokenSequence Sequence => TokenSequence.Of(Prompt.Prompt, Ids);
}

/// <summary>Samples answers at temperature 1, without top-k and top-p.</summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="maxNewTokens">The maximum number of tokens in an answer, which also ends at the end of the context.</param>
internal sealed class AnswerSampler(Tokenizer tokenizer, int maxNewTokens)
{
    /// <summary>
    /// Answers that are sampled in one pass: enough rows for fast products, and few enough that many threads get a share. How answers are
    /// put together changes none of their bits.
    /// </summary>
    private const int Together = 16;

    /// <summary>Samples answers.</summary>
    /// <param name="model">The model.</param>
    /// <param name="prompts">The prompts.</param>
    /// <param name="count">Answers of each.</param>
    /// <param name="seed">Each answer draws from a seed of its own, which follows from this one and its number.</param>
    /// <param name="cancellation">Stops before the next token.</param>
    /// <returns>The answers to the first prompt, then those to the second, ….</returns>
    public SampledAnswer[] Sample(
        Gpt2Model model, IReadOnlyList<PreparedExample> prompts, int count, ulong seed, CancellationToken cancellation = default)
    {
        var answers = new SampledAnswer[prompts.Count * count];
        int perPart = Math.Max(1, Together / count), parts = ((prompts.Count - 1) / perPart) + 1;
        model.Kernels.ForEach(parts, part =>
        {
            int first = part * perPart, end = Math.Min(first + perPart, prompts.Count);
            var sessions = new GenerationSession[(end - first) * count];
            for (int i = 0; i < sessions.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                PreparedExample prompt = prompts[first + (i / count)];
                sessions[i] = i % count == 0 ? Begin(model, prompt) : sessions[i - 1];
                int most = Math.Min(maxNewTokens, model.Config.Context - prompt.Prompt.Count);
                var options = new SamplingOptions { Seed = BatchSource.SeedOf(seed, 5, (ulong)((first * count) + i)) };
                sessions[i] = sessions[i].Fork(most, new Sampler(options));
            }

            Run(model, sessions, cancellation);
            for (int i = 0; i < sessions.Length; i++)
            {
                PreparedExample prompt = prompts[first + (i / count)];
                int[] ids = [.. sessions[i].Ids.Skip(prompt.Prompt.Count)];
                int ended = ids[^1] == tokenizer.Vocabulary.EndOfText ? 1 : 0;
                answers[(first * count) + i] = new SampledAnswer(prompt, ids, tokenizer.Decode([.. ids.SkipLast(ended)]));
            }
        });
        return answers;
    }

    private GenerationSession Begin(Gpt2Model model, PreparedExample prompt)
    {
        var session = new GenerationSession(model, [.. prompt.Prompt], maxNewTokens: 0, tokenizer.Vocabulary.EndOfText);
        session.Logits();
        return session;
    }

    private static void Run(Gpt2Model model, GenerationSession[] sessions, CancellationToken cancellation)
    {
        var batch = new SessionBatch(model);
        var running = new List<GenerationSession>(sessions);
        while (true)
        {
            running.ForEach(session => session.TryNext(out _));
            running.RemoveAll(session => session.FinishReason is not null);
            if (running.Count == 0)
            {
                return;
            }

            cancellation.ThrowIfCancellationRequested();
            batch.Advance(running);
        }
    }
}
