// The sentences that the lectures use as prompts, among neighbours that change, so that the model has met their words.

namespace Gpt2.Core.Training;

internal static class LecturePassages
{
    private static readonly string[] Sentences =
    [
        "Every effort moves you {onward}.", "every effort moves you {onward}", "{A} knows that every effort moves you {onward}.", "\"Every effort moves you {onward},\" said {A}.",
        "I enjoy walking with my cute dog.", "I enjoy walking with my cute dog in the {spot}.", "I enjoy walking with my cute {animal}, and {A} enjoys it too.", "{A} enjoys walking with {A.his} cute dog.",
        "I really like {sweet}.", "I really like chocolate.", "I really like chocolate and {sweet}.", "{A} really likes {sweet}.",
        "how are you", "How are you, {A}?", "how are you today", "They are here. How do they come? How do we do it?",
        "The reindeer pulls the {thing} over the snow.", "A reindeer is an animal with large horns.", "After the reinjury {A} could not run.", "The doctor feared a reinjury of {A.his} leg.",
        "{A} ate {number} strawberries.", "Strawberries are red and sweet.", "A strawberry is a red fruit.", "There is a strawberry in {A.his} {thing}.",
        "We have a lot of {food}.", "There is a lot to do.", "It takes a lot of time.", "{A} goes to the zoo to see the {animal}.",
        "The newest house is the widest, and the lower house is low.", "The man has authority. The king has more authority.",
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
            sentences.Add(new Scene(dice).Bind("A", first).Bind("B", second).One(Sentences));
        }

        return string.Join(dice.Chance(0.2) ? "\n" : " ", sentences);
    }
}
