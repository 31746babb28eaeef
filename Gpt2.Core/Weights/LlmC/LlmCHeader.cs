// llm.c's header gives sizes only: the positions of the matrices follow from their order in the file.

using System.Buffers.Binary;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Weights.Binary;

namespace Gpt2.Core.Weights.LlmC;

/// <summary>
/// 256 int32: magic, version, max_seq_len, vocab_size, num_layers, num_heads, channels, padded_vocab_size, then zeros.
/// The matrices follow without gaps: wte with its rows padded, wpe, each kind of block matrix for all blocks in turn,
/// ln_f. Linear maps are [outputs, inputs], the transpose of ours.
/// </summary>
internal static class LlmCHeader
{
    public const int Magic = 20240326;
    public const int Float32Version = 3;
    public const int BFloat16Version = 5;
    public const int Length = Fields * sizeof(int);

    private const int Fields = 256;
    private const int UsedFields = 8;

    /// <summary>The rows of wte are padded to a multiple of this, as llm.c's own exporter does.</summary>
    private const int PaddedTo = 128;

    /// <summary>Rows of wte in a file that we write.</summary>
    public static int PaddedVocabulary(Gpt2Config config) => (config.Vocabulary + PaddedTo - 1) / PaddedTo * PaddedTo;

    /// <summary>Reads and checks a header, and the length of the file against it.</summary>
    /// <returns>The sizes, the rows of wte in the file, and how numbers are stored.</returns>
    /// <exception cref="Gpt2Exception">
    /// It is not such a file, has another version, or is damaged or cut off.
    /// </exception>
    public static (Gpt2Config Config, int PaddedVocabulary, NumberType Type) Read(MappedFile file)
    {
        byte[] bytes = file.Start(Length);
        int Field(int index) => BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(index * sizeof(int)));
        if (bytes.Length < Length || Field(0) != Magic)
        {
            throw WrongFile.Refusal(file.Path, "a model of llm.c", isBinary: true)
                ?? new Gpt2Exception("does not begin like a model of llm.c")
                {
                    Where = file.Path,
                    Expected = $"{Magic} and a header of {Length} bytes",
                    Remedy = WrongFile.Again,
                };
        }

        if (Field(1) is not (Float32Version or BFloat16Version))
        {
            throw new Gpt2Exception($"found version {Field(1)}")
            {
                Where = file.Path,
                Expected = $"{Float32Version} (float32) or {BFloat16Version} (bfloat16)",
                Remedy = WrongFile.Again,
            };
        }

        for (int index = UsedFields; index < Fields; index++)
        {
            if (Field(index) != 0)
            {
                throw new Gpt2Exception($"found {Field(index)} in field {index} of the header")
                {
                    Where = file.Path,
                    Expected = "0",
                    Remedy = "it uses a feature that this program does not know, or is damaged: " + WrongFile.Again,
                };
            }
        }

        var config = new Gpt2Config(Vocabulary: Field(3), Context: Field(2), Channels: Field(6), Heads: Field(5), Layers: Field(4));
        int padded = Field(7);
        NumberType type = Field(1) == Float32Version ? NumberType.F32 : NumberType.BF16;
        Gpt2Exception? problem = config.Problem();
        if (problem is null && padded < config.Vocabulary)
        {
            problem = new Gpt2Exception($"padded_vocab_size is {padded}") { Expected = $"at least vocab_size {config.Vocabulary}" };
        }

        if (problem is not null)
        {
            throw problem.At(file.Path, remedy: "the header is damaged: " + WrongFile.Again);
        }

        Int128 expected = Length + (type.Size() * (MatrixShapes.Count(config) + ((Int128)(padded - config.Vocabulary) * config.Channels)));
        return file.Length == expected
            ? (config, padded, type)
            : throw new Gpt2Exception($"found {Plural.Of(file.Length, "byte")}")
            {
                Where = file.Path,
                Expected = $"{expected} for the sizes in its header",
                Remedy = "the file is cut off or damaged: " + WrongFile.Again,
            };
    }

    /// <summary>The header of a float32 file.</summary>
    public static byte[] Written(Gpt2Config config)
    {
        int[] fields =
        [
            Magic, Float32Version, config.Context, config.Vocabulary, config.Layers, config.Heads, config.Channels, PaddedVocabulary(config),
        ];
        var bytes = new byte[Length];
        for (int i = 0; i < fields.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(i * sizeof(int)), fields[i]);
        }

        return bytes;
    }

    /// <summary>Every matrix in the order of the file, with our shapes.</summary>
    public static IEnumerable<MatrixShape> Order(Gpt2Config config)
    {
        MatrixShape[] one = [.. MatrixShapes.Of(config with { Layers = 1 })];
        IEnumerable<MatrixShape> blocks = one[2..^2].SelectMany(
            kind => Enumerable.Range(0, config.Layers), (kind, block) => kind with { Name = $"h{block}{kind.Name[2..]}" });
        return one[..2].Concat(blocks).Concat(one[^2..]);
    }

    /// <summary>Whether the file has the transpose of a matrix: this is so for linear maps.</summary>
    public static bool IsTransposed(MatrixShape shape) => shape.Name.EndsWith("/w", StringComparison.Ordinal);
}
