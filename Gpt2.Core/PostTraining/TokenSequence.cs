// A sequence as post-training sees it: tokens to read, and which of the tokens that follow them count.

using Gpt2.Core.Evaluation;

namespace Gpt2.Core.PostTraining;

/// <summary>Tokens, and for each the one that follows it.</summary>
internal sealed record TokenSequence
{
    /// <param name="ids">The tokens that the model reads.</param>
    /// <param name="targets">For each the token that follows, or −1 if it does not count.</param>
    /// <exception cref="Gpt2Exception">There are not as many targets as tokens, or none of them counts.</exception>
    public TokenSequence(IReadOnlyList<int> ids, IReadOnlyList<int> targets)
    {
        if (ids.Count != targets.Count)
        {
            throw new Gpt2Exception($"{Plural.Of(targets.Count, "target")} for {Plural.Of(ids.Count, "token")}") { Expected = "one for each" };
        }

        if (targets.All(target => target == CrossEntropy.NotCounted))
        {
            throw new Gpt2Exception("no target counts") { Expected = $"at least one that is not {CrossEntropy.NotCounted}" };
        }

        Ids = ids;
        Targets = targets;
    }

    private TokenSequence(IReadOnlyList<int> ids)
    {
        Ids = ids.Count > 0 ? ids : throw new Gpt2Exception("a sequence is empty") { Expected = "at least one token" };
        Targets = [];
    }

    public IReadOnlyList<int> Ids { get; }

    public IReadOnlyList<int> Targets { get; }

    /// <summary>Number of targets that count.</summary>
    public int Counted => Targets.Count(target => target != CrossEntropy.NotCounted);

    /// <summary>A sequence that is read to its last token, as a reward model does; nothing is predicted, so there are no targets.</summary>
    /// <exception cref="Gpt2Exception">It is empty.</exception>
    public static TokenSequence Read(IReadOnlyList<int> ids) => new(ids);

    /// <summary>
    /// A prompt and its completion, of which only the completion counts. Its last token is predicted and not read.
    /// </summary>
    /// <exception cref="Gpt2Exception">The prompt or the completion is empty.</exception>
    public static TokenSequence Of(IReadOnlyList<int> prompt, IReadOnlyList<int> completion)
    {
        if (prompt.Count == 0 || completion.Count == 0)
        {
            throw new Gpt2Exception($"the {(prompt.Count == 0 ? "prompt" : "completion")} is empty") { Expected = "at least one token" };
        }

        return new TokenSequence(
            [.. prompt, .. completion.SkipLast(1)], [.. Enumerable.Repeat(CrossEntropy.NotCounted, prompt.Count - 1), .. completion]);
    }
}
