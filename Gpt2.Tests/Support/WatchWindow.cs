// What a debugger's watch window shows of an object, read as debuggers read it: DebuggerDisplay, DebuggerTypeProxy and DebuggerBrowsable.
// No debugger can be photographed in a test, so the documentation has pictures that are drawn from this.

using System.Collections;
using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Gpt2.Core.Drawing;

namespace Gpt2.Tests.Support;

/// <summary>A line of a watch window.</summary>
/// <param name="Depth">How far it is indented.</param>
/// <param name="Name">The left column.</param>
/// <param name="Value">The right column.</param>
/// <param name="CanBeOpened">Whether there is something below it.</param>
/// <param name="IsOpen">Whether that is shown.</param>
internal sealed record WatchLine(int Depth, string Name, string Value, bool CanBeOpened, bool IsOpen);

/// <summary>Lists and draws the lines of a watch window.</summary>
internal static partial class WatchWindow
{
    private const double LetterWidth = 7.3;

    private const BindingFlags Members = BindingFlags.Instance | BindingFlags.Public;

    /// <summary>The lines for an object.</summary>
    /// <param name="name">What was typed into the window.</param>
    /// <param name="value">The object.</param>
    /// <param name="opened">The names of what has been opened below it, such as "step 7 attention"; the object itself always is.</param>
    /// <param name="most">The maximum number of lines below one that is open.</param>
    public static IReadOnlyList<WatchLine> Lines(string name, object value, string[] opened, int most)
    {
        var lines = new List<WatchLine>();
        Add(0, name, value, isOpen: true);
        return lines;

        void Add(int depth, string shownName, object? of, bool isOpen)
        {
            (string Name, object? Value)[] below = [.. Below(of)];
            lines.Add(new WatchLine(depth, shownName, Display(of), below.Length > 0, isOpen && below.Length > 0));
            foreach ((string child, object? childValue) in isOpen ? below.Take(most) : [])
            {
                string display = Display(childValue);
                Add(depth + 1, NameOf(child, childValue), childValue, opened.Any(one => display.StartsWith(one, StringComparison.Ordinal)));
            }

            if (isOpen && below.Length > most)
            {
                lines.Add(new WatchLine(depth + 1, "…", "", CanBeOpened: false, IsOpen: false));
            }
        }
    }

    /// <summary>Draws the lines as a picture.</summary>
    public static string Draw(string title, IReadOnlyList<WatchLine> lines, int nameWidth, int width)
    {
        const int LineHeight = 20, Top = 58, Indent = 18;
        int height = Top + (lines.Count * LineHeight) + 12;
        XElement picture = SvgPicture.Create(width, height, title, """
            .cell { font-family: Consolas, "DejaVu Sans Mono", monospace; white-space: pre; }
            .grid { stroke: #d5dae0; } .head { fill: #eef1f4; } .mark { fill: none; stroke: #5d6875; stroke-width: 1.4; }
            @media (prefers-color-scheme: dark) { .grid { stroke: #2b333d; } .head { fill: #1b222b; } .mark { stroke: #9aa7b5; } }
            """);
        picture.Add(SvgPicture.Label(12, 22, title, "title"));
        picture.Add(SvgPicture.Element("rect", "head", ("x", 0), ("y", Top - 22), ("width", width), ("height", LineHeight)));
        picture.Add(SvgPicture.Label(14, Top - 8, "Name", "muted"), SvgPicture.Label(nameWidth + 8, Top - 8, "Value", "muted"));
        foreach ((WatchLine line, int place) in lines.Select((line, place) => (line, place)))
        {
            double y = Top + (place * LineHeight), x = 12 + (line.Depth * Indent);
            if (line.CanBeOpened)
            {
                string triangle = line.IsOpen ? $"M{x} {y + 6}h8l-4 6z" : $"M{x + 1} {y + 5}v8l6 -4z";
                picture.Add(SvgPicture.Element("path", "mark", ("d", triangle)));
            }

            picture.Add(SvgPicture.Label(x + 14, y + 14, line.Name, "cell"));
            picture.Add(SvgPicture.Label(nameWidth + 8, y + 14, Cut(line.Value, width - nameWidth), "cell"));
            picture.Add(SvgPicture.Line("grid", 0, y + LineHeight, width, y + LineHeight));
        }

        picture.Add(SvgPicture.Line("grid", nameWidth, Top - 22, nameWidth, height - 12));
        return picture.ToString();
    }

    private static string Cut(string text, int width)
    {
        int room = (int)((width - 16) / LetterWidth);
        return text.Length <= room ? text : $"{text[..(room - 2)].TrimEnd()} …";
    }

    /// <summary>What stands in the column of values.</summary>
    private static string Display(object? value) => value switch
    {
        null => "null",
        string text => $"\"{text}\"",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ when value.GetType().GetCustomAttribute<DebuggerDisplayAttribute>() is { Value: string form } => Fill(form, value),
        _ => $"{{{value}}}",
    };

    private static string NameOf(string name, object? value) =>
        value?.GetType().GetCustomAttribute<DebuggerDisplayAttribute>()?.Name is { Length: > 0 } form ? Fill(form, value) : name;

    private static string Fill(string form, object value) => Hole().Replace(form, hole =>
    {
        string member = hole.Groups["member"].Value;
        object? found = hole.Groups["call"].Success
            ? value.GetType().GetMethod(member, Type.EmptyTypes)!.Invoke(value, null)
            : value.GetType().GetProperty(member, Members)!.GetValue(value);
        return hole.Groups["bare"].Success ? $"{found}" : Display(found);
    });

    /// <summary>What is below an object: the properties of its proxy, and the elements of those whose own line is hidden.</summary>
    private static IEnumerable<(string Name, object? Value)> Below(object? value)
    {
        if (value is null or string or IFormattable)
        {
            yield break;
        }

        object view = value.GetType().GetCustomAttribute<DebuggerTypeProxyAttribute>() is { ProxyTypeName: string proxy }
            ? Activator.CreateInstance(Type.GetType(proxy, throwOnError: true)!, value)!
            : value;
        foreach (PropertyInfo property in view.GetType().GetProperties(Members).Where(property => property.GetIndexParameters().Length == 0))
        {
            DebuggerBrowsableState? state = property.GetCustomAttribute<DebuggerBrowsableAttribute>()?.State;
            if (state == DebuggerBrowsableState.Never)
            {
                continue;
            }

            object? found = property.GetValue(view);
            if (state != DebuggerBrowsableState.RootHidden)
            {
                yield return (property.Name, found);
                continue;
            }

            int index = 0;
            foreach (object? element in (IEnumerable)found!)
            {
                yield return ($"[{index++}]", element);
            }
        }
    }

    [GeneratedRegex(@"\{(?<member>\w+)(?<call>\(\))?(?<bare>,nq)?\}")]
    private static partial Regex Hole();
}
