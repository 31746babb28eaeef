// An adapter as a spreadsheet can open it: adapter.json, and a CSV file for every A and B, named like those of the weights
// they change.

using System.Text.Json;
using System.Text.RegularExpressions;
using Gpt2.Core.Files;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Weights;

namespace Gpt2.Core.PostTraining;

/// <summary>
/// adapter.json has rank, alpha, dropout, the adapted maps, and the model's sizes and hash; model_h0_attn_c_attn_lora_A.csv has
/// A of h0/attn/c_attn, [rank, inputs], and …_lora_B.csv has B, [outputs, rank]. An adapter that adds tokens also has
/// added_tokens.json and A and B of their rows, model_wte_lora_A.csv and …_lora_B.csv.
/// </summary>
internal static partial class AdapterCsv
{
    public const string SettingsFile = "adapter.json";

    private const string Maps = "maps", TrainedOn = "model";
    private const string Expected = "an object with rank, alpha, dropout, maps and model";

    /// <summary>Whether a file has this layout's name for an A or a B, or for the added tokens: an adapter may have it or not.</summary>
    public static bool IsOptional(string file) => OptionalFile().IsMatch(file);

    public static void Write(StagedFolder staged, Adapter adapter)
    {
        JsonFile.Write(staged.File(SettingsFile), writer =>
        {
            writer.WriteNumber("rank", adapter.Settings.Rank);
            writer.WriteNumber("alpha", adapter.Settings.Alpha);
            writer.WriteNumber("dropout", adapter.Settings.Dropout);
            writer.WriteStartArray(Maps);
            foreach ((int block, BlockMap map, _) in adapter.Updates())
            {
                writer.WriteStringValue(map.NameIn(block));
            }

            writer.WriteEndArray();
            if (adapter.TrainedOn is ModelFingerprint model)
            {
                writer.WriteStartObject(TrainedOn);
                AdapterJson.Write(writer, model);
                writer.WriteEndObject();
            }
        });
        if (adapter.AddedTokens.Count > 0)
        {
            AddedTokensFile.Write(adapter.AddedTokens, adapter.TrainedOn!.Sizes.Vocabulary, staged.File(AddedTokensFile.FileName));
        }

        foreach (Matrix matrix in adapter.Matrices())
        {
            CsvMatrixFile.Write(staged.File(CsvLayout.FileOf(matrix.Name)), matrix);
        }
    }

    /// <summary>The model that an adapter was trained on, without reading its matrices; null if adapter.json does not say.</summary>
    /// <exception cref="Gpt2Exception">adapter.json is missing or wrong.</exception>
    public static ModelFingerprint? ReadModel(string folder) => ReadSettings(folder).Adapter.TrainedOn;

    /// <exception cref="Gpt2Exception">A file is missing or wrong.</exception>
    public static Adapter Read(string folder)
    {
        (Adapter adapter, (int Block, BlockMap Map)[] maps) = ReadSettings(folder);
        foreach ((int block, BlockMap map) in maps)
        {
            string name = map.NameIn(block);
            string fileOfA = Path.Combine(folder, CsvLayout.FileOf(name + "/lora_A"));
            string fileOfB = Path.Combine(folder, CsvLayout.FileOf(name + "/lora_B"));
            int inputs = adapter.TrainedOn is null ? CsvMatrixFile.ShapeOf(fileOfA).Columns : map.Inputs(adapter.TrainedOn.Sizes);
            int outputs = adapter.TrainedOn is null ? CsvMatrixFile.ShapeOf(fileOfB).Rows : map.Outputs(adapter.TrainedOn.Sizes);
            CsvMatrixFile.RequireLength(fileOfA, adapter.Settings.Rank, inputs);
            CsvMatrixFile.RequireLength(fileOfB, outputs, adapter.Settings.Rank);
            (Matrix a, Matrix b, _) = adapter.Add(block, map, inputs, outputs);
            CsvMatrixFile.Read(fileOfA, a);
            CsvMatrixFile.Read(fileOfB, b);
        }

        if (adapter.Tokens is { Rows.Update: (Matrix ofRows, Matrix ofChannels, _) })
        {
            foreach (Matrix matrix in (Matrix[])[ofRows, ofChannels])
            {
                CsvMatrixFile.Read(Path.Combine(folder, CsvLayout.FileOf(matrix.Name)), matrix);
            }
        }

        return adapter;
    }

