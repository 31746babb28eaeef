// Models can be given back to llm.c: this writes its float32 format, version 3.

using System.Buffers;
using Gpt2.Core.Files;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.Safetensors;
using Gpt2.Kernels.Transposition;

namespace Gpt2.Core.Weights.LlmC;

/// <summary>Writes llm.c's model files, which cannot hold an untied language head.</summary>
public static class LlmCFile
{
    /// <summary>The file's name in a folder that we write.</summary>
    public const string FileName = "model.bin";

    /// <summary>
    /// Writes a model: a file if the target ends in .bin, otherwise a folder with model.bin and vocab.bpe. It appears
    /// when it is complete.
    /// </summary>
    /// <param name="target">The file or folder.</param>
    /// <param name="weights">The weights, with a tied head. A missing attention bias is written as zeros.</param>
    /// <param name="vocabulary">The vocabulary, which only a folder can hold; null for a model without text.</param>
    /// <param name="progress">Receives the share written, 0 to 1; or null.</param>
    /// <param name="cancellation">Stops between matrices.</param>
    /// <returns>The names of the files.</returns>
    /// <exception cref="Gpt2Exception">The head is untied, or nothing can be written there.</exception>
    public static string[] Write(
        string target, Gpt2Weights weights, Vocabulary? vocabulary, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        Require(weights.Config, vocabulary);
        if (IsFile(target))
        {
            OutputFile.Write(target, stream => Write(stream, weights, progress, cancellation), cancellation);
            return [Path.GetFileName(target)];
        }

        return StagedFolder.Write(target, staged => staged.Put(() =>
        {
            using (FileStream stream = File.Create(staged.File(FileName)))
            {
                Write(stream, weights, progress, cancellation);
            }

            if (vocabulary is not null)
            {
                VocabularyFile.Write(vocabulary, staged.File(VocabularyFile.FileName));
                AddedTokensFile.WriteIfAny(vocabulary, staged);
            }
        }));
    }

    /// <summary>Whether a target is a file and not a folder.</summary>
    public static bool IsFile(string target) => target.EndsWith(LlmCFormat.Extension, StringComparison.Ordinal) && !Directory.Exists(target);

    /// <summary>Throws if the format cannot hold a model.</summary>
    /// <param name="config">The model.</param>
    /// <param name="vocabulary">Its vocabulary; null if there is none.</param>
    /// <exception cref="Gpt2Exception">
    /// The head is untied, the arithmetic is not GPT-2's, or the vocabulary has ids without a token, which the format does not number.
    /// </exception>
    internal static void Require(Gpt2Config config, Vocabulary? vocabulary)
    {
        ArithmeticSettings.RequireGpt2(config, "a file of llm.c");
        vocabulary?.RequireNoUnused("a file of llm.c");
        if (!config.TiedHead)
        {
            throw new Gpt2Exception("the model has an untied language head, which a file of llm.c cannot hold")
            {
                Remedy = "write csv or safetensors",
            };
        }
    }

    private static void Write(Stream stream, Gpt2Weights weights, IProgress<double>? progress, CancellationToken cancellation)
    {
        Gpt2Config config = weights.Config with { QkvBias = true };
        Dictionary<string, Matrix> matrices = weights.Matrices().ToDictionary(matrix => matrix.Name);
        stream.Write(LlmCHeader.Written(config));
        long done = 0;
        foreach (MatrixShape shape in LlmCHeader.Order(config))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!matrices.TryGetValue(shape.Name, out Matrix? matrix))
            {
                WriteZeros(stream, shape.Count);
            }
            else if (LlmCHeader.IsTransposed(shape))
            {
                WriteTransposed(stream, matrix);
            }
            else
            {
                SafetensorsWriter.WriteNumbers(stream, matrix.Span);
            }

            if (shape.Name == "wte")
            {
                WriteZeros(stream, (long)(LlmCHeader.PaddedVocabulary(config) - config.Vocabulary) * config.Channels);
            }

            done += shape.Count;
            progress?.Report((double)done / config.Parameters);
        }
    }

    private static void WriteTransposed(Stream stream, Matrix matrix)
    {
        float[] transposed = ArrayPool<float>.Shared.Rent(matrix.Span.Length);
        TranspositionKernel.Copy(matrix.Span, matrix.Rows, transposed.AsSpan(0, matrix.Span.Length));
        SafetensorsWriter.WriteNumbers(stream, transposed.AsSpan(0, matrix.Span.Length));
        ArrayPool<float>.Shared.Return(transposed);
    }

    private static void WriteZeros(Stream stream, long count)
    {
        for (var zeros = new float[Math.Min(count, 1 << 16)]; count > 0; count -= zeros.Length)
        {
            SafetensorsWriter.WriteNumbers(stream, zeros.AsSpan(0, (int)Math.Min(count, zeros.Length)));
        }
    }
}
