// What heads attend to, against step 7 of the trace read by hand.

using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Tracing;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Laboratory;

public class AttentionHeadsTests
{
    [Fact]
    public void Of_EveryHeadAndRow_IsWhatStep7Says() => SeededProperty.Holds(
        LaboratoryModels.Sizes,
        sizes =>
        {
            (Gpt2Config config, int tokens) = sizes;
            ForwardTrace trace = LaboratoryModels.Trace(LaboratoryModels.Model(config), tokens);
            var heads = new AttentionHeads(trace, config.Heads);
            for (int block = 0; block < config.Layers; block++)
            {
                Matrix step7 = trace.Entries.Single(entry => entry.Block == block && entry.Step == 7).Matrix;
                for (int head = 0; head < config.Heads; head++)
                {
                    float[][] rows = [.. Enumerable.Range(0, tokens).Select(row => step7.Row(row).Slice(head * tokens, tokens).ToArray())];
                    for (int row = 0; row < tokens; row++)
                    {
                        HeadAttention found = heads.Of(block, head, row);
                        (found.Block, found.Head, found.Row).Should().Be((block, head, row));
                        found.MostShare.Should().Be(rows[row].Max());
                        found.Most.Should().Be(Array.IndexOf(rows[row], rows[row].Max()));
                        Enumerable.Range(0, tokens).Select(column => heads.Share(block, head, row, column)).Should().Equal(rows[row]);
                        if (tokens == 1)
                        {
                            (found.Itself, found.Previous, found.First).Should().Be((null, null, null));
                            continue;
                        }

                        double itself = 0, previous = 0, first = 0;
                        for (int of = 1; of < tokens; of++)
                        {
                            itself += rows[of][of];
                            previous += rows[of][of - 1];
                            first += rows[of][0];
                        }

                        found.Itself.Should().BeApproximately(itself / (tokens - 1), 1e-12);
                        found.Previous.Should().BeApproximately(previous / (tokens - 1), 1e-12);
                        found.First.Should().BeApproximately(first / (tokens - 1), 1e-12);
                    }
                }
            }
        },
        count: 15);
}
