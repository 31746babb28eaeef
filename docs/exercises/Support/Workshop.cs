// The model of the workshop, for exercises that compute with real numbers.

using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Tracing;

namespace Exercises.Support;

public static class Workshop
{
    public const string Prompt = "Mike is quick. He moves";

    private static readonly Lazy<LanguageModel> Loaded = new(() => LanguageModel.Load("gpt2-workshop", new LoadOptions { KeepMatrices = true }));
    private static readonly Lazy<ForwardTrace> Traced = new(() => Model.Trace(Prompt, HeadRows.All));

    public static LanguageModel Model => Loaded.Value;

    /// <summary>Every step of the prompt.</summary>
    public static ForwardTrace Trace => Traced.Value;

    /// <summary>The steps of a block.</summary>
    public static BlockActivations Block(int block) => Trace.Activations.Block(block);

    /// <summary>A matrix as a table.</summary>
    public static float[,] Table(Matrix matrix) => Columns(matrix, 0, matrix.Columns);

    /// <summary>Some columns of a matrix as a table.</summary>
    public static float[,] Columns(Matrix matrix, int from, int count)
    {
        float[,] table = new float[matrix.Rows, count];
        for (int row = 0; row < matrix.Rows; row++)
        {
            for (int column = 0; column < count; column++)
            {
                table[row, column] = matrix[row, from + column];
            }
        }

        return table;
    }

    public static float[] Row(Matrix matrix, int row) => matrix.Row(row).ToArray();
}
