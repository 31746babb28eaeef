// Examples as a model reads them: tokens, and which of them are learned. The prompt is read; the answer and the end of the text
// after it are learned.

using Gpt2.Core.Evaluation;
using Gpt2.Core.Text;

namespace Gpt2.Core.PostTraining.Data;

/// <summary>An example in tokens.</summary>
/// <param name="Line">The line of its file.</param>
/// <param name="PromptText">The prompt that the template made.</param>
/// <param name="Prompt">Its tokens.</param>
/// <param name="Answers">The answer, or the chosen and the rejected one, with the space before it if there is one.</param>
/// <param name="Sequences">The prompt with each of them.</param>
internal sealed record PreparedExample(
    long Line, string PromptText, IReadOnlyList<int> Prompt, IReadOnlyList<string> Answers, IReadOnlyList<TokenSequence> Sequences)
{
    /// <summary>Tokens that the model reads of the longest sequence, or of the prompt alone.</summary>
    public int Length => Sequences.Select(sequence => sequence.Ids.Count).DefaultIfEmpty(Prompt.Count).Max();

    /// <summary>What is asked, without the answers.</summary>
    public PreparedExample PromptAlone() => this with { Answers = [], Sequences = [] };

    /// <summary>All tokens of a sequence, the last of which is learned and not read.</summary>
    /// <returns>The text of each, and whether it counts in the loss.</returns>
    public IEnumerable<(string Text, bool Counts)> TokensOf(int sequence, Tokenizer tokenizer)
    {
        TokenSequence its = Sequences[sequence];
        for (int token = 0; token <= its.Ids.Count; token++)
        {
            int id = token < its.Ids.Count ? its.Ids[token] : its.Targets[^1];
            yield return (tokenizer.Decode([id]), token > 0 && its.Targets[token - 1] != CrossEntropy.NotCounted);
        }
    }
}

/// <summary>The examples of a file in tokens.</summary>
/// <param name="Examples">One or more.</param>
/// <param name="Skipped">The rows that gave none, with those that are too long.</param>
internal sealed record PreparedSet(IReadOnlyList<PreparedExample> Examples, SkippedRows Skipped)
{
    /// <summary>Tokens for which a prompt without an answer leaves room: one and the end token.</summary>
    private const int AnswerToCome = 2;

    /// <summary>
    /// Makes tokens of examples. Prompt and answer are encoded each for itself, so that no token has a part of both, and the
    /// prompt has the tokens that it has when the model is asked to go on from it. <c>&lt;|endoftext|&gt;</c> in a file is
    /// plain text.
    /// </summary>
    /// <param name="set">The examples.</param>
    /// <param name="template">The words around them.</param>
    /// <param name="tokenizer">The tokenizer of the model.</param>
    /// <param name="context">Tokens that the model can read; longer examples are skipped and not cut.</param>
    /// <param name="limit">How many rows may be skipped, with those that the reader skipped.</param>
    /// <exception cref="Gpt2Exception">Too many are, or all.</exception>
    public static PreparedSet Of(ExampleSet set, PromptTemplate template, Tokenizer tokenizer, int context, SkipLimit limit)
    {
        List<PreparedExample> prepared = [];
        SkippedRows skipped = set.Skipped.Copy();
        foreach (Example example in set.Examples)
        {
            (string text, IReadOnlyList<string> answers) = template.Fill(example);
            int[] prompt = tokenizer.Encode(text);
            int[][] completions = [.. answers.Select(answer => (int[])[.. tokenizer.Encode(answer), tokenizer.Vocabulary.EndOfText])];
            int answer = completions.Select(completion => completion.Length).DefaultIfEmpty(AnswerToCome).Max();
            int length = prompt.Length + answer - 1; // the last token is not read
            if (prompt.Length == 0)
            {
                skipped.Add(SkipReason.Empty, example.Line, "the prompt is empty");
            }
            else if (length > context)
            {
                skipped.Add(SkipReason.Long, example.Line, $"{Plural.Of(length, "token")}, expected at most {context}");
            }
            else
            {
                prepared.Add(new PreparedExample(
                    example.Line, text, prompt, answers, [.. completions.Select(completion => TokenSequence.Of(prompt, completion))]));
            }
        }

        skipped.RequireFew(limit, set.Rows, set.Name);
        return new PreparedSet(prepared, skipped);
    }
}
