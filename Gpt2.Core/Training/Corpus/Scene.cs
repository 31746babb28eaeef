// One passage under construction: who and what its slots stand for, and how a template becomes a sentence. Word lists
// and templates are elsewhere.

using System.Text;

namespace Gpt2.Core.Training.Corpus;

/// <summary>
/// Fills templates. <c>{slot}</c> becomes what was bound to it, or one choice from the word list of that name, whose
/// slots are filled too; <c>{slot:1}</c> is the same everywhere in the passage; <c>{Slot}</c> begins with a capital.
/// </summary>
internal sealed class Scene(Dice dice)
{
    private readonly Dictionary<string, string> bound = [];

    public Dice Dice { get; } = dice;

    public Scene Bind(string slot, string text)
    {
        bound[slot] = text;
        return this;
    }

    /// <summary>
    /// Binds a person's name to a letter and the person's pronouns to A.he, A.him, A.his, A.child and A.adult.
    /// </summary>
    public Scene Bind(string letter, CorpusName person)
    {
        bool he = person.Pronoun == "He";
        return Bind(letter, person.Name)
            .Bind(letter + ".he", he ? "he" : "she").Bind(letter + ".He", person.Pronoun)
            .Bind(letter + ".him", he ? "him" : "her")
            .Bind(letter + ".his", he ? "his" : "her").Bind(letter + ".His", he ? "His" : "Her")
            .Bind(letter + ".child", he ? "boy" : "girl").Bind(letter + ".adult", he ? "man" : "woman");
    }

    /// <summary>Fills one of the templates.</summary>
    public string One(string[] templates) => Fill(Dice.Of(templates));

    /// <summary>
    /// Adds a sentence unless the passage already has it: a repeated sentence teaches the model to repeat.
    /// </summary>
    public static void Add(List<string> sentences, string sentence)
    {
        if (!sentences.Contains(sentence))
        {
            sentences.Add(sentence);
        }
    }

    public string Fill(string template)
    {
        int open = template.IndexOf('{', StringComparison.Ordinal);
        if (open < 0)
        {
            return template;
        }

        var text = new StringBuilder();
        int done = 0;
        while (open >= 0)
        {
            int close = template.IndexOf('}', open);
            text.Append(template, done, open - done).Append(Slot(template[(open + 1)..close]));
            done = close + 1;
            open = template.IndexOf('{', done);
        }

        return text.Append(template, done, template.Length - done).ToString();
    }

    private string Slot(string slot)
    {
        if (bound.TryGetValue(slot, out string? text))
        {
            return text;
        }

        string key = char.ToLowerInvariant(slot[0]) + slot[1..];
        bool capital = key[0] != slot[0];
        if (!bound.TryGetValue(key, out text))
        {
            int colon = key.IndexOf(':', StringComparison.Ordinal);
            text = One(WordLists.Of(colon < 0 ? key : key[..colon]));
            if (colon >= 0)
            {
                bound[key] = text;
            }
        }

        return capital ? char.ToUpperInvariant(text[0]) + text[1..] : text;
    }
}
