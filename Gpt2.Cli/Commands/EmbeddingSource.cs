// Where vectors come from, the token embeddings of a model or a table of the user's own, and which of them a word stands for.

using System.Text;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Laboratory.Embeddings;
using Gpt2.Core.Text;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

/// <summary>Vectors with the words that they stand for.</summary>
internal sealed class EmbeddingSource
{
    private readonly LanguageModel? model;
    private readonly IReadOnlyList<string>? names;
    private readonly Dictionary<string, int> rowOf = new(StringComparer.Ordinal);

    /// <param name="model">The model, whose token embeddings are taken.</param>
    public EmbeddingSource(LanguageModel model)
    {
        this.model = model;
        Name = model.Name;
        Table = new EmbeddingTable(model.Model.Weights.TokenEmbedding);
        for (int id = 0; model.HasText && id < model.Tokenizer.Vocabulary.TokenCount; id++)
        {
            rowOf.TryAdd(Key(model.Tokenizer.Vocabulary.BytesOf(id)), id);
        }
    }

    /// <param name="vectors">The table.</param>
    /// <param name="name">Where it is from.</param>
    public EmbeddingSource(NamedVectors vectors, string name)
    {
        names = vectors.Names;
        Name = name;
        Table = new EmbeddingTable(vectors.Rows);
        for (int row = 0; row < names.Count; row++)
        {
            rowOf.TryAdd(Key(Encoding.UTF8.GetBytes(names[row])), row);
        }
    }

    /// <summary>The vectors.</summary>
    public EmbeddingTable Table { get; }

    /// <summary>The name of the model or of the table.</summary>
    public string Name { get; }

    /// <summary>The folder or file of the model; null for a table.</summary>
    public string? ModelPath => model?.Path;

    /// <summary>Whether the vectors are a table of the user's own.</summary>
    public bool IsTable => names is not null;

    /// <summary>The name of the model, for results; null for a table.</summary>
    public string? ModelName => IsTable ? null : Name;

    /// <summary>The name of the table, for results; null for a model.</summary>
    public string? TableName => IsTable ? Name : null;

    /// <summary>What a vector is called in sentences.</summary>
    public string Noun => IsTable ? "vector" : "token";

    /// <summary>A row for a reader: a token in quotes, or the name of a vector.</summary>
    public string Shown(int row) => names is null ? model!.Shown(row) : VisibleText.Of(names[row]);

    /// <summary>The text of a row; null if the model has no text.</summary>
    public string? TextOf(int row) => names is null ? model!.TextOf(row) : names[row];

    /// <summary>The row of a word.</summary>
    /// <param name="word">The word, or the whole text of a token.</param>
    /// <param name="exact">Whether a text is taken as it is. Otherwise, a space before it is tried, too: first if the text begins as a word
    /// does, since within a sentence most words are tokens with the space before them.</param>
    /// <exception cref="Gpt2Exception">There is none, or the model has no text.</exception>
    public int Find(string word, bool exact)
    {
        if (model is { HasText: false })
        {
            throw new Gpt2Exception("this model has no vocabulary and so no words") { Where = Name, Remedy = "give ids with --ids 2,1,0" };
        }

        if (word.Length == 0)
        {
            throw new Gpt2Exception("found no word") { Expected = "the text of a " + Noun };
        }

        bool spaceFirst = !IsTable && !exact && char.IsLetterOrDigit(word[0]);
        string[] texts = exact || IsTable ? [word] : spaceFirst ? [" " + word, word] : [word, " " + word];
        foreach (string text in texts)
        {
            if (rowOf.TryGetValue(Key(Encoding.UTF8.GetBytes(text)), out int row))
            {
                return row;
            }
        }

        throw IsTable ? Unknown(word) : Several(word, texts[0], exact);
    }

    /// <summary>The row of an id.</summary>
    /// <exception cref="Gpt2Exception">There is none.</exception>
    public int Row(int id) => id >= 0 && id < Table.Count ? id
        : throw new Gpt2Exception($"{Noun} id {id} does not exist") { Where = Name, Expected = Invariant($"0 to {Table.Count - 1}") };

    /// <summary>Whether the text of a word is a token both with a space before it and without.</summary>
    public bool IsAmbiguous(string word) => !IsTable && rowOf.ContainsKey(Key(Encoding.UTF8.GetBytes(word)))
        && rowOf.ContainsKey(Key(Encoding.UTF8.GetBytes(" " + word)));

    private Gpt2Exception Unknown(string word)
    {
        const int MostNamed = 12;
        return new Gpt2Exception($"found '{VisibleText.Brief(word)}'")
        {
            Where = Name,
            Expected = "one of " + string.Join(", ", names!.Take(MostNamed).Select(VisibleText.Of)) + (names!.Count > MostNamed ? ", …" : ""),
        };
    }

    private Gpt2Exception Several(string word, string text, bool exact)
    {
        const int MostNamed = 12;
        Tokenizer tokenizer = model!.Tokenizer;
        int[] ids = tokenizer.Encode(text);
        return new Gpt2Exception(
            $"{TokenText.Quoted(word)} is {ids.Length} tokens of {Name}: "
                + string.Join(' ', ids.Take(MostNamed).Select(model.Shown)) + (ids.Length > MostNamed ? " …" : ""))
        {
            Expected = "a word that is one token",
            Remedy = exact && !text.StartsWith(' ') && rowOf.ContainsKey(Key(Encoding.UTF8.GetBytes(" " + text)))
                ? $"with the space before it, {TokenText.Quoted(" " + text)} is one"
                : "each token has an embedding of its own",
        };
    }

    /// <summary>Bytes as a text of one character each: tokens may have parts of characters.</summary>
    private static string Key(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);
}
