// Origins and formulas of models with other settings than GPT-2's: what is said is what was computed.

using Gpt2.Core.Explaining;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Explaining;

public class VariantOriginTests
{
    private const double Tolerance = 1e-5;

    public static TheoryData<string> Variants => [.. VariantModel.Names];

    [Theory]
    [MemberData(nameof(Variants))]
    public void OriginOf_EveryCell_GivesTheCellFromItsTerms(string name)
    {
        PassExplanation pass = Explained(name);
        foreach (MatrixDescription matrix in pass.Descriptions)
        {
            Matrix numbers = pass.NumbersOf(matrix.Name);
            for (int row = 0; row < numbers.Rows; row++)
            {
                for (int column = 0; column < numbers.Columns; column++)
                {
                    CellOrigin origin = pass.OriginOf(matrix.Name, row, column);
                    double off = Math.Abs(origin.Recomputed - origin.Cell.Value);
                    (off <= Tolerance * origin.Magnitude || origin.Operation == CellOperation.Mask)
                        .Should().BeTrue("{0} {1} is recomputed as {2}", name, origin, origin.Recomputed);
                }
            }
        }
    }

    [Theory]
    [InlineData("as-gpt2", "h1.step2", "(step 1 − mean) / √(variance + 0.00001), mean and variance of the row")]
    [InlineData("epsilon-1e-3", "h1.step11", "(step 10 − mean) / √(variance + 0.001), mean and variance of the row")]
    [InlineData("epsilon-1e-12", "last_layernorm", "(last_hidden_state − mean) / √(variance + 1E−12), mean and variance of the row")]
    [InlineData("as-gpt2", "h1.step6", "queries · keysᵀ / √(head size) for each head; −10¹⁰ for later tokens")]
    [InlineData("unscaled", "h1.step6", "queries · keysᵀ for each head; −10¹⁰ for later tokens")]
    [InlineData("by-layer", "h1.step6", "queries · keysᵀ / (√(head size) · 2) for each head; −10¹⁰ for later tokens")]
    [InlineData("by-layer-unscaled", "h1.step6", "queries · keysᵀ / 2 for each head; −10¹⁰ for later tokens")]
    [InlineData("as-gpt2", "h0.step14", "0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))), x of step 13")]
    [InlineData("gelu", "h0.step14", "0.5 x (1 + erf(x / √2)), x of step 13")]
    [InlineData("quick-gelu", "h0.step14", "x / (1 + e^(−1.702 x)), x of step 13")]
    [InlineData("relu", "h0.step14", "max(x, 0), x of step 13")]
    [InlineData("silu", "h0.step14", "x / (1 + e^(−x)), x of step 13")]
    [InlineData("tanh", "h0.step14", "tanh(x), x of step 13")]
    public void Formula_OfAVariant_IsItsOwn(string name, string matrix, string formula) =>
        Explained(name).Describe(matrix).Formula.Should().Be(formula);

    [Fact]
    public void InNumbers_OfAVariant_HasItsDivisorEpsilonAndFunction()
    {
        PassExplanation pass = Explained("all"); // gelu, ε = 1e-6, scores divided by block + 1 alone

        pass.OriginOf("h1.step2", 0, 0).InNumbers.Should().EndWith(" + 0.000001)");
        pass.OriginOf("h0.step6", 1, 0).Figures.Should().Equal(new OriginFigure("1", 1));
        pass.OriginOf("h1.step6", 1, 0).Figures.Should().Equal(new OriginFigure("2", 2));
        pass.OriginOf("h1.step6", 1, 0).InNumbers.Should().EndWith(" / 2");
        pass.OriginOf("h1.step14", 0, 0).InNumbers.Should().StartWith("0.5 × ").And.Contain("erf(").And.EndWith(" / √2))");
        Explained("unscaled").OriginOf("h1.step6", 1, 0).Figures.Should().BeEmpty();
        Explained("tanh").OriginOf("h1.step14", 0, 0).Figures.Should().BeEmpty();
        Explained("relu").OriginOf("h1.step14", 0, 0).Figures[0].Value.Should().BeOneOf(0, 1);
        Explained("n-inner-5").Describe("h0.step13").Words.Should().StartWith("Asks as many questions as there are hidden units");
    }

    private static PassExplanation Explained(string name)
    {
        var variant = VariantModel.Read(name);
        int[] ids = variant.Ids[..(variant.Ids.Length / variant.Sequences)];
        return PassExplanation.Run(new Gpt2Model(variant.Weights, KernelSet.Create(KernelRung.Vector)), ids, HeadRows.All);
    }
}
