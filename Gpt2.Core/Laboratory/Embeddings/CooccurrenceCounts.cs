// How often words stand near each other in a text: the matrix from which word vectors can be computed without a network.

namespace Gpt2.Core.Laboratory.Embeddings;

/// <summary>How counts become weights before they are compressed.</summary>
internal enum CooccurrenceWeighting
{
    /// <summary>max(0, ln(p(w, c) / (p(w) p(c)))): how much more often than by chance. Church and Hanks (1990); Levy and Goldberg (2014).</summary>
    Ppmi,

    /// <summary>ln(1 + count).</summary>
    Log,

    /// <summary>The count itself.</summary>
    Count,
}

/// <summary>Counts of pairs of words.</summary>
internal sealed class CooccurrenceCounts
{
    private readonly Dictionary<string, int> places;
    private readonly long[,] counts; // a text of a million times the same word has more pairs than an int

    private CooccurrenceCounts(IReadOnlyList<string> words, IReadOnlyList<int> frequencies, long[,] counts, int window, int length, int distinct)
    {
        Words = words;
        Frequencies = frequencies;
        this.counts = counts;
        Window = window;
        Length = length;
        Distinct = distinct;
        places = words.Select((word, place) => (word, place)).ToDictionary(pair => pair.word, pair => pair.place, StringComparer.Ordinal);
    }

    /// <summary>The words of the matrix, the most frequent first; of equally frequent ones, the first in the text.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>How often each of them occurs.</summary>
    public IReadOnlyList<int> Frequencies { get; }

    /// <summary>How many words before and after a word are near it.</summary>
    public int Window { get; }

    /// <summary>Number of words in the text.</summary>
    public int Length { get; }

    /// <summary>Number of different words in the text, of which the matrix may have fewer.</summary>
    public int Distinct { get; }

    /// <summary>How often the second word is near the first; the same the other way round.</summary>
    public long this[int word, int other] => counts[word, other];

    /// <summary>The place of a word in <see cref="Words"/>; null if it is not there.</summary>
    public int? Find(string word) => places.TryGetValue(word, out int place) ? place : null;

    /// <summary>Counts which words are near each other. A sentence does not see its neighbours.</summary>
    /// <param name="text">The text.</param>
    /// <param name="window">How many words before and after a word are near it, at least 1.</param>
    /// <param name="least">How often a word of the matrix occurs at least. Of rarer ones, the few neighbours that they have say little.</param>
    /// <param name="most">The maximum number of words in the matrix: the most frequent ones.</param>
    /// <param name="wanted">Words that are in it in any case.</param>
    /// <param name="cancellation">Stops the counting of a large text.</param>
    public static CooccurrenceCounts Of(
        string text, int window, int least, int most, IEnumerable<string> wanted, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 1);
        IReadOnlyList<IReadOnlyList<string>> sentences = WordSplitting.Sentences(text, cancellation);
        var frequencies = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (string word in sentences.SelectMany(sentence => sentence))
        {
            frequencies[word] = frequencies.GetValueOrDefault(word) + 1;
        }

        var kept = wanted.ToHashSet(StringComparer.Ordinal);
        string[] words = [.. frequencies.OrderByDescending(pair => pair.Value)
            .Where((pair, place) => (place < most && pair.Value >= least) || kept.Contains(pair.Key)).Select(pair => pair.Key)];
        Dictionary<string, int> places = words.Select((word, place) => (word, place)).ToDictionary(pair => pair.word, pair => pair.place);
        var counts = new long[words.Length, words.Length];
        foreach (int[] sentence in sentences.Select(sentence => sentence.Select(word => places.GetValueOrDefault(word, -1)).ToArray()))
        {
            for (int i = 0; i < sentence.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                for (int j = i + 1; j < Math.Min(sentence.Length, i + 1L + window); j++)
                {
                    if (sentence[i] >= 0 && sentence[j] >= 0)
                    {
                        counts[sentence[i], sentence[j]]++;
                        counts[sentence[j], sentence[i]]++;
                    }
                }
            }
        }

        return new CooccurrenceCounts(
            words, [.. words.Select(word => frequencies[word])], counts, window, frequencies.Values.Sum(), frequencies.Count);
    }

    /// <summary>The weights, [words, words], symmetric as the counts are.</summary>
    public double[,] Weighted(CooccurrenceWeighting weighting)
    {
        int size = Words.Count;
        double[] sums = [.. Enumerable.Range(0, size).Select(row => Enumerable.Range(0, size).Sum(column => (double)counts[row, column]))];
        double total = sums.Sum();
        var weights = new double[size, size];
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                weights[i, j] = counts[i, j] == 0 ? 0 : weighting switch
                {
                    CooccurrenceWeighting.Ppmi => Math.Max(0, Math.Log(counts[i, j] * total / (sums[i] * sums[j]))),
                    CooccurrenceWeighting.Log => Math.Log(1 + counts[i, j]),
                    _ => counts[i, j],
                };
            }
        }

        return weights;
    }
}
