// The records whose JSON the views of depths, of the next token and of neurons read.

namespace Gpt2.Cli.Explore;

/// <summary>Tokens of the prompt, read out at a depth: the first of them is <c>From</c>.</summary>
internal sealed record DepthBody(int Depth, int From, ReadingBody[] Readings);

/// <summary>What the head makes of one token there, and what becomes of its answer: <c>Rank</c> counts from 1.</summary>
internal sealed record ReadingBody(LikelyBody[] Top, LikelyBody Answer, int Rank);

/// <summary>A token and its probability.</summary>
internal sealed record LikelyBody(int Id, string Label, float Probability);

/// <summary>A logit and its parts, whose sum is <c>Sum</c>; <c>Scale</c> is the largest part without its sign.</summary>
internal sealed record LogitBody(
    int Row, int Token, string Label, bool IsAnswer, int Rank, float Logit, float Probability, double Sum, double Scale, LogitPartBody[] Parts);

internal sealed record LogitPartBody(string Part, int? Block, int? Head, double Value);

/// <summary>
/// How the next token is chosen. <c>Random</c> is null if the choice is greedy. <c>Longer</c> is the prompt with the chosen token, null if
/// that is no text, and <c>IsReadAlike</c> whether the tokens of that text are those of the prompt and the chosen one.
/// </summary>
internal sealed record NextBody(
    int Candidates, int Kept, double? Random, int Drawn, string DrawnLabel, string? Longer, bool IsReadAlike, StageBody[] Stages,
    CandidateBody[] Tokens);

/// <summary>A filter, the tokens left after it, and the probability of those it dropped, before it.</summary>
internal sealed record StageBody(string Name, string Label, int Kept, double Dropped);

/// <summary>
/// A token in the course of the filters: its probability by the model, after the temperature, and when it is drawn, for which the random
/// number must be at least <c>From</c> and below <c>Below</c>.
/// </summary>
internal sealed record CandidateBody(
    int Rank, int Id, string Label, double Logit, double Probability, double Tempered, string? DroppedBy, double Final, double From, double Below);

/// <summary>A request to stop the debugger at a step.</summary>
internal sealed record StopBody(string? At);

/// <summary>Where the debugger has stopped, and how often.</summary>
internal sealed record StoppedBody(string At, int Hits);

/// <summary>A request for the tokens of a text at which a neuron is strongest.</summary>
internal sealed record NeuronSearchBody(string? Text, int? Block, int? Neuron);

/// <summary>The strongest first, of a text of so many tokens, of which each saw those of its window.</summary>
internal sealed record FiringsBody(int Tokens, int Window, FiringBody[] Firings);

/// <summary>A token with what stands before and after it.</summary>
internal sealed record FiringBody(int Position, float Value, string Before, string Token, string After);
