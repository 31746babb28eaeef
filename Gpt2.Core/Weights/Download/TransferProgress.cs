// How far a transfer is, for whoever shows it.

namespace Gpt2.Core.Weights.Download;

/// <summary>How many bytes of a file are here, and how many it has, or null if the server does not say.</summary>
internal readonly record struct TransferProgress(string File, long Done, long? Size);
