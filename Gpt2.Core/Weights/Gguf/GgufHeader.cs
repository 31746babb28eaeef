// A GGUF file begins with a header: metadata, which are keys and values, and the names, shapes, types and positions of the tensors.

using System.Buffers.Binary;
using Gpt2.Core.Weights.Binary;

namespace Gpt2.Core.Weights.Gguf;

/// <summary>What the header says about a tensor.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Shape">Its shape with the longest stride first; the file has it the other way round.</param>
/// <param name="Type">The number of its type in ggml.</param>
/// <param name="Begin">Its first byte, counted from the beginning of the data.</param>
internal sealed record GgufTensor(string Name, long[] Shape, uint Type, ulong Begin);

/// <summary>
/// The magic "GGUF", the version (uint32), the number of tensors and of keys (uint64), the metadata, the tensors. The data begins at
/// the next multiple of the alignment.
/// </summary>
internal sealed class GgufHeader
{
    public const string Magic = "GGUF";
    public const uint Version = 3;
    public const int StandardAlignment = 32;
    public const string AlignmentKey = "general.alignment";

    /// <summary>The lengths that llama.cpp allows for keys and for names of tensors.</summary>
    private const int LongestKey = 65_535, LongestName = 63;

    private const int LongestText = 1 << 20;
    private const int MaxDimensions = 4;
    private const int LargestAlignment = 1 << 20;
    private const int LeastKey = 13, LeastTensor = 24; // bytes of the smallest possible
    private const int MaxKeys = 10_000, MaxTensors = 100_000;
    private const string Expected = "a GGUF file";

    private readonly MappedFile file;
    private readonly Dictionary<string, Value> metadata = [];
    private readonly List<GgufTensor> tensors = [];
    private readonly HashSet<string> names = [];

    private GgufHeader(MappedFile file) => this.file = file;

    /// <summary>The types of values, with the numbers that the format gives them.</summary>
    public enum Kind : uint
    {
        UInt8 = 0,
        Int8 = 1,
        UInt16 = 2,
        Int16 = 3,
        UInt32 = 4,
        Int32 = 5,
        Float32 = 6,
        Bool = 7,
        Text = 8,
        Array = 9,
        UInt64 = 10,
        Int64 = 11,
        Float64 = 12,
    }

    public IReadOnlyList<GgufTensor> Tensors => tensors;

    /// <summary>The offset in the file of the first tensor's data.</summary>
    public long DataOffset { get; private set; }

    /// <summary>The data of each tensor begins at a multiple of this.</summary>
    public int Alignment { get; private set; } = StandardAlignment;

    /// <summary>Reads a header.</summary>
    /// <exception cref="Gpt2Exception">It is not a GGUF file, has another version, or is damaged.</exception>
    public static GgufHeader Read(MappedFile file)
    {
        byte[] start = file.Start(8);
        if (!start.AsSpan().StartsWith("GGUF"u8) || start.Length < 8)
        {
            throw WrongFile.Refusal(file.Path, Expected, isBinary: true) ?? new Gpt2Exception($"does not begin with the bytes {Magic}")
            {
                Where = file.Path,
                Expected = Expected,
                Remedy = WrongFile.Again,
            };
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(4));
        if (version is not (2 or Version))
        {
            bool isBigEndian = version != 0 && (version & 0xFFFF) == 0;
            throw new Gpt2Exception(isBigEndian ? "is big-endian, made for another kind of processor" : $"has version {version} of GGUF")
            {
                Where = file.Path,
                Expected = isBigEndian ? "little-endian" : $"version 2 or {Version}",
                Remedy = "take the model in a file that llama.cpp's current converter wrote",
            };
        }

        var header = new GgufHeader(file);
        var cursor = new GgufCursor(file, start.Length);
        ulong tensorCount = cursor.UInt64(), keyCount = cursor.UInt64();
        cursor.Part = "the list of tensors";
        cursor.RequireItems(tensorCount, LeastTensor, MaxTensors);
        cursor.Part = "the metadata";
        cursor.RequireItems(keyCount, LeastKey, MaxKeys);
        for (ulong i = 0; i < keyCount; i++)
        {
            header.ReadKey(cursor, i + 1);
        }

        for (ulong i = 0; i < tensorCount; i++)
        {
            header.ReadTensor(cursor, i + 1);
        }

        header.Alignment = header.ReadAlignment();
        header.DataOffset = Padded(cursor.Position, header.Alignment);
        return header;
    }

