// An option that names a token of the prompt, as --row does: by its number, its text, or as the last.

using System.CommandLine;
using System.Globalization;
using System.Text;
using Gpt2.Core;
using Gpt2.Core.Explaining;

namespace Gpt2.Cli.CommandLine;

/// <summary>Finds tokens of a prompt.</summary>
internal static class TokenPlace
{
    private const string Last = "last";

    /// <summary>An option for a token of the prompt.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it is for.</param>
    public static Option<string?> Option(string name, string description) => new(name)
    {
        Description = description + "\nIts number, counted from 0, or from the end with a minus; or its text, to which the space before a word "
            + "belongs: ' He'. In quotes inside the quotes, a text may look like a number and have escapes: \"'\\n'\".",
        HelpName = "TOKEN",
    };

    /// <summary>The position of the token in the prompt; null if the option is not given.</summary>
    /// <exception cref="UsageException">The prompt has no such token, or has it more than once.</exception>
    public static int? Find(ParseResult parsed, Option<string?> option, PromptedModel given)
    {
        if (parsed.GetValue(option) is not string text)
        {
            return null;
        }

        var tokens = new PromptTokens(given.Ids, given.Model.HasText ? given.Model.Tokenizer : null);
        try
        {
            AddressPart part = PartOf(text, given.Model.HasText);
            return part.Text is byte[] bytes ? tokens.PositionOf(bytes) : CellAddress.Index(part, "token", given.Ids.Length);
        }
        catch (Gpt2Exception e)
        {
            throw new UsageException(e.At(option.Name));
        }
    }

    private static AddressPart PartOf(string text, bool hasText)
    {
        if (text == Last)
        {
            return new AddressPart(-1, null);
        }

        bool isNumber = int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number);
        return isNumber ? new AddressPart(number, null)
            : text is ['\'', .., '\''] or ['"', .., '"'] ? AddressText.ParsePart(text)
            : hasText ? new AddressPart(0, Encoding.UTF8.GetBytes(text))
            : throw new Gpt2Exception($"found '{VisibleText.Brief(text)}', but this model has no vocabulary") { Expected = "a token's number" };
    }
}
