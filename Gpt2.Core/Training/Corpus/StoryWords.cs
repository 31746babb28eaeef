// The sentences of stories, part by part. A and B are two people, {friend} an animal or a person they meet.

namespace Gpt2.Core.Training.Corpus;

internal static class StoryWords
{
    public static readonly Dictionary<string, string[]> Lists = new()
    {
        ["opening"] =
        [
            "Once upon a time there was a {A.child} called {A}.", "Once there lived a {A.child} whose name was {A}.",
            "{A} was a young {A.adult} who lived {livedat}.",
            "There was a {A.adult} named {A} who worked in a {work}.",
            "Long ago a {A.child} called {A} lived {livedat}.", "{A} lived {livedat} with {A.his} {animal:1}.",
            "This is the story of {A} and {A.his} {animal:1}.", "One morning {A} went to the {spot:1}.", "It was {weekday}, and {A} was at home.",
            "{A} and {B} were old friends.", "{Livedat} lived {A} and {A.his} {relative}.", "When {A} was young, {A.he} lived {livedat}.",
        ],
        ["livedat"] =
        [
            "by the sea", "on a hill", "near the river", "in the forest", "in {town}", "in a small house",
            "at the end of the street", "near the old castle", "in the mountains",
        ],
        ["relative"] = Words("mother father brother sister uncle aunt grandfather grandmother"),
        ["spot"] = Words("forest river market park lake hill garden school castle beach"),
        ["wish"] =
        [
            "{A.He} wanted to find a {treasure:1}.", "{A.He} wanted to learn to {skill:1}.",
            "{A.He} had one wish: a {treasure:1}.", "Every day {A.he} looked for {A.his} {animal:1}.",
            "{A.He} dreamed of a {treasure:1}.", "{A.He} wanted to visit {A.his} {relative:1} in {town}.",
            "{A.He} needed a {treasure:1} for {A.his} {relative:1}.",
            "More than anything {A.he} wished to {skill:1}.", "{A.He} wanted to buy a {treasure:1}, but {A.he} had only {number} coins.",
            "\"I want to {skill:1},\" {A.he} said.", "\"Where is my {treasure:1}?\" {A.he} asked.",
        ],
        ["treasure"] =
        [
            "golden ring", "new bike", "red ball", "white horse", "little boat", "old map", "warm coat", "big book",
            "silver key", "blue bird", "small lamp",
        ],
        ["skill"] = Words("swim dance sing paint cook read write ride fly climb draw"),
        ["obstacle"] =
        [
            "But the way was long and dark.", "But it began to rain.", "But a big bear stood in the way.",
            "But the door was closed.", "But the bridge was broken.",
            "But nobody could help {A.him}.", "But {A.he} had no money.", "Then the wind took {A.his} hat.",
            "But {A.he} lost the map.", "Then the night came and it was cold.",
            "But the river was too deep.", "But the {animal} ran away.", "But {B} did not believe {A.him}.",
            "But the shop was closed on {weekday}.", "But snow fell and ice covered the road.",
        ],
        ["attempt"] =
        [
            "{A} tried again and again.", "{A.He} sat down under a tree and thought.", "{A.He} walked all night.",
            "{A.He} waited for {number} days.", "{A.He} asked everybody in the street.",
            "{A.He} climbed up the hill and looked around.", "{A.He} took a deep breath and went on.",
            "{A.He} wrote a letter to {B}.", "{A.He} felt sad and wanted to go home.",
            "{A.He} looked up and down, left and right.", "{A.He} opened the box, but it was empty.", "{A.He} called, but nobody answered.",
        ],
        ["help"] =
        [
            "Then {A.he} met {B}.", "Then {B} came along the road.", "A {animal:2} came out of the forest.",
            "An old {stranger:1} saw {A.him}.", "\"Can I help you?\" asked {B}.",
            "\"Come with me,\" said {B}. \"I know the way.\"", "{B} gave {A.him} a {thing:2}.",
            "The {animal:2} showed {A.him} the way.", "{B} heard about it and came at once.",
            "\"Do not be sad,\" said the old {stranger:1}.", "A {stranger:1} with a {animal} stopped and listened.",
            "\"Take this {thing:2},\" said the {stranger:1}.",
        ],
        ["stranger"] = Words("man woman king queen prince princess"),
        ["turn"] =
        [
            "Together they found the way.", "They worked until the evening.",
            "They walked over the hill and saw the {spot}.", "They took the {thing} and opened the door.",
            "They shared bread and cheese.", "After that everything was easy.", "They laughed and went on.",
            "In the end the sun came out.", "Soon the {animal:1} was there.", "They crossed the river in a boat.",
        ],
        ["end"] =
        [
            "{A} was happy again.", "{A.He} felt happy and went home.", "From that day on {A} and {B} were friends.",
            "{A} never forgot that day.", "At last {A.he} could {skill:1}.",
            "{A.He} thanked {B} and smiled.", "That evening they ate {food} and told stories.",
            "And {A.he} lived happily ever after.", "Now {A.he} had a {treasure:1}.",
            "{A} told {A.his} {relative:1} everything.",
            "\"Thank you,\" said {A}. \"You are a good friend.\"", "And that is the end of the story.", "So {A} learned that every effort counts.",
        ],
    };

    private static string[] Words(string words) => words.Split(' ');
}
