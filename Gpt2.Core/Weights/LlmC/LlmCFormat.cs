// llm.c keeps a model in one .bin file, with everything but the vocabulary, which may be next to it.

using System.Buffers.Binary;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Weights.Binary;

namespace Gpt2.Core.Weights.LlmC;

/// <summary>Files written and read by llm.c's train_gpt2, in float32 and bfloat16.</summary>
internal sealed class LlmCFormat() : ModelFormat("llmc", "a .bin of llm.c")
{
    public const string Extension = ".bin";

    internal override IEnumerable<string> ModelsIn(string folder) => Directory.EnumerateFiles(folder, "*" + Extension)
        .Where(HasMagic).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    internal override bool IsModelFile(string fileName) => fileName.EndsWith(Extension, StringComparison.Ordinal);

    internal override ModelFiles FilesOf(string folder, string file, Func<string, string>? pathOf) => new SingleFile(folder, file, pathOf, Read);

    /// <summary>The sizes in a file's header, and the position of each matrix.</summary>
    /// <exception cref="Gpt2Exception">It is not such a file, or it is damaged or cut off.</exception>
    private static (Gpt2Config Sizes, IEnumerable<StoredTensor> Tensors) Read(MappedFile data)
    {
        (Gpt2Config config, int padded, NumberType type) = LlmCHeader.Read(data);
        var tensors = new List<StoredTensor>();
        long offset = LlmCHeader.Length;
        foreach (MatrixShape shape in LlmCHeader.Order(config))
        {
            bool transposed = LlmCHeader.IsTransposed(shape);
            long[] stored = transposed ? [shape.Columns, shape.Rows] : [shape.Rows, shape.Columns];
            tensors.Add(new StoredTensor(shape.Name, data, offset, type, stored) { Transposed = transposed });
            offset += type.Size() * (shape.Name == "wte" ? (long)padded * shape.Columns : shape.Count);
        }

        return (config, tensors);
    }

    /// <summary>Many programs write files that end in .bin, so the first bytes must tell.</summary>
    private static bool HasMagic(string path)
    {
        try
        {
            using FileStream stream = RegularFile.OpenRead(path);
            Span<byte> start = stackalloc byte[sizeof(int)];
            return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length
                && BinaryPrimitives.ReadInt32LittleEndian(start) == LlmCHeader.Magic;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
