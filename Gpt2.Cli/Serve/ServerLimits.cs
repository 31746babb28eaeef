// A server must survive any client, so every request and all of them together are limited.

using Gpt2.Core.Model;

namespace Gpt2.Cli.Serve;

/// <summary>The limits of a server. A request that exceeds one is refused, never shortened.</summary>
internal sealed record ServerLimits
{
    /// <summary>The maximum number of bytes in a request's body.</summary>
    public int BodyBytes { get; init; } = 1 << 20;

    /// <summary>The maximum number of tokens in a prompt: the model's n_ctx, which <see cref="For"/> sets.</summary>
    public int PromptTokens { get; init; }

    /// <summary>The maximum for max_tokens; 0 for as many as a prompt may have.</summary>
    public int NewTokens { get; init; }

    /// <summary>The maximum number of completions per request: prompts × n.</summary>
    public int Completions { get; init; } = 32;

    /// <summary>How many requests are computed together.</summary>
    public int Running { get; init; } = 16;

    /// <summary>How many more may wait for their turn.</summary>
    public int Waiting { get; init; } = 64;

    /// <summary>
    /// How many connections there may be besides those whose request is running or waiting. If another one connects,
    /// the one that has been silent longest is closed.
    /// </summary>
    public int Connections { get; init; } = 512;

    /// <summary>How long a connection may be silent before its first request and between two requests.</summary>
    public TimeSpan SilentTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long the head of a request may take to arrive.</summary>
    public TimeSpan HeadTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a body may take to arrive.</summary>
    public TimeSpan BodyTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a request may take from its body to the last token, including waiting.</summary>
    public TimeSpan RequestTime { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>These limits, completed with those that follow from a model.</summary>
    public ServerLimits For(Gpt2Config config) => this with
    {
        PromptTokens = config.Context,
        NewTokens = NewTokens == 0 ? config.Context : NewTokens,
    };
}
