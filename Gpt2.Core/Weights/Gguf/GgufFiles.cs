// A GGUF file read as a GPT-2: which metadata it must have, and where its tensors are.

using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.Binary;
using static System.FormattableString;

namespace Gpt2.Core.Weights.Gguf;

/// <summary>A GGUF file of the architecture gpt2.</summary>
/// <param name="folder">The folder.</param>
/// <param name="file">The file.</param>
/// <param name="pathOf">Finds the path of a file by its name; null to take exactly that name.</param>
internal sealed class GgufFiles(string folder, string file, Func<string, string>? pathOf) : BinaryFiles(folder, file, pathOf)
{
    public const string Architecture = "gpt2";
    public const string ArchitectureKey = "general.architecture";
    public const string VocabularySizeKey = "gpt2.vocab_size";
    public const string ContextKey = "gpt2.context_length";
    public const string ChannelsKey = "gpt2.embedding_length";
    public const string HiddenKey = "gpt2.feed_forward_length";
    public const string LayersKey = "gpt2.block_count";
    public const string HeadsKey = "gpt2.attention.head_count";
    public const string EpsilonKey = "gpt2.attention.layer_norm_epsilon";

    private const string PartsKey = "split.count";
    private const string CausalKey = "gpt2.attention.causal";

    private GgufHeader? header;
    private MappedFile? data;

    public override string Layout => "GGUF";

    public override string SizesFile => MainFile;

    public override (string Vocabulary, string Context) SizeNames => ("the number of tokens", ContextKey);

    public override string NameOf(string matrix) => GgufNames.Of(matrix);

    public override Gpt2Config ReadSizes()
    {
        try
        {
            data = Files.Open(Main);
            header = GgufHeader.Read(data);
        }
        catch (Gpt2Exception e)
        {
            AllLost = e;
            throw;
        }

        string architecture = header.Text(ArchitectureKey);
        if (architecture != Architecture)
        {
            throw header.Wrong(ArchitectureKey, $"found '{VisibleText.Brief(architecture)}'", $"'{Architecture}'")
                .At(new(Main, Part: ArchitectureKey), "take the GGUF file of a GPT-2: other architectures are not computed");
        }

        if (header.Has(PartsKey) && header.Whole(PartsKey) > 1)
        {
            throw header.Wrong(PartsKey, $"the model is in {header.Whole(PartsKey)} files", "one")
                .At(new(Main, Part: PartsKey), "join them with llama.cpp's 'llama-gguf-split --merge'");
        }

        var config = new Gpt2Config(
            Vocabulary: header.Has(VocabularySizeKey) ? Size(VocabularySizeKey) : (int)Math.Min(header.Count(GgufVocabulary.TokensKey), int.MaxValue),
            Context: Size(ContextKey), Channels: Size(ChannelsKey), Heads: Size(HeadsKey), Layers: Size(LayersKey))
        {
            Hidden = Size(HiddenKey),
            LayerNormEpsilon = (float)header.Real(EpsilonKey),
        };
        if (config.Problem() is Gpt2Exception problem)
        {
            throw problem.At(Main);
        }

        RequireSameArithmetic(header, config);
        return config;
    }

    public override void FindTensors(Action<Gpt2Exception> refuse)
    {
        if (header is null || data is null)
        {
            return;
        }

        long? end = 0; // unknown after a tensor whose length is not known
        string before = "the header";
        foreach (GgufTensor tensor in header.Tensors.OrderBy(tensor => tensor.Begin))
        {
            Gpt2Exception? e = Try(() => Add(tensor, end, before), refuse);
            if (e is not null)
            {
                Lost.TryAdd(tensor.Name, e);
            }

            end = GgufTypes.Of(tensor.Type) is NumberType type && IsWhole(tensor, type) && tensor.Begin <= long.MaxValue / 2
                ? GgufHeader.Padded((long)tensor.Begin + BytesOf(tensor, type), header.Alignment) : null;
            before = tensor.Name;
        }

        if (end is long whole && data.Length - header.DataOffset > whole)
        {
            refuse(new Gpt2Exception($"{data.Length - header.DataOffset - whole} bytes follow the last tensor, {before}")
            {
                Where = Main,
                Expected = "none",
                Remedy = WrongFile.Again,
            });
        }
    }

    /// <summary>A head with the same numbers as the embedding, or none, is a tied head.</summary>
    public override Gpt2Config WithVariant(Gpt2Config sizes, Action<Gpt2Exception> refuse)
    {
        StoredTensor? head = Tensors.GetValueOrDefault(GgufNames.Head), embedding = Tensors.GetValueOrDefault(GgufNames.Embedding);
        return sizes with
        {
            QkvBias = Tensors.Keys.Any(name => name.EndsWith(".attn_qkv.bias", StringComparison.Ordinal)),
            TiedHead = !Lost.ContainsKey(GgufNames.Head) && (head is null || (embedding is not null && head.HasTheNumbersOf(embedding))),
        };
    }