    private static (Adapter Adapter, (int Block, BlockMap Map)[] Maps) ReadSettings(string folder)
    {
        string path = Path.Combine(folder, SettingsFile);
        return JsonFile.Read(path, Expected, root => Parse(root, path, Path.Combine(folder, AddedTokensFile.FileName)));
    }

    private static (Adapter Adapter, (int Block, BlockMap Map)[] Maps) Parse(JsonElement root, string path, string tokensPath)
    {
        ModelFingerprint? model = root.TryGetProperty(TrainedOn, out JsonElement given) ? AdapterJson.Fingerprint(given, path) : null;
        IEnumerable<string> names = AdapterJson.Required(root, Maps, path).EnumerateArray().Select(name => name.GetString() ?? "");
        (int Block, BlockMap Map)[] maps = [.. names.Select(name => MapOf(name, model?.Sizes, path))];
        if (maps.Length == 0 || maps.Distinct().Count() < maps.Length)
        {
            throw new Gpt2Exception(maps.Length == 0 ? "maps is empty" : "maps has a map twice") { Where = path };
        }

        var settings = new LoraSettings
        {
            Rank = JsonFile.Size(root, "rank", path),
            Alpha = AdapterJson.Required(root, "alpha", path).GetSingle(),
            Dropout = AdapterJson.Required(root, "dropout", path).GetSingle(),
            Maps = maps.Aggregate(AdaptedMaps.None, (kinds, map) => kinds | map.Map.Kind),
        };
        IReadOnlyList<string> tokens = TokensIn(tokensPath, model, AdapterJson.Checked(settings, path), path);
        try
        {
            return (new Adapter(settings, model, tokens), maps);
        }
        catch (Gpt2Exception e)
        {
            throw e.At(path);
        }
    }

    private static IReadOnlyList<string> TokensIn(string tokensPath, ModelFingerprint? model, LoraSettings settings, string path)
    {
        string folder = Path.GetDirectoryName(path)!;
        string fileOfA = Path.Combine(folder, CsvLayout.FileOf(TokenRows.NameOfA));
        string fileOfB = Path.Combine(folder, CsvLayout.FileOf(TokenRows.NameOfB));
        if (!RegularFile.IsTaken(tokensPath))
        {
            return !RegularFile.IsTaken(fileOfA) ? [] : throw new Gpt2Exception("no such file")
            {
                Where = tokensPath,
                Expected = $"the tokens whose rows {Path.GetFileName(fileOfA)} changes",
            };
        }

        if (model is null)
        {
            throw new Gpt2Exception($"{TrainedOn} is missing")
            {
                Where = path,
                Expected = $"the model to whose vocabulary {AddedTokensFile.FileName} adds tokens",
            };
        }

        (string Token, int Id)[] tokens = [.. AddedTokensFile.Read(tokensPath)];
        if (tokens.Length == 0)
        {
            throw new Gpt2Exception("has no token") { Where = tokensPath, Expected = "at least one, or no such file" };
        }

        AddedTokensFile.RequireConsecutive(tokens, model.Sizes.Vocabulary, tokensPath);
        CsvMatrixFile.RequireLength(fileOfA, settings.Rank, tokens.Length);
        CsvMatrixFile.RequireLength(fileOfB, model.Sizes.Channels, settings.Rank);
        return [.. tokens.Select(token => token.Token)];
    }

    private static (int Block, BlockMap Map) MapOf(string name, Gpt2Config? sizes, string path)
    {
        int slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash > 1 && name[0] == 'h' && int.TryParse(name[1..slash], out int block) && (uint)block < (sizes?.Layers ?? Gpt2Config.MaxLayers)
            && BlockMap.All.FirstOrDefault(map => map.NameIn(block) == name) is BlockMap map
            ? (block, map)
            : throw new Gpt2Exception($"there is no map '{name}'")
            {
                Where = path,
                Expected = $"h0/{BlockMap.All[0].Name} and the like, up to h{(sizes?.Layers ?? Gpt2Config.MaxLayers) - 1}",
            };
    }

    [GeneratedRegex(@"^(model_(wte|h[0-9]+_(attn|mlp)_c_[a-z]+)_lora_[AB]\.csv|added_tokens\.json)\z")]
    private static partial Regex OptionalFile();
}