    /// <summary>A length or an offset, rounded up to a multiple of the alignment.</summary>
    public static long Padded(long length, int alignment = StandardAlignment) => (length + alignment - 1) / alignment * alignment;

    public bool Has(string key) => metadata.ContainsKey(key);

    /// <summary>A whole number of any width.</summary>
    /// <exception cref="Gpt2Exception">The key is missing, or is something else.</exception>
    public long Whole(string key)
    {
        Value value = Find(key, "a whole number", IsWhole);
        return WholeOf(value.Kind, At(value, key).Next(SizeOf(value.Kind)));
    }

    /// <summary>A number with a fraction.</summary>
    /// <exception cref="Gpt2Exception">The key is missing, or is something else.</exception>
    public double Real(string key)
    {
        Value value = Find(key, "a number", kind => kind is Kind.Float32 or Kind.Float64);
        GgufCursor cursor = At(value, key);
        return value.Kind == Kind.Float32
            ? BinaryPrimitives.ReadSingleLittleEndian(cursor.Next(sizeof(float)))
            : BinaryPrimitives.ReadDoubleLittleEndian(cursor.Next(sizeof(double)));
    }

    /// <summary>Yes or no.</summary>
    /// <exception cref="Gpt2Exception">The key is missing, or is something else.</exception>
    public bool Truth(string key) => At(Find(key, "true or false", kind => kind == Kind.Bool), key).Next(1)[0] != 0;

    /// <summary>A text.</summary>
    /// <exception cref="Gpt2Exception">The key is missing, is something else, or is not UTF-8.</exception>
    public string Text(string key) => At(Find(key, "a text", kind => kind == Kind.Text), key).Text(LongestText);

    /// <summary>The number of items in a list.</summary>
    /// <exception cref="Gpt2Exception">The key is missing, or is something else.</exception>
    public long Count(string key) => (long)Find(key, "a list", kind => kind == Kind.Array).Count;

    /// <summary>A list of texts, read one by one.</summary>
    /// <exception cref="Gpt2Exception">The key is missing, is something else, or a text is not UTF-8.</exception>
    public IEnumerable<string> Texts(string key)
    {
        Value value = FindList(key, "a list of texts", kind => kind == Kind.Text);
        GgufCursor cursor = At(value, key);
        for (ulong i = 0; i < value.Count; i++)
        {
            cursor.Part = $"item {i} of {key}";
            yield return cursor.Text(LongestText);
        }
    }

    /// <summary>A list of whole numbers, read one by one.</summary>
    /// <exception cref="Gpt2Exception">The key is missing, or is something else.</exception>
    public IEnumerable<long> Wholes(string key)
    {
        Value value = FindList(key, "a list of whole numbers", IsWhole);
        GgufCursor cursor = At(value, key);
        for (ulong i = 0; i < value.Count; i++)
        {
            yield return WholeOf(value.ItemKind, cursor.Next(SizeOf(value.ItemKind)));
        }
    }

    /// <summary>The error for the value of a key.</summary>
    public Gpt2Exception Wrong(string key, string found, string? expected) =>
        new(found) { Where = new(file.Path, Part: key), Expected = expected, Remedy = ModelFiles.OfTheModel };

    private static bool IsWhole(Kind kind) => kind is <= Kind.Int32 or Kind.UInt64 or Kind.Int64;

    private static int SizeOf(Kind kind) => kind switch
    {
        Kind.UInt8 or Kind.Int8 or Kind.Bool => 1,
        Kind.UInt16 or Kind.Int16 => 2,
        Kind.UInt32 or Kind.Int32 or Kind.Float32 => 4,
        Kind.UInt64 or Kind.Int64 or Kind.Float64 => 8,
        _ => 0,
    };

