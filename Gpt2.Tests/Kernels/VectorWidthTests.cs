// The width of the vectors: what the processor has, what the runtime makes of it, and what a user chooses.

using System.Numerics;
using System.Runtime.Intrinsics;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Kernels;

public sealed class VectorWidthTests
{
    public static TheoryData<int> Possible() => [.. VectorWidth.Possible];

    [Fact]
    public void Possible_EndsWith128_AndBeginsWithTheWidest()
    {
        VectorWidth.Possible.Should().BeInDescendingOrder().And.EndWith(128).And.StartWith(VectorWidth.Widest);
        VectorWidth.Possible.Contains(256).Should().Be(Vector256.IsHardwareAccelerated);
        (!Vector512.IsHardwareAccelerated || VectorWidth.Widest == 512).Should().BeTrue();
    }

    [Theory]
    [MemberData(nameof(Possible))]
    public void Create_AnyWidth_ComputesWithIt(int bits)
    {
        var kernels = KernelSet.Create(KernelRung.Tuned, threads: 1, bits);

        kernels.VectorBits.Should().Be(bits);
        var random = new Random(1);
        float[] left = [.. Enumerable.Range(0, 3 * 50).Select(_ => random.NextSingle() - 0.5f)];
        float[] right = [.. Enumerable.Range(0, 50 * 41).Select(_ => random.NextSingle() - 0.5f)];
        float[] product = new float[3 * 41], expected = new float[3 * 41];
        kernels.MatMul.Multiply(left, right, [], 50, 41, product);
        KernelSet.Create(KernelRung.Scalar).MatMul.Multiply(left, right, [], 50, 41, expected);
        product.Zip(expected).Should().OnlyContain(pair => Math.Abs(pair.First - pair.Second) < 1e-5f);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(0)]
    [InlineData(1024)]
    public void Create_WidthThatIsNot_IsRefused(int bits) =>
        FluentActions.Invoking(() => KernelSet.Create(KernelRung.Tuned, vectorBits: bits)).Should().Throw<ArgumentOutOfRangeException>();

    [Fact]
    public void VectorBits_OfOtherRungs_IsWhatTheyComputeWith()
    {
        KernelSet.Create(KernelRung.Scalar).VectorBits.Should().Be(32);
        KernelSet.Create(KernelRung.Vector).VectorBits.Should().Be(8 * Vector<byte>.Count);
    }

    [Theory]
    [InlineData("129")]
    [InlineData("")]
    [InlineData("wide")]
    public void Problem_NoWidth_NamesThoseThatArePossible(string text) =>
        VectorWidth.Problem(text).Should().StartWith($"found '{text}', expected 128");

    [Fact]
    public async Task Variable_SetsTheStandard_AndTheOptionGoesFirst()
    {
        using var folder = new TemporaryFolder();
        (int exitCode, string output, _) = await CommandProcess.Shell(folder.Root, "$GPT2 info", Variable("128"));
        exitCode.Should().Be(0);
        output.Should().Contain("(128-bit vectors");

        (_, output, _) = await CommandProcess.Shell(folder.Root, $"$GPT2 info --vectors {VectorWidth.Widest}", Variable("128"));
        output.Should().Contain($"({VectorWidth.Widest}-bit vectors: the processor's widest");

        (await CommandProcess.Shell(folder.Root, "$GPT2 predict Mike", Variable("1024"))).Should()
            .Match<(int ExitCode, string Out, string Error)>(
                end => end.ExitCode == 2 && end.Error.StartsWith("gpt2: GPT2_VECTORS: found '1024', expected 128"));
    }

    /// <summary>What the runtime says on processors of Intel's Skylake and Cascade Lake.</summary>
    [Fact]
    public async Task RuntimeThatAvoids512Bits_IsNotFollowed()
    {
        using var folder = new TemporaryFolder();
        var environment = new Dictionary<string, string?> { ["DOTNET_PreferredVectorBitWidth"] = "256" };

        (_, string output, _) = await CommandProcess.Shell(folder.Root, "$GPT2 info", environment);

        string avoided = VectorWidth.Widest == 512 ? ", which the runtime avoids by itself" : "";
        output.Should().Contain($"({VectorWidth.Widest}-bit vectors: the processor's widest{avoided})");
    }

    private static Dictionary<string, string?> Variable(string bits) => new() { [VectorWidth.Variable] = bits };
}
