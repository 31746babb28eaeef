// How far a transfer is, for whoever shows it.

namespace Gpt2.Core.Weights.Download;

/// <summary>The state of one file.</summary>
/// <param name="File">Its name.</param>
/// <param name="Done">Bytes that are here, those of earlier tries included.</param>
/// <param name="Size">Bytes of the whole, or null where the server does not say.</param>
internal readonly record struct TransferProgress(string File, long Done, long? Size);
