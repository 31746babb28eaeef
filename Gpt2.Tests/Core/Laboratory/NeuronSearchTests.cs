// The tokens at which a neuron is strongest, against a search over the traces of all windows.

using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;
using Gpt2.Core.Tracing;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Laboratory;

public class NeuronSearchTests
{
    private static readonly Gpt2Config Config = new(23, 9, 12, 3, 2);

    [Theory]
    [InlineData(1, 9)]
    [InlineData(9, 9)]
    [InlineData(10, 9)]
    [InlineData(40, 9)]
    [InlineData(40, 8)]
    [InlineData(40, 5)]
    [InlineData(40, 1)]
    public void Strongest_TextOfAnyLength_FindsTheLargestOfAllWindows(int length, int window)
    {
        Gpt2Model model = LaboratoryModels.Model(Config);
        int[] ids = TestModels.Ids(Config, length, 5);
        var values = new Dictionary<int, float>();
        for (int start = 0; values.Count < length; start += Math.Max(1, window / 2))
        {
            ForwardTrace trace = ForwardTrace.Run(model, ids.AsSpan(start, Math.Min(window, length - start)), HeadRows.Last);
            for (int row = 0; row < trace.Ids.Count; row++)
            {
                values.TryAdd(start + row, trace.Activations.Block(1).Gelu[row, 17]);
            }
        }

        IReadOnlyList<NeuronFiring> found = NeuronSearch.Strongest(model, ids, block: 1, neuron: 17, count: 5, window);

        found.Should().Equal(values.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).Take(5)
            .Select(pair => new NeuronFiring(pair.Key, pair.Value)));
    }

    [Fact]
    public void Strongest_NoText_FindsNothing() =>
        NeuronSearch.Strongest(LaboratoryModels.Model(Config), [], 0, 0, 5, 9).Should().BeEmpty();

    [Theory]
    [InlineData(2, 0, 9)]
    [InlineData(0, 48, 9)]
    [InlineData(0, 0, 10)]
    [InlineData(0, 0, 0)]
    public void Strongest_NoSuchNeuronOrWindow_IsRefused(int block, int neuron, int window) => FluentActions
        .Invoking(() => NeuronSearch.Strongest(LaboratoryModels.Model(Config), [1, 2], block, neuron, 5, window))
        .Should().Throw<ArgumentOutOfRangeException>();
}
