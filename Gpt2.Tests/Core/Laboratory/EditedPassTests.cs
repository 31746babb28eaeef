// Passes with edits: against models whose weights were changed by hand, against each other, and that nothing is changed which the edits
// do not concern.

using Gpt2.Core;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Tracing;
using Gpt2.Tests.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Laboratory;

public class EditedPassTests
{
    private static readonly Gpt2Config Config = new(23, 9, 12, 3, 3);

    private readonly Gpt2Model model = LaboratoryModels.Model(Config);
    private readonly ForwardTrace trace;

    public EditedPassTests() => trace = LaboratoryModels.Trace(model, 7);

    [Fact]
    public void Run_EveryWeightMatrix_EqualsAModelWithThatWeight() => SeededProperty.Holds(
        LaboratoryModels.Sizes,
        sizes =>
        {
            Gpt2Weights weights = TestModels.Random(sizes.Config, 1);
            Gpt2Model given = LaboratoryModels.Model(weights);
            ForwardTrace before = LaboratoryModels.Trace(given, sizes.Tokens);
            foreach (Matrix weight in weights.Matrices())
            {
                int row = (weight.Rows - 1) / 2, column = weight.Columns - 1;
                Gpt2Weights changed = weights.Copy();
                changed.Matrices().Single(matrix => matrix.Name == weight.Name)[row, column] = 3;
                float was = weight[row, column];

                EditedPass pass = EditedPass.Run(given, before, [new SetCell("model_" + weight.Name.Replace('/', '_'), row, column, 3)]);

                LaboratoryModels.Bits(pass.Trace).Should().BeEquivalentTo(
                    LaboratoryModels.Bits(LaboratoryModels.Trace(LaboratoryModels.Model(changed), sizes.Tokens)), weight.Name);
                weight[row, column].Should().Be(was, "the model keeps its weights");
            }
        },
        count: 5);

    [Fact]
    public void Run_SilencedHead_IsAHeadWhoseRowsOfTheProjectionAreZero()
    {
        EditedPass pass = EditedPass.Run(model, trace, [new SilenceHead(1, 2)]);

        AssertSameOutput(pass, weights =>
        {
            for (int row = 8; row < 12; row++)
            {
                weights.Blocks[1].AttentionProjection.Weight.Row(row).Clear();
            }
        });
        pass.Trace.Activations.Block(1).AttendedValues.Row(3)[8..].ToArray().Should().OnlyContain(number => number == 0);
    }

    [Fact]
    public void Run_SilencedNeuron_IsANeuronWhoseRowOfTheProjectionIsZero() =>
        AssertSameOutput(
            EditedPass.Run(model, trace, [new SilenceNeuron(2, 30)]), weights => weights.Blocks[2].MlpProjection.Weight.Row(30).Clear());

    [Fact]
    public void Run_SilencedPositions_IsAModelWithoutThem()
    {
        AssertSameOutput(EditedPass.Run(model, trace, [new SilencePosition(3)]), weights => weights.PositionEmbedding.Row(3).Clear());
        AssertSameOutput(EditedPass.Run(model, trace, [new SilencePosition()]), weights => weights.PositionEmbedding.Span.Clear());
    }

    [Fact]
    public void Run_SwappedTokenEmbeddings_IsThePromptWithSwappedTokens()
    {
        int[] ids = [.. trace.Ids];
        (ids[1], ids[5]) = (ids[5], ids[1]);
        ForwardTrace swapped = ForwardTrace.Run(model, ids, HeadRows.All);

        EditedPass pass = EditedPass.Run(model, trace, [new SwapRows("token_embeddings", 1, 5)]);

        LaboratoryModels.Bits(pass.Trace).Should().BeEquivalentTo(LaboratoryModels.Bits(swapped));
        pass.FirstBlock.Should().BeNull();
    }

    [Fact]
    public void Run_EveryMatrixOfThePass_IsReadWithTheEdit()
    {
        // What is written into a matrix is there after the pass, and everything that is computed from it differs.
        string[] parts = ["h1.step5.queries", "h1.step5.keys", "h1.step5.values"];
        string[] names = ["token_embeddings", "position_embeddings", .. parts,
            .. Enumerable.Range(1, 16).Where(step => step != 5).Select(step => $"h1.step{step}")];
        Dictionary<string, int[]> before = LaboratoryModels.Bits(trace);
        foreach (string name in names)
        {
            EditedPass pass = EditedPass.Run(model, trace, [new FillRow(name, 4, 0.25f), new ScaleRow(name, 4, 2), new SetCell(name, 4, 0, 7)]);

            TraceEntry edited = pass.Trace.Entries.Single(entry => FileOf(name) == entry.File);
            edited.Matrix[4, 0].Should().Be(7, name);
            edited.Matrix[4, 1].Should().Be(0.5f, name);
            KernelData.Bits(pass.Trace.Activations.Logits.Row(6)).Should().NotEqual(KernelData.Bits(trace.Activations.Logits.Row(6)), name);
            KernelData.Bits(pass.Trace.Activations.Logits.Row(3)).Should().Equal(
                KernelData.Bits(trace.Activations.Logits.Row(3)), "{0}: no token sees a later one", name);
            pass.FirstBlock.Should().Be(name.StartsWith('h') ? 1 : null, name);
        }

        LaboratoryModels.Bits(trace).Should().BeEquivalentTo(before, "the trace keeps its numbers");
    }

