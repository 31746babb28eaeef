// The training text of the default model: which kinds of passages there are, in what shares, and how they become one text.
// The passages themselves stand in files of their own.

namespace Gpt2.Core.Training.Corpus;

/// <summary>
/// English text made by a grammar, for a model so small that it can only learn structure. The same seed gives the same
/// bytes on every machine: ASCII, '\n' line ends, documents separated by <c>&lt;|endoftext|&gt;</c> and nothing else.
/// </summary>
internal static class WorkshopCorpus
{
    /// <summary>Stands between two documents, without a line end before or after it.</summary>
    public const string Separator = "<|endoftext|>";

    private const int MostTries = 20;

    /// <summary>The kinds of passages, with the share of the text's bytes that each gets.</summary>
    private static readonly (double Share, Func<Dice, string> Make)[] Kinds =
    [
        (0.33, AdjectivePassages.Make),
        (0.13, FamilyPassages.Make),
        (0.11, CapitalPassages.Make),
        (0.12, OppositePassages.Make),
        (0.13, StoryPassages.Make),
        (0.06, NumberPassages.Make),
        (0.04, DialoguePassages.Make),
        (0.02, FormPassages.Make),
        (0.03, CodePassages.Make),
        (0.03, LecturePassages.Make),
    ];

    /// <summary>The people of the adjective frame.</summary>
    public static IReadOnlyList<CorpusName> Names => NameWords.Known;

    /// <summary>People who occur in other passages and never in a document with an adjective or adverb of <see cref="Adjectives"/>.</summary>
    public static IReadOnlyList<CorpusName> HeldOutNames => NameWords.HeldOut;

    public static IReadOnlyList<CorpusAdjective> Adjectives => AdjectiveWords.All;

    /// <summary>Pairs that never occur together in one document, the adjective's adverb included.</summary>
    public static IReadOnlyList<(string Name, string Adjective)> HeldOutPairs => HeldOut.Pairs;

    public static IReadOnlyList<CorpusCountry> Countries => CountryWords.All;

    /// <summary>Documents without end, no two of them equal.</summary>
    public static IEnumerable<string> Documents(ulong seed)
    {
        var dice = new Dice(seed);
        HashSet<string> told = [];
        long[] bytes = [.. Kinds.Select(_ => 200L)];
        int[] made = [.. Kinds.Select(_ => 1)];
        double[] weights = new double[Kinds.Length];
        while (true)
        {
            for (int i = 0; i < weights.Length; i++)
            {
                weights[i] = Kinds[i].Share * made[i] / bytes[i];
            }

            int kind = dice.Weighted(weights);
            for (int tries = 0; tries < MostTries; tries++)
            {
                string document = Articles.Mend(Kinds[kind].Make(dice));
                if (HeldOut.IsKeptBy(document) && told.Add(document))
                {
                    bytes[kind] += document.Length;
                    made[kind]++;
                    yield return document;
                    break;
                }
            }
        }
    }

    /// <summary>
    /// Writes documents until they have at least <paramref name="leastBytes"/> bytes, each followed by <see cref="Separator"/>.
    /// </summary>
    /// <returns>The number of bytes.</returns>
    public static long Write(TextWriter writer, ulong seed, long leastBytes, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(writer);
        long written = 0;
        foreach (string document in Documents(seed))
        {
            cancellation.ThrowIfCancellationRequested();
            writer.Write(document);
            writer.Write(Separator);
            written += document.Length + Separator.Length; // ASCII: a character is a byte
            if (written >= leastBytes)
            {
                break;
            }
        }

        return written;
    }
}
