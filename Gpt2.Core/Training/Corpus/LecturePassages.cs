// The sentences that the lectures use as prompts, among varied neighbours, so that the model knows their words.

namespace Gpt2.Core.Training.Corpus;

internal static class LecturePassages
{
    private static readonly string[] Sentences =
    [
        "Every effort moves you {onward}.", "every effort moves you {onward}",
        "{A} knows that every effort moves you {onward}.", "\"Every effort moves you {onward},\" said {A}.",
        "I enjoy walking with my cute dog.", "I enjoy walking with my cute dog in the {spot}.",
        "I enjoy walking with my cute {animal}, and {A} enjoys it too.", "{A} enjoys walking with {A.his} cute dog.",
        "I really like {sweet}.", "I really like chocolate.", "I really like chocolate and {sweet}.", "{A} really likes {sweet}.",
        "how are you", "How are you, {A}?", "how are you today", "\"how are you\" is a question.",
        "how are you\nI am fine, {A}", "They are here. How do they come? How do we do it?",
        "The reindeer pulls the {thing} over the snow.", "A reindeer is an animal with large horns.",
        "After the reinjury {A} could not run.", "The doctor feared a reinjury of {A.his} leg.",
        "{A} ate {number} strawberries.", "Strawberries are red and sweet.", "A strawberry is a red fruit.",
        "There is a strawberry in {A.his} {thing}.",
        "The strawberries are as sweet as the chocolate.", "{A} likes strawberries, reindeer and chocolate.",
        "We have a lot of {food}.", "There is a lot to do.", "It takes a lot of time.", "{A} goes to the zoo to see the {animal}.",
        "The newest house is the widest, and the lower house is low.", "The man has authority. The king has more authority.",
        "Mike is quick. He moves quickly. Sally is quiet. She speaks quietly.",
        "Sally is quiet. She speaks quietly. Mike is quick. He moves quickly.",
        "You can do it.", "One step at a time.", "Learning takes time and effort.", "The effort was worth it.",
        "I'm not sure if I'll ever be able to walk with my dog.",
    ];

    public static string Make(Dice dice)
    {
        List<string> sentences = [];
        int count = dice.Between(2, 4);
        for (int i = 0; i < count; i++)
        {
            (CorpusName first, CorpusName second) = NameWords.Two(NameWords.All, dice);
            Scene.Add(sentences, new Scene(dice).Bind("A", first).Bind("B", second).One(Sentences));
        }

        // A prompt without a full stop is on a line by itself.
        bool open = sentences.Exists(sentence => !char.IsPunctuation(sentence[^1]));
        return string.Join(open || dice.Chance(0.2) ? "\n" : " ", sentences);
    }
}
