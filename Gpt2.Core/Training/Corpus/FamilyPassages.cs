// Kings and queens, men and women: the same sentences about him and about her, royal ones only about royal people and
// everyday ones about everybody else, so that "royal" and "he or she" become two directions of the embedding.

namespace Gpt2.Core.Training.Corpus;

internal static class FamilyPassages
{
    private static readonly string[] Royal =
    [
        "The {p} wore {his} crown.", "The {p} sat on {his} throne.", "The {p} lived in a palace.", "The {p} ruled the kingdom.",
        "The {p} rules a {size} kingdom.", "The {p} called {his} guards.", "The {p} put on the golden crown.",
        "The {p} left the palace with {his} guards.", "{He} had a golden throne.", "{He} lived in a castle {cplace}.",
        "The people loved the {p}.", "The soldiers bowed to the {p}.", "The {p} of {country} lives in a palace.",
        "The royal {p} spoke to the people.", "All the people came to the palace to see the {p}.", "The crown of the {p} is made of gold.",
        "The {p} has a crown and a throne.", "{He} is the {p} and this is {his} palace.",
        "The {p} loved {his} people, and {he} was loved.", "Long live the {p}!", "The {p} gave gold to the people.",
        "{He} ruled for {number} years.", "One day {he} will rule the kingdom.", "The {p} signed the law in {his} palace.",
    ];

    private static readonly string[] Everyday =
    [
        "The {p} walked to the market.", "{He} bought {food} for {his} {animal}.", "The {p} worked in a {work}.", "The {p} lived in a small house.",
        "The {p} took the bus to {town}.", "{He} cooked {food} in {his} kitchen.", "The {p} washed {his} hands.",
        "The {p} put on {his} coat.", "The {p} opened {his} bag.", "{He} called {his} friend.", "The {p} drinks {drink} every day.",
        "The {p} has a {animal}.", "The {p} said that {he} liked {food}.",
        "The {p} lost {his} {thing}, but {he} found it again.", "A {p} came to the door.",
        "A {p} sat on a bench in the park.", "{He} read a book about {topic}.",
        "The {p} paid {number} coins for the {food}.", "I saw a {p} in the street.", "The {p} forgot {his} {thing} at home.",
        "An old {p} told us a story.", "A young {p} helped us.", "The {p} wanted to buy a {thing}.", "{He} was tired and went home.",
    ];

    private static readonly string[] Pairing =
    [
        "A {m} is a man. A {w} is a woman.", "The {m} is a man and the {w} is a woman.", "The {m} and the {w} {together}.",
        "The {m} said: \"I am the {m}.\" The {w} said: \"I am the {w}.\"", "He is a {m}. She is a {w}.", "{A} is a {m} and {B} is a {w}.",
        "The {m} loved the {w} and the {w} loved the {m}.", "Not the {m} but the {w} was there.", "The word for a female {m} is {w}.",
        "He became a {m} and she became a {w}.", "{A} wants to be a {m}. {B} wants to be a {w}.",
        "The opposite of {m} is {w}.", "The opposite of {w} is {m}.", "First the {w} came, then the {m}.",
    ];

    private static readonly string[] Analogies =
    [
        "The king is a man. The queen is a woman.", "A king is a man with a crown. A queen is a woman with a crown.",
        "The man became king. The woman became queen.", "King is to man as queen is to woman.",
        "The king was once a prince. The queen was once a princess.",
        "The king is the father of the prince. The queen is the mother of the princess.",
        "The king is the husband of the queen. The queen is the wife of the king.",
        "The son of the king is a prince. The daughter of the queen is a princess.",
        "The man who wears the crown is the king. The woman who wears the crown is the queen.",
        "The prince will be king. The princess will be queen.", "He is the king. She is the queen.", "If the man is king, the woman is queen.",
        "{A} is the king and {B} is the queen.", "A boy is a young man. A girl is a young woman.",
        "The father is a man. The mother is a woman.", "Man is to woman as king is to queen.", "Boy is to girl as man is to woman.",
    ];

    public static string Make(Dice dice)
    {
        List<string> sentences = [];
        int parts = dice.Between(1, 3);
        for (int part = 0; part < parts; part++)
        {
            switch (dice.Below(10))
            {
                case < 4:
                    Tell(Royal, dice.Of(FamilyWords.Royal), dice, sentences);
                    break;
                case < 7:
                    Tell(Everyday, dice.Of(FamilyWords.Everyday), dice, sentences);
                    break;
                case < 9:
                    Scene.Add(sentences, PairScene(dice.Of(FamilyWords.Pairs), dice).One(Pairing));
                    break;
                default:
                    Scene.Add(sentences, PairScene(dice.Of(FamilyWords.Pairs), dice).One(Analogies));
                    break;
            }
        }

        return string.Join(' ', sentences);
    }

    /// <summary>One to three sentences about him or her, or each sentence about both in turn.</summary>
    private static void Tell(string[] frames, (string He, string She) pair, Dice dice, List<string> sentences)
    {
        bool both = dice.Chance(0.4);
        bool he = dice.Chance(0.5);
        int count = dice.Between(1, both ? 2 : 3);
        for (int i = 0; i < count; i++)
        {
            string frame = dice.Of(frames);
            if (i == 0 && frame.StartsWith("{He}", StringComparison.Ordinal))
            {
                sentences.Add(Person(pair, he, dice).Fill("There was a {p}."));
            }

            Scene scene = Person(pair, he, dice);
            Scene.Add(sentences, scene.Fill(frame));
            if (both)
            {
                Scene.Add(sentences, Person(pair, !he, dice).Fill(frame));
            }
        }
    }

    private static Scene Person((string He, string She) pair, bool he, Dice dice) => new Scene(dice)
        .Bind("p", he ? pair.He : pair.She).Bind("he", he ? "he" : "she").Bind("He", he ? "He" : "She").Bind("his", he ? "his" : "her");

    private static Scene PairScene((string He, string She) pair, Dice dice)
    {
        CorpusName he = dice.Of(Men);
        CorpusName she = dice.Of(Women);
        return new Scene(dice).Bind("m", pair.He).Bind("w", pair.She).Bind("A", he).Bind("B", she);
    }

    private static readonly CorpusName[] Men = [.. NameWords.All.Where(person => person.Pronoun == "He")];
    private static readonly CorpusName[] Women = [.. NameWords.All.Where(person => person.Pronoun == "She")];
}
