// If a body is not JSON, the error says at which byte.

using System.Text;
using System.Text.Json;
using Gpt2.Core.Text;
using static System.FormattableString;

namespace Gpt2.Cli.Http;

/// <summary>Parses bodies: UTF-8, with or without a byte-order mark.</summary>
internal static class JsonBody
{
    private const string Code = "invalid_json";

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 64 };

    /// <summary>Parses a body. Messages count bytes from 1, including the byte-order mark.</summary>
    /// <param name="body">The body.</param>
    /// <param name="field">The field that it should have, for messages.</param>
    /// <exception cref="ApiException">It is empty, not UTF-8, or not valid JSON.</exception>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body, string field = "prompt")
    {
        int mark = body.Span.StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0;
        if (StrictUtf8.FirstFault(body.Span) is int invalid)
        {
            throw new ApiException(
                400, Invariant($"the body is not UTF-8: byte {invalid + 1} is 0x{body.Span[invalid]:X2}, which is not valid there"), code: Code);
        }

        ReadOnlyMemory<byte> json = body[mark..];
        if (json.Length == 0)
        {
            throw new ApiException(400, $"the body is empty, expected a JSON object with the field '{field}'", code: Code);
        }

        try
        {
            return JsonDocument.Parse(json, Options);
        }
        catch (JsonException e)
        {
            throw new ApiException(400, $"the body is not valid JSON: {Found(json.Span, PlaceOf(e, json.Span), mark)}", code: Code);
        }
    }

    /// <summary>The position in bytes, from 0. The parser reports a line, and a position in that line.</summary>
    private static int PlaceOf(JsonException exception, ReadOnlySpan<byte> json)
    {
        int begin = 0;
        for (long line = exception.LineNumber ?? 0; line > 0; line--)
        {
            begin += json[begin..].IndexOf((byte)'\n') + 1;
        }

        return begin + (int)(exception.BytePositionInLine ?? 0);
    }

    private static string Found(ReadOnlySpan<byte> json, int place, int mark)
    {
        if (place >= json.Length)
        {
            return Invariant($"it ends at byte {mark + json.Length}, in the middle of a value");
        }

        Rune.DecodeFromUtf8(json[place..], out Rune first, out _);
        string shown = first.Value is >= ' ' and not 0x7F ? $"'{first}'" : Invariant($"U+{first.Value:X4}");
        string remark = first.Value is '[' or '{' ? Invariant($"; values nest at most {Options.MaxDepth} deep") : "";
        return Invariant($"byte {mark + place + 1} is {shown}, which is not valid there{remark}");
    }
}
