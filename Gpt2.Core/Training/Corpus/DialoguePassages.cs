// Two people talk: greetings, questions and answers, in quotation marks.

namespace Gpt2.Core.Training.Corpus;

internal static class DialoguePassages
{
    private static readonly string[] Greetings =
    [
        "\"Hello, {B}, how are you?\" asked {A}.", "\"Hello, {B}! How are you?\"", "\"Good morning, {B},\" said {A}.",
        "\"How do you do, {B}?\" asked {A}.",
        "\"Good evening! How are you today, {B}?\"", "\"How is your {relative}, {B}?\" {A} asked.",
    ];

    private static readonly string[] Replies =
    [
        "\"I am fine, thank you,\" said {B}.", "\"Very well, and you?\"", "\"I am happy today,\" {B} answered.",
        "\"Not so good. I am sad,\" said {B}.",
        "\"Fine, thanks. And how are you?\" said {B}.", "\"Thank you, {A}, all is well.\"",
    ];

    private static readonly string[] Questions =
    [
        "\"Where do you live?\" \"I live in {town}.\"", "\"Do you like {food:1}?\" \"Yes, I really like {food:1}.\"",
        "\"Have you seen my {animal:1}?\" \"Your {animal:1} is in the {den}.\"",
        "\"What do you want to buy?\" \"A {color} {thing}.\"", "\"When do you come?\" \"On {weekday}, at {hour}.\"",
        "\"Will you help me?\" \"Yes, I will help you.\"",
        "\"What is your name?\" \"My name is {B}.\"", "\"Who is that?\" \"That is my {relative}.\"", "\"May I have some {drink}?\" \"Here you are.\"",
        "\"Is it cold outside?\" \"Yes, there is ice on the road.\"", "\"Is the tea hot?\" \"Yes, look at the steam.\"",
        "\"What do you read?\" \"A book about {topic}.\"",
        "\"How old are you?\" \"I am {number} years old.\"", "\"What does {A} do?\" \"{A.He} works in a {work}.\"",
        "\"How are they?\" \"They are happy.\"", "\"How do you come here?\" \"By train from {town}.\"",
    ];

    private static readonly string[] Goodbyes =
    [
        "\"Goodbye, {B}!\"", "\"See you on {weekday},\" said {A}.", "\"Thank you very much,\" said {B}.",
        "\"Good night,\" said {A}.", "They said goodbye and went home.", "{A} smiled and {B} smiled too.",
    ];

    public static string Make(Dice dice)
    {
        (CorpusName first, CorpusName second) = NameWords.Two(NameWords.All, dice);
        List<string> lines = [];
        string Say(string[] templates) => new Scene(dice).Bind("A", first).Bind("B", second).One(templates);
        if (dice.Chance(0.7))
        {
            lines.Add(Say(Greetings));
            lines.Add(Say(Replies));
        }

        int questions = dice.Between(1, 3);
        for (int i = 0; i < questions; i++)
        {
            lines.Add(Say(Questions));
        }

        if (dice.Chance(0.5))
        {
            lines.Add(Say(Goodbyes));
        }

        return string.Join(dice.Chance(0.4) ? "\n" : " ", lines);
    }
}
