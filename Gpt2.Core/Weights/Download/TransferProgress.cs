// Transfers report their progress to whatever displays it.

namespace Gpt2.Core.Weights.Download;

/// <summary>
/// How many bytes of a file have been transferred, and how many it has; null if the server does not say.
/// </summary>
internal readonly record struct TransferProgress(string File, long Done, long? Size);