    [Fact]
    public void Run_EditOfABlock_TakesTheBlocksBeforeItFromTheTrace()
    {
        EditedPass pass = EditedPass.Run(model, trace, [new SilenceHead(2, 0), new ScaleRow("model_h1_ln_1_g", 0, 0.5f)]);

        pass.FirstBlock.Should().Be(1);
        pass.Trace.Activations.Block(0).Should().BeSameAs(trace.Activations.Block(0));
        pass.Trace.Activations.Block(1).Should().NotBeSameAs(trace.Activations.Block(1));
        pass.Model.Weights.Blocks[1].AttentionQkv.Weight.Should().BeSameAs(model.Weights.Blocks[1].AttentionQkv.Weight);
    }

    [Fact]
    public void Run_EditOfTheHead_ComputesTheHeadOnly()
    {
        EditedPass pass = EditedPass.Run(model, trace, [new ScaleRow("model_ln_f_g", 0, 0.5f)]);

        pass.FirstBlock.Should().Be(3);
        pass.Trace.Activations.Block(2).Should().BeSameAs(trace.Activations.Block(2));
        KernelData.Bits(pass.Trace.Activations.Logits.Span).Should().NotEqual(KernelData.Bits(trace.Activations.Logits.Span));
    }

    [Fact]
    public void Run_NoEdits_IsTheSamePass() =>
        LaboratoryModels.Bits(EditedPass.Run(model, trace, []).Trace).Should().BeEquivalentTo(LaboratoryModels.Bits(trace));

    [Fact]
    public void Run_LastRowOnly_KeepsToIt()
    {
        ForwardTrace last = ForwardTrace.Run(model, [.. trace.Ids], HeadRows.Last);

        EditedPass pass = EditedPass.Run(model, last, [new SilenceHead(0, 0)]);

        pass.Trace.Activations.Logits.Rows.Should().Be(1);
        KernelData.Bits(pass.Trace.Activations.Logits.Span).Should().Equal(
            KernelData.Bits(EditedPass.Run(model, trace, [new SilenceHead(0, 0)]).Trace.Activations.Logits.Row(6)));
    }

    public static TheoryData<PassEdit, string> Impossible => new()
    {
        {
            new SetCell("h3.step1", 0, 0, 1),
            "h3.step1: no matrix that can be changed, expected a weight such as model_wte, an embedding, or a step from h0.step1 to h2.step16"
        },
        { new SetCell("logits", 0, 0, 1), "logits: no matrix*" },
        { new SetCell("h0.step1", 7, 0, 1), "h0.step1: there is no row 7, expected 0 to 6" },
        { new SetCell("h0.step1", 0, 12, 1), "h0.step1: there is no column 12, expected 0 to 11" },
        { new SetCell("h0.step1", 0, 0, float.NaN), "h0.step1: the number is NaN, expected a finite one" },
        { new FillRow("model_wte", -1, 1), "model_wte: there is no row -1, expected 0 to 22" },
        { new ScaleRow("h0.step1", 0, float.PositiveInfinity), "h0.step1: the number is*" },
        { new SwapRows("h0.step1", 0, 9), "h0.step1: there is no row 9, expected 0 to 6" },
        { new SilenceHead(0, 3), "h0.step8: there is no head 3, expected 0 to 2" },
        { new SilenceHead(3, 0), "h3.step8: no matrix*" },
        { new SilenceNeuron(0, 48), "h0.step14: there is no neuron 48, expected 0 to 47" },
        { new SilencePosition(9), "model_wpe: there is no position 9, expected 0 to 8" },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void Run_ImpossibleEdit_SaysWhatIsPossible(PassEdit edit, string message) => FluentActions
        .Invoking(() => EditedPass.Run(model, trace, [edit])).Should().Throw<Gpt2Exception>().WithMessage(message);

    private static string FileOf(string name) => name
        .Replace(".step5.", "_step_5_", StringComparison.Ordinal).Replace(".step", "_step_", StringComparison.Ordinal);

    private void AssertSameOutput(EditedPass pass, Action<Gpt2Weights> change)
    {
        Gpt2Weights changed = TestModels.Random(Config, 1);
        change(changed);
        ForwardTrace expected = LaboratoryModels.Trace(LaboratoryModels.Model(changed), 7);
        KernelData.Bits(pass.Trace.Activations.Probabilities.Span).Should().Equal(KernelData.Bits(expected.Activations.Probabilities.Span));
        KernelData.Bits(pass.Trace.Activations.Probabilities.Span).Should().NotEqual(KernelData.Bits(trace.Activations.Probabilities.Span));
    }
}
