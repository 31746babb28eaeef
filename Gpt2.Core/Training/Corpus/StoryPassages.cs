// Short stories: an opening, a wish, an obstacle, an attempt, help, a turn and an end, each with many sentences to
// choose from.

namespace Gpt2.Core.Training.Corpus;

internal static class StoryPassages
{
    private static readonly string[] Parts = ["{opening}", "{wish}", "{obstacle}", "{attempt}", "{help}", "{turn}", "{end}"];

    public static string Make(Dice dice)
    {
        CorpusName[] people = dice.Chance(0.3) ? NameWords.All : NameWords.Known;
        (CorpusName first, CorpusName second) = NameWords.Two(people, dice);
        Scene scene = new Scene(dice).Bind("A", first).Bind("B", second);
        List<string> sentences = [];
        foreach (string part in Parts)
        {
            bool needed = part is "{opening}" or "{wish}" or "{end}";
            if (needed || dice.Chance(0.75))
            {
                sentences.Add(scene.Fill(part));
            }
        }

        if (dice.Chance(0.25) && NameWords.Known.Contains(first))
        {
            sentences.Insert(1, AdjectivePassages.About(first, dice));
        }

        return string.Join(' ', sentences);
    }
}
