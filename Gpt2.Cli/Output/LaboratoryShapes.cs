// The shapes of what lens, loss and attention print under --json.

namespace Gpt2.Cli.Output;

/// <summary>Depths from before the blocks to after the last, each with a reading per row of the prompt from <c>FirstRow</c> on.</summary>
internal sealed record LensResult(string Model, string? Prompt, int[] Ids, int FirstRow, LensDepth[] Depths, string? Svg);

/// <summary>The depth's place in the stream: block and step; both are null before the blocks.</summary>
internal sealed record LensDepth(string Name, int? Block, int? Step, LensCell[] Rows);

/// <summary>What the head makes of a token there, and what becomes of the prediction; its rank counts from 1.</summary>
internal sealed record LensCell(int Row, LensToken[] Top, LensToken Prediction, int PredictionRank);

internal sealed record LensToken(int Id, string? Token, float Probability);

internal sealed record StreamResult(string Model, string? Prompt, int[] Ids, StreamToken[] Rows, string? Svg);

/// <summary>The residual stream of a token of the prompt, addition by addition.</summary>
internal sealed record StreamToken(int Row, int Id, string? Token, StreamPartResult[] Additions);

/// <summary>The part is token, position, attention or mlp. Lengths are Euclidean norms; the cosine is null if it is not defined.</summary>
internal sealed record StreamPartResult(string Part, int? Block, double Added, double? Cosine, double Before, double After);

/// <summary>Everything about the model is null if probabilities were given, and ids and tokens are those of no prompt.</summary>
internal sealed record LossResult(
    string? Model, string? Prompt, int[]? Ids, int Scored, double Loss, double? Perplexity, double? UniformLoss, LossToken[] Tokens, string? Svg);

/// <summary>
/// Loss and mean are in nats, null if infinite; the mean is that of the scored tokens up to this one. Best is the most probable token.
/// </summary>
internal sealed record LossToken(
    int? Position, int? Id, string? Token, double Probability, double Loss, double Mean, double Perplexity, int? Rank, LossBest? Best);

internal sealed record LossBest(int Id, string? Token, double Probability);

/// <summary>
/// Heads in the order of the table. The shares itself, previous and first are means over all tokens but the first, null if there is only
/// that one; to is the share of the token asked for; weights are the attention of one head, a row per token, if one head was asked for.
/// </summary>
internal sealed record AttentionResult(
    string Model, string? Prompt, int[] Ids, int Row, int? To, AttentionHeadResult[] Heads, float[][]? Weights, string? Svg);

internal sealed record AttentionHeadResult(
    int Block, int Head, int Most, int MostId, string? MostToken, double MostShare, double? To, double? Itself, double? Previous, double? First);
