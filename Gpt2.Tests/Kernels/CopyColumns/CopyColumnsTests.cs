// Copying columns: by hand, all shapes and places against a plain loop, what is beside them, refusals.

using Gpt2.Kernels;
using Gpt2.Kernels.CopyColumns;

namespace Gpt2.Tests.Kernels.CopyColumns;

public sealed class CopyColumnsTests
{
    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void CopyColumns_MiddleOfTwoRows_GoesToTheGivenPlace(KernelRung rung)
    {
        float[] destination = [9, 9, 9, 9, 9, 9, 9, 9];

        KernelSet.Create(rung).CopyColumns.Apply([1, 2, 3, 4, 5, 6], 3, from: 1, 2, to: 2, 4, destination);

        destination.Should().Equal(9, 9, 2, 3, 9, 9, 5, 6);
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void CopyColumns_RandomShapes_LeavesTheOtherColumnsAlone(KernelRung rung)
    {
        CopyColumnsKernel copy = KernelSet.Create(rung, threads: 3).CopyColumns;
        var random = new Random(7);
        for (int trial = 0; trial < 100; trial++)
        {
            int rows = random.Next(0, 300), columns = random.Next(0, 200);
            int from = random.Next(0, 50), sourceColumns = from + columns + random.Next(1, 50);
            int to = random.Next(0, 50), destinationColumns = to + columns + random.Next(1, 50);
            float[] source = KernelData.Normal(trial, rows * sourceColumns);
            float[] expected = KernelData.Normal(trial + 1000, rows * destinationColumns);
            var actual = new GuardedSpan(expected.Length);
            expected.CopyTo(actual.Span);
            for (int row = 0; row < rows; row++)
            {
                for (int column = 0; column < columns; column++)
                {
                    expected[(row * destinationColumns) + to + column] = source[(row * sourceColumns) + from + column];
                }
            }

            copy.Apply(source, sourceColumns, from, columns, to, destinationColumns, actual.Span);

            actual.Span.SequenceEqual(expected).Should().BeTrue("trial {0}", trial);
            actual.AssertSurroundingsUntouched($"trial {trial}");
        }
    }

    [Theory]
    [MemberData(nameof(KernelData.Rungs), MemberType = typeof(KernelData))]
    public void CopyColumns_ArgumentsThatDoNotFit_AreRefused(KernelRung rung)
    {
        CopyColumnsKernel copy = KernelSet.Create(rung).CopyColumns;
        float[] shared = new float[12];

        Refused(() => copy.Apply(new float[5], 3, 0, 1, 0, 3, new float[6]), "source.Length is 5, expected a multiple of the 3 columns");
        Refused(() => copy.Apply(new float[6], 3, 0, 1, 0, 3, new float[5]), "destination.Length is 5, expected 6");
        Refused(() => copy.Apply(new float[6], 3, 2, 2, 0, 3, new float[6]), "from is 2 with 2 columns from there, expected columns within 0 to 2");
        Refused(() => copy.Apply(new float[6], 3, -1, 2, 0, 3, new float[6]), "from is -1 with 2 columns from there, expected columns within 0 to 2");
        Refused(() => copy.Apply(new float[6], 3, 0, 3, 1, 3, new float[6]), "to is 1 with 3 columns from there, expected columns within 0 to 2");
        Refused(() => copy.Apply(new float[6], 3, 0, -1, 0, 3, new float[6]), "from is 0 with -1 columns from there, expected columns within 0 to 2");
        Refused(() => copy.Apply(shared.AsSpan(0, 6), 3, 0, 1, 0, 3, shared.AsSpan(6 - 1, 6)), "destination shares memory with source*");
    }

    private static void Refused(Action call, string message) =>
        FluentActions.Invoking(call).Should().Throw<ArgumentException>().WithMessage(message);
}
