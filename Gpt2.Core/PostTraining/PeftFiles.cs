// Adapters can be used in Python: these are the files of the PEFT library for GPT2LMHeadModel, whose linear maps store
// weights as [inputs, outputs] (Conv1D, hence fan_in_fan_out). A and B have the same shapes there as here.

using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Gpt2.Core.Files;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Binary;
using Gpt2.Core.Weights.Safetensors;

namespace Gpt2.Core.PostTraining;

/// <summary>
/// adapter_config.json, and adapter_model.safetensors with base_model.model.transformer.h.0.attn.c_attn.lora_A.weight and the
/// like. The model's fingerprint is in the metadata of the second, where PEFT does not look.
/// </summary>
internal static partial class PeftFiles
{
    public const string SettingsFile = "adapter_config.json";
    public const string WeightsFile = "adapter_model.safetensors";

    private const string FingerprintKey = "gpt2_model";
    private const string Prefix = "base_model.model.transformer.";
    private const string Again = "take the adapter from an intact copy";

    /// <summary>Settings of PEFT that change what an adapter computes, each with the values that mean that it does not.</summary>
    private static readonly (string Name, string[] Plain)[] Refused =
    [
        ("use_dora", ["false", "null"]), ("use_rslora", ["false", "null"]), ("rank_pattern", ["{}", "null"]),
        ("alpha_pattern", ["{}", "null"]), ("modules_to_save", ["[]", "null"]), ("layer_replication", ["[]", "null"]),
        ("bias", ["\"none\"", "null"]), ("lora_bias", ["false", "null"]), ("alora_invocation_tokens", ["[]", "null"]),
    ];

    public static void Write(StagedFolder staged, Adapter adapter, string? baseModel)
    {
        JsonFile.Write(staged.File(SettingsFile), writer => WriteSettings(writer, adapter, baseModel));
        Dictionary<string, string> metadata = new() { ["format"] = "pt" };
        if (adapter.TrainedOn is ModelFingerprint model)
        {
            metadata.Add(FingerprintKey, TextOf(model));
        }

        using FileStream stream = File.Create(staged.File(WeightsFile));
        SafetensorsWriter.Write(stream, [.. adapter.Matrices().Select(matrix => (NameOf(matrix), matrix))], metadata, progress: null, default);
    }

    /// <exception cref="Gpt2Exception">A file is missing or wrong, or the adapter is of a kind that is not LoRA's plain one.</exception>
    public static Adapter Read(string folder)
    {
        string settingsPath = Path.Combine(folder, SettingsFile), weightsPath = Path.Combine(folder, WeightsFile);
        LoraSettings settings = JsonFile.Read(settingsPath, "the settings of a LoRA adapter", root => Parse(root, settingsPath));
        using var file = new MappedFile(weightsPath);
        SafetensorsHeader header = SafetensorsFile.ReadHeader(file, out long dataOffset);
        var tensors = new Dictionary<(int Block, AdaptedMaps Kind), (StoredTensor? A, StoredTensor? B)>();
        foreach (SafetensorsEntry entry in header.Entries.Values)
        {
            (int block, BlockMap map, bool isA) = PlaceOf(entry.Name, weightsPath);
            StoredTensor tensor = SafetensorsFile.Tensor(entry, file, dataOffset);
            (StoredTensor? a, StoredTensor? b) = tensors.GetValueOrDefault((block, map.Kind));
            tensors[(block, map.Kind)] = isA ? (tensor, b) : (a, tensor);
        }

        settings = settings with { Maps = tensors.Keys.Aggregate(AdaptedMaps.None, (kinds, map) => kinds | map.Kind) };
        var adapter = new Adapter(AdapterJson.Checked(settings, weightsPath), FingerprintIn(header, weightsPath));
        foreach (((int block, AdaptedMaps kind), (StoredTensor? a, StoredTensor? b)) in tensors)
        {
            BlockMap map = BlockMap.All.First(map => map.Kind == kind);
            if (a is null || b is null)
            {
                throw new Gpt2Exception($"has lora_{(a is null ? "B" : "A")} of {map.NameIn(block)} and not the other")
                {
                    Where = weightsPath,
                    Remedy = Again,
                };
            }

            (Matrix ofA, Matrix ofB, _) = adapter.Add(block, map, SizeOf(a, 1), SizeOf(b, 0));
            Fill(ofA, a);
            Fill(ofB, b);
        }

        return adapter;
    }

    private static void WriteSettings(Utf8JsonWriter writer, Adapter adapter, string? baseModel)
    {
        writer.WriteString("peft_type", "LORA");
        writer.WriteString("task_type", "CAUSAL_LM");
        writer.WriteString("base_model_name_or_path", baseModel);
        writer.WriteBoolean("inference_mode", true);
        writer.WriteNumber("r", adapter.Settings.Rank);
        writer.WriteNumber("lora_alpha", adapter.Settings.Alpha);
        writer.WriteNumber("lora_dropout", adapter.Settings.Dropout);
        writer.WriteBoolean("fan_in_fan_out", true);
        writer.WriteString("bias", "none");
        writer.WriteBoolean("init_lora_weights", true);
        writer.WriteNull("modules_to_save");
        writer.WriteStartArray("target_modules");
        foreach (string target in TargetsOf(adapter))
        {
            writer.WriteStringValue(target);
        }

        writer.WriteEndArray();
    }

