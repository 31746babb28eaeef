// Sizes as files may state them: any number is answered in words, and none overflows.

using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Model;

public sealed class Gpt2ConfigTests
{
    [Theory]
    [InlineData(50257, 1024, 768, 12, 12)]
    [InlineData(1, 1, 1, 1, 1)]
    [InlineData(1, 1, 23170, 1, 1)] // 4 · 23170² is the last below the longest array
    [InlineData(6, 8, 6, 3, 1000)]
    [InlineData(92680, 92680, 23170, 1, 1000)] // every matrix and the number of blocks as large as they can be
    public void Problem_ValidSizes_IsNull(int vocabulary, int context, int channels, int heads, int layers)
    {
        var config = new Gpt2Config(vocabulary, context, channels, heads, layers);

        config.Problem().Should().BeNull();
        config.Parameters.Should().Be((long)MatrixShapes.Of(config).Sum(shape => (decimal)shape.Count)).And.BePositive();
    }

    [Theory]
    [InlineData(0, 1, 1, 1, 1, "n_vocab is 0", "at least 1")]
    [InlineData(1, 1, 1, 1, -3, "n_layer is -3", "at least 1")]
    [InlineData(1, 1, 6, 4, 1, "n_embd 6 is not divisible by n_head 4", "heads of equal size")]
    [InlineData(1, 1, 23171, 1, 1, "a matrix of 2147580964 weights is too large", "at most 2147483591")]
    [InlineData(int.MaxValue, 1, 2, 1, 1, "a matrix of 4294967294 weights is too large", "at most 2147483591")]
    [InlineData(1, 1, 1 << 30, 1, 1, "a matrix of 4611686018427387904 weights is too large", "at most 2147483591")]
    [InlineData(1, 1, int.MaxValue, 1, 1, "a matrix of 18446744056529682436 weights is too large", "at most 2147483591")]
    [InlineData(1, 1, 2147483644, 4, 1000, "a matrix of 18446744004990074944 weights is too large", "at most 2147483591")]
    [InlineData(1, 1, 1, 1, 1001, "n_layer is 1001", "at most 1000, since every block is a dozen matrices and files, *")]
    [InlineData(1, 1, 20000, 1, int.MaxValue, "n_layer is 2147483647", "at most 1000, *")]
    public void Problem_InvalidSizes_SaysWhich(
        int vocabulary, int context, int channels, int heads, int layers, string found, string expected)
    {
        var config = new Gpt2Config(vocabulary, context, channels, heads, layers);

        config.Problem()!.ShouldHave(found, expected);
        FluentActions.Invoking(() => new Gpt2Weights(config)).Should().Throw<Gpt2Exception>().With(found, expected);
    }
}
