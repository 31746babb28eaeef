// LoRA against reference values from elsewhere, in every rung: loss, gradients, merged weights, logits with and without it.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.PostTraining;
using Gpt2.Core.Weights;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining;

public class GoldenAdapterTests
{
    [SharedTheory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void Adapter_OfTheGoldenMaps_EqualsLossAndGradients(KernelRung rung)
    {
        var golden = new GoldenValues("lora");
        Gpt2Model model = TestModels.Reference("tiny", rung);
        Adapter adapter = Read(golden, model.Config);
        var gradients = new MatrixGradients(adapter.Matrices());
        var pass = new TokenPass(model.Config);
        var batch = PaddedBatch.OfTargets([SequenceOf(golden)]);

        TokenLoss loss = SupervisedLoss.Of(pass.Forward(adapter.ApplyTo(model), batch), batch.Targets.Length);
        pass.Backward(loss.Gradient, gradients);

        loss.Loss.Should().BeApproximately(golden.Loss, 1e-4 * golden.Loss);
        gradients.Gradients.Should().HaveCount(12);
        foreach (Matrix gradient in gradients.Gradients)
        {
            Matrix expected = golden.Read(CsvLayout.FileOf(gradient.Name + "_grad"), gradient.Rows, gradient.Columns);
            Close.Assert(gradient.Span, expected.Span, 1e-4, 1e-6, $"{rung} {gradient.Name}");
        }
    }

    [SharedTheory]
    [MemberData(nameof(TestModels.Rungs), MemberType = typeof(TestModels))]
    public void Adapter_AppliedMergedAndAbsent_GivesTheGoldenLogits(KernelRung rung)
    {
        var golden = new GoldenValues("lora");
        Gpt2Model model = TestModels.Reference("tiny", rung);
        Adapter adapter = Read(golden, model.Config);
        Gpt2Weights merged = adapter.MergeInto(model.Weights, model.Kernels);

        foreach (BlockMap map in BlockMap.All)
        {
            for (int block = 0; block < model.Config.Layers; block++)
            {
                Matrix weight = map.Weight(merged.Blocks[block]);
                Matrix expected = adapter.Updates().Any(update => update.Block == block && update.Map == map)
                    ? golden.Read(CsvLayout.FileOf(map.NameIn(block) + "_merged_w"), weight.Rows, weight.Columns)
                    : map.Weight(model.Weights.Blocks[block]);
                Close.Assert(weight.Span, expected.Span, 1e-6, 1e-6, $"{rung} {weight.Name}");
            }
        }

        int[] ids = GoldenValues.Ids(golden.Root.GetProperty("ids"));
        foreach ((Gpt2Model which, string name) in new[]
        {
            (adapter.ApplyTo(model), "last_logits"), (new Gpt2Model(merged, model.Kernels), "last_logits"), (model, "last_logits_without_adapter"),
        })
        {
            var a = new ForwardActivations(model.Config);
            which.Forward(ids, cache: null, a);
            float[] expected = Array.ConvertAll(GoldenValues.Doubles(golden.Root.GetProperty(name)), value => (float)value);
            Close.Assert(a.Logits.Span, expected, what: $"{rung} {name}");
        }
    }

    private static TokenSequence SequenceOf(GoldenValues golden) =>
        new(GoldenValues.Ids(golden.Root.GetProperty("ids")), GoldenValues.Ids(golden.Root.GetProperty("targets")));

    /// <summary>The adapter of the reference values.</summary>
    internal static Adapter Read(GoldenValues golden, Gpt2Config config)
    {
        var settings = new LoraSettings { Rank = golden.Root.GetProperty("rank").GetInt32(), Alpha = golden.Root.GetProperty("alpha").GetSingle() };
        var adapter = new Adapter(settings, trainedOn: null);
        string[] maps = [.. golden.Root.GetProperty("targets_of_adapters").EnumerateArray().Select(map => map.GetString()!)];
        for (int block = 0; block < config.Layers; block++)
        {
            foreach (BlockMap map in BlockMap.All.Where(map => maps.Contains(Path.GetFileNameWithoutExtension(CsvLayout.FileOf(map.NameIn(block))))))
            {
                LowRankUpdate update = adapter.Add(block, map, map.Inputs(config), map.Outputs(config));
                golden.Read(CsvLayout.FileOf(update.A.Name), update.A.Rows, update.A.Columns).Span.CopyTo(update.A.Span);
                golden.Read(CsvLayout.FileOf(update.B.Name), update.B.Rows, update.B.Columns).Span.CopyTo(update.B.Span);
            }
        }

        adapter.Updates().Should().HaveCount(maps.Length);
        return adapter;
    }
}
