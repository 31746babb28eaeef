// The tokens of a prompt and of the vocabulary, found by their text.

using System.Text;
using Gpt2.Core.Text;
using static System.FormattableString;

namespace Gpt2.Core.Explaining;

/// <summary>Finds tokens by their text.</summary>
/// <param name="ids">The prompt.</param>
/// <param name="tokenizer">The tokenizer; null if the model has no text.</param>
public sealed class PromptTokens(IReadOnlyList<int> ids, Tokenizer? tokenizer)
{
    private const int MostNamed = 12;

    /// <summary>The prompt.</summary>
    public IReadOnlyList<int> Ids => ids;

    /// <summary>The position of a token in the prompt, from 0.</summary>
    /// <param name="text">The token's bytes.</param>
    /// <exception cref="Gpt2Exception">The prompt does not have it, or more than once, or the model has no text.</exception>
    public int PositionOf(ReadOnlySpan<byte> text)
    {
        Vocabulary vocabulary = Required();
        var positions = new List<int>();
        for (int position = 0; position < ids.Count; position++)
        {
            if (vocabulary.BytesOf(ids[position]).SequenceEqual(text))
            {
                positions.Add(position);
            }
        }

        return positions.Count switch
        {
            1 => positions[0],
            0 => throw new Gpt2Exception($"the prompt has no token {Quoted(text)}")
            {
                Expected = string.Join(", ", ids.Take(MostNamed).Select(id => Quoted(vocabulary.BytesOf(id)))) + (ids.Count > MostNamed ? ", …" : ""),
                Remedy = SpaceMissing(text, other => ids.Any(id => vocabulary.BytesOf(id).SequenceEqual(other))),
            },
            _ => throw new Gpt2Exception($"the prompt has {Quoted(text)} {positions.Count} times")
            {
                Expected = "a token that occurs once",
                Remedy = $"give its number: {string.Join(" or ", positions.Select(position => Invariant($"{position}")))}",
            },
        };
    }

    /// <summary>The id of a token of the vocabulary.</summary>
    /// <param name="text">The token's bytes.</param>
    /// <exception cref="Gpt2Exception">The vocabulary does not have it, or the model has no text.</exception>
    public int IdOf(ReadOnlySpan<byte> text) => Find(text) is int id ? id : throw new Gpt2Exception($"the vocabulary has no token {Quoted(text)}")
    {
        Expected = "a text that is one token",
        Remedy = SpaceMissing(text, other => Find(other) is not null) ?? "'gpt2 tokenize' shows the tokens of a text",
    };

    private int? Find(ReadOnlySpan<byte> text)
    {
        Vocabulary vocabulary = Required();
        for (int id = 0; id < vocabulary.TokenCount; id++)
        {
            if (vocabulary.BytesOf(id).SequenceEqual(text))
            {
                return id;
            }
        }

        return null;
    }

    private Vocabulary Required() => tokenizer?.Vocabulary ?? throw new Gpt2Exception("found a text in quotes, but this model has no vocabulary")
    {
        Expected = "a number",
    };

    /// <summary>Most words are tokens with the space before them: the remedy if that was forgotten or too much, or null.</summary>
    private static string? SpaceMissing(ReadOnlySpan<byte> text, Func<byte[], bool> exists)
    {
        byte[] other = text is [(byte)' ', .. var rest] ? rest.ToArray() : [(byte)' ', .. text];
        return exists(other) ? $"spaces belong to tokens: write {Quoted(other)}" : null;
    }

    private static string Quoted(ReadOnlySpan<byte> text) =>
        "'" + VisibleText.Brief(Encoding.UTF8.GetString(text).Replace("\n", "\\n", StringComparison.Ordinal)) + "'";
}
