// A request is computed in steps: prompt by prompt, sample by sample, token by token. Samples are computed one after
// the other, so that a request holds the keys and values of only one sample and its prompt.

using Gpt2.Core.Generation;
using Gpt2.Core.Text;

namespace Gpt2.Cli.Serve;

/// <summary>Completes requests with a model.</summary>
internal sealed class CompletionWork(ServedModel model)
{
    private readonly Vocabulary vocabulary = model.Tokenizer.Vocabulary;
    private readonly TextGenerator generator = new(model.Model, model.Tokenizer, model.Tokenizer.Vocabulary.EndOfText);
    private readonly PromptScores scores = new(model.Model, model.Tokenizer.Vocabulary);

    /// <summary>The steps of a request, each at most one token.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellation">Checked in every step.</param>
    /// <exception cref="Core.Gpt2Exception">While enumerating: the model's output is not a distribution.</exception>
    public IEnumerable<ChoicePiece> Steps(CompletionRequest request, CancellationToken cancellation)
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
                    yield return new ChoicePiece(firstIndex, "", [], 0, null); // the turn is over
                }
            }

            GenerationOptions options = request.Generation with { Sampling = request.Sampling };
            IReadOnlyList<IEnumerable<GeneratedToken>> samples = generator.GenerateMany(given.Ids, request.Samples, options, cancellation);
            for (int sample = 0; sample < samples.Count; sample++)
            {
                foreach (ChoicePiece piece in Sample(firstIndex + sample, given, promptTokens, samples[sample], request))
                {
                    yield return piece;
                }
            }
        }
    }

    private IEnumerable<ChoicePiece> Sample(
        int index, ServedPrompt prompt, List<TokenDetail> promptTokens, IEnumerable<GeneratedToken> tokens, CompletionRequest request)
    {
        int shown = 0; // code points of the text so far
        if (request.Echo)
        {
            shown = TokenOffsets.Length(prompt.Text);
            yield return new ChoicePiece(index, prompt.Text, promptTokens, 0, null);
        }

        if (request.Generation.MaxNewTokens == 0)
        {
            yield return new ChoicePiece(index, "", [], 0, FinishReason.Length);
            yield break;
        }

        var offsets = new TokenOffsets(vocabulary, shown);
        var held = new Queue<TokenDetail>(); // their text is held back, since it may still become a stop string
        foreach (GeneratedToken token in tokens)
        {
            shown += TokenOffsets.Length(token.Text);
            if (request.LogProbabilities is not null && token.Id != vocabulary.EndOfText)
            {
                held.Enqueue(new TokenDetail(token.Id, offsets.Push(token.Id), token.LogProbability, token.Alternatives));
            }

            yield return new ChoicePiece(index, token.Text, BeginningBefore(shown, held), 1, token.Finish);
        }
    }

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
