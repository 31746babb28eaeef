// Learns the merges of a vocabulary: join the most frequent pair of neighbours everywhere, and repeat until there are
// as many merges as wanted. WordCounts splits a text into words and counts them; BytePairEncoder encodes with what was
// learned.

using System.Text;

namespace Gpt2.Core.Text;

/// <summary>
/// Learning of byte-pair encoding (Sennrich, Haddow and Birch, "Neural Machine Translation of Rare Words with Subword
/// Units", section 3.2 and algorithm 1) over the bytes of words. A pair counts once for every place in a word where its
/// tokens are neighbours, overlapping places included, times the word's count. Of equally frequent pairs the one seen
/// first is joined: the one whose first place in the text, as the text is then split into tokens, is leftmost. A pair
/// whose token already exists is never joined, since the token would have two ids.
/// </summary>
/// <remarks>
/// After a join only the pairs next to it are counted again, and there are fewer joins in total than bytes in the
/// different words. The queue is lazy: after the pass that creates a pair, later passes only remove places from it. So
/// a count in the queue is never too low, and an outdated entry is put back with its new count when it comes up.
/// </remarks>
public sealed class BytePairLearner
{
    private const int MinCount = 2;

    // The different words one after another, each a doubly linked list over its bytes: token ids, −1 where a byte was
    // joined to the token before it; and the indices of the neighbours, −1 at the ends of a word.
    private readonly int[] ids;
    private readonly int[] next;
    private readonly int[] previous;
    private readonly int[] wordAt;
    private readonly IReadOnlyList<WordCount> words;
    private readonly int[] wordStarts;

    private readonly List<string> tokens = [];
    private readonly HashSet<string> known = [];
    private readonly Dictionary<Merge, Pair> pairs = [];
    private readonly PriorityQueue<Pair, Priority> queue = new();

    private BytePairLearner(IReadOnlyList<WordCount> words)
    {
        this.words = words;
        wordStarts = new int[words.Count];
        int length = 0;
        for (int word = 0; word < words.Count; word++)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(words[word].Count, 1, nameof(words));
            wordStarts[word] = length;
            length = checked(length + Encoding.UTF8.GetByteCount(words[word].Word));
        }

        ids = new int[length];
        next = new int[length];
        previous = new int[length];
        wordAt = new int[length];
        for (int id = 0; id < 256; id++)
        {
            tokens.Add(ByteAlphabet.CharOf(ByteAlphabet.ByteOf(id)).ToString());
        }

