// Models of other sizes and kinds, of which the workbook knows the settings alone, and their workbooks as LibreOffice computes them. It is started
// once for all of them, when the first one is asked for.

using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli.Workbook;

public sealed class RecalculatedModels : IDisposable
{
    private static readonly Dictionary<string, Gpt2Config> Configs = new()
    {
        ["one channel, one head, one block, one token"] = new(3, 1, 1, 1, 1),
        ["odd sizes, untied head, no bias of qkv"] = new(7, 9, 15, 3, 2) { TiedHead = false, QkvBias = false },
        ["GELU by erf, narrow feed-forward layer"] = new(11, 6, 8, 2, 2) { Activation = ActivationFunction.GeluErf, Hidden = 5 },
        ["scores divided by the number of the block"] = new(11, 6, 8, 2, 3) { ScaleAttentionByInverseLayer = true, LayerNormEpsilon = 1e-3f },
        ["scores not divided, ReLU"] = new(11, 6, 8, 4, 2) { ScaleAttention = false, Activation = ActivationFunction.Relu },
        ["SiLU, a small \u03B5"] = new(11, 6, 8, 8, 1) { Activation = ActivationFunction.Silu, LayerNormEpsilon = 1e-12f },
        ["quick GELU"] = new(11, 6, 8, 2, 1) { Activation = ActivationFunction.QuickGelu },
        ["tanh"] = new(11, 6, 8, 1, 1) { Activation = ActivationFunction.Tanh, Hidden = 1 },
    };

    private readonly List<IDisposable> opened = [];
    private readonly Lazy<Task<Dictionary<string, RecalculatedModel>>> models;

    public RecalculatedModels() => models = new(RecalculateAsync);

    public static TheoryData<string> Names() => [.. Configs.Keys];

    internal async Task<RecalculatedModel> OfAsync(string name) => (await models.Value)[name];

    public void Dispose() => opened.ForEach(one => one.Dispose());

    private async Task<Dictionary<string, RecalculatedModel>> RecalculateAsync()
    {
        var written = new List<(string Name, RecalculatedModel Model)>();
        var paths = new List<string>();
        foreach ((string name, Gpt2Config config) in Configs)
        {
            var model = LanguageModel.Of(TestModels.Random(config, seed: 5), null, "random", new LoadOptions { KeepMatrices = true });
            opened.Add(model);
            var workbook = new WorkbookCase(model, config.Context);
            opened.Add(workbook);
            int[] longest = TestModels.Ids(config, config.Context, seed: 1), shorter = TestModels.Ids(config, (config.Context + 1) / 2, seed: 2);
            string path = workbook.Write(longest);
            paths.AddRange(path, workbook.Typed(path, [.. shorter.Cast<object>()]));
            written.Add((name, new RecalculatedModel(model, workbook, longest, shorter)));
        }

        WorkbookCells[] cells = await written[0].Model.Workbook.RecalculateAsync([.. paths]);
        return written.Index().ToDictionary(
            one => one.Item.Name,
            one => one.Item.Model with { ForLongest = cells[2 * one.Index], ForShorter = cells[(2 * one.Index) + 1] });
    }
}

/// <summary>A model with its workbook, computed for the prompt in the file and for another one that is typed.</summary>
internal sealed record RecalculatedModel(LanguageModel Model, WorkbookCase Workbook, int[] Longest, int[] Shorter)
{
    public WorkbookCells ForLongest { get; init; } = null!;

    public WorkbookCells ForShorter { get; init; } = null!;
}
