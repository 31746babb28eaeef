// The explorer keeps every number of a pass in memory, for several tabs at once: all of it is limited.

namespace Gpt2.Cli.Explore;

/// <summary>The limits of an explorer.</summary>
internal sealed record ExplorerLimits
{
    /// <summary>The maximum number of passes kept, one for each open tab; one more takes the place of the one used longest ago.</summary>
    public int Sessions { get; init; } = 16;

    /// <summary>How long a pass is kept that nobody looks at. The page repeats it when it is looked at again.</summary>
    public TimeSpan IdleTime { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The maximum number of bytes that all passes take together: half of what the process may use.</summary>
    public long MemoryBytes { get; init; } = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;

    /// <summary>
    /// The maximum number of bytes of logits and probabilities in one pass. If those of all tokens would take more, the
    /// head computes only the last token's.
    /// </summary>
    public long HeadBytes { get; init; } = 256L << 20;

    /// <summary>The maximum number of numbers in a window.</summary>
    public int WindowNumbers { get; init; } = 1 << 16;

    /// <summary>The maximum number of tokens in an answer that lists some of the vocabulary.</summary>
    public int ListedTokens { get; init; } = 1024;

    /// <summary>The maximum number of tokens read out at a depth at once: each needs logits and probabilities of the whole vocabulary.</summary>
    public int LensTokens { get; init; } = 64;

    /// <summary>The maximum number of tokens in a text that is searched for a neuron's strongest: each is run, and other tabs wait.</summary>
    public int SearchTokens { get; init; } = 2048;

    /// <summary>The maximum number of neurons in a network of the lesson.</summary>
    public const int NetworkNeurons = 200;

    /// <summary>The maximum number of steps of gradient descent in one request.</summary>
    public const int NetworkSteps = 1000;

    /// <summary>The largest parameter of such a network: descent, too, ends before it goes beyond.</summary>
    public const double NetworkNumber = Gpt2.Core.Laboratory.ReluDescent.LargestParameter;

    /// <summary>The maximum number of bytes in a request's body: those of a prompt.</summary>
    public int BodyBytes { get; init; } = 1 << 20;

    /// <summary>How long a body may take to arrive.</summary>
    public TimeSpan BodyTime { get; init; } = TimeSpan.FromSeconds(10);
}
