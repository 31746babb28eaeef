// What the completions server takes at most, of one request and of all together.

using Gpt2.Core.Model;

namespace Gpt2.Cli.Serve;

/// <summary>The limits of a server; a request beyond one is refused, never cut down.</summary>
internal sealed record ServerLimits
{
    /// <summary>What a connection must carry at least while a body or an answer is on its way, after five seconds.</summary>
    public const int SlowestBytesPerSecond = 240;

    /// <summary>The maximum number of bytes of a request's body.</summary>
    public int BodyBytes { get; init; } = 1 << 20;

    /// <summary>The maximum number of tokens of a prompt: the model's n_ctx, which <see cref="For"/> sets.</summary>
    public int PromptTokens { get; init; }

    /// <summary>The maximum max_tokens of a completion; 0 for as many as a prompt may have.</summary>
    public int NewTokens { get; init; }

    /// <summary>The maximum number of completions of a request: prompts × n.</summary>
    public int Completions { get; init; } = 32;

    /// <summary>How many requests take turns.</summary>
    public int Running { get; init; } = 8;

    /// <summary>How many more may wait for their turn.</summary>
    public int Waiting { get; init; } = 64;

    /// <summary>How many connections there may be besides those whose request runs or waits; for one more the longest silent is closed.</summary>
    public int Connections { get; init; } = 512;

    /// <summary>How long a connection may say nothing, before its first request and between two.</summary>
    public TimeSpan SilentTime { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long the head of a request may take to come.</summary>
    public TimeSpan HeadTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a body may take to come.</summary>
    public TimeSpan BodyTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a request may take from its body to the last token, waiting included.</summary>
    public TimeSpan RequestTime { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>The limits with those set that a model gives.</summary>
    public ServerLimits For(Gpt2Config config) => this with
    {
        PromptTokens = config.Context,
        NewTokens = NewTokens == 0 ? config.Context : NewTokens,
    };
}
