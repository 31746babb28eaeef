// Instructions about a text that is given with them: the answer follows from the text by a rule.

using System.Globalization;
using Gpt2.Core.Training.Corpus;

namespace Gpt2.Core.PostTraining.Data.Workshop;

/// <summary>An instruction with its answer.</summary>
/// <param name="Family">What kind of instruction it is.</param>
/// <param name="Instruction">What is to be done.</param>
/// <param name="Input">What it is to be done with; empty for none.</param>
/// <param name="Output">The answer.</param>
/// <param name="IsHeldOut">Whether it is never in training.</param>
internal sealed record InstructionTask(string Family, string Instruction, string Input, string Output, bool IsHeldOut)
{
    /// <summary>Whether it asks for something to know, and not about a text.</summary>
    public bool IsFact => Input.Length == 0;
}

/// <summary>Makes instructions about texts.</summary>
internal static class TextTasks
{
    public static readonly Func<Dice, InstructionTask>[] All = [Adverb, Relative, Past, More];

    private static readonly string[] Places = ["at home", "at school", "in the garden", "in the park", "in the street", "in the kitchen"];

    private static readonly CorpusVerb[] Verbs =
    [
        .. "walk run work sing read write play smile laugh wait sit sleep dance eat drink listen think learn draw paint stand talk"
            .Split(' ').Select(VerbWords.Of),
    ];

    private static readonly (string He, string She)[] Relatives =
        [("father", "mother"), ("brother", "sister"), ("uncle", "aunt"), ("son", "daughter")];

    private static readonly string[] Things = ["apples", "books", "eggs", "coins", "strawberries"];

    /// <summary>"Mike is quick." How does Mike move? "He moves quickly." Held out are the pairs that the training text holds out.</summary>
    private static InstructionTask Adverb(Dice dice)
    {
        CorpusName person = dice.Of(NameWords.Known);
        CorpusAdjective adjective = dice.Of(AdjectiveWords.All);
        string third = adjective.Verbs[dice.Below(adjective.Verbs.Count)];
        CorpusVerb verb = VerbWords.All.First(entry => entry.Third == third);
        return new InstructionTask(
            "adverb", $"How does {person.Name} {verb.Base}?", $"{person.Name} is {adjective.Adjective}.",
            $"{person.Pronoun} {third} {adjective.Adverb}.",
            HeldOut.Holds(person, adjective));
    }

    /// <summary>
    /// "Anna is the mother of Tom." Who is the mother of Tom? "Anna." Who has a mother? "Tom." What is Anna? "She is the mother of Tom."
    /// </summary>
    private static InstructionTask Relative(Dice dice)
    {
        (CorpusName one, CorpusName other) = NameWords.Two(NameWords.Known, dice);
        (string he, string she) = dice.Of(Relatives);
        string relative = one.Pronoun == "He" ? he : she;
        (string instruction, string output) = dice.Below(3) switch
        {
            0 => ($"Who is the {relative} of {other.Name}?", $"{one.Name}."),
            1 => (Articles.Fix($"Who has a {relative}?"), $"{other.Name}."),
            _ => ($"What is {one.Name}?", $"{one.Pronoun} is the {relative} of {other.Name}."),
        };
        return new InstructionTask(
            "relative", instruction, $"{one.Name} is the {relative} of {other.Name}.", output,
            HeldOutTasks.Holds(Array.IndexOf(NameWords.Known, one), Array.IndexOf(NameWords.Known, other)));
    }

    /// <summary>"Tom works in the garden." Say this about yesterday: "Tom worked in the garden."</summary>
    private static InstructionTask Past(Dice dice)
    {
        int name = dice.Below(NameWords.Known.Length), verb = dice.Below(Verbs.Length);
        string who = NameWords.Known[name].Name, where = dice.Of(Places);
        return new InstructionTask(
            "past", "Say this about yesterday.", $"{who} {Verbs[verb].Third} {where}.",
            $"{who} {Verbs[verb].Past} {where}.", HeldOutTasks.Holds(name, verb));
    }

    /// <summary>"Anna has 7 apples. Tom has 3 apples." Who has more apples? "Anna." Does Tom have more apples than Anna? "No."</summary>
    private static InstructionTask More(Dice dice)
    {
        (CorpusName one, CorpusName other) = NameWords.Two(NameWords.Known, dice);
        int ones = dice.Between(2, 20), others = (ones - 2 + dice.Between(1, 18)) % 19 + 2; // from 2 to 20, never the same
        string things = dice.Of(Things);
        bool asksWho = dice.Chance(0.5);
        string more = ones > others ? one.Name : other.Name;
        return new InstructionTask(
            "more",
            asksWho ? $"Who has more {things}?" : $"Does {one.Name} have more {things} than {other.Name}?",
            string.Create(CultureInfo.InvariantCulture, $"{one.Name} has {ones} {things}. {other.Name} has {others} {things}."),
            asksWho ? $"{more}." : ones > others ? "Yes." : "No.",
            HeldOutTasks.Holds(ones, others));
    }
}
