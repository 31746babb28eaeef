// The rows of a file on their way to examples: what is the same for JSON Lines and CSV.

namespace Gpt2.Core.PostTraining.Data;

/// <summary>The examples of a file, all of one kind.</summary>
/// <param name="Name">The name of the file.</param>
/// <param name="Kind">Their kind.</param>
/// <param name="Examples">One or more.</param>
/// <param name="Skipped">The rows that gave none.</param>
internal sealed record ExampleSet(string Name, ExampleKind Kind, IReadOnlyList<Example> Examples, SkippedRows Skipped)
{
    /// <summary>The number of rows, with those that are skipped.</summary>
    public int Rows => Examples.Count + Skipped.Count;
}

/// <summary>Collects the examples of a file row by row.</summary>
/// <param name="name">The name of the file.</param>
internal sealed class ExampleRows(string name)
{
    private const string SomeKind = "the fields of a kind: ";

    private readonly List<Example> examples = [];
    private ExampleKind? kind;

    public SkippedRows Skipped { get; } = new();

    /// <summary>Recognises the kind of the file, if it is not known.</summary>
    /// <param name="line">The line of the row, or of the header.</param>
    /// <param name="fields">The names of its fields.</param>
    /// <exception cref="Gpt2Exception">No kind has these fields.</exception>
    public ExampleKind Recognise(long line, IReadOnlyCollection<string> fields) => kind ??= ExampleKind.Of(fields) ?? throw new Gpt2Exception(
        fields.Count == 0 ? "found no fields" : $"found the fields {VisibleText.Brief(string.Join(", ", fields))}")
    {
        Where = new(name, line),
        Expected = SomeKind + string.Join("; ", ExampleKind.All.Select(known => string.Join(", ", known.Required))),
        Remedy = "rename them",
    };

    /// <summary>Adds a row.</summary>
    /// <param name="line">Its line.</param>
    /// <param name="fields">The names of its fields.</param>
    /// <param name="text">The text of a field that the kind has, empty if it is missing. What it throws makes the row malformed.</param>
    /// <param name="messages">The messages of a row that has them. What it throws makes the row malformed.</param>
    /// <exception cref="Gpt2Exception">It is of another kind than the rows before.</exception>
    public void Add(long line, IReadOnlyCollection<string> fields, Func<string, string> text, Func<IReadOnlyList<ChatMessage>> messages)
    {
        ExampleKind expected = Recognise(line, fields);
        if (expected.Missing(fields) is string missing)
        {
            if (ExampleKind.Of(fields) is ExampleKind other && !other.Required.All(expected.Required.Contains))
            {
                throw new Gpt2Exception($"found {other}")
                {
                    Where = new(name, line),
                    Expected = $"{expected} as in the rows before",
                    Remedy = "put each kind into a file of its own",
                };
            }

            Skipped.Add(SkipReason.Malformed, line, $"no {missing}");
            return;
        }

        try
        {
            Example example = expected == ExampleKind.Conversations
                ? Example.Conversation(messages(), line)
                : Example.Of(expected, text, line);
            if (EmptyField(example) is string empty)
            {
                Skipped.Add(SkipReason.Empty, line, $"{empty} is empty");
            }
            else
            {
                examples.Add(example);
            }
        }
        catch (Gpt2Exception e)
        {
            Skipped.Add(SkipReason.Malformed, line, e.Problem);
        }
    }

    /// <summary>All examples.</summary>
    /// <exception cref="Gpt2Exception">There are none, or more rows were skipped than may be.</exception>
    public ExampleSet Finish(SkipLimit limit)
    {
        Skipped.RequireFew(limit, examples.Count + Skipped.Count, name);
        return examples.Count > 0
            ? new ExampleSet(name, examples[0].Kind, examples, Skipped)
            : throw new Gpt2Exception("found no rows") { Where = name, Expected = "at least one example" };
    }

    private static string? EmptyField(Example example) => example.Kind == ExampleKind.Conversations
        ? example.Messages.Any(message => string.IsNullOrWhiteSpace(message.Content)) ? "a content" : null
        : example.Kind.Required.FirstOrDefault(field => string.IsNullOrWhiteSpace(example[field]));
}
