// The backward pass of packed weights that are too many to be expanded at once.

using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.PostTraining;
using Gpt2.Core.Training;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining;

public class PackedBackwardTests
{
    [Fact]
    public void Run_HeadOfMorePartsThanOne_EqualsTheHeadOfTheSameMatrix()
    {
        const int Inputs = 64, Outputs = 70_000; // 65,536 outputs are expanded at a time
        KernelSet kernels = KernelSet.Create(KernelRung.Tuned, threads: 2);
        var random = new RandomGenerator(1);
        Matrix weight = Random("w", Outputs, Inputs, random), given = Random("g", 3, Outputs, random), input = Random("x", 3, Inputs, random);
        var copy = new Matrix("w", Outputs, Inputs);
        copy.CopyFrom(weight);
        var packed = PackedLinear.TakeOver(new TransposedLinear(copy), WeightType.Float32, new Matrix("buffer"));
        Matrix actual = new("actual"), expected = new("expected");

        new LinearBackward().Run(input, packed, given, kernels, actual, new MatrixGradients([]));
        new LinearBackward().Run(input, new TransposedLinear(weight), given, kernels, expected, new MatrixGradients([]));

        Close.Assert(actual.Span, expected.Span, 1e-4, 1e-2); // sums of 70,000 terms, about 250
    }

    private static Matrix Random(string name, int rows, int columns, RandomGenerator random)
    {
        var matrix = new Matrix(name, rows, columns);
        foreach (ref float value in matrix.Span)
        {
            value = (float)random.NextNormal();
        }

        return matrix;
    }
}
