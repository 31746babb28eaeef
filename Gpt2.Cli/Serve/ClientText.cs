// What a client sends may be long or have control characters, so it is changed before it is shown.

namespace Gpt2.Cli.Serve;

internal static class ClientText
{
    private const int MaxCharacters = 60;

    /// <summary>The text cut short, with '?' for control characters.</summary>
    public static string Shown(string text) =>
        string.Concat((text.Length <= MaxCharacters ? text : text[..MaxCharacters] + "…").Select(c => char.IsControl(c) ? '?' : c));
}
