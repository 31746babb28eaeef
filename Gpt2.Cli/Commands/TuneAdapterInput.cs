// The adapter that `gpt2 tune` trains: a new one of a rank, or one that an earlier run has trained.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Core.PostTraining;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Kernels;

namespace Gpt2.Cli.Commands;

/// <summary>The adapter that a run begins with.</summary>
/// <param name="File">Its folder, and the hash of its numbers.</param>
/// <param name="Adapter">Its numbers.</param>
/// <param name="Template">The template that it was trained with; null if its folder does not say.</param>
internal sealed record StartAdapter(TuningFile File, Adapter Adapter, PromptTemplate? Template)
{
    /// <summary>Reads it.</summary>
    /// <exception cref="Gpt2Exception">There is no adapter, or it is a reward model, which answers nothing.</exception>
    public static StartAdapter Read(string folder)
    {
        AdapterFolder.RequireAnswers(folder);
        Adapter adapter = AdapterFolder.Read(folder);
        var file = new TuningFile(Path.GetFullPath(folder), ModelFingerprint.HashOf(adapter.Matrices()));
        return new StartAdapter(file, adapter, TunedTemplate.Of(folder));
    }
}

/// <summary>The options of the adapter.</summary>
internal sealed class TuneAdapterInput
{
    private static readonly (string Name, AdaptedMaps Map)[] MapNames =
    [
        ("qkv", AdaptedMaps.AttentionQkv), ("attention", AdaptedMaps.AttentionProjection), ("hidden", AdaptedMaps.MlpHidden),
        ("mlp", AdaptedMaps.MlpProjection), ("all", AdaptedMaps.All),
    ];

    private readonly Option<string?> adapter = new("--adapter")
    {
        Description = "Go on with an adapter of the model instead of a new one.\nThe result is one adapter. The folder itself stays as it is.",
        HelpName = "FOLDER|NAME",
    };
    private readonly Option<int?> rank = TrainingOptions.Size("--rank", "Rank of the adapter. Default: 8.");
    private readonly Option<float?> alpha = TrainingOptions.Decimal(
        "--alpha", "The adapter's change is multiplied by alpha / rank. Default: twice the rank.");
    private readonly Option<string?> maps = new("--maps")
    {
        Description = "The maps to adapt, with commas: qkv, attention, hidden, mlp. Default: all.\n"
            + "qkv is attn/c_attn, attention is attn/c_proj, hidden is mlp/c_fc, mlp is mlp/c_proj.",
        HelpName = "LIST",
    };

    private readonly Option<string?> weights = CommonOptions.Weights();

    public TuneAdapterInput() => weights.Description =
        "Store the model's frozen weights in fewer bits while the adapter is trained: QLoRA. Default: f32.\n"
        + "Takes less memory. The adapter stays f32 and can be used on the model in any type.";

    public Option[] All => [adapter, rank, alpha, maps, weights];

    /// <summary>The type in which the weights of the model are stored.</summary>
    public WeightType WeightsOf(ParseResult parsed) => CommonOptions.WeightsOf(CommonOptions.Given(parsed, weights));

    /// <summary>The adapter to begin with; null for a new one.</summary>
    /// <exception cref="Gpt2Exception">It cannot be read.</exception>
    public StartAdapter? Read(ParseResult parsed) =>
        parsed.GetValue(adapter) is string named ? StartAdapter.Read(AdapterLocator.Find(named)) : null;

    /// <summary>The settings of the adapter to train.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="dropout">The dropout of the run.</param>
    /// <param name="start">The adapter to begin with, which has its own settings; null for a new one.</param>
    /// <exception cref="UsageException">They are not valid, or others than those of the adapter to begin with.</exception>
    public LoraSettings SettingsOf(ParseResult parsed, float dropout, StartAdapter? start)
    {
        int ofRank = parsed.GetValue(rank) ?? start?.Adapter.Settings.Rank ?? new LoraSettings().Rank;
        var settings = new LoraSettings
        {
            Rank = ofRank,
            Alpha = parsed.GetValue(alpha) ?? start?.Adapter.Settings.Alpha ?? 2 * ofRank,
            Dropout = dropout,
            Maps = parsed.GetValue(maps) is string names ? MapsOf(names) : start?.Adapter.Settings.Maps ?? AdaptedMaps.All,
        };
        if (start is not null)
        {
            RequireSame(settings, start);
        }

        return settings.Problem() is Gpt2Exception problem ? throw new UsageException(problem) : settings;
    }

    /// <exception cref="UsageException">Options of an adapter were given, and none is trained.</exception>
    public void RefuseWithFull(ParseResult parsed, bool full)
    {
        foreach (Option option in All)
        {
            if (full && parsed.GetResult(option) is { Implicit: false })
            {
                throw new UsageException(
                    option == weights ? "--full trains the weights themselves, which have to be f32: leave out --weights or --full"
                    : $"--full trains no adapter: expected no {option.Name} with it");
            }
        }
    }

    private static void RequireSame(LoraSettings settings, StartAdapter start)
    {
        LoraSettings its = start.Adapter.Settings;
        foreach ((string option, object wanted, object found) in (ReadOnlySpan<(string, object, object)>)
            [("--rank", its.Rank, settings.Rank), ("--alpha", its.Alpha, settings.Alpha), ("--maps", NamesOf(its.Maps), NamesOf(settings.Maps))])
        {
            if (!wanted.Equals(found))
            {
                throw new UsageException(
                    FormattableString.Invariant($"found {found}"), where: option,
                    expected: FormattableString.Invariant($"{wanted} as of the adapter in {start.File.Path}, which is trained further"));
            }
        }
    }

    private static AdaptedMaps MapsOf(string names)
    {
        AdaptedMaps adapted = AdaptedMaps.None;
        foreach (string name in names.Split(','))
        {
            adapted |= MapNames.FirstOrDefault(entry => entry.Name == name.Trim()) is { Name: not null } entry
                ? entry.Map
                : throw new UsageException(
                    $"found '{name}'", where: "--maps", expected: string.Join(", ", MapNames.Select(entry => entry.Name)) + ", with commas");
        }

        return adapted;
    }

    private static string NamesOf(AdaptedMaps maps) =>
        string.Join(',', MapNames.Where(entry => entry.Map != AdaptedMaps.All && maps.HasFlag(entry.Map)).Select(entry => entry.Name));
}
