// Supervised fine-tuning: steps on batches of examples of good answers.

using Gpt2.Core.PostTraining.Data;

namespace Gpt2.Core.PostTraining;

/// <summary>Trains a model to answer as examples do; of preferences, as the chosen answers do.</summary>
internal sealed class SupervisedTuning(TuningParts parts, ExampleSplit examples) : ExampleTuning(parts, examples)
{
    protected override IReadOnlyList<TokenSequence> SequencesOf(PreparedExample example) => [example.Sequences[0]];

    protected override int CountOf(PreparedExample example) => example.Sequences[0].Counted;

    protected override double Add(TokenSequence[] sequences, int counted, ulong seed) =>
        Passes.Add(sequences, together: 1, (_, logs) => SupervisedLoss.Of(logs, counted), seed, Gradients);

    protected override double SummedLoss(TokenSequence[] sequences) => SupervisedLoss.Of(Passes.Evaluate(sequences), counted: 1).Loss;
}
