// Instructions that the default model can learn to follow, made by rules. What is held out shows whether it learned the rules or the
// sentences.

using Gpt2.Core.Training.Corpus;

namespace Gpt2.Core.PostTraining.Data.Workshop;

/// <summary>Makes examples with instruction, input and output. The same seed gives the same ones everywhere.</summary>
internal static class InstructionCorpus
{
    private const int MaxTries = 1000;

    /// <summary>How often a fact is asked; the other instructions are about a text that is given with them.</summary>
    private const double FactShare = 0.25;

    /// <summary>
    /// There are only a few hundred questions about facts and far more texts. In training each question may come so often, or
    /// facts would hardly be learned.
    /// </summary>
    private const int MostOfAFact = 16;

    /// <summary>
    /// Examples until hardly any are left. Those that are held out are all different; in training, questions about facts come again.
    /// </summary>
    /// <param name="seed">The seed.</param>
    /// <param name="heldOut">Whether they are those that are held out of training, or all others.</param>
    public static IEnumerable<Example> Examples(ulong seed, bool heldOut) =>
        Tasks(seed, heldOut).Select(task => Example.Instruction(task.Instruction, task.Input, task.Output));

    /// <summary>The examples with their families.</summary>
    public static IEnumerable<InstructionTask> Tasks(ulong seed, bool heldOut)
    {
        var dice = new Dice(seed);
        Dictionary<(string, string), int> times = [];
        for (int tries = 0; tries < MaxTries; tries++)
        {
            InstructionTask task = dice.Chance(FactShare) ? OfFact(Fact.Some(dice, heldOut), dice) : dice.Of(TextTasks.All)(dice);
            int most = !heldOut && task.IsFact ? MostOfAFact : 1, before = times.GetValueOrDefault((task.Instruction, task.Input));
            if (task.IsHeldOut == heldOut && before < most)
            {
                tries = 0;
                times[(task.Instruction, task.Input)] = before + 1;
                yield return task;
            }
        }
    }

    private static InstructionTask OfFact(Fact fact, Dice dice) =>
        new(fact.Family, dice.Of(fact.Questions), "", $"{fact.Answer}.", fact.IsHeldOut);
}
