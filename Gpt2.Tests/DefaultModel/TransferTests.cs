// Transfer: a model that has learned one kind of text learns another kind in fewer steps than one that has learned nothing.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.PostTraining.Data.Workshop;
using Gpt2.Core.Training;
using Gpt2.Kernels;

namespace Gpt2.Tests.DefaultModel;

public sealed class TransferTests(DefaultModelFixture model) : IClassFixture<DefaultModelFixture>
{
    private const int Steps = 12;

    [Fact]
    public void Training_OnANewKindOfText_NeedsFewerStepsThanFromScratch()
    {
        // Questions and answers do not occur in the text that the default model has learned.
        string text = string.Concat(InstructionCorpus.Examples(seed: 1, heldOut: false).Take(1500)
            .Select(example => $"Question: {example.Asked("prompt")}\nAnswer: {example.Answers[0]}\n"));
        TrainingData data = TrainingData.FromText(text, model.Tokenizer, context: 32);
        var fresh = new Gpt2Weights(model.Model.Config);
        WeightInitialisation.Fill(fresh, seed: 1);

        double[] transferred = Losses(model.Model.Weights.Copy(), data), fromScratch = Losses(fresh, data);

        transferred[0].Should().BeLessThan(fromScratch[0], "it knows the words");
        transferred.Count(loss => loss > fromScratch[^1]).Should().BeLessThan(Steps / 4, "the last loss from scratch is reached early");
    }

    private static double[] Losses(Gpt2Weights weights, TrainingData data)
    {
        var settings = new TrainingSettings { Steps = Steps, BatchSize = 8, Context = 32, Warmup = 0, LearningRate = 1e-3f };
        var trainer = new Trainer(new Gpt2Model(weights, KernelSet.Create(KernelRung.Tuned)), settings, data);
        return [.. Enumerable.Range(0, Steps).Select(_ => trainer.RunStep().Loss)];
    }
}
