// Instructions that the default model can learn to follow, made by rules. What is held out shows whether it learned the rules or the
// sentences.

using Gpt2.Core.Training.Corpus;

namespace Gpt2.Core.PostTraining.Data.Workshop;

/// <summary>Makes examples with instruction, input and output. The same seed gives the same ones everywhere.</summary>
internal static class InstructionCorpus
{
    private const int MaxTries = 1000;

    /// <summary>Number of families of instructions: those of facts, and those about texts.</summary>
    private static readonly int FactFamilies = Fact.All.Select(fact => fact.Family).Distinct().Count();

    /// <summary>Examples, all different, until hardly any are left.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="heldOut">Whether they are those that are held out of training, or all others.</param>
    public static IEnumerable<Example> Examples(ulong seed, bool heldOut) =>
        Tasks(seed, heldOut).Select(task => Example.Instruction(task.Instruction, task.Input, task.Output));

    /// <summary>The examples with their families.</summary>
    public static IEnumerable<InstructionTask> Tasks(ulong seed, bool heldOut)
    {
        var dice = new Dice(seed);
        HashSet<(string, string)> told = [];
        for (int tries = 0; tries < MaxTries; tries++)
        {
            InstructionTask task = Some(dice, heldOut);
            if (task.IsHeldOut == heldOut && told.Add((task.Instruction, task.Input)))
            {
                tries = 0;
                yield return task;
            }
        }
    }

    private static InstructionTask Some(Dice dice, bool heldOut)
    {
        int family = dice.Below(FactFamilies + TextTasks.All.Length);
        if (family >= FactFamilies)
        {
            return TextTasks.All[family - FactFamilies](dice);
        }

        Fact fact = Fact.Some(dice, heldOut);
        return new InstructionTask(fact.Family, dice.Of(fact.Questions), "", $"{fact.Answer}.", fact.IsHeldOut);
    }
}
