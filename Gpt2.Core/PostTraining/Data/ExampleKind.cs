// The kinds of examples that people have, told apart by the names of their fields.

namespace Gpt2.Core.PostTraining.Data;

/// <summary>A kind of example.</summary>
/// <param name="Name">For messages, in the plural.</param>
/// <param name="Asked">The fields of what is asked; each must have a text.</param>
/// <param name="Optional">Fields of what is asked that may be empty or missing.</param>
/// <param name="Answers">The fields of the answers; of two, the first is preferred.</param>
internal sealed record ExampleKind(string Name, string[] Asked, string[] Optional, string[] Answers)
{
    public const string MessagesField = "messages";

    public static readonly ExampleKind
        Preferences = new("preferences", ["prompt"], [], ["chosen", "rejected"]),
        Instructions = new("instructions", ["instruction"], ["input"], ["output"]),
        Completions = new("completions", ["prompt"], [], ["completion"]),
        Conversations = new("conversations", [MessagesField], [], []),
        Prompts = new("prompts", ["prompt"], [], []);

    /// <summary>In this order: a row with the fields of several kinds is of the first.</summary>
    public static readonly ExampleKind[] All = [Preferences, Instructions, Completions, Conversations, Prompts];

    /// <summary>Whether its examples have answers to learn.</summary>
    public bool HasAnswers => this != Prompts;

    /// <summary>The fields that every row has.</summary>
    public IEnumerable<string> Required => Asked.Concat(Answers);

    /// <summary>All fields, in the order in which they are written.</summary>
    public IEnumerable<string> Fields => Asked.Concat(Optional).Concat(Answers);

    /// <summary>The kind of a row with these fields, among which others may be; null if there is none.</summary>
    public static ExampleKind? Of(IReadOnlyCollection<string> fields) => All.FirstOrDefault(kind => kind.Missing(fields) is null);

    /// <summary>The first required field that is not among these; null if all are.</summary>
    public string? Missing(IReadOnlyCollection<string> fields) => Required.FirstOrDefault(field => !fields.Contains(field));

    public override string ToString() => $"{Name} ({string.Join(", ", Required)})";
}
