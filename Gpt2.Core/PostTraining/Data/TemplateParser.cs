// The syntax of templates: {field} for a text, {#field} … {/field} for what vanishes when the text is empty, {{ and }} for braces.

using System.Text;

namespace Gpt2.Core.PostTraining.Data;

/// <summary>A piece of a template.</summary>
/// <param name="Text">A literal text, or the name of a field.</param>
/// <param name="IsField">Which of the two.</param>
/// <param name="Section">The field without which the piece vanishes; null if it always stands.</param>
internal readonly record struct TemplatePiece(string Text, bool IsField, string? Section);

/// <summary>Divides the text of a template into pieces.</summary>
internal sealed class TemplateParser
{
    private readonly string name, text;
    private readonly string[] asked, answers;
    private readonly List<TemplatePiece> pieces = [];
    private readonly StringBuilder literal = new();
    private string? section;
    private int at;

    /// <param name="name">The name of the template or its file, for messages.</param>
    /// <param name="text">Its text.</param>
    /// <param name="asked">The fields that may stand anywhere.</param>
    /// <param name="answers">The fields of which one stands at the end.</param>
    public TemplateParser(string name, string text, string[] asked, string[] answers)
    {
        this.name = name;
        this.text = text;
        this.asked = asked;
        this.answers = answers;
    }

    /// <summary>The pieces before the answer.</summary>
    /// <exception cref="Gpt2Exception">A brace or a field is not as it should be, or the answer is not at the end.</exception>
    public IReadOnlyList<TemplatePiece> Parse()
    {
        while (at < text.Length)
        {
            char character = text[at];
            if (character is '{' or '}' && at + 1 < text.Length && text[at + 1] == character)
            {
                literal.Append(character);
                at += 2;
            }
            else if (character == '{')
            {
                if (TakeField())
                {
                    return pieces;
                }
            }
            else if (character == '}')
            {
                throw Refusal("a } without {", "}} for a brace");
            }
            else
            {
                literal.Append(character);
                at++;
            }
        }

        throw Refusal("no answer", $"{Listed(answers)} at the end");
    }

    /// <summary>Takes what is between braces.</summary>
    /// <returns>Whether it is the answer, which ends the template.</returns>
    private bool TakeField()
    {
        int close = text.IndexOf('}', at);
        string inside = close < 0 ? throw Refusal("a { without }", "{{ for a brace") : text[(at + 1)..close];
        string field = inside.TrimStart('#', '/');
        bool isAnswer = answers.Contains(field);
        if (!isAnswer && !asked.Contains(field))
        {
            throw Refusal($"the placeholder {{{VisibleText.Brief(inside)}}}", $"{Listed([.. asked, .. answers])}, or {{{{ for a brace");
        }

        EndLiteral();
        switch (inside.Length - field.Length)
        {
            case 0 when isAnswer:
                RequireEnd(close + 1);
                return true;
            case 0:
                pieces.Add(new TemplatePiece(field, IsField: true, section));
                break;
            case 1 when inside[0] == '#' && section is null && !isAnswer:
                section = field;
                break;
            case 1 when inside[0] == '/' && section == field:
                section = null;
                break;
            default:
                throw Refusal($"{{{inside}}}", "sections such as {#input} … {/input}, not within one another and without the answer");
        }

        at = close + 1;
        return false;
    }

    private void RequireEnd(int end)
    {
        if (section is not null)
        {
            throw Refusal($"the answer within {{#{section}}}", $"{{/{section}}} before it");
        }

        string after = text[end..];
        if (after.Trim('\r', '\n').Length > 0) // editors add a line end
        {
            throw Refusal($"'{VisibleText.Brief(after)}' after the answer", "nothing, since the answer ends with <|endoftext|>");
        }
    }

    private void EndLiteral()
    {
        if (literal.Length > 0)
        {
            pieces.Add(new TemplatePiece(literal.ToString(), IsField: false, section));
            literal.Clear();
        }
    }

    private Gpt2Exception Refusal(string found, string expected) => new($"found {found}")
    {
        Where = new(name, 1 + text.AsSpan(0, at).Count('\n')),
        Expected = expected,
    };

    private static string Listed(string[] fields) => string.Join(" or ", fields.Select(field => $"{{{field}}}"));
}
