// Fields of a JSON object are read with the types they must have. A field that is null counts as absent; a field of the
// wrong type is refused with an error that names it.

using System.Text.Json;
using Gpt2.Cli.Http;
using Gpt2.Core;
using static System.FormattableString;

namespace Gpt2.Cli.Serve;

/// <summary>The fields of a request's object.</summary>
internal readonly struct JsonFields(JsonElement root)
{
    /// <summary>The value of a field; null if the field is absent or null.</summary>
    /// <exception cref="ApiException">A name in the object contains half of a surrogate pair.</exception>
    public JsonElement? Value(string name)
    {
        try
        {
            return root.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
        }
        catch (InvalidOperationException)
        {
            throw new ApiException(400, "the name of a field contains half of a surrogate pair, which is not a character", code: "invalid_json");
        }
    }

    /// <summary>A whole number within inclusive bounds.</summary>
    /// <exception cref="ApiException">The field is something else.</exception>
    public int? Whole(string name, int min, int max) => Read<int>(
        name, Invariant($"a whole number from {min} to {max}"),
        value => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) && number >= min && number <= max ? number : null);

    /// <summary>A whole number from 0 to 2⁶⁴ − 1.</summary>
    /// <exception cref="ApiException">The field is something else.</exception>
    public ulong? Seed(string name) => Read<ulong>(
        name, Invariant($"a whole number from 0 to {ulong.MaxValue}"),
        value => value.ValueKind == JsonValueKind.Number && value.TryGetUInt64(out ulong number) ? number : null);

    /// <summary>A finite number.</summary>
    /// <exception cref="ApiException">The field is something else.</exception>
    public double? Number(string name) => Read<double>(
        name, "a finite number",
        value => value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number) ? number : null);

    /// <summary>true or false.</summary>
    /// <exception cref="ApiException">The field is something else.</exception>
    public bool? Truth(string name) => Read<bool>(
        name, "true or false", value => value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : null);

    /// <summary>A string.</summary>
    /// <exception cref="ApiException">The field is something else, or contains half of a surrogate pair.</exception>
    public string? Text(string name) => Value(name) is JsonElement value ? TextOf(value, name, "a string") : null;

    /// <summary>The text of a value that must be a string.</summary>
    /// <exception cref="ApiException">It is not a string, or contains half of a surrogate pair.</exception>
    public static string TextOf(JsonElement value, string name, string expected)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw ApiException.BadValue(name, Shown(value), expected);
        }

        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw ApiException.BadValue(name, "a string containing half of a surrogate pair, which is not a character", expected);
        }
    }

    /// <summary>A value as shown in errors: short, and on one line.</summary>
    public static string Shown(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => Invariant($"a list of {value.GetArrayLength()}"),
        JsonValueKind.String => "a string",
        _ => VisibleText.Brief(value.GetRawText()),
    };

    /// <summary>
    /// The value of a field, converted by <paramref name="read"/>, which returns null for a value of the wrong type.
    /// </summary>
    private T? Read<T>(string name, string expected, Func<JsonElement, T?> read)
        where T : struct =>
        Value(name) is not JsonElement value ? null : read(value) ?? throw ApiException.BadValue(name, Shown(value), expected);
}
