// What a column of a matrix stands for: a channel of a head, a token of the prompt, a token of the vocabulary.

using Gpt2.Core.Model;
using static System.FormattableString;

namespace Gpt2.Core.Explaining;

/// <summary>What a column stands for. What does not apply is null.</summary>
/// <param name="Part">In step 4 "queries", "keys" or "values".</param>
/// <param name="Head">The head, from 0.</param>
/// <param name="Channel">The channel, of the head if there is one.</param>
/// <param name="Unit">The unit of the feed-forward layer.</param>
/// <param name="Position">The token of the prompt, from 0.</param>
/// <param name="Id">The id of the token of the prompt or of the vocabulary.</param>
public sealed record ColumnMeaning(string? Part, int? Head, int? Channel, int? Unit, int? Position, int? Id)
{
    private static readonly string[] Parts = ["queries", "keys", "values"];

    /// <summary>The meaning in words: "head 2, 'Mike'", "queries, head 1, channel 3".</summary>
    /// <param name="tokenLabel">A label for an id.</param>
    public string InWords(Func<int, string> tokenLabel)
    {
        string?[] words =
        [
            Part, Head is int head ? Invariant($"head {head}") : null, Channel is int channel ? Invariant($"channel {channel}") : null,
            Unit is int unit ? Invariant($"hidden unit {unit}") : null, Id is int id ? tokenLabel(id) : null,
        ];
        return string.Join(", ", words.OfType<string>());
    }

    internal static ColumnMeaning Of(ColumnKind kind, int column, Gpt2Config config, IReadOnlyList<int> ids)
    {
        int size = config.HeadSize, inPart = column % config.Channels;
        return kind switch
        {
            ColumnKind.QueriesKeysValues => new(Parts[column / config.Channels], inPart / size, inPart % size, null, null, null),
            ColumnKind.HeadsAndChannels => new(null, column / size, column % size, null, null, null),
            ColumnKind.HeadsAndTokens => new(null, column / ids.Count, null, null, column % ids.Count, ids[column % ids.Count]),
            ColumnKind.Vocabulary => new(null, null, null, null, null, column),
            ColumnKind.Hidden => new(null, null, null, column, null, null),
            _ => new(null, null, column, null, null, null),
        };
    }
}
