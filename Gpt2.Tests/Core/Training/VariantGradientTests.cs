// Gradients of models with other settings than GPT-2's against those that PyTorch computed in float64.

using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Training;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Training;

public class VariantGradientTests
{
    public static TheoryData<string, KernelRung> VariantsAndRungs() =>
        TestModels.WithRungs(VariantModel.Names.Where(name => VariantModel.Read(name).HasGradients));

    [Theory]
    [MemberData(nameof(VariantsAndRungs))]
    public void Backward_OfABatch_GivesPyTorchsGradients(string name, KernelRung rung)
    {
        var variant = VariantModel.Read(name);
        var model = new Gpt2Model(variant.Weights, KernelSet.Create(rung));
        var gradients = new Gpt2Gradients(model.Config);

        double loss = new BatchGradients(model.Config, variant.Sequences, dropout: 0)
            .Add(model, variant.Ids, variant.Targets, variant.Targets.Length, gradients) / variant.Targets.Length;

        loss.Should().BeApproximately(variant.Loss, 1e-5);
        foreach (Matrix gradient in gradients.Weights.Matrices())
        {
            Close.Assert(gradient.Span, variant.GradientOf(gradient.Name), 1e-4, 2e-6, $"{name} {rung} {gradient.Name}");
        }
    }
}
