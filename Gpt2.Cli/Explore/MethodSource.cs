// The C# source of a method that computes a step, cut out of its file, which is part of the program.

using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Gpt2.Cli.Explore;

internal static partial class MethodSource
{
    /// <summary>What the names of these resources begin with, see Gpt2.Cli.csproj.</summary>
    private const string Prefix = "Explore/Source/";

    private const string Indent = "    ";

    private static readonly ConcurrentDictionary<string, string> Found = new();

    /// <summary>The source of a method, without its documentation and without the indentation of its class.</summary>
    /// <param name="method">Class and method: TransformerBlock.Step7Attention.</param>
    /// <exception cref="ArgumentException">There is no such file, or the method is not in it.</exception>
    public static string Of(string method) => Found.GetOrAdd(method, Load);

    private static string Load(string method)
    {
        string[] parts = method.Split('.');
        using Stream stream = typeof(MethodSource).Assembly.GetManifestResourceStream($"{Prefix}{parts[0]}.cs")
            ?? throw new ArgumentException($"the source of {parts[0]} is not in the program, expected a file listed in Gpt2.Cli.csproj");
        using var reader = new StreamReader(stream);
        return Cut(reader.ReadToEnd(), parts[1]) ?? throw new ArgumentException($"{parts[0]}.cs has no method {parts[1]}");
    }

    /// <summary>
    /// Cuts a method of a class out of a file: from the line that declares it to the closing brace in its column, or to the semicolon
    /// if its body is an expression. Null if it is not there.
    /// </summary>
    internal static string? Cut(string file, string name)
    {
        string[] lines = file.ReplaceLineEndings("\n").Split('\n');
        int first = Array.FindIndex(lines, line => Declaration().Match(line) is { Success: true } match && match.Groups[1].Value == name);
        if (first < 0)
        {
            return null;
        }

        var method = new List<string>();
        bool isBlock = false;
        foreach (string line in lines[first..])
        {
            method.Add(line.StartsWith(Indent, StringComparison.Ordinal) ? line[Indent.Length..] : line);
            isBlock |= line == Indent + "{";
            if (isBlock ? line == Indent + "}" : line.EndsWith(';'))
            {
                return string.Join('\n', method);
            }
        }

        return null;
    }

    /// <summary>A line one level deep that begins with a modifier and has a name before a parenthesis.</summary>
    [GeneratedRegex(@"^ {4}(?:public|internal|private|protected)\b[^=;]*?\b(\w+)\(", RegexOptions.CultureInvariant)]
    private static partial Regex Declaration();
}
