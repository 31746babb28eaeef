// Operations and bytes by hand, and of GPT-2 small.

using Gpt2.Core.Measurement;
using Gpt2.Core.Model;

namespace Gpt2.Tests.Core.Measurement;

public sealed class WorkTests
{
    [Fact]
    public void Product_ByHand_CountsMultiplyAddsTwiceAndMatricesOnce()
    {
        Work.Product(2, 3, 5).Should().Be(new Work(60, 4 * (6 + 15 + 10)));
        new Work(60, 120).Intensity.Should().Be(0.5);
    }

    [Fact]
    public void Product_LargerThanIntegers_DoesNotOverflow() =>
        Work.Product(1 << 20, 1 << 20, 1 << 20).Operations.Should().Be(2 * Math.Pow(2, 60));

    [Fact]
    public void Prompt_TinyModel_IsCountedByHand()
    {
        // 2 blocks of 12 · 4² weights in matrices, 3 tokens; attention 4 · 3² · 4 each; head 5 · 4.
        var tiny = new Gpt2Config(Vocabulary: 5, Context: 7, Channels: 4, Heads: 2, Layers: 2);

        Work.Prompt(tiny, 3).Operations.Should().Be((2 * 2 * 192 * 3) + (2 * 4 * 9 * 4) + (2 * 20));
        Work.Token(tiny, 3, weightBytes: 1000).Should().Be(new Work((2 * ((2 * 192) + 20)) + (2 * 4 * 3 * 4), 1000));
        Work.WeightsPerToken(tiny).Should().Be(tiny.Parameters - 28, "wpe is not read through");
        Work.WeightsPerToken(tiny with { TiedHead = false }).Should().Be(tiny.Parameters - 28, "nor is wte beside a head of its own");
    }

    [Fact]
    public void Gpt2Small_HasTheKnownFigures()
    {
        Work.WeightsPerToken(Gpt2Config.Small).Should().Be(124_439_808 - (1024 * 768));
        (Work.Prompt(Gpt2Config.Small, 512).Operations / 1e9).Should().BeApproximately(96.8, 0.1);
        Work.TrainingStep(Gpt2Config.Small, 256).Should().Be(new Work(6.0 * 124_439_808 * 256, 44.0 * 124_439_808));
    }
}
