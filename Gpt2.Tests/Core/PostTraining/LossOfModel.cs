// A loss as a function of a model, for tests that change weights and look at the loss or ask for gradients.

using Gpt2.Core.Model;
using Gpt2.Core.PostTraining;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining;

/// <summary>A loss on random sequences of different lengths.</summary>
internal abstract class LossOfModel
{
    /// <summary>Makes one: sft, dpo, grpo or reward.</summary>
    public static LossOfModel Create(string name, Gpt2Config config, ulong seed) =>
        name == "reward" ? new OfRewards(config, seed) : new OfTokens(name, config, seed);

    /// <summary>The loss; if gradients are given, they are added to.</summary>
    public abstract double Run(Gpt2Model model, MatrixGradients? gradients);

    private sealed class OfTokens(string name, Gpt2Config config, ulong seed) : LossOfModel
    {
        private readonly TokenPass pass = new(config);
        private readonly PaddedBatch batch = PaddedBatch.OfTargets([.. new[] { (1, 3), (2, 4), (3, 1), (1, 1) }.Select(
            (lengths, i) => TokenSequence.Of(
                TestModels.Ids(config, lengths.Item1, seed + (ulong)i), TestModels.Ids(config, lengths.Item2, seed + (ulong)i + 20)))]);

        public override double Run(Gpt2Model model, MatrixGradients? gradients)
        {
            double[][] logs = pass.Forward(model, batch);
            (double loss, double[][] gradient) = Of(logs);
            if (gradients is not null)
            {
                pass.Backward(gradient, gradients);
            }

            return loss;
        }

        private (double Loss, double[][] Gradient) Of(double[][] logs)
        {
            double[][] other = [.. logs.Select((tokens, i) => tokens.Select((_, token) => -3 - (0.1 * ((i + token) % 3))).ToArray())];
            if (name == "dpo")
            {
                PreferenceResult preference = new PreferenceLoss(0.5).Of(logs, [.. other.Select(tokens => tokens.Sum())], pairs: 2);
                return (preference.Loss, preference.Gradient);
            }

            if (name == "grpo")
            {
                // Far from a clip, where the loss has a corner.
                GroupResult group = new GroupLoss(Clip: 1e6, KlCoefficient: 0.1).Of(logs, other, other, [0.02, -0.01, 0.01, 0], completions: 4);
                return (group.Loss, group.Gradient);
            }

            TokenLoss supervised = SupervisedLoss.Of(logs, batch.Targets.Length);
            return (supervised.Loss, supervised.Gradient);
        }
    }

    private sealed class OfRewards(Gpt2Config config, ulong seed) : LossOfModel
    {
        private readonly RewardPass pass = new(config, RewardHead.Create(config.Channels, seed));
        private readonly PaddedBatch batch = PaddedBatch.OfLastRows(
            [.. new[] { 3, 7, 1, 2 }.Select((tokens, i) => TestModels.Ids(config, tokens, seed + (ulong)i))]);

        public override double Run(Gpt2Model model, MatrixGradients? gradients)
        {
            (double loss, double[] gradient) = RewardLoss.Of(pass.Forward(model, batch), pairs: 2);
            if (gradients is not null)
            {
                pass.Backward(gradient, gradients);
            }

            return loss;
        }
    }
}
