// Collects merges written in the byte alphabet, in order, and checks each one. Both vocabulary files, vocab.bpe and
// vocab_bpe.csv, are read through it.

namespace Gpt2.Core.Text;

/// <summary>Builds a <see cref="Vocabulary"/> from merges given as text.</summary>
internal sealed class VocabularyBuilder
{
    private readonly List<Merge> merges = [];
    private readonly Dictionary<string, int> idOfToken = [];

    public VocabularyBuilder()
    {
        for (int id = 0; id < 256; id++)
        {
            idOfToken.Add(ByteAlphabet.CharOf(ByteAlphabet.ByteOf(id)).ToString(), id);
        }
    }

    /// <summary>Adds a merge.</summary>
    /// <returns>Null, or what is wrong with the merge, to which the caller adds the place.</returns>
    public Gpt2Exception? Add(string left, string right)
    {
        if (!idOfToken.TryGetValue(left, out int leftId))
        {
            return WrongPart(left);
        }

        if (!idOfToken.TryGetValue(right, out int rightId))
        {
            return WrongPart(right);
        }

        if (!idOfToken.TryAdd(left + right, 256 + merges.Count))
        {
            return new Gpt2Exception($"found '{left} {right}', which makes '{left + right}' a second time") { Expected = "every token once" };
        }

        merges.Add(new Merge(leftId, rightId));
        return null;
    }

    public Vocabulary Build() => new(merges);

    private static Gpt2Exception WrongPart(string part)
    {
        foreach (char character in part)
        {
            if (ByteAlphabet.ByteOf(character) < 0)
            {
                return new Gpt2Exception($"found '{character}' (U+{(int)character:X4})") { Expected = "characters of the byte alphabet only" };
            }
        }

        return new Gpt2Exception($"found '{part}'") { Expected = "a byte or a token that an earlier line makes" };
    }
}