    private void ReadKey(GgufCursor cursor, ulong number)
    {
        cursor.Part = $"key {number}";
        string key = cursor.Text(LongestKey);
        if (key.Length == 0)
        {
            throw cursor.Wrong("has no name", null);
        }

        cursor.Part = $"the key {key}";
        Kind kind = ReadKind(cursor), itemKind = kind;
        ulong count = 1;
        if (kind == Kind.Array)
        {
            itemKind = ReadKind(cursor);
            count = cursor.UInt64();
            cursor.RequireItems(count, itemKind == Kind.Text ? sizeof(ulong) : Math.Max(SizeOf(itemKind), 1));
        }

        if (itemKind == Kind.Array || !metadata.TryAdd(key, new Value(kind, itemKind, count, cursor.Position)))
        {
            throw itemKind == Kind.Array ? cursor.Wrong("is a list of lists", "a list of numbers or texts")
                : cursor.Wrong("appears twice", "each key once");
        }

        if (itemKind != Kind.Text)
        {
            cursor.Skip(count * (ulong)SizeOf(itemKind));
        }

        for (ulong i = 0; itemKind == Kind.Text && i < count; i++)
        {
            cursor.SkipText();
        }
    }

    private static Kind ReadKind(GgufCursor cursor)
    {
        var kind = (Kind)cursor.UInt32();
        return Enum.IsDefined(kind) ? kind : throw cursor.Wrong($"has the type {(uint)kind}", "0 to 12, the types of GGUF");
    }

    private void ReadTensor(GgufCursor cursor, ulong number)
    {
        cursor.Part = $"tensor {number}";
        string name = cursor.Text(LongestName);
        cursor.Part = $"the tensor {name}";
        uint dimensions = cursor.UInt32();
        if (dimensions > MaxDimensions)
        {
            throw cursor.Wrong($"has {dimensions} dimensions", $"at most {MaxDimensions}");
        }

        var shape = new long[dimensions];
        for (int i = shape.Length - 1; i >= 0; i--)
        {
            shape[i] = unchecked((long)cursor.UInt64());
        }

        if (StoredTensor.Count(shape) < 0)
        {
            throw cursor.Wrong($"has the shape {StoredTensor.Shown(shape)}", "sizes that are not negative, and fewer weights");
        }

        if (!names.Add(name))
        {
            throw cursor.Wrong("appears twice", "each tensor once");
        }

        tensors.Add(new GgufTensor(name, shape, cursor.UInt32(), cursor.UInt64()));
    }

    private int ReadAlignment()
    {
        long alignment = Has(AlignmentKey) ? Whole(AlignmentKey) : StandardAlignment;
        return alignment is > 0 and <= LargestAlignment && (alignment & (alignment - 1)) == 0
            ? (int)alignment
            : throw Wrong(AlignmentKey, FormattableString.Invariant($"found {alignment}"), $"a power of two, at most {LargestAlignment}");
    }

    private GgufCursor At(Value value, string key) => new(file, value.Offset) { Part = key };

    private Value FindList(string key, string expected, Func<Kind, bool> fits)
    {
        Value value = Find(key, expected, kind => kind == Kind.Array);
        return fits(value.ItemKind) ? value : throw Wrong(key, $"is a list of {value.ItemKind}", expected);
    }

    private Value Find(string key, string expected, Func<Kind, bool> fits) =>
        !metadata.TryGetValue(key, out Value value) ? throw Wrong(key, "is missing", expected)
        : fits(value.Kind) ? value
        : throw Wrong(key, $"is of the type {value.Kind}", expected);

    private static long WholeOf(Kind kind, ReadOnlySpan<byte> bytes) => kind switch
    {
        Kind.UInt8 => bytes[0],
        Kind.Int8 => unchecked((sbyte)bytes[0]),
        Kind.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(bytes),
        Kind.Int16 => BinaryPrimitives.ReadInt16LittleEndian(bytes),
        Kind.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(bytes),
        Kind.Int32 => BinaryPrimitives.ReadInt32LittleEndian(bytes),
        Kind.Int64 => BinaryPrimitives.ReadInt64LittleEndian(bytes),
        _ => (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(bytes), long.MaxValue),
    };

    /// <summary>The place of a value; of an array, Kind is Array and ItemKind that of its items.</summary>
    private readonly record struct Value(Kind Kind, Kind ItemKind, ulong Count, long Offset);
}
