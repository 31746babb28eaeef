// How much memory the matrices of a pass take, known before it is computed.

using Gpt2.Core.Model;

namespace Gpt2.Cli.Explore;

/// <summary>The memory of a pass that keeps every matrix.</summary>
internal static class PassMemory
{
    /// <summary>Matrices of a block as wide as the residual stream: all but qkv, scores, attention, mlp hidden and gelu.</summary>
    private const int MatricesOfChannels = 13;

    /// <summary>Matrices after the blocks as wide as the residual stream.</summary>
    private const int MatricesOfTheHead = 3;

    /// <summary>All rows if the logits and probabilities of all tokens take at most a number of bytes, otherwise the last.</summary>
    public static HeadRows HeadRowsOf(Gpt2Config config, int tokens, long most) =>
        BytesOf(2L * tokens * config.Vocabulary) <= most ? HeadRows.All : HeadRows.Last;

    /// <summary>Bytes of all matrices of a pass; of one with edits, also of the pass without them.</summary>
    public static long Of(Gpt2Config config, int tokens, HeadRows headRows, bool edited)
    {
        long channels = (long)tokens * config.Channels;
        long block = (MatricesOfChannels * channels) + (3 * channels) + (2L * tokens * config.Hidden) + (2L * tokens * tokens * config.Heads);
        long headTokens = headRows == HeadRows.All ? tokens : 1;
        long head = headTokens * ((MatricesOfTheHead * (long)config.Channels) + (2L * config.Vocabulary));
        return (edited ? 2 : 1) * BytesOf((2 * channels) + (config.Layers * block) + head);
    }

    private static long BytesOf(long numbers) => numbers * sizeof(float);
}
