// Facts that identify a model, as data: what to ask and what to expect. The tables in this folder say which facts
// belong to which model.

using System.Globalization;
using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;

namespace Gpt2.Core.Evaluation.Facts;

/// <summary>A fact about a vocabulary.</summary>
/// <param name="Statement">The fact.</param>
/// <param name="Problem">What is found instead; null if the fact is true.</param>
internal sealed record TokenizerFact(string Statement, Func<Tokenizer, string?> Problem)
{
    /// <summary>A text has these ids, and these ids decode to the text.</summary>
    public static TokenizerFact Tokens(string text, params int[] ids) => new(
        $"\"{text}\" is {Join(ids)}",
        tokenizer =>
        {
            int[] found = tokenizer.Encode(text);
            return !found.SequenceEqual(ids) ? $"it is {Join(found)}" : Decoded(tokenizer, ids, text);
        });

    /// <summary>These ids decode to the text.</summary>
    public static TokenizerFact Text(string text, params int[] ids) =>
        new($"{Join(ids)} is \"{text}\"", tokenizer => Decoded(tokenizer, ids, text));

    /// <summary>A word is made by these merges, each a rank with its two parts as written in vocab.bpe.</summary>
    public static TokenizerFact Merges(string word, params (int Rank, string Left, string Right)[] merges) => new(
        $"\"{word}\" is made by the merges {Join(merges.Select(merge => merge.Rank))}",
        tokenizer =>
        {
            Vocabulary vocabulary = tokenizer.Vocabulary;
            (int, string, string)[] found = [.. tokenizer.Explain(word).SelectMany(part => part.Passes)
                .Select(pass => (pass.Rank, vocabulary.WrittenForm(pass.Merge.Left), vocabulary.WrittenForm(pass.Merge.Right)))];
            return found.SequenceEqual(merges) ? null : $"it is made by {Join(found.Select(merge => merge.Item1))}";
        });

    /// <summary><paramref name="count"/> of the numbers 1 to 999 are single tokens.</summary>
    public static TokenizerFact SingleNumbers(string before, int count) => new(
        string.Create(CultureInfo.InvariantCulture, $"{count} of the numbers 1 to 999 are one token after \"{before}\""),
        tokenizer =>
        {
            bool IsSingle(int number) => tokenizer.Encode(before + number.ToString(CultureInfo.InvariantCulture)).Length == 1;
            int found = Enumerable.Range(1, 999).Count(IsSingle);
            return found == count ? null : string.Create(CultureInfo.InvariantCulture, $"{found} are");
        });

    private static string? Decoded(Tokenizer tokenizer, int[] ids, string text)
    {
        if (ids.Any(id => id >= tokenizer.Vocabulary.Count))
        {
            return "there are no such ids";
        }

        string found = tokenizer.Decode(ids);
        return found == text ? null : $"it is \"{found}\"";
    }

    private static string Join(IEnumerable<int> ids) => string.Join(' ', ids.Select(id => id.ToString(CultureInfo.InvariantCulture)));
}

/// <summary>A fact about a model with its vocabulary.</summary>
/// <param name="Statement">The fact.</param>
/// <param name="Problem">What is found instead; null if the fact is true.</param>
internal sealed record ModelFact(string Statement, Func<Gpt2Model, Tokenizer, string?> Problem)
{
    /// <summary>Greedy choice continues a prompt with this text, which is this many tokens.</summary>
    public static ModelFact Continues(string prompt, string text, int tokens) => new(
        $"\"{prompt}\" goes on with \"{Shown(text)}\"",
        (model, tokenizer) =>
        {
            var session = new GenerationSession(model, tokenizer.Encode(prompt), tokens, endOfText: null);
            var ids = new List<int>();
            while (session.TryNext(out int id))
            {
                ids.Add(id);
            }

            string found = tokenizer.Decode([.. ids]);
            return found == text ? null : $"it goes on with \"{Shown(found)}\"";
        });

