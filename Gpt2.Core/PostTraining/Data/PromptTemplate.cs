// What a model reads for an example: words around the fields. The templates with names, and those from files.

using System.Text;

namespace Gpt2.Core.PostTraining.Data;

/// <summary>A form with placeholders. All before the answer is the prompt.</summary>
internal sealed class PromptTemplate
{
    private static readonly string[] AskedFields = ["instruction", "input", "prompt", "messages"], AnswerFields = ["output", "completion"];

    /// <summary>The words of a form for instructions with headings, as many people use it.</summary>
    public static readonly PromptTemplate Alpaca = Parse(
        "alpaca",
        "An instruction says what to do.{#input} An input belongs to it.{/input} The response does it.\n\n"
        + "### Instruction:\n{instruction}\n\n{#input}### Input:\n{input}\n\n{/input}### Response:\n{output}");

    /// <summary>A form of few tokens, with words that the default model knows.</summary>
    public static readonly PromptTemplate Short = Parse("short", "Question: {#input}{input} {/input}{instruction} Answer: {output}");

    /// <summary>The prompt and the completion as they are.</summary>
    public static readonly PromptTemplate Plain = Parse("plain", "{prompt}{completion}");

    /// <summary>A line for each turn of a conversation.</summary>
    public static readonly PromptTemplate Chat = Parse("chat", "{messages}\nAssistant: {completion}");

    public static readonly PromptTemplate[] All = [Alpaca, Short, Plain, Chat];

    /// <summary>Models with a smaller context get the short form.</summary>
    private const int ContextOfAlpaca = 512;

    private readonly IReadOnlyList<TemplatePiece> pieces;

    private PromptTemplate(string name, string text, IReadOnlyList<TemplatePiece> pieces)
    {
        Name = name;
        Text = text;
        this.pieces = pieces;
    }

    public string Name { get; }

    /// <summary>The template with its placeholders.</summary>
    public string Text { get; }

    /// <summary>Whether it is for conversations: it has the place for the turns.</summary>
    public bool IsForConversations => pieces.Any(piece => piece.IsField && piece.Text == ExampleKind.MessagesField);

    /// <summary>The template that a kind of examples gets if none is named.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="context">Tokens that the model reads.</param>
    public static PromptTemplate StandardFor(ExampleKind kind, int context) =>
        kind == ExampleKind.Conversations ? Chat
        : kind != ExampleKind.Instructions ? Plain
        : context < ContextOfAlpaca ? Short : Alpaca;

    /// <summary>A template from a text.</summary>
    /// <param name="name">Its name or file, for messages.</param>
    /// <param name="text">Its text; CRLF is taken as a line end.</param>
    /// <exception cref="Gpt2Exception">It is not a template; the message says where and why.</exception>
    public static PromptTemplate Parse(string name, string text)
    {
        text = text.ReplaceLineEndings("\n");
        return new PromptTemplate(name, text, new TemplateParser(name, text, AskedFields, AnswerFields).Parse());
    }

    /// <summary>
    /// The prompt and the answers of an example. If the prompt would end with a space, the space begins the answers instead: a
    /// word and the space before it are one token.
    /// </summary>
    public (string Prompt, IReadOnlyList<string> Answers) Fill(Example example)
    {
        var text = new StringBuilder();
        foreach (TemplatePiece piece in pieces)
        {
            if (piece.Section is null || !string.IsNullOrWhiteSpace(example.Asked(piece.Section)))
            {
                text.Append(piece.IsField ? example.Asked(piece.Text) : piece.Text);
            }
        }

        string prompt = text.ToString();
        return prompt.EndsWith(' ') ? (prompt[..^1], [.. example.Answers.Select(answer => " " + answer)]) : (prompt, example.Answers);
    }

    /// <summary>The prompt of a question that has no answer yet.</summary>
    public AskedPrompt Ask(string question) => Ask(Example.Instruction(question, input: "", output: ""));

    /// <summary>
    /// The prompt of a conversation that has no answer yet. A template for instructions has a place for one question: with it, a
    /// single turn of the user is the instruction, and what the system says its input. Otherwise the turns stand as lines.
    /// </summary>
    /// <param name="messages">The turns; the last is the user's.</param>
    public AskedPrompt Ask(IReadOnlyList<ChatMessage> messages)
    {
        bool isSingle = messages.Count == 1 || (messages.Count == 2 && messages[0].Role == ChatMessage.System);
        return isSingle && !IsForConversations
            ? Ask(Example.Instruction(messages[^1].Content, input: messages.Count == 2 ? messages[0].Content : "", output: ""))
            : Ask(Example.Conversation([.. messages, new ChatMessage(ChatMessage.Assistant, "")]));
    }

    private AskedPrompt Ask(Example example)
    {
        (string prompt, IReadOnlyList<string> answers) = Fill(example);
        return new AskedPrompt(prompt, answers[0]);
    }
}

/// <summary>A prompt as a model reads it.</summary>
/// <param name="Text">The text.</param>
/// <param name="AnswerBegin">What every answer begins with: a space, if the template has one there, or nothing.</param>
internal sealed record AskedPrompt(string Text, string AnswerBegin)
{
    /// <summary>An answer without what every one begins with.</summary>
    public string AnswerOf(string completion) =>
        completion.StartsWith(AnswerBegin, StringComparison.Ordinal) ? completion[AnswerBegin.Length..] : completion;
}
