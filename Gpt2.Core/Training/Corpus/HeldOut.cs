// What is held out of the training text so that tests can ask for it: pairs of a name and an adjective, and whole
// names.

using System.Text.RegularExpressions;

namespace Gpt2.Core.Training.Corpus;

/// <summary>The rule for what is held out, and whether a document follows it.</summary>
internal static partial class HeldOut
{
    /// <summary>Every pair (name n, adjective a) with (7n + 5a + 11) divisible by 23.</summary>
    public static readonly (string Name, string Adjective)[] Pairs =
    [
        .. from n in Enumerable.Range(0, NameWords.Known.Length)
           from a in Enumerable.Range(0, AdjectiveWords.All.Length)
           where ((7 * n) + (5 * a) + 11) % 23 == 0
           select (NameWords.Known[n].Name, AdjectiveWords.All[a].Adjective),
    ];

    private static readonly HashSet<(string Name, string Adjective)> PairSet = [.. Pairs];
    private static readonly HashSet<string> KnownNames = [.. NameWords.Known.Select(person => person.Name)];
    private static readonly HashSet<string> UnseenNames = [.. NameWords.HeldOut.Select(person => person.Name)];

    /// <summary>Maps an adjective or its adverb, capitalised or not, to the adjective.</summary>
    private static readonly Dictionary<string, string> AdjectiveOf = AdjectivesByWord();

    /// <summary>Whether a pair is held out.</summary>
    public static bool Holds(CorpusName person, CorpusAdjective adjective) => PairSet.Contains((person.Name, adjective.Adjective));

    /// <summary>
    /// Whether no name in the document occurs together with an adjective or adverb that is held out for it, anywhere in
    /// the document.
    /// </summary>
    public static bool IsKeptBy(string document)
    {
        List<string> names = [];
        List<string> adjectives = [];
        bool unseen = false;
        foreach (ValueMatch word in Words().EnumerateMatches(document))
        {
            string text = document.Substring(word.Index, word.Length);
            if (KnownNames.Contains(text))
            {
                names.Add(text);
            }
            else if (UnseenNames.Contains(text))
            {
                unseen = true;
            }
            else if (AdjectiveOf.TryGetValue(text, out string? adjective))
            {
                adjectives.Add(adjective);
            }
        }

        return !(unseen && adjectives.Count > 0)
            && !names.Exists(name => adjectives.Exists(adjective => PairSet.Contains((name, adjective))));
    }

    private static Dictionary<string, string> AdjectivesByWord()
    {
        Dictionary<string, string> words = [];
        foreach (CorpusAdjective adjective in AdjectiveWords.All)
        {
            foreach (string word in (string[])[adjective.Adjective, adjective.Adverb])
            {
                words[word] = adjective.Adjective;
                words[char.ToUpperInvariant(word[0]) + word[1..]] = adjective.Adjective;
            }
        }

        return words;
    }

    [GeneratedRegex("[A-Za-z]+")]
    private static partial Regex Words();
}
