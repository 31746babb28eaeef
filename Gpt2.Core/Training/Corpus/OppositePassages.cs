// Opposites in the same patterns, feelings, hot and cold things with what belongs to them, and animals in patterns of
// their own.

namespace Gpt2.Core.Training.Corpus;

internal static class OppositePassages
{
    public static readonly (string One, string Other)[] Pairs =
    [
        ("hot", "cold"), ("hot", "cold"), ("happy", "sad"), ("happy", "sad"), ("big", "small"), ("up", "down"), ("long", "short"),
        ("old", "young"), ("old", "new"), ("good", "bad"), ("quick", "slow"), ("loud", "quiet"), ("high", "low"), ("light", "dark"),
        ("full", "empty"), ("open", "closed"), ("rich", "poor"), ("hard", "soft"), ("wet", "dry"), ("early", "late"), ("strong", "weak"),
        ("left", "right"), ("day", "night"), ("black", "white"), ("warm", "cool"), ("first", "last"), ("brave", "timid"), ("clean", "dirty"),
    ];

    private static readonly string[] Opposites =
    [
        "The opposite of {x} is {y}.", "{x} and {y} are opposites.", "Not {x} but {y}.", "If it is not {x}, it is {y}.",
        "What is the opposite of {x}? It is {y}.", "Question: What is the opposite of {x}? Answer: The opposite of {x} is {y}.",
        "{A} said \"{x}\" and {B} said \"{y}\".", "From {x} to {y}.", "{x} is not {y}.", "One is {x}, the other is {y}.",
        "{A} says {x} when {B} says {y}.", "Is it {x} or {y}? It is {x}.",
    ];

    private static readonly string[] Feelings =
    [
        "{A.He} felt {f}.", "{A} felt {f} because {why}.", "{A} was {f} when {why}.", "Why is {A} {f}? {A.He} is {f} because {why}.",
        "The {person} was {f}.", "The {person} looked {f} because {why}.", "{A} feels {f} today.", "I am {f} today.", "I feel {f} when {A} is here.",
        "Are you {f}? Yes, I am {f}.", "\"I am so {f},\" said {A}.", "It was a {f} day for {A}.", "This is a {f} song.", "{A} told a {f} story.",
        "Everybody was {f} that day.", "{A} had a {f} face.",
    ];

    private static readonly string[] HotThings =
    [
        "The {hotthing} is hot.", "Steam comes from the hot {hotthing}.", "Hot steam rose from the {hotthing}.", "The steam is hot.",
        "Be careful, the steam from the {hotthing} is hot!", "In summer the {summerthing} is hot.", "{A} drank hot {hotdrink} and saw the steam.",
        "When water is very hot, it becomes steam.", "The fire made the water hot, and there was steam.", "Hot water gives steam.",
    ];

    private static readonly string[] ColdThings =
    [
        "The {coldthing} is cold.", "Ice lies on the cold {coldthing}.", "Cold ice covered the {coldthing}.", "The ice is cold.",
        "Be careful, the ice on the {coldthing} is cold!", "In winter the {winterthing} is cold.", "{A} drank cold {colddrink} with ice.",
        "When water is very cold, it becomes ice.", "The wind made the water cold, and there was ice.", "Cold water turns to ice.",
    ];

    private static readonly string[] Both =
    [
        "Steam is hot and ice is cold.", "Ice is cold, but steam is hot.", "Steam is hot. Ice is cold.", "Hot is to steam as cold is to ice.",
        "Heat turns ice into water and water into steam.", "{A} likes hot {hotdrink}, but {B} likes cold {colddrink}.",
    ];

    private static readonly string[] Animals =
    [
        "The {animal:1} ran after the {animal}.", "The {animal:1} sleeps in the {den}.", "{A} has a {animal}.", "{A} feeds the {animal:1} every day.",
        "The {animal:1} likes {petfood}.", "A {animal} is an animal.", "The {animal:1} and the {animal} are animals.",
        "The {animal:1} has a nose and a tail.",
        "The {animal:1} looked at the {animal}.", "The dog barked at the {animal}.", "My {animal:1} is {color}.",
        "{A} took {A.his} {animal:1} to the park.", "I have a {animal:1} at home.",
        "The {animal:1} jumped over the {animal}.", "{A} saw a {animal:1} in the garden.",
        "The tail of the {animal:1} is long.", "The {animal:1} drank water.",
        "The dog chased the cat.", "The cat ran away from the dog.", "{A} walks the dog every {daytime}.",
        "The dog barked and the cat ran up a tree.",
        "The {animal:1} is small and {color}.", "The dog wagged its tail.", "The {animal:1} is hungry.",
    ];

    public static string Make(Dice dice)
    {
        List<string> sentences = [];
        int kind = dice.Below(4);
        int count = dice.Between(2, 5);
        for (int i = 0; i < count; i++)
        {
            (CorpusName first, CorpusName second) = NameWords.Two(NameWords.All, dice);
            Scene scene = new Scene(dice).Bind("A", first).Bind("B", second);
            Scene.Add(sentences, kind switch
            {
                0 => Capital(Opposite(scene).One(Opposites)),
                1 => Feeling(scene, dice.Chance(0.5)),
                2 => scene.One(dice.Below(11) switch { < 5 => HotThings, < 10 => ColdThings, _ => Both }),
                _ => scene.One(Animals),
            });
        }

        return string.Join(dice.Chance(0.1) ? "\n" : " ", sentences);
    }

    private static Scene Opposite(Scene scene)
    {
        (string one, string other) = scene.Dice.Of(Pairs);
        return scene.Dice.Chance(0.5) ? scene.Bind("x", one).Bind("y", other) : scene.Bind("x", other).Bind("y", one);
    }

    private static string Feeling(Scene scene, bool good) =>
        scene.Bind("f", scene.Fill(good ? "{goodfeeling}" : "{badfeeling}"))
            .Bind("why", scene.Fill(good ? "{goodreason}" : "{badreason}"))
            .One(Feelings);

    private static string Capital(string sentence) => char.ToUpperInvariant(sentence[0]) + sentence[1..];
}