    /// <summary>
    /// The first logit after a prompt, that of id 0 or that of the most probable token, is about this.
    /// </summary>
    public static ModelFact FirstLogit(string prompt, double value, double tolerance) => new(
        string.Create(CultureInfo.InvariantCulture, $"after \"{prompt}\" the first logit is about {value}"),
        (model, tokenizer) =>
        {
            float[] logits = Run(model, tokenizer.Encode(prompt)).Logits.Row(0).ToArray();
            float best = logits[Greedy.Choose(logits)];
            return Math.Abs(best - value) <= tolerance || Math.Abs(logits[0] - value) <= tolerance
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"that of id 0 is {logits[0]:0.00}, the largest {best:0.00}");
        });

    /// <summary>The row of wte of a token starts with these amounts, whatever their signs.</summary>
    public static ModelFact EmbeddingStarts(int id, double tolerance, params double[] amounts) => new(
        $"row {id.ToString(CultureInfo.InvariantCulture)} of wte starts ±{Amounts(", ±", amounts)}",
        (model, _) =>
        {
            float[] row = model.Weights.TokenEmbedding.Row(id)[..amounts.Length].ToArray();
            return row.Zip(amounts).All(pair => Math.Abs(Math.Abs(pair.First) - pair.Second) <= tolerance)
                ? null
                : $"it starts {Amounts(", ", row)}";
        });

    /// <summary>
    /// With their positions added, the embeddings of one token are closer to each other at positions 1 to 5 than those
    /// of five different tokens at the same position.
    /// </summary>
    public static ModelFact OneTokenIsACluster(string prompt) => new(
        "one token at several positions is a small cluster",
        (model, tokenizer) =>
        {
            int[] ids = [.. tokenizer.Encode(prompt).Distinct().Take(5)];
            Matrix tokens = model.Weights.TokenEmbedding, positions = model.Weights.PositionEmbedding;
            float[][] moved = [.. Enumerable.Range(1, 5).Select(position => Sum(tokens.Row(ids[0]), positions.Row(position)))];
            double overPositions = MeanDistance(moved);
            double overTokens = MeanDistance([.. ids.Select(id => Sum(tokens.Row(id), positions.Row(1)))]);
            return overPositions < overTokens
                ? null
                : string.Create(
                    CultureInfo.InvariantCulture,
                    $"its positions are {overPositions:0.##} apart, different tokens {overTokens:0.##}");
        });

    /// <summary>A token of a prompt attends to others with these shares, rounded to the hundredth.</summary>
    public static ModelFact Attends(string prompt, int block, int head, int from, params (int To, double Share)[] shares) => new(
        string.Create(
            CultureInfo.InvariantCulture,
            $"in block {block} head {head}, token {from} of \"{prompt}\" attends {Shares(shares)}"),
        (model, tokenizer) =>
        {
            const double Rounding = 0.0075;
            int[] ids = tokenizer.Encode(prompt);
            float[] row = Run(model, ids).Block(block).Attention.Row(from).Slice(head * ids.Length, ids.Length).ToArray();
            return shares.All(share => Math.Abs(row[share.To] - share.Share) <= Rounding)
                ? null
                : $"it attends {Shares(shares.Select(share => (share.To, row[share.To])))}";
        });

    private static string Amounts<T>(string separator, IEnumerable<T> amounts)
        where T : IFormattable =>
        string.Join(separator, amounts.Select(amount => amount.ToString("0.####", CultureInfo.InvariantCulture)));

    private static string Shares<T>(IEnumerable<(int To, T Share)> shares)
        where T : IFormattable =>
        string.Join(", ", shares.Select(share => string.Create(CultureInfo.InvariantCulture, $"{share.Share:0%} to token {share.To}")));

    private static ForwardActivations Run(Gpt2Model model, int[] ids)
    {
        var activations = new ForwardActivations(model.Config, keepEveryBlock: true);
        model.Forward(ids, cache: null, activations);
        return activations;
    }

    private static float[] Sum(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        float[] sum = left.ToArray();
        for (int i = 0; i < sum.Length; i++)
        {
            sum[i] += right[i];
        }

        return sum;
    }

    private static double MeanDistance(float[][] points)
    {
        double sum = 0;
        int pairs = 0;
        for (int i = 0; i < points.Length; i++)
        {
            for (int j = 0; j < i; j++, pairs++)
            {
                sum += Math.Sqrt(points[i].Zip(points[j]).Sum(pair => (double)(pair.First - pair.Second) * (pair.First - pair.Second)));
            }
        }

        return sum / pairs;
    }

    private static string Shown(string text) => text.ReplaceLineEndings("\\n");
}
