// Models for llama.cpp and the programs built on it: this writes a GGUF file of the architecture gpt2.

using System.Buffers;
using Gpt2.Core.Files;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.Binary;
using Gpt2.Kernels.Transposition;

namespace Gpt2.Core.Weights.Gguf;

/// <summary>How the matrices in a GGUF file are stored. Vectors and wpe are always float32, as llama.cpp has them.</summary>
public enum GgufWeights
{
    /// <summary>F32: nothing is lost.</summary>
    Float32,

    /// <summary>F16: half precision, 11 significant bits, at most 65504.</summary>
    Float16,

    /// <summary>BF16: the upper half of a float32, 8 significant bits.</summary>
    BFloat16,

    /// <summary>Q8_0: whole numbers of 8 bits with a scale for 32 inputs of an output, 8.5 bits.</summary>
    Q8,

    /// <summary>Q4_0: whole numbers of 4 bits with a scale for 32 inputs of an output, 4.5 bits; the head's matrix is Q8_0.</summary>
    Q4,
}

/// <summary>Writes GGUF files.</summary>
public static class GgufFile
{
    /// <summary>The file's name in a folder that we write.</summary>
    public const string FileName = "model.gguf";

    private const int PartLength = 1 << 16;

    private static readonly (GgufWeights Weights, NumberType Type, uint FileType)[] Types =
    [
        (GgufWeights.Float32, NumberType.F32, 0), (GgufWeights.Float16, NumberType.F16, 1), (GgufWeights.BFloat16, NumberType.BF16, 32),
        (GgufWeights.Q8, NumberType.Q8_0, 7), (GgufWeights.Q4, NumberType.Q4_0, 2),
    ];

    /// <summary>
    /// Writes a model: a file if the target ends in .gguf, otherwise a folder with model.gguf. It appears when it is complete.
    /// </summary>
    /// <param name="target">The file or folder.</param>
    /// <param name="weights">The weights. A missing attention bias is written as zeros.</param>
    /// <param name="vocabulary">The vocabulary; null for a model without text.</param>
    /// <param name="type">How matrices are stored. In Q8_0 and Q4_0, those with rows that are not blocks of 32 are F16.</param>
    /// <param name="progress">Receives the share written, 0 to 1; or null.</param>
    /// <param name="cancellation">Stops between matrices.</param>
    /// <returns>The name of the file.</returns>
    /// <exception cref="Gpt2Exception">
    /// llama.cpp would compute otherwise, a weight cannot be stored in the type, or nothing can be written there.
    /// </exception>
    public static string[] Write(
        string target, Gpt2Weights weights, Vocabulary? vocabulary, GgufWeights type = GgufWeights.Float32, IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        Require(weights.Config);
        if (IsFile(target))
        {
            OutputFile.Write(
                target, stream => Write(stream, weights, vocabulary, NameOf(target), type, progress, cancellation), cancellation);
            return [Path.GetFileName(target)];
        }

        return StagedFolder.Write(target, staged => staged.Put(() =>
        {
            using FileStream stream = File.Create(staged.File(FileName));
            Write(stream, weights, vocabulary, NameOf(target), type, progress, cancellation);
        }));
    }

    /// <summary>Whether a target is a file and not a folder.</summary>
    public static bool IsFile(string target) => target.EndsWith(GgufFormat.Extension, StringComparison.Ordinal) && !Directory.Exists(target);

    /// <summary>Throws if llama.cpp's gpt2 computes otherwise than a model.</summary>
    /// <exception cref="Gpt2Exception">It does.</exception>
    internal static void Require(Gpt2Config config) => ArithmeticSettings.RequireGpt2(
        config with { Hidden = 4 * config.Channels, LayerNormEpsilon = Gpt2Config.Small.LayerNormEpsilon }, "a GGUF file of gpt2");

    /// <summary>How many matrices are written as F16 since their rows are not blocks of 32.</summary>
    internal static int Fallbacks(Gpt2Config config, GgufWeights type) => type is GgufWeights.Q8 or GgufWeights.Q4
        ? MatrixShapes.Of(config).Count(shape => TypeOf(shape, config, type) == NumberType.F16) : 0;

