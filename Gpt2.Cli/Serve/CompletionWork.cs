// A request is computed in steps: prompt by prompt, sample by sample, token by token. Samples are computed one after
// the other, so that a request holds the keys and values of only one sample and its prompt. Predictions are not
// computed here: a step says which session needs one, and the queue predicts for all requests at once.

using Gpt2.Core.Generation;
using Gpt2.Core.Text;

namespace Gpt2.Cli.Serve;

/// <summary>Completes requests with a model.</summary>
internal sealed class CompletionWork(ServedModel model)
{
    private readonly Vocabulary vocabulary = model.Tokenizer.Vocabulary;
    private readonly TextGenerator generator = new(model.Model, model.Tokenizer, model.Tokenizer.Vocabulary.EndOfText);
    private readonly PromptScores scores = new(model.Model, model.Tokenizer.Vocabulary);

    /// <summary>The steps of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellation">Checked in every step.</param>
    /// <exception cref="Core.Gpt2Exception">While enumerating: the model's output is not a distribution.</exception>
    public IEnumerable<WorkStep<ChoicePiece>> Steps(CompletionRequest request, CancellationToken cancellation)
    {
        for (int prompt = 0; prompt < request.Prompts.Count; prompt++)
        {
            ServedPrompt given = request.Prompts[prompt];
            int firstIndex = prompt * request.Samples;
            var promptTokens = new List<TokenDetail>();
            if (request.Echo && request.LogProbabilities is int alternatives)
            {
                foreach (IReadOnlyList<TokenDetail> part in scores.Of(given.Ids, alternatives, cancellation))
                {
                    promptTokens.AddRange(part);
                    yield return WorkStep<ChoicePiece>.EndOfTurn;
                }
            }

            GenerationSession session = generator.Prompt(given.Ids);
            if (request.Generation.MaxNewTokens > 0)
            {
                yield return WorkStep<ChoicePiece>.Await(session);
                session = session.Fork(maxNewTokens: 0); // without the prompt's activations
            }

            GenerationOptions options = request.Generation with { Sampling = request.Sampling };
            for (int sample = 0; sample < request.Samples; sample++)
            {
                IEnumerable<GenerationStep> steps = generator.Steps(session, TextGenerator.OfSample(options, sample), cancellation);
                foreach (WorkStep<ChoicePiece> step in Sample(firstIndex + sample, given, promptTokens, steps, request))
                {
                    yield return step;
                }
            }
        }
    }

    private IEnumerable<WorkStep<ChoicePiece>> Sample(
        int index, ServedPrompt prompt, List<TokenDetail> promptTokens, IEnumerable<GenerationStep> steps, CompletionRequest request)
    {
        int shown = 0; // code points of the text so far
        if (request.Echo)
        {
            shown = TokenOffsets.Length(prompt.Text);
            yield return Piece(index, prompt.Text, promptTokens, 0, null);
        }

        if (request.Generation.MaxNewTokens == 0)
        {
            yield return Piece(index, "", [], 0, FinishReason.Length);
            yield break;
        }

        var offsets = new TokenOffsets(vocabulary, shown);
        var held = new Queue<TokenDetail>(); // their text is held back, since it may still become a stop string
        foreach (GenerationStep step in steps)
        {
            if (step.Token is not GeneratedToken token)
            {
                yield return WorkStep<ChoicePiece>.Await(step.Session);
                continue;
            }

            shown += TokenOffsets.Length(token.Text);
            if (request.LogProbabilities is not null && token.Id != vocabulary.EndOfText)
            {
                held.Enqueue(new TokenDetail(token.Id, offsets.Push(token.Id), token.LogProbability, token.Alternatives));
            }

            // At the end all text has been shown, and an id without a token, which has no text, may begin where the text ends.
            int before = token.Finish == FinishReason.Length ? shown + 1 : shown;
            yield return Piece(index, token.Text, BeginningBefore(before, held), 1, token.Finish);
        }
    }

    private static WorkStep<ChoicePiece> Piece(
        int index, string text, IReadOnlyList<TokenDetail> tokens, int generated, FinishReason? finish) =>
        WorkStep<ChoicePiece>.Of(new ChoicePiece(index, text, tokens, generated, finish));

    private static TokenDetail[] BeginningBefore(int shown, Queue<TokenDetail> held)
    {
        var ready = new List<TokenDetail>();
        while (held.TryPeek(out TokenDetail first) && first.Offset < shown)
        {
            ready.Add(held.Dequeue());
        }

        return [.. ready];
    }
}
