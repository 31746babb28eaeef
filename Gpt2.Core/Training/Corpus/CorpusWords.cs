// The kinds of words that the training text is made from.

namespace Gpt2.Core.Training.Corpus;

/// <summary>A person of the training text.</summary>
/// <param name="Name">The name, for example Mike.</param>
/// <param name="Pronoun">He or She.</param>
internal sealed record CorpusName(string Name, string Pronoun);

/// <summary>An adjective with its adverb.</summary>
/// <param name="Adjective">For example quick.</param>
/// <param name="Adverb">For example quickly.</param>
/// <param name="Verbs">The verbs that may precede the adverb, in the form after He or She: moves, runs.</param>
internal sealed record CorpusAdjective(string Adjective, string Adverb, IReadOnlyList<string> Verbs);

/// <summary>A verb in the forms a sentence needs.</summary>
internal sealed record CorpusVerb(string Base, string Third, string Past, string Ing);

/// <summary>A country, its capital, and the word for its language and people.</summary>
internal sealed record CorpusCountry(string Country, string Capital, string Language);
