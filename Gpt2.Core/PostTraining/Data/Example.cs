// One example as it stands in a file: what is asked and what is answered, before any template and tokenizer.

namespace Gpt2.Core.PostTraining.Data;

/// <summary>A turn of a conversation.</summary>
/// <param name="Role">One of <see cref="Roles"/>.</param>
/// <param name="Content">The text.</param>
internal sealed record ChatMessage(string Role, string Content)
{
    public const string System = "system", User = "user", Assistant = "assistant";

    public static readonly string[] Roles = [System, User, Assistant];
}

/// <summary>An example.</summary>
internal sealed class Example
{
    private readonly Dictionary<string, string> fields; // every field of the kind but messages

    private Example(ExampleKind kind, Dictionary<string, string> fields, IReadOnlyList<ChatMessage> messages, long line)
    {
        Kind = kind;
        this.fields = fields;
        Messages = messages;
        Line = line;
    }

    public ExampleKind Kind { get; }

    /// <summary>The line of its file where it begins; 0 if it is from none.</summary>
    public long Line { get; }

    /// <summary>The turns of a conversation, the last of which is the answer; none of another kind.</summary>
    public IReadOnlyList<ChatMessage> Messages { get; }

    /// <summary>The answer, or the chosen and the rejected one.</summary>
    public IReadOnlyList<string> Answers =>
        Kind == ExampleKind.Conversations ? [Messages[^1].Content] : [.. Kind.Answers.Select(name => fields[name])];

    /// <summary>An example of a kind other than conversations.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="text">The text of each field; empty for an optional one that is missing.</param>
    /// <param name="line">Its line.</param>
    public static Example Of(ExampleKind kind, Func<string, string> text, long line = 0) =>
        new(kind, kind.Fields.ToDictionary(field => field, text), [], line);

    /// <summary>A conversation that ends with the answer to be learned.</summary>
    public static Example Conversation(IReadOnlyList<ChatMessage> messages, long line = 0) =>
        new(ExampleKind.Conversations, [], messages, line);

    public static Example Instruction(string instruction, string input, string output) => Of(
        ExampleKind.Instructions, field => field switch { "instruction" => instruction, "input" => input, _ => output });

    public static Example Preference(string prompt, string chosen, string rejected) => Of(
        ExampleKind.Preferences, field => field switch { "prompt" => prompt, "chosen" => chosen, _ => rejected });

    public static Example Completion(string prompt, string completion) =>
        Of(ExampleKind.Completions, field => field == "prompt" ? prompt : completion);

    /// <summary>The text of a field of its kind.</summary>
    public string this[string field] => fields[field];

    /// <summary>
    /// What stands for a placeholder of a template. Every kind has a meaning for each: prompt is all that is asked, instruction
    /// is that without the input, and messages is the conversation before the answer, of one turn unless it is one.
    /// </summary>
    public string Asked(string placeholder) => placeholder switch
    {
        "input" => fields.GetValueOrDefault("input", ""),
        "messages" when Kind != ExampleKind.Conversations => Turn(new ChatMessage(ChatMessage.User, Asked("prompt"))),
        _ when Kind == ExampleKind.Conversations => string.Join('\n', Messages.SkipLast(1).Select(Turn)),
        "prompt" when !string.IsNullOrWhiteSpace(Asked("input")) => $"{Asked("instruction")}\n{Asked("input")}",
        _ => fields[Kind.Asked[0]],
    };

    /// <summary>"User: How are you?"</summary>
    private static string Turn(ChatMessage message) => $"{char.ToUpperInvariant(message.Role[0])}{message.Role[1..]}: {message.Content}";
}
