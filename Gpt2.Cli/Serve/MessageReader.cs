// The messages of a chat: who says what, as a text or as parts that are texts.

using System.Text.Json;
using Gpt2.Cli.Http;
using Gpt2.Core.PostTraining.Data;
using static System.FormattableString;

namespace Gpt2.Cli.Serve;

/// <summary>Reads messages.</summary>
internal static class MessageReader
{
    private const string Field = "messages";
    private const string ExpectedContent = "a string, or a list of parts {\"type\": \"text\", \"text\": …}";

    private static readonly string Roles = "one of " + string.Join(", ", ChatMessage.Roles);

    /// <summary>Reads messages, of which the first may be the system's and the last is the user's.</summary>
    /// <exception cref="ApiException">They are missing or wrong.</exception>
    public static IReadOnlyList<ChatMessage> Read(JsonElement? value)
    {
        if (value is not JsonElement given)
        {
            throw ApiException.BadValue(Field, "missing", "a list of messages");
        }

        if (given.ValueKind != JsonValueKind.Array || given.GetArrayLength() == 0)
        {
            throw ApiException.BadValue(Field, JsonFields.Shown(given), "a list of at least one message");
        }

        ChatMessage[] messages = [.. given.EnumerateArray().Select((message, place) => Message(message, Invariant($"{Field}[{place}]")))];
        int system = Array.FindLastIndex(messages, message => message.Role == ChatMessage.System);
        if (system > 0)
        {
            throw ApiException.BadValue(Invariant($"{Field}[{system}].role"), $"'{ChatMessage.System}'", "that of the first message alone");
        }

        return messages[^1].Role == ChatMessage.User
            ? messages
            : throw ApiException.BadValue(Invariant($"{Field}[{messages.Length - 1}].role"), $"'{messages[^1].Role}'", "'user' at the end");
    }

    private static ChatMessage Message(JsonElement message, string place)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            throw ApiException.BadValue(place, JsonFields.Shown(message), "an object with role and content");
        }

        var fields = new JsonFields(message);
        string role = Required(fields, place, "role", RoleOf, Roles);
        string content = Required(fields, place, "content", Content, ExpectedContent);
        return string.IsNullOrWhiteSpace(content)
            ? throw ApiException.BadValue(place + ".content", "empty", "some text")
            : new ChatMessage(role, content);
    }

    private static string Required(JsonFields fields, string place, string name, Func<JsonElement, string, string> read, string expected) =>
        fields.Value(name) is JsonElement value
            ? read(value, $"{place}.{name}")
            : throw ApiException.BadValue($"{place}.{name}", "missing", expected);

    /// <summary>A role; developer is the newer name of the system.</summary>
    private static string RoleOf(JsonElement value, string place)
    {
        string role = JsonFields.TextOf(value, place, Roles);
        return role == "developer" ? ChatMessage.System
            : ChatMessage.Roles.Contains(role) ? role
            : throw ApiException.BadValue(place, $"'{Core.VisibleText.Brief(role)}'", Roles);
    }

    private static string Content(JsonElement value, string place) => value.ValueKind == JsonValueKind.Array
        ? string.Join('\n', value.EnumerateArray().Select((part, number) => Part(part, Invariant($"{place}[{number}]"))))
        : JsonFields.TextOf(value, place, ExpectedContent);

    private static string Part(JsonElement part, string place)
    {
        if (part.ValueKind != JsonValueKind.Object)
        {
            throw ApiException.BadValue(place, JsonFields.Shown(part), "an object with type and text");
        }

        var fields = new JsonFields(part);
        string? kind = fields.Text("type");
        return kind == "text"
            ? Required(fields, place, "text", (text, where) => JsonFields.TextOf(text, where, "a string"), "a string")
            : throw ApiException.BadValue(place + ".type", kind is null ? "missing" : $"'{Core.VisibleText.Brief(kind)}'", "'text'");
    }
}
