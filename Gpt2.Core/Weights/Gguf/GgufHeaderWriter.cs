// Makes the header of a GGUF file in memory: the metadata, with the vocabulary, and the list of tensors.

using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.Binary;

namespace Gpt2.Core.Weights.Gguf;

/// <summary>Builds a header; the keys are those that llama.cpp's converter writes.</summary>
internal sealed class GgufHeaderWriter
{
    private const uint QuantizationVersion = 2;

    private readonly ArrayBufferWriter<byte> values = new();
    private ulong keys;

    /// <summary>The metadata of a model.</summary>
    /// <param name="config">The sizes.</param>
    /// <param name="vocabulary">The vocabulary; null for a model without text.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="fileType">llama.cpp's number for the type of most tensors.</param>
    /// <exception cref="Gpt2Exception">Two tokens would be written alike.</exception>
    public static GgufHeaderWriter Of(Gpt2Config config, Vocabulary? vocabulary, string name, uint fileType)
    {
        var metadata = new GgufHeaderWriter();
        metadata.Add(GgufFiles.ArchitectureKey, GgufFiles.Architecture);
        metadata.Add("general.type", "model");
        metadata.Add("general.name", name);
        metadata.Add(GgufHeader.AlignmentKey, GgufHeader.StandardAlignment);
        metadata.Add("general.file_type", fileType);
        metadata.Add("general.quantization_version", QuantizationVersion);
        metadata.Add(GgufFiles.LayersKey, (uint)config.Layers);
        metadata.Add(GgufFiles.ContextKey, (uint)config.Context);
        metadata.Add(GgufFiles.ChannelsKey, (uint)config.Channels);
        metadata.Add(GgufFiles.HiddenKey, (uint)config.Hidden);
        metadata.Add(GgufFiles.HeadsKey, (uint)config.Heads);
        metadata.Add(GgufFiles.EpsilonKey, config.LayerNormEpsilon);
        metadata.Add(GgufFiles.VocabularySizeKey, (uint)config.Vocabulary);
        metadata.AddVocabulary(vocabulary);
        return metadata;
    }

    /// <summary>The whole header, up to the first tensor's data.</summary>
    /// <param name="tensors">Name, shape and type of each, in the order of their data.</param>
    public byte[] WithTensors(IReadOnlyList<(string Name, long[] Shape, NumberType Type)> tensors)
    {
        var header = new ArrayBufferWriter<byte>();
        header.Write("GGUF"u8);
        Put(header, GgufHeader.Version);
        Put(header, (ulong)tensors.Count);
        Put(header, keys);
        header.Write(values.WrittenSpan);
        long offset = 0;
        foreach ((string name, long[] shape, NumberType type) in tensors)
        {
            Put(header, name);
            Put(header, (uint)shape.Length);
            foreach (long size in shape.Reverse())
            {
                Put(header, (ulong)size);
            }

            Put(header, GgufTypes.NumberOf(type));
            Put(header, (ulong)offset);
            offset += GgufHeader.Padded(type.Bytes(StoredTensor.Count(shape)));
        }

        return [.. header.WrittenSpan, .. new byte[GgufHeader.Padded(header.WrittenCount) - header.WrittenCount]];
    }

    private void AddVocabulary(Vocabulary? vocabulary)
    {
        if (vocabulary is null)
        {
            Add(GgufVocabulary.ModelKey, GgufVocabulary.NoText);
            return;
        }

        string[] tokens = [.. Enumerable.Range(0, vocabulary.Count).Select(
            id => vocabulary.IsUnused(id) ? FormattableString.Invariant($"[PAD{id}]") : vocabulary.WrittenForm(id))];
        if (tokens.GroupBy(token => token).FirstOrDefault(alike => alike.Count() > 1) is { } twice)
        {
            throw new Gpt2Exception($"two tokens are both written as '{VisibleText.Brief(twice.Key)}', which a GGUF file can hold only once")
            {
                Remedy = "write another format",
            };
        }

        Add(GgufVocabulary.ModelKey, GgufVocabulary.ByteLevelMerges);
        Add(GgufVocabulary.PreTokenizerKey, GgufVocabulary.PreTokenizer);
        AddList(GgufVocabulary.TokensKey, tokens);
        Begin(GgufVocabulary.TypesKey, GgufHeader.Kind.Array);
        BeginList(GgufHeader.Kind.Int32, tokens.Length);
        for (int id = 0; id < tokens.Length; id++)
        {
            Put(values, (uint)GgufVocabulary.TypeOf(vocabulary, id));
        }

        AddList(GgufVocabulary.MergesKey, [.. vocabulary.Merges.Select(merge => $"{tokens[merge.Left]} {tokens[merge.Right]}")]);
        Add(GgufVocabulary.BeginningKey, (uint)vocabulary.EndOfText);
        Add(GgufVocabulary.EndKey, (uint)vocabulary.EndOfText);
    }

    private void Add(string key, string value)
    {
        Begin(key, GgufHeader.Kind.Text);
        Put(values, value);
    }

    private void Add(string key, uint value)
    {
        Begin(key, GgufHeader.Kind.UInt32);
        Put(values, value);
    }

    private void Add(string key, float value)
    {
        Begin(key, GgufHeader.Kind.Float32);
        Put(values, BitConverter.SingleToUInt32Bits(value));
    }

    private void AddList(string key, string[] texts)
    {
        Begin(key, GgufHeader.Kind.Array);
        BeginList(GgufHeader.Kind.Text, texts.Length);
        foreach (string text in texts)
        {
            Put(values, text);
        }
    }

    private void Begin(string key, GgufHeader.Kind kind)
    {
        keys++;
        Put(values, key);
        Put(values, (uint)kind);
    }

    private void BeginList(GgufHeader.Kind kind, int count)
    {
        Put(values, (uint)kind);
        Put(values, (ulong)count);
    }

    private static void Put(ArrayBufferWriter<byte> to, uint number)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(to.GetSpan(sizeof(uint)), number);
        to.Advance(sizeof(uint));
    }

    private static void Put(ArrayBufferWriter<byte> to, ulong number)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(to.GetSpan(sizeof(ulong)), number);
        to.Advance(sizeof(ulong));
    }

    private static void Put(ArrayBufferWriter<byte> to, string text)
    {
        Put(to, (ulong)Encoding.UTF8.GetByteCount(text));
        to.Advance(Encoding.UTF8.GetBytes(text, to.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
    }
}
