// Folders as Hugging Face saves them, written for tests independently of the product.

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;

namespace Gpt2.Tests.Core.Weights.Fixtures;

internal static class HuggingFaceFixture
{
    public const string Config =
        "{\"architectures\": [\"GPT2LMHeadModel\"], \"model_type\": \"gpt2\", \"vocab_size\": 260, \"n_positions\": 8, \"n_ctx\": 8, "
        + "\"n_embd\": 6, \"n_head\": 3, \"n_layer\": 2, \"activation_function\": \"gelu_new\", \"layer_norm_epsilon\": 1e-05}";

    /// <summary>Writes config.json, model.safetensors, vocab.json and merges.txt.</summary>
    public static void Write(string folder, Gpt2Weights weights, string prefix = "transformer.", string type = "F32", params FixtureTensor[] more)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "config.json"), Config);
        WriteTokenizer(folder);
        SafetensorsFixture.Write(Path.Combine(folder, "model.safetensors"), [.. Tensors(weights, prefix, type), .. more]);
    }

    public static void WriteTokenizer(string folder)
    {
        File.WriteAllText(Path.Combine(folder, "merges.txt"), SmallModel.MergesText);
        File.WriteAllText(Path.Combine(folder, "vocab.json"), VocabularyJson());
    }

    /// <summary>Writes the model as two files with an index.</summary>
    public static void WriteShards(string folder, Gpt2Weights weights)
    {
        Write(folder, weights);
        File.Delete(Path.Combine(folder, "model.safetensors"));
        List<FixtureTensor> tensors = Tensors(weights, "transformer.", "F32");
        var map = new List<string>();
        foreach (int part in (int[])[1, 2])
        {
            string file = $"model-0000{part}-of-00002.safetensors";
            FixtureTensor[] inPart = [.. part == 1 ? tensors.Take(9) : tensors.Skip(9)];
            SafetensorsFixture.Write(Path.Combine(folder, file), inPart);
            map.AddRange(inPart.Select(tensor => $"\"{tensor.Name}\": \"{file}\""));
        }

        File.WriteAllText(
            Path.Combine(folder, "model.safetensors.index.json"), $"{{\"metadata\": {{}}, \"weight_map\": {{{string.Join(", ", map)}}}}}");
    }

    /// <summary>Puts tokenizer.json in the place of merges.txt and vocab.json.</summary>
    public static void WriteTokenizerInOneFile(string folder, string merges = "\"a b\", \"ab c\", \", !\"")
    {
        File.Delete(Path.Combine(folder, "merges.txt"));
        File.Delete(Path.Combine(folder, "vocab.json"));
        File.WriteAllText(
            Path.Combine(folder, "tokenizer.json"),
            "{\"version\": \"1.0\", \"added_tokens\": [{\"id\": 259, \"content\": \"<|endoftext|>\"}], \"normalizer\": null, "
            + "\"pre_tokenizer\": {\"type\": \"ByteLevel\", \"add_prefix_space\": false}, \"model\": {\"type\": \"BPE\", "
            + $"\"vocab\": {VocabularyJson()}, \"merges\": [{merges}]}}}}");
    }

    /// <summary>Ids as merges define them, with escapes as Python writes them.</summary>
    public static string VocabularyJson()
    {
        IEnumerable<string> entries = Enumerable.Range(0, 260).Select(id =>
            "\"" + string.Concat(SmallModel.Vocabulary.WrittenForm(id)
                .Select(c => c is '"' or '\\' ? "\\" + c : c < 127 ? c.ToString() : $"\\u{(int)c:x4}")) + $"\": {id}");
        return "{" + string.Join(", ", entries) + "}";
    }

    public static List<FixtureTensor> Tensors(Gpt2Weights weights, string prefix, string type) =>
        [.. weights.Matrices().Select(matrix => Tensor(NameOf(matrix, prefix), matrix, type))];

    public static FixtureTensor Tensor(string name, Matrix matrix, string type = "F32") =>
        new(name, type, matrix.Rows == 1 ? [matrix.Columns] : [matrix.Rows, matrix.Columns], Bytes(matrix.Span, type));

    /// <summary>Numbers as a file stores them.</summary>
    public static byte[] Bytes(ReadOnlySpan<float> numbers, string type)
    {
        var bytes = new List<byte>();
        var eight = new byte[8];
        foreach (float number in numbers)
        {
            int size = type switch
            {
                "F16" => Written(BitConverter.HalfToUInt16Bits((Half)number)),
                "BF16" => Written((ushort)(BitConverter.SingleToUInt32Bits(number) >> 16)),
                "F64" => Wide(BitConverter.DoubleToInt64Bits(number)),
                _ => Single(number),
            };
            bytes.AddRange(eight[..size]);
        }

        return [.. bytes];

        int Written(ushort bits)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(eight, bits);
            return 2;
        }

        int Wide(long bits)
        {
            BinaryPrimitives.WriteInt64LittleEndian(eight, bits);
            return 8;
        }

        int Single(float number)
        {
            MemoryMarshal.Write(eight, number);
            return 4;
        }
    }

    /// <summary>The names as PyTorch's module tree makes them.</summary>
    public static string NameOf(Matrix matrix, string prefix)
    {
        string[] parts = matrix.Name.Split('/');
        if (matrix.Name == "lm_head")
        {
            return "lm_head.weight";
        }

        string suffix = parts[^1] == "b" ? "bias" : "weight";
        return prefix + (parts.Length, parts[0][0]) switch
        {
            (1, _) => $"{matrix.Name}.weight",
            (2, 'l') => $"ln_f.{suffix}",
            (3, _) => $"h.{parts[0][1..]}.{parts[1]}.{suffix}",
            _ => $"h.{parts[0][1..]}.{parts[1]}.{parts[2]}.{suffix}",
        };
    }
}
