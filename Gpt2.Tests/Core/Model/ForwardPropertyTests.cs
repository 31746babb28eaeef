// Properties of the forward pass on random models of random shapes.

using FsCheck;
using FsCheck.Fluent;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Cache;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Tracing;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Model;

public class ForwardPropertyTests
{
    [Fact]
    public void Forward_AnyShapeAndSplit_CacheEqualsAllAtOnce()
    {
        Check(shape =>
        {
            foreach (KernelRung rung in Enum.GetValues<KernelRung>())
            {
                var model = new Gpt2Model(TestModels.Random(shape.Config, shape.Seed), KernelSet.Create(rung));
                int[] ids = TestModels.Ids(shape.Config, shape.Tokens, shape.Seed);
                var whole = new ForwardActivations(shape.Config, headRows: HeadRows.All);
                model.Forward(ids, null, whole);

                var cache = new KeyValueCache(shape.Config, ids.Length);
                var part = new ForwardActivations(shape.Config, headRows: HeadRows.All);
                int split = (int)(shape.Seed % (ulong)ids.Length);
                if (split > 0)
                {
                    model.Forward(ids.AsSpan(0, split), cache, part);
                }

                model.Forward(ids.AsSpan(split), cache, part);
                Close.Assert(part.Logits.Span, whole.Logits.RowRange(split, ids.Length - split), 1e-4, 1e-5, $"{shape} {rung}");
            }
        });
    }

    [Fact]
    public void Forward_AnyShape_RungsAgree()
    {
        Check(shape =>
        {
            Gpt2Weights weights = TestModels.Random(shape.Config, shape.Seed);
            int[] ids = TestModels.Ids(shape.Config, shape.Tokens, shape.Seed);
            ForwardTrace expected = ForwardTrace.Run(new Gpt2Model(weights, KernelSet.Create(KernelRung.Scalar)), ids, HeadRows.All);
            foreach (KernelRung rung in Enum.GetValues<KernelRung>())
            {
                ForwardTrace actual = ForwardTrace.Run(new Gpt2Model(weights, KernelSet.Create(rung)), ids, HeadRows.All);
                foreach ((TraceEntry left, TraceEntry right) in actual.Entries.Zip(expected.Entries))
                {
                    Close.Assert(left.Matrix.Span, right.Matrix.Span, 1e-3, 1e-4, $"{shape} {rung} {left.File}");
                }
            }
        });
    }

    [Fact]
    public void Forward_AnyShape_AttentionRowsSumToOneAndSeeNoFuture()
    {
        Check(shape =>
        {
            ForwardTrace trace = ForwardTrace.Run(Model(shape), TestModels.Ids(shape.Config, shape.Tokens, shape.Seed), HeadRows.Last);
            for (int block = 0; block < shape.Config.Layers; block++)
            {
                Matrix attention = trace.Activations.Block(block).Attention;
                Shape.Require(attention, shape.Tokens, shape.Config.Heads * shape.Tokens);
                for (int token = 0; token < shape.Tokens; token++)
                {
                    for (int head = 0; head < shape.Config.Heads; head++)
                    {
                        float[] row = attention.Row(token).Slice(head * shape.Tokens, shape.Tokens).ToArray();
                        row.Sum().Should().BeApproximately(1, 1e-5f);
                        row.Skip(token + 1).All(weight => weight == 0).Should().BeTrue("the future has no weight");
                    }
                }
            }
        });
    }

    [Fact]
    public void Forward_LaterTokenChanged_LeavesEarlierRowsTheSameBits()
    {
        Check(shape =>
        {
            int[] ids = TestModels.Ids(shape.Config, shape.Tokens, shape.Seed);
            int[] changed = [.. ids];
            changed[^1] = (changed[^1] + 1) % shape.Config.Vocabulary;
            var first = new ForwardActivations(shape.Config, headRows: HeadRows.All);
            var second = new ForwardActivations(shape.Config, headRows: HeadRows.All);
            Model(shape).Forward(ids, null, first);
            Model(shape).Forward(changed, null, second);

            int before = ids.Length - 1;
            first.Logits.RowRange(0, before).SequenceEqual(second.Logits.RowRange(0, before)).Should().BeTrue();
        });
    }

    [Fact]
    public void Forward_LastRowOnly_EqualsLastRowOfAll()
    {
        Check(shape =>
        {
            int[] ids = TestModels.Ids(shape.Config, shape.Tokens, shape.Seed);
            var all = new ForwardActivations(shape.Config, headRows: HeadRows.All);
            var last = new ForwardActivations(shape.Config);
            Model(shape).Forward(ids, null, all);
            Model(shape).Forward(ids, null, last);

            last.Logits.Rows.Should().Be(1);
            last.Logits.Row(0).SequenceEqual(all.Logits.Row(ids.Length - 1)).Should().BeTrue();
            last.Probabilities.Row(0).ToArray().Sum().Should().BeApproximately(1, 1e-4f);
        });
    }

    private static Gpt2Model Model(Sizes shape) =>
        new(TestModels.Random(shape.Config, shape.Seed), KernelSet.Create(KernelRung.Vector));

    private static void Check(Action<Sizes> property)
    {
        Gen<Sizes> sizes =
            from heads in Gen.Choose(1, 5)
            from headSize in Gen.Choose(1, 9)
            from layers in Gen.Choose(1, 3)
            from vocabulary in Gen.Choose(1, 40)
            from context in Gen.Choose(1, 12)
            from tokens in Gen.Choose(1, context)
            from flags in Gen.Choose(0, 3)
            from seed in Gen.Choose(1, 1_000_000)
            select new Sizes(
                new Gpt2Config(vocabulary, context, heads * headSize, heads, layers) { QkvBias = (flags & 1) == 0, TiedHead = (flags & 2) == 0 },
                tokens, (ulong)seed);
        SeededProperty.Holds(sizes, property, count: 60);
    }

    private sealed record Sizes(Gpt2Config Config, int Tokens, ulong Seed);
}
