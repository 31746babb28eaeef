// The main pattern of this text: "Mike is quick. He moves quickly." From what somebody is like to how they act, with
// the right pronoun: alone, in company, as a question, in the past and inside small stories.

namespace Gpt2.Core.Training.Corpus;

internal static class AdjectivePassages
{
    /// <summary>The pattern that prompts are made of.</summary>
    private const string Plain = "{A} is {a}. {A.He} {does} {d}.";

    private static readonly string[] Present =
    [
        "{A} is {a}. {A.He} {does} {d}.",
        "{A} is {a}. {A.He} {does} {d}. {A.He} also {does2} {d}.",
        "{A} is {a}. {A.He} {does} {d} and {does2} {d}.",
        "{A} is {a}. {A.He} always {does} {d}.",
        "{A} is a {a} {A.child}. {A.He} {does} {d}.",
        "{A} is a {a} {A.adult}. {A.He} {does} {d}.",
        "{A} is very {a}. {A.He} {does} {d}.",
        "{A} is {a}. {A.He} {does} {d} {where}.",
        "{A} is {a}. {A.He} {does} {d} {when}.",
        "{When}, {A} is {a}. {A.He} {does} {d}.",
        "{A} {does} {d} because {A.he} is {a}.",
        "{A}, who is {a}, {does} {d}.",
        "Because {A} is {a}, {A.he} {does} {d}.",
        "{A} is {a}, so {A.he} {does} {d}.",
        "My friend {A} is {a}. {A.He} {does} {d}.",
    ];

    private static readonly string[] Past =
    [
        "{A} was {a}. {A.He} {did} {d}.",
        "{A} was {a}. {A.He} {did} {d} and {did2} {d}.",
        "{A} was a {a} {A.child}. {A.He} {did} {d}.",
        "{Pastwhen}, {A} was {a}. {A.He} {did} {d}.",
        "{A} {did} {d} because {A.he} was {a}.",
        "{A} was {a}, so {A.he} {did} {d} {where}.",
    ];

    private static readonly string[] Questions =
    [
        "How does {A} {do}? {A} is {a}. {A.He} {does} {d}.",
        "Is {A} {a}? Yes, {A.he} {does} {d}.",
        "Who {does} {d}? {A} {does} {d}. {A.He} is {a}.",
        "Why does {A} {do} {d}? {A.He} {does} {d} because {A.he} is {a}.",
        "Question: How does {A} {do} if {A.he} is {a}? Answer: {A.He} {does} {d}.",
        "Does {A} {do} {d}? Yes, {A} is {a}. {A.He} {does} {d}.",
        "\"How does {A} {do}?\" \"{A.He} {does} {d}.\"",
        "\"{A} is {a}. {A.He} {does} {d},\" said {B}.",
        "{B} asked: \"How did {A} {do}?\" \"{A.He} {did} {d}. {A.He} was {a}.\"",
    ];

    private static readonly string[] TwoPeople =
    [
        "{A} is {a} and {B} is {a2}. {B.He} {does3} {d2} and {A} {does} {d}.",
        "{A} is {a}, but {B} is {a2}. {B.He} {does3} {d2}, but {A} {does} {d}.",
        "{A} and {B} are friends. {A} is {a}. {A.He} {does} {d}. {B} is {a2}. {B.He} {does3} {d2}.",
        "{A} is {a}. {A.He} {does} {d}. {B} is {a2}. {B.He} {does3} {d2}.",
        "{A} is {a}. {A.He} {does} {d}. {B} is not {a}. {B.He} is {a2}. {B.He} {does3} {d2}.",
        "{A}, who is {a}, {does} {d}, but {B}, who is {a2}, {does3} {d2}.",
    ];

    private static readonly string[] NotNamed =
    [
        "The {person:1} is {a}. {He} {does} {d}.",
        "The {person:1} was {a}. {He} {did} {d}.",
        "A {person:1} who is {a} {does} {d}.",
        "My {relative:1} is {a}. {He} {does} {d}.",
    ];

    private static readonly string[] Lead =
    [
        "{A} lives in {town}. {A.He} has a {animal}.", "{A} goes to school with {B}.", "{A} and {B} sit in the garden.",
        "It is {weekday}.", "{A} came to {town} last year.", "{A} is at home today.", "Look at {A} and {B}.",
        "{A} has a new {thing}.", "There are many people here.", "I know {A} and {B}.",
    ];

