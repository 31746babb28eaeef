// What a client of the completions server asks for, checked.

using Gpt2.Core.Generation;

namespace Gpt2.Cli.Serve;

/// <summary>A request for completions: each prompt is completed <see cref="Samples"/> times.</summary>
internal sealed record CompletionRequest
{
    /// <summary>At least one.</summary>
    public required IReadOnlyList<ServedPrompt> Prompts { get; init; }

    /// <summary>Completions of each prompt; the i-th, from 0, draws with the seed + i.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>How tokens are chosen, with the seed of the first sample.</summary>
    public required SamplingOptions Sampling { get; init; }

    /// <summary>Everything else that shapes a completion; its own sampling is not used.</summary>
    public required GenerationOptions Generation { get; init; }

    /// <summary>How many alternatives are reported beside each token; null for no log-probabilities at all.</summary>
    public int? LogProbabilities { get; init; }

    /// <summary>Whether a completion's text begins with its prompt.</summary>
    public bool Echo { get; init; }

    /// <summary>Whether the answer comes piece by piece.</summary>
    public bool Stream { get; init; }

    /// <summary>Whether a stream ends with the count of tokens.</summary>
    public bool StreamUsage { get; init; }

    /// <summary>The tokens of all prompts.</summary>
    public int PromptTokens => Prompts.Sum(prompt => prompt.Ids.Length);
}

/// <summary>A prompt.</summary>
/// <param name="Ids">1 to n_ctx ids.</param>
/// <param name="Text">Their text, as it was given or as they decode.</param>
internal sealed record ServedPrompt(int[] Ids, string Text);
