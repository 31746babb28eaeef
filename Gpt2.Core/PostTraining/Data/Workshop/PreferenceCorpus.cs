// Pairs of answers to the same question, of which one is better by rules: right, polite and to the point. The other breaks one of them.

using Gpt2.Core.Training.Corpus;

namespace Gpt2.Core.PostTraining.Data.Workshop;

/// <summary>Makes examples with prompt, chosen and rejected. The same seed gives the same ones everywhere.</summary>
internal static class PreferenceCorpus
{
    private const int MaxTries = 1000;

    /// <summary>The prompt of a question. An answer to it begins with a space.</summary>
    public static string PromptOf(string question) => $"Question: {question} Answer:";

    /// <summary>Examples, all different, until hardly any are left.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="heldOut">Whether they ask what is held out of training, of the instructions too, or all else.</param>
    public static IEnumerable<Example> Examples(ulong seed, bool heldOut)
    {
        var dice = new Dice(seed);
        HashSet<(string, string, string)> told = [];
        for (int tries = 0; tries < MaxTries; tries++)
        {
            Fact fact = Fact.Some(dice, heldOut);
            string question = dice.Of(fact.Questions), chosen = Manners.Polite(fact.SentenceWith(fact.Answer), dice), rejected = Rejected(fact, dice);
            if (told.Add((question, chosen, rejected)))
            {
                tries = 0;
                yield return Example.Preference(PromptOf(question), " " + chosen, " " + rejected);
            }
        }
    }

    /// <summary>An answer that is wrong, rude, rambling or about something else.</summary>
    private static string Rejected(Fact fact, Dice dice)
    {
        string right = fact.SentenceWith(fact.Answer);
        return dice.Below(4) switch
        {
            0 => Manners.Polite(fact.SentenceWith(fact.Others[dice.Below(fact.Others.Count)]), dice),
            1 => Manners.Rude(right, dice),
            2 => $"{Manners.Polite(right, dice)} {Manners.Aside(3, dice)}",
            _ => Manners.Aside(dice.Between(1, 2), dice),
        };
    }
}