    private static readonly string[] Tail =
    [
        "Everybody likes {A.him}.", "{A.His} friends know it.", "{A.His} mother smiles.", "That is how {A} is.",
        "{B} says so, too.", "We all know {A}.", "{A.He} has a {animal}.", "{A.He} has always been so.", "We like that.",
    ];

    private static readonly int[] Clauses = [1, 1, 1, 2, 2, 2, 3, 3, 4, 5];

    public static string Make(Dice dice)
    {
        int clauses = dice.Of(Clauses);
        List<string> sentences = [];
        for (int i = 0; i < clauses; i++)
        {
            Scene scene = Clause(dice);
            bool framed = dice.Chance(0.14);
            if (framed && dice.Chance(0.6))
            {
                sentences.Add(scene.One(Lead));
            }

            sentences.Add(framed ? scene.One(Present) : Sentence(scene));
            if (framed && dice.Chance(0.5))
            {
                sentences.Add(scene.One(Tail));
            }
        }

        return string.Join(dice.Chance(0.12) ? "\n" : " ", sentences);
    }

    /// <summary>A sentence pair about this person.</summary>
    public static string About(CorpusName person, Dice dice) => Clause(person, dice.Of(NameWords.Known), dice).One(Present);

    /// <summary>One or more sentence pairs, in any of the patterns.</summary>
    private static string Sentence(Scene scene)
    {
        Dice dice = scene.Dice;
        return dice.Below(100) switch
        {
            < 46 => scene.Fill(Plain),
            < 68 => scene.One(Present),
            < 78 => scene.One(Past),
            < 86 => scene.One(Questions),
            < 94 => scene.One(TwoPeople),
            _ => scene.One(NotNamed),
        };
    }

    /// <summary>
    /// Somebody who is like something and acts like it: A, a, d, do, does, did; and for others B, a2, d2.
    /// </summary>
    private static Scene Clause(Dice dice)
    {
        (CorpusName first, CorpusName second) = NameWords.Two(NameWords.Known, dice);
        return Clause(first, second, dice);
    }

    private static Scene Clause(CorpusName first, CorpusName second, Dice dice)
    {
        CorpusAdjective adjective = Fitting(first, dice);
        CorpusAdjective other = Fitting(second, dice);
        Scene scene = new Scene(dice).Bind("A", first).Bind("B", second)
            .Bind("a", adjective.Adjective).Bind("d", adjective.Adverb)
            .Bind("a2", other.Adjective).Bind("d2", other.Adverb);
        CorpusVerb verb = VerbFor(adjective, dice);
        scene.Bind("do", verb.Base).Bind("does", verb.Third).Bind("did", verb.Past);
        verb = OtherVerb(adjective, verb, dice);
        scene.Bind("does2", verb.Third).Bind("did2", verb.Past).Bind("does3", VerbFor(other, dice).Third);
        int pair = dice.Below(FamilyWords.Pairs.Length);
        (string he, string she) = FamilyWords.Pairs[pair];
        bool male = dice.Chance(0.5);
        return scene.Bind("person:1", male ? he : she).Bind("He", male ? "He" : "She").Bind("relative:1", male ? "brother" : "sister");
    }

    /// <summary>This many adjectives at the beginning of the table are more frequent than the rest.</summary>
    private const int Frequent = 6;

    private static CorpusAdjective Fitting(CorpusName person, Dice dice)
    {
        CorpusAdjective adjective;
        do
        {
            adjective = dice.Chance(0.15) ? AdjectiveWords.All[dice.Below(Frequent)] : dice.Of(AdjectiveWords.All);
        }
        while (HeldOut.Holds(person, adjective));
        return adjective;
    }

    private static CorpusVerb OtherVerb(CorpusAdjective adjective, CorpusVerb verb, Dice dice)
    {
        CorpusVerb other;
        do
        {
            other = VerbFor(adjective, dice);
        }
        while (other == verb);
        return other;
    }

    /// <summary>A verb that fits; "moves", if it fits, in at least three of ten cases.</summary>
    private static CorpusVerb VerbFor(CorpusAdjective adjective, Dice dice)
    {
        string third = adjective.Verbs.Contains("moves") && dice.Chance(0.3) ? "moves" : adjective.Verbs[dice.Below(adjective.Verbs.Count)];
        return VerbWords.All.First(verb => verb.Third == third);
    }
}
