// Every loss with the gradients of all weights against reference values from elsewhere, in every rung.

using System.Text.Json;
using Gpt2.Core.Model;
using Gpt2.Core.PostTraining;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining;

public class GoldenLossTests
{
    [SharedTheory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void SupervisedLoss_OfTheGoldenBatch_EqualsLossAndGradients(KernelRung rung)
    {
        var golden = new GoldenValues("sft");
        Gpt2Model model = TestModels.Reference("tiny", rung);
        MatrixGradients gradients = new(model.Weights.Matrices());
        var pass = new TokenPass(model.Config);
        PaddedBatch batch = PaddedBatch.OfTargets([.. golden.Root.GetProperty("batch").EnumerateArray().Select(sequence =>
            new TokenSequence(GoldenValues.Ids(sequence.GetProperty("ids")), GoldenValues.Ids(sequence.GetProperty("targets"))))]);

        TokenLoss loss = SupervisedLoss.Of(pass.Forward(model, batch), batch.Targets.Length);
        pass.Backward(loss.Gradient, gradients);

        loss.Loss.Should().BeApproximately(golden.Loss, 1e-4 * golden.Loss);
        golden.AssertGradients(gradients, rung.ToString());
    }

    [SharedTheory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void RewardLoss_OfTheGoldenPairs_EqualsRewardsLossAndGradients(KernelRung rung)
    {
        var golden = new GoldenValues("reward");
        Gpt2Model model = TestModels.Reference("tiny", rung);
        var head = new RewardHead(golden.Read("reward_w.csv", 1, model.Config.Channels));
        MatrixGradients gradients = new(model.Weights.Matrices()), ofHead = new([head.Weight]);
        var pass = new RewardPass(model.Config, head);
        JsonElement[] pairs = [.. golden.Root.GetProperty("pairs").EnumerateArray()];
        PaddedBatch batch = PaddedBatch.OfLastRows(
            [.. pairs.SelectMany(pair => new[] { pair.GetProperty("chosen"), pair.GetProperty("rejected") }).Select(GoldenValues.Ids)]);

        double[] rewards = pass.Forward(model, batch);
        (double loss, double[] gradient) = RewardLoss.Of(rewards, pairs.Length);
        pass.Backward(gradient, gradients);
        pass.Backward(gradient, ofHead);

        double[] expected = [.. golden.Root.GetProperty("rewards").EnumerateArray().SelectMany(GoldenValues.Doubles)];
        GoldenValues.AssertClose(rewards, expected, "rewards");
        loss.Should().BeApproximately(golden.Loss, 1e-4 * golden.Loss);
        golden.AssertGradients(gradients, rung.ToString());
        Close.Assert(ofHead.Gradients[0].Span, golden.Read("reward_w_grad.csv", 1, model.Config.Channels).Span, 1e-4, 1e-6, "reward_w");
    }

    [SharedTheory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void PreferenceLoss_OfTheGoldenPairs_EqualsLossAndGradients(KernelRung rung)
    {
        var golden = new GoldenValues("dpo");
        Gpt2Model model = TestModels.Reference("tiny", rung);
        MatrixGradients gradients = new(model.Weights.Matrices());
        var pass = new TokenPass(model.Config);
        JsonElement[] pairs = [.. golden.Root.GetProperty("pairs").EnumerateArray()];
        PaddedBatch batch = PaddedBatch.OfTargets([.. pairs.SelectMany(pair => new[] { "chosen", "rejected" }.Select(which =>
            TokenSequence.Of(GoldenValues.Ids(pair.GetProperty("prompt")), GoldenValues.Ids(pair.GetProperty(which)))))]);

        double[][] policy = pass.Forward(model, batch);
        PreferenceResult result = new PreferenceLoss(golden.Root.GetProperty("beta").GetDouble()).Of(
            policy, SumsOf(pairs, "reference"), pairs.Length);
        pass.Backward(result.Gradient, gradients);

        GoldenValues.AssertClose([.. policy.Select(tokens => tokens.Sum())], SumsOf(pairs, "policy"), "policy");
        result.Loss.Should().BeApproximately(golden.Loss, 1e-4 * golden.Loss);
        golden.AssertGradients(gradients, rung.ToString());
    }

    [SharedTheory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void GroupLoss_OfTheGoldenGroup_EqualsEveryFigureAndGradients(KernelRung rung)
    {
        var golden = new GoldenValues("grpo");
        Gpt2Model model = TestModels.Reference("tiny", rung);
        MatrixGradients gradients = new(model.Weights.Matrices());
        var pass = new TokenPass(model.Config);
        int[] prompt = GoldenValues.Ids(golden.Root.GetProperty("prompt"));
        JsonElement[] completions = [.. golden.Root.GetProperty("completions").EnumerateArray()];
        double[][] Of(string name) => [.. completions.Select(completion => GoldenValues.Doubles(completion.GetProperty(name)))];
        PaddedBatch batch = PaddedBatch.OfTargets(
            [.. completions.Select(completion => TokenSequence.Of(prompt, GoldenValues.Ids(completion.GetProperty("completion"))))]);

        double[] advantages = GroupLoss.Advantages(GoldenValues.Doubles(golden.Root.GetProperty("rewards")));
        double[][] policy = pass.Forward(model, batch);
        GroupResult result = new GroupLoss(
            golden.Root.GetProperty("clip").GetDouble(), golden.Root.GetProperty("kl_coefficient").GetDouble())
            .Of(policy, Of("old_logprobs"), Of("reference_logprobs"), advantages, completions.Length);
        pass.Backward(result.Gradient, gradients);

        GoldenValues.AssertClose(advantages, GoldenValues.Doubles(golden.Root.GetProperty("advantages")), "advantages", 1e-8);
        for (int i = 0; i < completions.Length; i++)
        {
            GoldenValues.AssertClose(policy[i], Of("policy_logprobs")[i], $"log-probabilities of {i}");
            GoldenValues.AssertClose(result.Ratios[i], Of("ratios")[i], $"ratios of {i}");
            GoldenValues.AssertClose(result.Divergences[i], Of("kl")[i], $"divergences of {i}");
        }

        result.Loss.Should().BeApproximately(golden.Loss, 1e-4 * Math.Abs(golden.Loss));
        golden.AssertGradients(gradients, rung.ToString());
    }

    private static double[] SumsOf(JsonElement[] pairs, string model) => [.. pairs.SelectMany(pair => new[]
    {
        pair.GetProperty(model + "_chosen").GetDouble(), pair.GetProperty(model + "_rejected").GetDouble(),
    })];
}
