// A request after its JSON has been checked: everything in it is within the limits.

using Gpt2.Core.Generation;

namespace Gpt2.Cli.Serve;

/// <summary>A request for completions: each prompt is completed <see cref="Samples"/> times.</summary>
internal sealed record CompletionRequest
{
    /// <summary>At least one.</summary>
    public required IReadOnlyList<ServedPrompt> Prompts { get; init; }

    /// <summary>Completions of each prompt; the i-th, counted from 0, is drawn with seed + i.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>How tokens are chosen, with the seed of the first sample.</summary>
    public required SamplingOptions Sampling { get; init; }

    /// <summary>All other settings of a completion; the sampling in these is not used.</summary>
    public required GenerationOptions Generation { get; init; }

    /// <summary>How many alternatives are reported for each token; null for no log-probabilities at all.</summary>
    public int? LogProbabilities { get; init; }

    /// <summary>Whether a completion's text begins with its prompt.</summary>
    public bool Echo { get; init; }

    /// <summary>Whether the answer is sent piece by piece.</summary>
    public bool Stream { get; init; }

    /// <summary>Whether a stream ends with the token counts.</summary>
    public bool StreamUsage { get; init; }

    /// <summary>Takes from a completion's text what the template of a chat begins every answer with.</summary>
    public Func<string, string> AnswerOf { get; init; } = text => text;

    /// <summary>The number of tokens of all prompts together.</summary>
    public int PromptTokens => Prompts.Sum(prompt => prompt.Ids.Length);
}

/// <summary>A prompt.</summary>
/// <param name="Ids">1 to n_ctx ids.</param>
/// <param name="Text">Their text, as given by the client or decoded from the ids.</param>
internal sealed record ServedPrompt(int[] Ids, string Text);
