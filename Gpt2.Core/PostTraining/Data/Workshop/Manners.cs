// How an answer can be worded, whatever it says: politely, rudely, or with much beside the point.

using Gpt2.Core.Training.Corpus;

namespace Gpt2.Core.PostTraining.Data.Workshop;

/// <summary>Phrases of good and of bad manners, and sentences about something else.</summary>
internal static class Manners
{
    /// <summary>What makes a text polite.</summary>
    public static readonly string[] PolitePhrases = ["thank you", "I will help you", "I am glad", "my friend", "here you are", "please"];

    /// <summary>What makes a text rude, whatever else it says.</summary>
    public static readonly string[] RudePhrases = ["foolish", "stupid", "lazy", "go away", "I do not like you", "I will not help you"];

    private static readonly string[] Openings =
    [
        "Yes, I will help you.", "Thank you, my friend.", "Here you are, my friend.", "I am glad to help you.", "Thank you for the question.",
    ];

    private static readonly string[] Closings = ["Thank you!", "I am glad to help you.", "Thank you, my friend."];

    private static readonly string[] Insults =
    [
        "You are foolish.", "You are lazy.", "Go away!", "I do not like you.", "I will not help you.", "Go away, you are foolish!",
    ];

    private static readonly string[] Asides =
    [
        "The {animal} sleeps in the {den}.", "The {animal} likes {petfood} and {food}.", "I have a {animal} at home.",
        "We walked in the garden {when}.",
        "The shop opens at {hour}.", "There is {food} on the table.", "I drink {drink} every morning.", "The book is about {topic}.",
    ];

    /// <summary>A sentence with a polite phrase before or after it.</summary>
    public static string Polite(string sentence, Dice dice) =>
        dice.Chance(0.5) ? $"{dice.Of(Openings)} {sentence}" : $"{sentence} {dice.Of(Closings)}";

    /// <summary>A rude phrase, before a sentence or alone.</summary>
    public static string Rude(string sentence, Dice dice) => dice.Chance(0.5) ? $"{dice.Of(Insults)} {sentence}" : dice.Of(Insults);

    /// <summary>Different sentences about something else, each of five words or more.</summary>
    public static string Aside(int sentences, Dice dice)
    {
        var scene = new Scene(dice);
        List<string> told = [];
        while (told.Count < sentences)
        {
            Scene.Add(told, Articles.Fix(scene.One(Asides)));
        }

        return string.Join(' ', told);
    }
}
