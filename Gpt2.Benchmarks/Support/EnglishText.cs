// Text in the manner of English, the same on every machine: sentences of a small grammar with common words, names,
// numbers, contractions, quotations and a long tail of composed words that occur once or twice in the whole text.

using System.Globalization;
using System.Text;
using Gpt2.Core.Numerics;

namespace Gpt2.Benchmarks.Support;

internal sealed class EnglishText
{
    private readonly RandomGenerator random;
    private readonly StringBuilder text = new();
    private bool sentenceBegins;

    private EnglishText(ulong seed) => random = new RandomGenerator(seed);

    /// <summary>A text of exactly <paramref name="length"/> characters, all of them ASCII.</summary>
    public static string Generate(int length, ulong seed)
    {
        var writer = new EnglishText(seed);
        while (writer.text.Length < length)
        {
            writer.Paragraph();
        }

        return writer.text.ToString(0, length);
    }

    private void Paragraph()
    {
        int sentences = 2 + Below(6);
        for (int sentence = 0; sentence < sentences; sentence++)
        {
            Sentence();
        }

        text.Append("\n\n");
    }

    private void Sentence()
    {
        if (text.Length > 0 && text[^1] != '\n')
        {
            text.Append(' ');
        }

        bool quoted = Chance(0.08);
        sentenceBegins = true;
        if (quoted)
        {
            text.Append('"');
        }

        if (Chance(0.12))
        {
            PrepositionalPhrase();
            text.Append(',');
        }

        Clause();
        if (Chance(0.4))
        {
            text.Append(Chance(0.6) ? "," : "");
            Word(Common(EnglishWords.Conjunctions));
            Clause();
        }

        text.Append(Chance(0.9) ? '.' : Chance(0.5) ? '?' : '!');
        text.Append(quoted ? "\"" : "");
    }

    private void Clause()
    {
        if (Chance(0.1))
        {
            Word(Common(EnglishWords.Contractions));
        }
        else if (Chance(0.35))
        {
            Word(Common(EnglishWords.Pronouns));
        }
        else
        {
            NounPhrase();
        }

        if (Chance(0.2))
        {
            Word(Common(EnglishWords.Adverbs));
        }

        Word(Common(EnglishWords.Verbs));
        if (Chance(0.7))
        {
            NounPhrase();
        }

        while (Chance(0.4))
        {
            PrepositionalPhrase();
        }
    }

    private void PrepositionalPhrase()
    {
        Word(Common(EnglishWords.Prepositions));
        NounPhrase();
    }

    private void NounPhrase()
    {
        double kind = random.NextDouble();
        if (kind < 0.1)
        {
            Word(Name());
            Word(Chance(0.3) ? Name() : "");
            text.Append(Chance(0.15) ? "'s" : "");
        }
        else if (kind < 0.16)
        {
            Word(Number());
            Word(Common(EnglishWords.Nouns) + "s");
        }
        else
        {
            Word(Common(EnglishWords.Determiners));
            Word(Chance(0.35) ? Common(EnglishWords.Adjectives) : "");
            Word(Chance(0.12) ? Rare() : Common(EnglishWords.Nouns));
        }
    }

    /// <summary>A word with the space before it, capital where a sentence begins; nothing for "".</summary>
    private void Word(string word)
    {
        if (word.Length == 0)
        {
            return;
        }

        if (text.Length > 0 && text[^1] is not ('\n' or '"' or ' '))
        {
            text.Append(' ');
        }

        text.Append(sentenceBegins ? char.ToUpperInvariant(word[0]) : word[0]).Append(word, 1, word.Length - 1);
        sentenceBegins = false;
    }

    private string Name() => Any(EnglishWords.NameFronts) + Any(EnglishWords.NameEnds);

    private string Rare() =>
        (Chance(0.6) ? Any(EnglishWords.RareFronts) : "") + Any(EnglishWords.RareMiddles) + Any(EnglishWords.RareEnds);

    private string Number() => Below(4) switch
    {
        0 => Below(20).ToString(CultureInfo.InvariantCulture),
        1 => (1500 + Below(526)).ToString(CultureInfo.InvariantCulture),
        2 => Below(1_000_000).ToString("N0", CultureInfo.InvariantCulture),
        _ => (Below(10_000) / 100.0).ToString("0.00", CultureInfo.InvariantCulture),
    };

    /// <summary>A word of a list in which the first ones are the frequent ones: P(index below i) = (i/n)^⅓.</summary>
    private string Common(string[] words)
    {
        double uniform = random.NextDouble();
        return words[(int)(uniform * uniform * uniform * words.Length)];
    }

    private string Any(string[] words) => words[Below(words.Length)];

    private int Below(int limit) => (int)(random.NextDouble() * limit);

    private bool Chance(double probability) => random.NextDouble() < probability;
}
