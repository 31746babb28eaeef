// What the subcommands of gpt2 embeddings have in common: vectors of a model or of a table, and words that name some of them.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Core.Laboratory.Embeddings;
using Gpt2.Kernels;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

/// <summary>Words, and the vectors that they stand for.</summary>
internal sealed class EmbeddingsInput
{
    private readonly int least, most;
    private readonly Argument<string[]> words;
    private readonly ModelInput model = new(adapters: true);
    private readonly Option<string?> table = new("--table")
    {
        Description = "Take vectors of your own instead of a model's.\n"
            + "A CSV file with a row for each, NAME,NUMBER,NUMBER,…, or the rows themselves with semicolons between them: "
            + "\"king,2,1; man,1,1\". Names may be left out.",
        HelpName = "FILE|ROWS",
    };

    private readonly IdsInput ids = new("Take ids of tokens instead of words, for example 2,1,0. Of a table: rows, from 0.");

    private readonly Option<bool> exact = new("--exact")
    {
        Description = "Take words as they are.\nWithout it, a word is the token with the space before it, as within a sentence, if there is "
            + "one, and else the token without it.",
    };

    /// <param name="name">The name of the argument.</param>
    /// <param name="description">What it is.</param>
    /// <param name="least">The minimum number of words. Of a table, no words are all.</param>
    /// <param name="most">The maximum.</param>
    public EmbeddingsInput(string name, string description, int least, int most)
    {
        this.least = least;
        this.most = most;
        words = new Argument<string[]>(name) { Description = description, Arity = ArgumentArity.ZeroOrMore };
    }

    /// <summary>--json.</summary>
    public Option<bool> Json { get; } = CommonOptions.Json();

    public void AddTo(Command command, params Option[] own)
    {
        command.Arguments.Add(words);
        foreach (Option option in own)
        {
            command.Options.Add(option);
        }

        model.AddTo(command);
        foreach (Option option in (Option[])[table, ids.Option, exact, Json])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>The file of the table; null if there is none.</summary>
    public string? File(ParseResult parsed) => parsed.GetValue(table) is string given && System.IO.File.Exists(given) ? given : null;

    /// <summary>Reads the vectors and finds the words.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="io">For progress.</param>
    /// <param name="more">Words from elsewhere, such as a file.</param>
    /// <exception cref="UsageException">There are too few words or too many, or words and ids.</exception>
    /// <exception cref="Gpt2Exception">Model or table cannot be read, or do not have a word.</exception>
    public (EmbeddingSource Source, int[] Rows) Read(ParseResult parsed, CommandIo io, IEnumerable<string>? more = null)
    {
        string[] given = [.. parsed.GetValue(words) ?? [], .. more ?? []];
        int[]? asked = ids.Read(parsed);
        if (asked is not null && given.Length > 0)
        {
            throw IdsInput.Several($"{words.Name} and {IdsInput.Name}", "both", given);
        }

        int count = asked?.Length ?? given.Length;
        bool all = count == 0 && least != most && parsed.GetValue(table) is not null;
        if (!all && (count < least || count > most))
        {
            throw new UsageException($"found {Plural.Of(count, "word")}", expected: Expected());
        }

        if (parsed.GetValue(table) is not null && parsed.GetValue(exact))
        {
            throw new UsageException("--exact is about tokens: leave it out with --table");
        }

        EmbeddingSource source = Source(parsed, io);
        int[] rows = all ? [.. Enumerable.Range(0, source.Table.Count)]
            : asked is not null ? [.. asked.Select(source.Row)]
            : [.. given.Select(word => source.Find(word, parsed.GetValue(exact)))];
        if (all && (rows.Length < least || rows.Length > most))
        {
            throw new UsageException($"the table has {Plural.Of(rows.Length, "row")}", expected: Expected(), remedy: "name some of them");
        }

        if (!parsed.GetValue(exact) && given is [string only] && source.IsAmbiguous(only))
        {
            io.Note($"note: {Output.TokenText.Quoted(only)} without a space before it is a token too; --exact takes that");
        }

        return (source, rows);
    }

    private string Expected() => least == most ? Plural.Of(least, "word") : Invariant($"{least} to {most} words, or as many --ids");

    private EmbeddingSource Source(ParseResult parsed, CommandIo io)
    {
        if (parsed.GetValue(table) is not string given)
        {
            return new EmbeddingSource(model.Load(parsed, KernelSet.Create(KernelRung.Vector), io, keepMatrices: true));
        }

        if (model.NameGiven(parsed) is not null)
        {
            throw new UsageException("expected one of --model and --table, found both");
        }

        bool isFile = System.IO.File.Exists(given) || !LooksLikeRows(given);
        return new EmbeddingSource(
            isFile ? NamedVectors.Parse(TextFile.Read(given, io, expected: NamedVectors.Form), TextFile.NameOf(given))
                : NamedVectors.Parse(given.Replace(';', '\n'), "--table"),
            isFile ? TextFile.NameOf(given) : "the table");
    }

    /// <summary>Rows have commas and semicolons, and the name of a file that does not exist has none.</summary>
    private static bool LooksLikeRows(string given) => given.AsSpan().IndexOfAny(",;") >= 0;
}
