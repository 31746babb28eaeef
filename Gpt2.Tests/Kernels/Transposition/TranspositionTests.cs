// Exchanging rows and columns: random shapes element by element, nothing written beside the destination, refusals.

using FsCheck.Fluent;
using Gpt2.Kernels.Transposition;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Kernels.Transposition;

public sealed class TranspositionTests
{
    [Fact]
    public void Copy_RandomShapes_ExchangesRowsAndColumns() => SeededProperty.Holds(
        Gen.Choose(1, 70).Two(),
        shape =>
        {
            (int rows, int columns) = shape;
            float[] source = KernelData.Normal(rows, rows * columns);
            var transposed = new GuardedSpan(source.Length);

            TranspositionKernel.Copy(source, rows, transposed.Span);

            float[] expected = [.. Enumerable.Range(0, source.Length).Select(i => source[(i % rows * columns) + (i / rows)])];
            KernelData.Bits(transposed.Span).Should().Equal(KernelData.Bits(expected));
            transposed.AssertSurroundingsUntouched($"{rows} × {columns}");
        });

    [Fact]
    public void Copy_WrongArguments_AreRefused()
    {
        float[] shared = new float[12];

        FluentActions.Invoking(() => TranspositionKernel.Copy(new float[7], 3, new float[7]))
            .Should().Throw<ArgumentException>().WithMessage("source.Length is 7, expected a multiple of the 3 *");
        FluentActions.Invoking(() => TranspositionKernel.Copy(new float[6], 3, new float[5]))
            .Should().Throw<ArgumentException>().WithMessage("destination.Length is 5, expected 6");
        FluentActions.Invoking(() => TranspositionKernel.Copy(new float[6], 0, new float[6]))
            .Should().Throw<ArgumentException>().WithMessage("* is 0, expected at least 1*");
        FluentActions.Invoking(() => TranspositionKernel.Copy(shared.AsSpan(0, 6), 2, shared.AsSpan(5, 6)))
            .Should().Throw<ArgumentException>().WithMessage("destination shares memory with source*");
    }
}
