// Small models of many sizes for the tests of the laboratory, and bits of traces to compare.

using FsCheck;
using FsCheck.Fluent;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Tracing;
using Gpt2.Kernels;
using Gpt2.Tests.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Laboratory;

internal static class LaboratoryModels
{
    /// <summary>Sizes with one or more heads and blocks, the head tied or not, with and without attention bias, and a prompt's length.</summary>
    public static readonly Gen<(Gpt2Config Config, int Tokens)> Sizes =
        from vocabulary in Gen.Choose(5, 40)
        from heads in Gen.Choose(1, 3)
        from headSize in Gen.Choose(1, 5)
        from layers in Gen.Choose(1, 3)
        from tied in Gen.Elements(true, false)
        from bias in Gen.Elements(true, false)
        from tokens in Gen.Choose(1, 9)
        select (new Gpt2Config(vocabulary, 9, heads * headSize, heads, layers) { TiedHead = tied, QkvBias = bias }, tokens);

    public static Gpt2Model Model(Gpt2Config config, ulong seed = 1) => Model(TestModels.Random(config, seed));

    public static Gpt2Model Model(Gpt2Weights weights) => new(weights, KernelSet.Create(KernelRung.Tuned, threads: 1));

    public static ForwardTrace Trace(Gpt2Model model, int tokens) =>
        ForwardTrace.Run(model, TestModels.Ids(model.Config, tokens, 2), HeadRows.All);

    /// <summary>The bits of every matrix, by its name.</summary>
    public static Dictionary<string, int[]> Bits(ForwardTrace trace) =>
        trace.Entries.ToDictionary(entry => entry.File, entry => KernelData.Bits(entry.Matrix.Span));
}