    /// <summary>The vocabulary is in the file itself.</summary>
    public override Tokenizer? ReadTokenizer(Gpt2Config? sizes) => header is null ? throw AllLost!
        : sizes?.Vocabulary < Vocabulary.SmallestCount ? null
        : GgufVocabulary.Read(header, sizes) is Vocabulary vocabulary ? new Tokenizer(vocabulary) : null;

    /// <summary>A tied head is used, although it is not a separate matrix.</summary>
    protected override IEnumerable<string> Others(Gpt2Config sizes) => base.Others(sizes).Where(name => name != GgufNames.Head);

    /// <summary>
    /// Values that would need other arithmetic than GPT-2's are refused: of the keys of other architectures, those that llama.cpp does not
    /// ignore for gpt2 either.
    /// </summary>
    private static void RequireSameArithmetic(GgufHeader header, Gpt2Config config)
    {
        (string Key, long Value)[] fixedValues =
        [
            ("gpt2.attention.head_count_kv", config.Heads), ("gpt2.attention.key_length", config.HeadSize),
            ("gpt2.attention.value_length", config.HeadSize), ("gpt2.expert_count", 0), ("gpt2.expert_used_count", 0), ("gpt2.expert_group_count", 0),
        ];
        foreach ((string key, long value) in fixedValues.Where(entry => header.Has(entry.Key)))
        {
            if (header.Whole(key) is long found && found != value)
            {
                throw header.Wrong(key, Invariant($"found {found}"), $"{value}, as in GPT-2");
            }
        }

        if (header.Has(CausalKey) && !header.Truth(CausalKey))
        {
            throw header.Wrong(CausalKey, "found false", "true, as in GPT-2");
        }
    }

    private int Size(string key) => header!.Whole(key) is long size and > 0 and <= int.MaxValue
        ? (int)size : throw header.Wrong(key, Invariant($"found {header.Whole(key)}"), $"1 to {int.MaxValue}");

    /// <summary>Whether its rows are whole blocks.</summary>
    private static bool IsWhole(GgufTensor tensor, NumberType type) =>
        type.BlockLength() == 1 || (tensor.Shape is [.., long columns] && columns % type.BlockLength() == 0);

    /// <summary>The bytes of a tensor, at most so many that a position after it does not overflow.</summary>
    private static long BytesOf(GgufTensor tensor, NumberType type) =>
        StoredTensor.Count(tensor.Shape) <= long.MaxValue / 64 ? type.Bytes(StoredTensor.Count(tensor.Shape)) : long.MaxValue / 4;

    /// <summary>Adds a tensor after checking its type and its place.</summary>
    /// <exception cref="Gpt2Exception">It cannot be read, or overlaps the one before.</exception>
    private void Add(GgufTensor tensor, long? end, string before)
    {
        Gpt2Exception Wrong(string found, string? expected, string remedy = WrongFile.Again) =>
            new(found) { Where = PlaceOf(tensor.Name), Expected = expected, Remedy = remedy };
        if (GgufTypes.Of(tensor.Type) is not NumberType type)
        {
            throw Wrong(
                $"is of {GgufTypes.NameOf(tensor.Type)}", GgufTypes.SupportedNames,
                "take the model in one of these: llama.cpp's 'llama-quantize --allow-requantize' converts it");
        }

        if (!IsWhole(tensor, type))
        {
            throw Wrong($"is {StoredTensor.Shown(tensor.Shape)} in {type}", $"rows of a multiple of {type.BlockLength()} weights");
        }

        if (tensor.Begin % (ulong)header!.Alignment != 0)
        {
            throw Wrong($"begins at byte {tensor.Begin} of the data", $"a multiple of {header.Alignment}, the {GgufHeader.AlignmentKey}");
        }

        if (end is long free && tensor.Begin != (ulong)free)
        {
            throw Wrong($"begins at byte {tensor.Begin} of the data", $"{free}, where {before} ends");
        }

        long length = Math.Max(data!.Length - header.DataOffset, 0);
        long bytes = BytesOf(tensor, type);
        if (tensor.Begin > (ulong)length || bytes > length - (long)tensor.Begin)
        {
            throw new Gpt2Exception($"is cut off: its tensors need more than the {data.Length} bytes that it has")
            {
                Where = Main,
                Remedy = WrongFile.Again,
            };
        }

        Tensors.Add(tensor.Name, new StoredTensor(tensor.Name, data, header.DataOffset + (long)tensor.Begin, type, tensor.Shape)
        {
            Transposed = GgufNames.IsTransposedThere(tensor.Name),
        });
    }
}
