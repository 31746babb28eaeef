// The word lists that the slots of templates draw from, under the names of the slots.

namespace Gpt2.Core.Training.Corpus;

internal static class WordLists
{
    private static readonly Dictionary<string, string[]> Lists = new()
    {
        ["animal"] = Words("dog dog dog dog cat cat cat horse bird mouse fox rabbit cow sheep goat bear duck"),
        ["petfood"] = Words("meat fish milk bread corn grass"),
        ["den"] = Words("garden house kitchen barn box sun"),
        ["color"] = Words("red green blue white black brown yellow"),
        ["size"] = Words("big small large little"),
        ["food"] = Words("bread soup fish rice cheese apples cake strawberries chocolate pizza eggs"),
        ["drink"] = Words("tea coffee milk water juice"),
        ["hotdrink"] = Words("tea coffee milk soup chocolate"),
        ["colddrink"] = Words("water milk juice tea"),
        ["hotthing"] = Words("water tea soup coffee pot kettle oven bath"),
        ["coldthing"] = Words("water lake river window road sea pond"),
        ["summerthing"] = Words("sun air sand road day"),
        ["winterthing"] = Words("wind air snow river night"),
        ["weather"] = ["hot", "cold", "warm", "dark", "wet", "very hot", "very cold", "not cold"],
        ["town"] = Words("Paris Rome London Berlin Madrid Oslo Vienna Lisbon Athens Dublin"),
        ["country"] = Words("France Italy Spain Germany Norway Sweden Greece Poland"),
        ["work"] = Words("school shop bank kitchen garden library hospital museum"),
        ["thing"] = Words("book bag hat coat pen bike ball map lamp box letter ring"),
        ["topic"] = Words("birds trains horses history music food numbers stars"),
        ["number"] = Words("two three four five six seven eight nine ten twenty"),
        ["hour"] = ["one o'clock", "two o'clock", "three o'clock", "five o'clock", "seven o'clock", "nine o'clock", "ten o'clock"],
        ["price"] = ["50 dollars", "80 dollars", "100 dollars", "120 dollars", "200 dollars"],
        ["onward"] = ["forward", "forward", "forward", "closer", "up", "on"],
        ["sweet"] = Words("chocolate chocolate cake strawberries tea coffee"),
        ["weekday"] = Words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday"),
        ["daytime"] = Words("morning evening day night"),
        ["cplace"] = ["by the sea", "on a hill", "near the river", "in the forest", "in the mountains"],
        ["where"] = ["at home", "at school", "at work", "in the garden", "in the park", "in the street", "in the kitchen", "in {town}"],
        ["when"] = ["today", "every day", "in the morning", "in the evening", "on {weekday}", "at night"],
        ["pastwhen"] = ["yesterday", "last year", "long ago", "one morning", "one evening", "last {weekday}"],
        ["together"] =
        [
            "came home", "sat at the table", "went to {town}", "have a {animal}", "walked in the garden",
            "live in {country}", "talked for an hour",
        ],
        ["person"] = Words("man woman boy girl king queen father mother brother sister"),
        ["goodfeeling"] = Words("happy happy happy glad"),
        ["badfeeling"] = Words("sad sad sad angry tired"),
        ["goodreason"] =
        [
            "the sun was out", "{B} came home", "{B} sang a song", "there was cake", "the work was done", "{B} wrote a letter",
            "the {animal} came back", "it was {weekday}", "{B} gave {A.him} a {thing}", "the game was won",
        ],
        ["badreason"] =
        [
            "it rained all day", "{B} went away", "{B} did not call", "there was no cake", "the work was too much", "{B} lost the letter",
            "the {animal} ran away", "it was {weekday}", "{B} took {A.his} {thing}", "the game was lost",
        ],
    };

    /// <summary>The choices for a slot.</summary>
    /// <exception cref="KeyNotFoundException">No list has this name.</exception>
    public static string[] Of(string slot) => Lists.TryGetValue(slot, out string[]? choices) ? choices : StoryWords.Lists[slot];

    private static string[] Words(string words) => words.Split(' ');
}
