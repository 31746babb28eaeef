// The form of a cell's address: a name, brackets, and in them two parts or three, each a number, "head" with a number, or a text in
// quotes. What the parts mean is decided in CellAddress.

using System.Globalization;
using System.Text;

namespace Gpt2.Core.Explaining;

/// <summary>A number, or the bytes of a text that was in quotes.</summary>
internal readonly record struct AddressPart(int Number, byte[]? Text);

/// <summary>An address taken apart.</summary>
internal sealed record AddressText(string Matrix, AddressPart Row, AddressPart? Head, AddressPart Column)
{
    private const string Form = "MATRIX[ROW, COLUMN] or MATRIX[ROW, head H, COLUMN], for example h0.step7[5, 0]";
    private const string HeadWord = "head";

    /// <exception cref="Gpt2Exception">The text has another form.</exception>
    public static AddressText Parse(string text)
    {
        string trimmed = text.Trim();
        int bracket = trimmed.IndexOf('[', StringComparison.Ordinal);
        if (bracket < 0 || trimmed[^1] != ']')
        {
            throw new Gpt2Exception(bracket < 0 ? "found no brackets" : "the closing ']' is missing") { Expected = Form };
        }

        List<string> parts = SplitAtCommas(trimmed[(bracket + 1)..^1]);
        if (parts.Count is not (2 or 3))
        {
            throw new Gpt2Exception($"found {Plural.Of(parts.Count, "part")} in the brackets") { Expected = Form };
        }

        AddressPart? head = parts.Count == 3 ? HeadOf(parts[1]) : null;
        return new AddressText(trimmed[..bracket].TrimEnd(), PartOf(parts[0]), head, PartOf(parts[^1]));
    }

    /// <summary>A number, or a text in quotes, that stands alone.</summary>
    /// <exception cref="Gpt2Exception">It is neither.</exception>
    public static AddressPart ParsePart(string text)
    {
        List<string> parts = SplitAtCommas(text.Trim());
        return parts.Count == 1 ? PartOf(parts[0]) : throw new Gpt2Exception($"found {Plural.Of(parts.Count, "part")}") { Expected = "one" };
    }

    /// <summary>Splits at the commas that are not inside quotes.</summary>
    private static List<string> SplitAtCommas(string text)
    {
        var parts = new List<string>();
        int begin = 0;
        char quote = '\0';
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (quote != '\0')
            {
                if (c == '\\')
                {
                    i++; // the next character does not end the text
                }
                else if (c == quote)
                {
                    quote = '\0';
                }
            }
            else if (c is '\'' or '"')
            {
                quote = c;
            }
            else if (c == ',')
            {
                parts.Add(text[begin..i].Trim());
                begin = i + 1;
            }
        }

        if (quote != '\0')
        {
            throw new Gpt2Exception($"the closing {quote} is missing") { Remedy = $"inside {quote} write {quote} as \\{quote}" };
        }

        parts.Add(text[begin..].Trim());
        return parts;
    }

    private static AddressPart HeadOf(string text)
    {
        if (text.StartsWith(HeadWord, StringComparison.Ordinal) && NumberOf(text[HeadWord.Length..].Trim()) is int head)
        {
            return new AddressPart(head, null);
        }

        throw new Gpt2Exception($"found '{VisibleText.Brief(text)}' between row and column") { Expected = "a head, for example head 0" };
    }

    private static AddressPart PartOf(string text)
    {
        if (text.Length > 0 && text[0] is '\'' or '"')
        {
            return new AddressPart(0, BytesOf(text));
        }

        return NumberOf(text) is int number ? new AddressPart(number, null) : throw new Gpt2Exception($"found '{VisibleText.Brief(text)}'")
        {
            Expected = "a number, or a token's text in quotes",
            Remedy = text.StartsWith(HeadWord, StringComparison.Ordinal)
                ? "a head stands between row and column: [5, head 0, 3]"
                : "if your shell removed the quotes, write \"h0.step7['Mike', head 0, 0]\"",
        };
    }

    private static int? NumberOf(string text) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number) ? number : null;

    /// <summary>The bytes of a text in quotes, in which tokens may be written as they are shown: with \n, \", \u00AD, \xE2.</summary>
    private static byte[] BytesOf(string quoted)
    {
        var bytes = new List<byte>();
        char quote = quoted[0];
        int i = 1;
        while (i < quoted.Length && quoted[i] != quote)
        {
            int length = quoted[i] == '\\' ? AddEscape(quoted.AsSpan(i), bytes) : AddCharacter(quoted.AsSpan(i), bytes);
            i += length;
        }

        return i == quoted.Length - 1 ? [.. bytes] : throw new Gpt2Exception($"found '{VisibleText.Brief(quoted[(i + 1)..])}' after a text in quotes")
        {
            Expected = "a comma or the end",
        };
    }

    private static int AddCharacter(ReadOnlySpan<char> text, List<byte> bytes)
    {
        int length = char.IsHighSurrogate(text[0]) && text.Length > 1 && char.IsLowSurrogate(text[1]) ? 2 : 1;
        bytes.AddRange(Encoding.UTF8.GetBytes(text[..length].ToString()));
        return length;
    }

    /// <summary>Adds what an escape stands for, and returns its length.</summary>
    private static int AddEscape(ReadOnlySpan<char> text, List<byte> bytes)
    {
        if (Digits(text, 'x', 2) is int value)
        {
            bytes.Add((byte)value);
            return 4;
        }

        if (Digits(text, 'u', 4) is int character)
        {
            bytes.AddRange(Encoding.UTF8.GetBytes(((char)character).ToString()));
            return 6;
        }

        char c = text[1] switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            '\\' or '\'' or '"' => text[1],
            _ => throw new Gpt2Exception($"found '\\{text[1]}' in a text in quotes") { Expected = @"\n, \r, \t, \', \"", \\, \xNN or \uNNNN" },
        };
        bytes.Add((byte)c);
        return 2;
    }

    private static int? Digits(ReadOnlySpan<char> text, char letter, int count) =>
        text.Length >= 2 + count && text[1] == letter
            && int.TryParse(text.Slice(2, count), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int value)
            ? value
            : null;
}
