// GGUF files written for tests independently of the product, as llama.cpp's converter writes a GPT-2, and with anything wrong in them.

using System.Text;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;

namespace Gpt2.Tests.Core.Weights.Fixtures;

/// <summary>A key with the number of its type and the bytes of its value.</summary>
internal sealed record GgufKey(string Name, uint Type, byte[] Value);

/// <summary>A tensor; its sizes are in the order of the file, and its place follows from the others unless it is given.</summary>
internal sealed record GgufFixtureTensor(string Name, ulong[] Sizes, uint Type, byte[] Data, ulong? Offset = null);

internal sealed class GgufFixture
{
    public const uint F32 = 0, F16 = 1, BF16 = 30;

    private const uint Int32 = 5, Array = 9;

    public uint Version { get; set; } = 3;

    public int Alignment { get; set; } = 32;

    public ulong? TensorCount { get; set; }

    public ulong? KeyCount { get; set; }

    public List<GgufKey> Keys { get; } = [];

    public List<GgufFixtureTensor> Tensors { get; } = [];

    public static GgufKey Text(string name, string value) => new(name, 8, TextBytes(value));

    public static GgufKey Whole(string name, uint value) => new(name, 4, BitConverter.GetBytes(value));

    public static GgufKey Real(string name, float value) => new(name, 6, BitConverter.GetBytes(value));

    public static GgufKey Texts(string name, IEnumerable<string> values) => List(name, 8, [.. values.Select(TextBytes)]);

    public static GgufKey Wholes(string name, IEnumerable<int> values) => List(name, Int32, [.. values.Select(BitConverter.GetBytes)]);

    public static GgufKey List(string name, uint type, byte[][] items, ulong? count = null) =>
        new(name, Array, [.. BitConverter.GetBytes(type), .. BitConverter.GetBytes(count ?? (ulong)items.Length), .. items.SelectMany(item => item)]);

    /// <summary>A whole file's contents.</summary>
    public static GgufFixture Of(Gpt2Weights weights, Vocabulary vocabulary, uint type = F32)
    {
        var fixture = new GgufFixture();
        fixture.Keys.AddRange(
        [
            Text("general.architecture", "gpt2"), Text("general.type", "model"), Text("general.name", "Small"),
            Whole("gpt2.block_count", (uint)weights.Config.Layers), Whole("gpt2.context_length", (uint)weights.Config.Context),
            Whole("gpt2.embedding_length", (uint)weights.Config.Channels), Whole("gpt2.feed_forward_length", 4 * (uint)weights.Config.Channels),
            Whole("gpt2.attention.head_count", (uint)weights.Config.Heads), Real("gpt2.attention.layer_norm_epsilon", 1e-5f),
            Whole("general.file_type", 0), Text("tokenizer.ggml.model", "gpt2"), Text("tokenizer.ggml.pre", "gpt-2"),
            Texts("tokenizer.ggml.tokens", Enumerable.Range(0, vocabulary.Count).Select(vocabulary.WrittenForm)),
            Wholes("tokenizer.ggml.token_type", Enumerable.Range(0, vocabulary.Count)
                .Select(id => id < vocabulary.EndOfText ? 1 : id == vocabulary.EndOfText ? 3 : 4)),
            Texts("tokenizer.ggml.merges", vocabulary.Merges.Select(
                merge => $"{vocabulary.WrittenForm(merge.Left)} {vocabulary.WrittenForm(merge.Right)}")),
            Whole("tokenizer.ggml.bos_token_id", (uint)vocabulary.EndOfText), Whole("tokenizer.ggml.eos_token_id", (uint)vocabulary.EndOfText),
            Whole("general.quantization_version", 2),
        ]);
        fixture.Add("token_embd.weight", weights.TokenEmbedding, type);
        fixture.Add("position_embd.weight", weights.PositionEmbedding, F32);
        for (int i = 0; i < weights.Blocks.Length; i++)
        {
            BlockWeights block = weights.Blocks[i];
            fixture.Add($"blk.{i}.attn_norm.weight", block.Ln1.Gain, F32);
            fixture.Add($"blk.{i}.attn_norm.bias", block.Ln1.Bias, F32);
            fixture.AddTransposed($"blk.{i}.attn_qkv.weight", block.AttentionQkv.Weight, type);
            fixture.Add($"blk.{i}.attn_qkv.bias", block.AttentionQkv.Bias!, F32);
            fixture.AddTransposed($"blk.{i}.attn_output.weight", block.AttentionProjection.Weight, type);
            fixture.Add($"blk.{i}.attn_output.bias", block.AttentionProjection.Bias!, F32);
            fixture.Add($"blk.{i}.ffn_norm.weight", block.Ln2.Gain, F32);
            fixture.Add($"blk.{i}.ffn_norm.bias", block.Ln2.Bias, F32);
            fixture.AddTransposed($"blk.{i}.ffn_up.weight", block.MlpHidden.Weight, type);
            fixture.Add($"blk.{i}.ffn_up.bias", block.MlpHidden.Bias!, F32);
            fixture.AddTransposed($"blk.{i}.ffn_down.weight", block.MlpProjection.Weight, type);
            fixture.Add($"blk.{i}.ffn_down.bias", block.MlpProjection.Bias!, F32);
        }

        fixture.Add("output_norm.weight", weights.FinalNorm.Gain, F32);
        fixture.Add("output_norm.bias", weights.FinalNorm.Bias, F32);
        return fixture;
    }

