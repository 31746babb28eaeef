// Examples from JSON Lines: an object on each line.

using System.Text.Json;

namespace Gpt2.Core.PostTraining.Data;

/// <summary>Reads rows of JSON.</summary>
internal static class JsonRows
{
    /// <summary>Adds every line of a text that is not blank.</summary>
    /// <exception cref="Gpt2Exception">The fields of the first are of no kind, or a row is of another kind than the first.</exception>
    public static void Read(string text, ExampleRows rows)
    {
        long line = 0;
        foreach (Range range in text.AsSpan().Split('\n'))
        {
            line++;
            ReadOnlyMemory<char> row = text.AsMemory(range).Trim();
            if (row.Length > ExampleReader.LongestRow)
            {
                rows.Skipped.Add(SkipReason.Long, line, ExampleReader.TooLong(row.Length));
            }
            else if (row.Length > 0)
            {
                Add(row, line, rows);
            }
        }
    }

    /// <summary>The messages that a JSON text holds, as in a cell of CSV.</summary>
    /// <exception cref="Gpt2Exception">They are none, or not those of a conversation that ends with an answer.</exception>
    public static IReadOnlyList<ChatMessage> MessagesIn(string json)
    {
        using JsonDocument document = Parse(json) ?? throw NoMessages("no JSON");
        return MessagesOf(document.RootElement);
    }

    private static void Add(ReadOnlyMemory<char> row, long line, ExampleRows rows)
    {
        JsonDocument? parsed;
        try
        {
            parsed = Parse(row.Span);
        }
        catch (Gpt2Exception e)
        {
            rows.Skipped.Add(SkipReason.Malformed, line, e.Found);
            return;
        }

        using JsonDocument? document = parsed;
        if (document is null)
        {
            rows.Skipped.Add(SkipReason.Malformed, line, "not valid JSON");
            return;
        }

        JsonElement root = document.RootElement;
        if (root.ValueKind != JsonValueKind.Object)
        {
            rows.Skipped.Add(SkipReason.Malformed, line, $"{Named(root)}, expected an object");
            return;
        }

        string[] fields = [.. root.EnumerateObject().Select(property => property.Name)];
        rows.Add(line, fields, field => FieldOf(root, field), () => MessagesOf(root.GetProperty(ExampleKind.MessagesField)));
    }

    /// <summary>Null if it is not JSON.</summary>
    /// <exception cref="Gpt2Exception">A key occurs twice.</exception>
    private static JsonDocument? Parse(ReadOnlySpan<char> text)
    {
        try
        {
            return StrictJson.Parse(text);
        }
        catch (Exception e) when (e is JsonException or ArgumentException) // half of a surrogate pair is an ArgumentException
        {
            return null;
        }
    }

    private static string FieldOf(JsonElement row, string field) =>
        row.TryGetProperty(field, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? TextOf(value, field) : "";

    private static string TextOf(JsonElement value, string field)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw new Gpt2Exception($"{field} is {Named(value)}") { Expected = "a text" };
        }

        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException e)
        {
            throw new Gpt2Exception($"{field} has half of a surrogate pair", e) { Expected = "a text" };
        }
    }

    private static ChatMessage[] MessagesOf(JsonElement list)
    {
        if (list.ValueKind != JsonValueKind.Array)
        {
            throw NoMessages(Named(list));
        }

        ChatMessage[] messages = [.. list.EnumerateArray().Select(MessageOf)];
        if (messages.Length < 2 || messages[^1].Role != ChatMessage.Assistant)
        {
            throw new Gpt2Exception(
                messages.Length == 0 ? "no messages" : $"{Plural.Of(messages.Length, "message")}, the last from the {messages[^1].Role}")
            {
                Expected = "a question, and last the answer of the assistant",
            };
        }

        int system = Array.FindLastIndex(messages, message => message.Role == ChatMessage.System);
        return system <= 0 ? messages : throw new Gpt2Exception($"message {system + 1} is the system's") { Expected = "the first alone" };
    }

    private static ChatMessage MessageOf(JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            throw NoMessages($"a list with {Named(message)}");
        }

        string role = FieldOf(message, "role");
        return ChatMessage.Roles.Contains(role)
            ? new ChatMessage(role, FieldOf(message, "content"))
            : throw new Gpt2Exception($"the role '{VisibleText.Brief(role)}'") { Expected = string.Join(", ", ChatMessage.Roles) };
    }

    private static Gpt2Exception NoMessages(string found) => new($"messages is {found}") { Expected = "a list of objects with role and content" };

    private static string Named(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.Number => "a number",
        JsonValueKind.String => "a text",
        JsonValueKind.Null => "null",
        _ => "true or false",
    };
}