    /// <summary>attn.c_attn for that map of every block; h.0.attn.c_attn and the like if some blocks do not have the adapter's.</summary>
    private static IEnumerable<string> TargetsOf(Adapter adapter)
    {
        string[] maps = [.. adapter.Updates().Select(update => update.Map.Name.Replace('/', '.'))];
        string[] kinds = [.. maps.Distinct()];
        return adapter.TrainedOn is ModelFingerprint model && maps.Length == kinds.Length * model.Sizes.Layers
            ? kinds
            : adapter.Updates().Zip(maps, (update, map) => $"h.{update.Block}.{map}");
    }

    private static LoraSettings Parse(JsonElement root, string path)
    {
        string kind = JsonFile.TextOf(AdapterJson.Required(root, "peft_type", path)) ?? "";
        if (kind != "LORA")
        {
            throw new Gpt2Exception($"peft_type is '{kind}'") { Where = path, Expected = "LORA" };
        }

        foreach ((string name, string[] plain) in Refused)
        {
            if (root.TryGetProperty(name, out JsonElement value) && !plain.Contains(value.GetRawText().Replace(" ", "", StringComparison.Ordinal)))
            {
                throw new Gpt2Exception($"{name} is {JsonFile.Shown(value)}, which is not read here")
                {
                    Where = path,
                    Expected = string.Join(" or ", plain),
                    Remedy = "merge the adapter in Python and load the merged model",
                };
            }
        }

        return new LoraSettings
        {
            Rank = JsonFile.Size(root, "r", path),
            Alpha = AdapterJson.Required(root, "lora_alpha", path).GetSingle(),
            Dropout = root.TryGetProperty("lora_dropout", out JsonElement dropout) ? dropout.GetSingle() : 0,
        };
    }

    private static string NameOf(Matrix matrix)
    {
        string[] parts = matrix.Name.Split('/'); // h0, attn, c_attn, lora_A
        return $"{Prefix}h.{parts[0][1..]}.{string.Join('.', parts[1..])}.weight";
    }

    private static (int Block, BlockMap Map, bool IsA) PlaceOf(string name, string path)
    {
        Match match = TensorName().Match(name);
        return match.Success && int.TryParse(match.Groups["block"].ValueSpan, out int block) && block < Gpt2Config.MaxLayers
            && BlockMap.All.FirstOrDefault(map => map.Name.Replace('/', '.') == match.Groups["map"].Value) is BlockMap map
            ? (block, map, match.Groups["which"].Value == "A")
            : throw new Gpt2Exception("is not a tensor of a LoRA adapter for GPT-2")
            {
                Where = new(path, Part: name.ReplaceLineEndings(" ")),
                Expected = $"{Prefix}h.0.attn.c_attn.lora_A.weight and the like",
            };
    }

    private static int SizeOf(StoredTensor tensor, int dimension)
    {
        const int Largest = 1 << 26; // far above 4 · channels of any model
        return tensor.Shape.Length == 2 && tensor.Shape[dimension] is >= 1 and <= Largest
            ? (int)tensor.Shape[dimension]
            : throw new Gpt2Exception($"found {StoredTensor.Shown(tensor.Shape)}")
            {
                Where = new(tensor.Data.Path, Part: tensor.Name),
                Expected = "a matrix",
            };
    }

    private static void Fill(Matrix matrix, StoredTensor tensor)
    {
        if (!tensor.Shape.AsSpan().SequenceEqual([matrix.Rows, matrix.Columns]))
        {
            throw tensor.Misfit(new MatrixShape(matrix.Name, matrix.Rows, matrix.Columns), Again);
        }

        tensor.Read(matrix);
        if (NotFiniteNumbers.In(matrix) is string problem)
        {
            throw new Gpt2Exception(problem) { Where = new(tensor.Data.Path, Part: tensor.Name), Remedy = Again };
        }
    }

    private static string TextOf(ModelFingerprint model)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            AdapterJson.Write(writer, model);
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static ModelFingerprint? FingerprintIn(SafetensorsHeader header, string path)
    {
        if (!header.Metadata.TryGetValue(FingerprintKey, out string? text))
        {
            return null;
        }

        try
        {
            using JsonDocument document = StrictJson.Parse(text);
            return AdapterJson.Fingerprint(document.RootElement, path);
        }
        catch (Gpt2Exception e) when (e.Where is null)
        {
            throw e.At(new(path, Part: FingerprintKey), Again);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new Gpt2Exception($"{FingerprintKey} of its metadata is not a model's sizes and hash", e) { Where = path, Remedy = Again };
        }
    }

    [GeneratedRegex(@"^base_model\.model\.(transformer\.)?h\.(?<block>[0-9]{1,4})\.(?<map>[a-z_.]+)\.lora_(?<which>A|B)\.weight\z")]
    private static partial Regex TensorName();
}