    /// <summary>Puts a key in the place of the one with its name, or at the end.</summary>
    public void Put(GgufKey key)
    {
        int place = Keys.FindIndex(other => other.Name == key.Name);
        if (place < 0)
        {
            Keys.Add(key);
        }
        else
        {
            Keys[place] = key;
        }
    }

    public void Change(string tensor, Func<GgufFixtureTensor, GgufFixtureTensor> change)
    {
        int place = Tensors.FindIndex(other => other.Name == tensor);
        Tensors[place] = change(Tensors[place]);
    }

    public void Add(string name, Matrix matrix, uint type) => Tensors.Add(new(
        name, matrix.Rows == 1 ? [(ulong)matrix.Columns] : [(ulong)matrix.Columns, (ulong)matrix.Rows], type, NumberBytes(matrix.Span, type)));

    public byte[] Bytes()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream, Encoding.UTF8);
        writer.Write("GGUF"u8);
        writer.Write(Version);
        writer.Write(TensorCount ?? (ulong)Tensors.Count);
        writer.Write(KeyCount ?? (ulong)Keys.Count);
        foreach (GgufKey key in Keys)
        {
            writer.Write(TextBytes(key.Name));
            writer.Write(key.Type);
            writer.Write(key.Value);
        }

        ulong offset = 0;
        foreach (GgufFixtureTensor tensor in Tensors)
        {
            writer.Write(TextBytes(tensor.Name));
            writer.Write((uint)tensor.Sizes.Length);
            System.Array.ForEach(tensor.Sizes, writer.Write);
            writer.Write(tensor.Type);
            writer.Write(tensor.Offset ?? offset);
            offset += (ulong)Padded(tensor.Data.Length);
        }

        writer.Write(new byte[Padded(stream.Length) - stream.Length]);
        foreach (GgufFixtureTensor tensor in Tensors)
        {
            writer.Write(tensor.Data);
            writer.Write(new byte[Padded(tensor.Data.Length) - tensor.Data.Length]);
        }

        return stream.ToArray();
    }

    private static byte[] TextBytes(string text) =>
        [.. BitConverter.GetBytes((ulong)Encoding.UTF8.GetByteCount(text)), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] NumberBytes(ReadOnlySpan<float> numbers, uint type) =>
        HuggingFaceFixture.Bytes(numbers, type == F16 ? "F16" : type == BF16 ? "BF16" : "F32");

    private void AddTransposed(string name, Matrix matrix, uint type)
    {
        var turned = new float[matrix.Rows * matrix.Columns];
        for (int input = 0; input < matrix.Rows; input++)
        {
            for (int output = 0; output < matrix.Columns; output++)
            {
                turned[(output * matrix.Rows) + input] = matrix[input, output];
            }
        }

        Tensors.Add(new(name, [(ulong)matrix.Rows, (ulong)matrix.Columns], type, NumberBytes(turned, type)));
    }

    private long Padded(long length) => (length + Alignment - 1) / Alignment * Alignment;
}