        EnterWords();
    }

    /// <summary>
    /// Learns from a text. <c>&lt;|endoftext|&gt;</c> separates its documents and is not part of a word.
    /// </summary>
    /// <param name="text">Any text; half of a surrogate pair becomes U+FFFD.</param>
    /// <param name="vocabularySize">
    /// Number of tokens wanted, including the bytes and <c>&lt;|endoftext|&gt;</c>: at least 257. There are fewer if no
    /// pair is left that occurs twice.
    /// </param>
    /// <param name="progress">Receives the share of passes done; or null.</param>
    /// <param name="cancellation">Stops between words and between passes.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static LearnedMerges Learn(
        ReadOnlySpan<char> text, int vocabularySize, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(vocabularySize, Vocabulary.SmallestCount);
        return LearnWords(
            WordCounts.Of(text, cancellation), vocabularySize - Vocabulary.SmallestCount, keepWords: false, progress, cancellation);
    }

    /// <summary>Learns from words that have already been counted.</summary>
    /// <param name="words">
    /// Different words with counts of at least 1, in the order that decides between equal pairs.
    /// </param>
    /// <param name="merges">Number of merges wanted; there are fewer if no pair is left that occurs twice.</param>
    /// <param name="keepWords">Whether every pass records the words as they are after it.</param>
    /// <param name="progress">Receives the share of passes done; or null.</param>
    /// <param name="cancellation">Stops between passes.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    internal static LearnedMerges LearnWords(
        IReadOnlyList<WordCount> words, int merges, bool keepWords = false, IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(merges);
        var learner = new BytePairLearner(words);
        var passes = new List<LearningPass>();
        while (passes.Count < merges && learner.TakeMostFrequent() is Pair pair)
        {
            cancellation.ThrowIfCancellationRequested();
            long count = pair.Count;
            int made = 256 + passes.Count;
            learner.JoinEverywhere(pair, made);
            passes.Add(new LearningPass(pair.Tokens, count, made, keepWords ? learner.WordsNow() : null));
            progress?.Report((double)passes.Count / merges);
        }

        return new LearnedMerges(passes, words.Count, words.Sum(word => word.Count));
    }

    private void EnterWords()
    {
        for (int word = 0; word < words.Count; word++)
        {
            int start = wordStarts[word];
            byte[] bytes = Encoding.UTF8.GetBytes(words[word].Word);
            for (int i = 0; i < bytes.Length; i++)
            {
                int position = start + i;
                ids[position] = ByteAlphabet.IdOf(bytes[i]);
                next[position] = i + 1 < bytes.Length ? position + 1 : -1;
                previous[position] = i > 0 ? position - 1 : -1;
                wordAt[position] = word;
                if (i > 0)
                {
                    AddPlace(position - 1, born: null);
                }
            }
        }

        foreach (Pair pair in pairs.Values)
        {
            queue.Enqueue(pair, PriorityOf(pair));
        }
    }

    /// <summary>Takes the most frequent pair that may be joined out of the queue; null if none occurs twice.</summary>
    private Pair? TakeMostFrequent()
    {
        while (queue.TryDequeue(out Pair? pair, out Priority queued))
        {
            if (pair.Count < MinCount || known.Contains(TextOf(pair)))
            {
                continue;
            }

            Priority now = PriorityOf(pair);
            if (now == queued)
            {
                return pair;
            }

            queue.Enqueue(pair, now);
        }

        return null;
    }

    private void JoinEverywhere(Pair pair, int made)
    {
        tokens.Add(TextOf(pair));
        known.Add(tokens[^1]);
        pairs.Remove(pair.Tokens);
        var born = new List<Pair>();
        foreach (int position in pair.Places)
        {
            if (Stands(pair, position))
            {
                Join(position, made, born);
            }
        }

        foreach (Pair child in born)
        {
            queue.Enqueue(child, PriorityOf(child));
        }
    }

    /// <summary>
    /// Joins the token at a position with the one after it; the pairs they formed with their neighbours change.
    /// </summary>
    private void Join(int position, int made, List<Pair> born)
    {
        int right = next[position], before = previous[position], after = next[right];
        if (before >= 0)
        {
            TakePlace(before);
        }

        if (after >= 0)
        {
            TakePlace(right);
        }

        ids[position] = made;
        ids[right] = -1;
        next[position] = after;
        if (before >= 0)
        {
            AddPlace(before, born);
        }

        if (after >= 0)
        {
            previous[after] = position;
            AddPlace(position, born);
        }
    }

    /// <summary>Counts the pair that begins at a position. Within a pass the positions of a pair ascend.</summary>
    private void AddPlace(int position, List<Pair>? born)
    {
        var merge = new Merge(ids[position], ids[next[position]]);
        if (!pairs.TryGetValue(merge, out Pair? pair))
        {
            pair = new Pair(merge);
            pairs.Add(merge, pair);
            born?.Add(pair);
        }

        pair.Places.Add(position);
        pair.Count += words[wordAt[position]].Count;
    }

    /// <summary>Decreases the count of a pair; its list of places is not changed.</summary>
    private void TakePlace(int position)
    {
        if (pairs.TryGetValue(new Merge(ids[position], ids[next[position]]), out Pair? pair))
        {
            pair.Count -= words[wordAt[position]].Count; // the pair being joined is not in pairs, even in aaa
        }
    }

    private bool Stands(Pair pair, int position) =>
        ids[position] == pair.Tokens.Left && next[position] >= 0 && ids[next[position]] == pair.Tokens.Right;

    private Priority PriorityOf(Pair pair)
    {
        while (pair.First < pair.Places.Count && !Stands(pair, pair.Places[pair.First]))
        {
            pair.First++;
        }

        return new Priority(pair.Count, pair.First < pair.Places.Count ? pair.Places[pair.First] : int.MaxValue);
    }

    private string TextOf(Pair pair) => tokens[pair.Tokens.Left] + tokens[pair.Tokens.Right];

    private int[][] WordsNow()
    {
        var split = new int[words.Count][];
        for (int word = 0; word < split.Length; word++)
        {
            var tokensOfWord = new List<int>();
            for (int i = words[word].Word.Length == 0 ? -1 : wordStarts[word]; i >= 0; i = next[i])
            {
                tokensOfWord.Add(ids[i]);
            }

            split[word] = [.. tokensOfWord];
        }

        return split;
    }

    /// <summary>
    /// A pair of tokens, its count, and the places where it was when it was created, in ascending order.
    /// </summary>
    private sealed class Pair(Merge tokens)
    {
        public Merge Tokens => tokens;

        public long Count { get; set; }

        public List<int> Places { get; } = [];

        /// <summary>Index of the first place where it may still be.</summary>
        public int First { get; set; }
    }

    /// <summary>The higher count comes first; of equal counts, the pair that was seen first.</summary>
    private readonly record struct Priority(long Count, int FirstPlace) : IComparable<Priority>
    {
        public int CompareTo(Priority other) =>
            Count != other.Count ? other.Count.CompareTo(Count) : FirstPlace.CompareTo(other.FirstPlace);
    }
}
