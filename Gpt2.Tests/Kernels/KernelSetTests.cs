// The kernel sets as objects: every rung can be created and says which it is, nothing else can.

using Gpt2.Kernels;

namespace Gpt2.Tests.Kernels;

public sealed class KernelSetTests
{
    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void Create_EveryRung_SaysItsName(KernelRung rung)
    {
        KernelSet kernels = KernelSet.Create(rung);

        kernels.Rung.Should().Be(rung);
        kernels.ToString().Should().Be($"{rung} kernels");
    }

    [Fact]
    public void Create_UnknownRung_IsRefused() =>
        FluentActions.Invoking(() => KernelSet.Create((KernelRung)99))
            .Should().Throw<ArgumentOutOfRangeException>().WithMessage("no such rung of the kernel ladder*");

    [Fact]
    public void FastestRung_IsARungThatCanBeCreated() =>
        KernelSet.Create(KernelSet.FastestRung).Rung.Should().Be(KernelSet.FastestRung);
}
