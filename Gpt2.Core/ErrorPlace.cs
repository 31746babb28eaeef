// Where an error is. In the root namespace, together with the exception that carries it.

using static System.FormattableString;

namespace Gpt2.Core;

/// <summary>
/// The place of an error: a file or a setting, and the place in it. As text: "merges.txt line 3", "a.csv line 3 column
/// 5", "model.safetensors: wte.weight".
/// </summary>
/// <param name="Name">The path of a file, or the name of what was given.</param>
/// <param name="Line">The line, from 1; null if there are none.</param>
/// <param name="Column">The cell or character in the line, from 1.</param>
/// <param name="Part">A part with a name, such as a tensor in a file.</param>
public readonly record struct ErrorPlace(string Name, long? Line = null, long? Column = null, string? Part = null)
{
    /// <summary>The place within <see cref="Name"/>: "line 3 column 5"; empty for the whole.</summary>
    public string Within => string.Join(' ', ((string?[])[
        Line is long line ? Invariant($"line {line}") : null, Column is long column ? Invariant($"column {column}") : null, Part]).OfType<string>());

    public static implicit operator ErrorPlace(string name) => new(name);

    public override string ToString() => Within.Length == 0 ? Name : Line is null ? $"{Name}: {Within}" : $"{Name} {Within}";
}
