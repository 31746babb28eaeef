// Reference values of post-training, which PyTorch's autograd computed in float64 for the tiny model.

using System.Text.Json;
using Gpt2.Core.Numerics;
using Gpt2.Core.PostTraining;
using Gpt2.Core.Weights;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining;

/// <summary>One folder of golden/tiny/posttraining.</summary>
/// <param name="folder">sft, lora, reward, dpo or grpo.</param>
internal sealed class GoldenValues(string folder)
{
    /// <summary>What went in and came out.</summary>
    public JsonElement Root { get; } = JsonDocument.Parse(File.ReadAllText(PathOf(folder, "values.json"))).RootElement;

    public double Loss => Root.GetProperty("loss").GetDouble();

    public static int[] Ids(JsonElement ids) => [.. ids.EnumerateArray().Select(id => id.GetInt32())];

    public static double[] Doubles(JsonElement numbers) => [.. numbers.EnumerateArray().Select(number => number.GetDouble())];

    /// <summary>A matrix of the folder.</summary>
    public Matrix Read(string file, int rows, int columns)
    {
        var matrix = new Matrix(file, rows, columns);
        CsvMatrixFile.Read(PathOf(folder, file), matrix);
        return matrix;
    }

    /// <summary>Asserts every gradient in the folder's grad.</summary>
    public void AssertGradients(MatrixGradients gradients, string what)
    {
        Directory.GetFiles(PathOf(folder, "grad")).Should().HaveCount(gradients.Trained.Count, "every file is compared");
        foreach (Matrix gradient in gradients.Gradients)
        {
            Matrix expected = Read(Path.Combine("grad", CsvLayout.FileOf(gradient.Name)), gradient.Rows, gradient.Columns);
            Close.Assert(gradient.Span, expected.Span, 1e-4, 1e-6, $"{folder} {what} {gradient.Name}");
        }
    }

    /// <summary>Asserts numbers to the tolerance of single precision.</summary>
    public static void AssertClose(ReadOnlySpan<double> actual, ReadOnlySpan<double> expected, string what, double rtol = 1e-4, double atol = 1e-5)
    {
        actual.Length.Should().Be(expected.Length, what);
        for (int i = 0; i < actual.Length; i++)
        {
            bool close = Math.Abs(actual[i] - expected[i]) <= atol + (rtol * Math.Abs(expected[i])); // false for NaN
            close.Should().BeTrue("{0} {1} is {2}, expected {3}", what, i, actual[i], expected[i]);
        }
    }

    private static string PathOf(params string[] parts) => SharedData.PathOf(["golden", "tiny", "posttraining", .. parts]);
}
