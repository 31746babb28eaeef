// Messages count things. In the root namespace because every folder has messages.

using static System.FormattableString;

namespace Gpt2.Core;

/// <summary>Counts in words.</summary>
internal static class Plural
{
    /// <summary>"1 cell", "3 cells".</summary>
    public static string Of(long count, string noun) => Invariant($"{count} {noun}{(count == 1 ? "" : "s")}");
}
