// The beginning of a GGUF file is made in memory: the metadata, with the vocabulary, and the list of tensors.

using System.Text;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.Binary;

namespace Gpt2.Core.Weights.Gguf;

/// <summary>Builds a header; the keys are those that llama.cpp's converter writes.</summary>
internal sealed class GgufMetadata
{
    private const uint QuantizationVersion = 2;

    private readonly MemoryStream values = new();
    private readonly BinaryWriter writer;
    private ulong keys;

    public GgufMetadata() => writer = new BinaryWriter(values, Encoding.UTF8);

    /// <summary>The metadata of a model.</summary>
    /// <param name="config">The sizes.</param>
    /// <param name="vocabulary">The vocabulary; null for a model without text.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="fileType">llama.cpp's number for the type of most tensors.</param>
    /// <exception cref="Gpt2Exception">Two tokens would be written alike.</exception>
    public static GgufMetadata Of(Gpt2Config config, Vocabulary? vocabulary, string name, uint fileType)
    {
        var metadata = new GgufMetadata();
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
        using var header = new MemoryStream();
        using var start = new BinaryWriter(header, Encoding.UTF8);
        start.Write("GGUF"u8);
        start.Write(GgufHeader.Version);
        start.Write((ulong)tensors.Count);
        start.Write(keys);
        writer.Flush();
        values.WriteTo(header);
        long offset = 0;
        foreach ((string name, long[] shape, NumberType type) in tensors)
        {
            Write(start, name);
            start.Write((uint)shape.Length);
            foreach (long size in shape.Reverse())
            {
                start.Write(size);
            }

            start.Write(GgufTypes.NumberOf(type));
            start.Write(offset);
            offset += Padded(type.Bytes(StoredTensor.Count(shape)));
        }

        start.Flush();
        header.SetLength(Padded(header.Length));
        return header.ToArray();
    }

    /// <summary>A length in whole multiples of the alignment.</summary>
    public static long Padded(long length) =>
        (length + GgufHeader.StandardAlignment - 1) / GgufHeader.StandardAlignment * GgufHeader.StandardAlignment;

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

        Add(GgufVocabulary.ModelKey, GgufVocabulary.Merges);
        Add(GgufVocabulary.SplittingKey, GgufVocabulary.Splitting);
        AddList(GgufVocabulary.TokensKey, tokens);
        Begin(GgufVocabulary.TypesKey, GgufHeader.Kind.Array);
        BeginList(GgufHeader.Kind.Int32, tokens.Length);
        for (int id = 0; id < tokens.Length; id++)
        {
            writer.Write(GgufVocabulary.TypeOf(vocabulary, id));
        }

        AddList(GgufVocabulary.MergesKey, [.. vocabulary.Merges.Select(merge => $"{tokens[merge.Left]} {tokens[merge.Right]}")]);
        Add(GgufVocabulary.BeginningKey, (uint)vocabulary.EndOfText);
        Add(GgufVocabulary.EndKey, (uint)vocabulary.EndOfText);
    }

    private void Add(string key, string value)
    {
        Begin(key, GgufHeader.Kind.Text);
        Write(writer, value);
    }

    private void Add(string key, uint value)
    {
        Begin(key, GgufHeader.Kind.UInt32);
        writer.Write(value);
    }

    private void Add(string key, float value)
    {
        Begin(key, GgufHeader.Kind.Float32);
        writer.Write(value);
    }

    private void AddList(string key, string[] texts)
    {
        Begin(key, GgufHeader.Kind.Array);
        BeginList(GgufHeader.Kind.Text, texts.Length);
        foreach (string text in texts)
        {
            Write(writer, text);
        }
    }

    private void Begin(string key, GgufHeader.Kind kind)
    {
        keys++;
        Write(writer, key);
        writer.Write((uint)kind);
    }

    private void BeginList(GgufHeader.Kind kind, int count)
    {
        writer.Write((uint)kind);
        writer.Write((ulong)count);
    }

    private static void Write(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }
}
