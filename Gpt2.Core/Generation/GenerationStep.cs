// A completion as seen by callers who predict for several sessions at once.

namespace Gpt2.Core.Generation;

/// <summary>A step of a completion.</summary>
/// <param name="Session">The completion's session.</param>
/// <param name="Token">The next token; null if the session needs a prediction first.</param>
internal readonly record struct GenerationStep(GenerationSession Session, GeneratedToken? Token);
