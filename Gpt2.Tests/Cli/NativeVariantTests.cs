// The launcher of native code: which program it starts on which processor.

using Gpt2.Cli;

namespace Gpt2.Tests.Cli;

public sealed class NativeVariantTests
{
    // Bits of leaf 1, ECX; leaf 7, EBX; leaf 0x80000001, ECX.
    private const int Haswell1 = 1 << 12 | 1 << 22 | 1 << 23 | 1 << 27 | 1 << 28 | 1 << 29, Haswell7 = 1 << 3 | 1 << 5 | 1 << 8, Lzcnt = 1 << 5;
    private const int Skylake7 = Haswell7 | 1 << 16 | 1 << 17 | 1 << 28 | 1 << 30 | 1 << 31;

    // The sizes of what the system saves: without vectors beyond SSE, with those of AVX, and with those of AVX-512.
    private const int Sse = 576, Avx = 832, Avx512 = 2688;

    [Theory]
    [InlineData(4, Haswell1, Skylake7, Lzcnt, Avx512)]
    [InlineData(4, Haswell1 | 1, Skylake7 | 1, Lzcnt | 1, Avx512 + 8)]
    [InlineData(3, Haswell1, Skylake7, Lzcnt, Avx)] // the system does not save the wide registers
    [InlineData(3, Haswell1, Skylake7 & ~(1 << 31), Lzcnt, Avx512)] // Knights Landing
    [InlineData(3, Haswell1, Haswell7, Lzcnt, Avx)]
    [InlineData(2, Haswell1, Haswell7, Lzcnt, Sse)]
    [InlineData(2, Haswell1, Haswell7, 0, Avx)]
    [InlineData(2, Haswell1, 1 << 3 | 1 << 8, Lzcnt, Avx)]
    [InlineData(2, Haswell1 & ~(1 << 12), Haswell7, Lzcnt, Avx)] // without FMA
    [InlineData(2, 1 << 23, 0, 0, 0)]
    [InlineData(2, Haswell1, Skylake7, Lzcnt, Avx512, 7)] // without the leaf that says what is saved
    public void Level_OfAProcessor_IsWhatAllOfItSupports(int level, int leaf1, int leaf7, int extended, int saved, int lastLeaf = 13) =>
        NativeVariant.Level((leaf, subleaf) => (leaf, subleaf) switch
        {
            (0, _) => (lastLeaf, 0, 0, 0),
            (1, _) => (0, 0, leaf1, 0),
            (7, 0) => (0, leaf7, 0, 0),
            (13, 0) => (0, saved, 0, 0),
            (13, 2) => (256, 576, 0, 0),
            (13, 7) => (1024, 1664, 0, 0),
            (unchecked((int)0x80000001), _) => (0, 0, extended, 0),
            _ => default,
        }).Should().Be(level);

    [Fact]
    public void IsLauncher_UnlessCompiledAsOne_IsFalse() => NativeVariant.IsLauncher.Should().BeFalse();
}