    private static string NameOf(string target) => Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(target));

    /// <summary>
    /// The type of a matrix, as llama.cpp's programs choose it: vectors and positions keep float32, and the head has 8 bits where the
    /// others have 4.
    /// </summary>
    private static NumberType TypeOf(MatrixShape shape, Gpt2Config config, GgufWeights type)
    {
        NumberType wanted = shape.Rows == 1 || shape.Name == "wpe" || IsVector(shape) ? NumberType.F32
            : type == GgufWeights.Q4 && shape.Name == (config.TiedHead ? "wte" : "lm_head") ? NumberType.Q8_0
            : Types.First(entry => entry.Weights == type).Type;
        int columns = GgufNames.IsTransposed(shape.Name) ? shape.Rows : shape.Columns;
        return columns % wanted.BlockLength() == 0 ? wanted : NumberType.F16;
    }

    private static bool IsVector(MatrixShape shape) =>
        shape.Name.EndsWith("/g", StringComparison.Ordinal) || shape.Name.EndsWith("/b", StringComparison.Ordinal);

    private static long[] StoredShape(MatrixShape shape) => IsVector(shape) ? [shape.Columns]
        : GgufNames.IsTransposed(shape.Name) ? [shape.Columns, shape.Rows] : [shape.Rows, shape.Columns];

    private static void Write(
        Stream stream, Gpt2Weights weights, Vocabulary? vocabulary, string name, GgufWeights type, IProgress<double>? progress,
        CancellationToken cancellation)
    {
        Gpt2Config config = weights.Config with { QkvBias = true };
        Dictionary<string, Matrix> matrices = weights.Matrices().ToDictionary(matrix => matrix.Name);
        MatrixShape[] shapes = [.. MatrixShapes.Of(config)];
        var header = GgufHeaderWriter.Of(config, vocabulary, name, Types.First(entry => entry.Weights == type).FileType);
        stream.Write(header.WithTensors(
            [.. shapes.Select(shape => (GgufNames.Of(shape.Name), StoredShape(shape), TypeOf(shape, config, type)))]));
        long done = 0;
        foreach (MatrixShape shape in shapes)
        {
            cancellation.ThrowIfCancellationRequested();
            Matrix matrix = matrices.GetValueOrDefault(shape.Name) ?? new Matrix(shape.Name, shape.Rows, shape.Columns); // zeros
            NumberType stored = TypeOf(shape, config, type);
            if (GgufNames.IsTransposed(shape.Name))
            {
                float[] transposed = ArrayPool<float>.Shared.Rent(matrix.Span.Length);
                TranspositionKernel.Copy(matrix.Span, matrix.Rows, transposed.AsSpan(0, matrix.Span.Length));
                WriteNumbers(stream, transposed.AsSpan(0, matrix.Span.Length), stored, shape.Name);
                ArrayPool<float>.Shared.Return(transposed);
            }
            else
            {
                WriteNumbers(stream, matrix.Span, stored, shape.Name);
            }

            done += shape.Count;
            progress?.Report((double)done / config.Parameters);
        }
    }

    /// <summary>Writes numbers in a type, and zeros up to the next multiple of the alignment.</summary>
    private static void WriteNumbers(Stream stream, ReadOnlySpan<float> numbers, NumberType type, string name)
    {
        long written = type.Bytes(numbers.Length);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(PartLength * sizeof(float));
        while (!numbers.IsEmpty)
        {
            ReadOnlySpan<float> part = numbers[..Math.Min(numbers.Length, PartLength)];
            RequireHeld(part, type, name);
            Span<byte> bytes = buffer.AsSpan(0, (int)type.Bytes(part.Length));
            type.Narrow(part, bytes);
            stream.Write(bytes);
            numbers = numbers[part.Length..];
        }

        ArrayPool<byte>.Shared.Return(buffer);
        stream.Write(new byte[GgufHeader.Padded(written) - written]);
    }

    /// <summary>Throws unless a type can hold some numbers: half precision, which scales have too, ends at 65504.</summary>
    private static void RequireHeld(ReadOnlySpan<float> numbers, NumberType type, string name)
    {
        if (type is NumberType.F32 or NumberType.BF16)
        {
            return;
        }

        float most = (float)Half.MaxValue * (type == NumberType.Q8_0 ? 127 : type == NumberType.Q4_0 ? 8 : 1);
        foreach (float number in numbers)
        {
            if (!(Math.Abs(number) <= most))
            {
                throw new Gpt2Exception(FormattableString.Invariant($"has a weight of {number}, which {type} cannot hold"))
                {
                    Where = name,
                    Expected = FormattableString.Invariant($"at most {most}"),
                    Remedy = "write f32 or bf16",
                };
            }
        }
    }
}
