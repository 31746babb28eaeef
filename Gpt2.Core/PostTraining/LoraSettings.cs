// What an adapter is made of: how many numbers, on which maps, and how strong.

using System.Numerics;
using static System.FormattableString;

namespace Gpt2.Core.PostTraining;

/// <summary>The linear maps of a block that an adapter can change.</summary>
[Flags]
public enum AdaptedMaps
{
    None = 0,

    /// <summary>attn/c_attn</summary>
    AttentionQkv = 1,

    /// <summary>attn/c_proj</summary>
    AttentionProjection = 2,

    /// <summary>mlp/c_fc</summary>
    MlpHidden = 4,

    /// <summary>mlp/c_proj</summary>
    MlpProjection = 8,

    /// <summary>All four.</summary>
    All = AttentionQkv | AttentionProjection | MlpHidden | MlpProjection,
}

/// <summary>The settings of a LoRA adapter, with the names of Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models".</summary>
public sealed record LoraSettings
{
    /// <summary>Rows of A and columns of B.</summary>
    public int Rank { get; init; } = 8;

    /// <summary>The change of a map is multiplied by alpha / rank.</summary>
    public float Alpha { get; init; } = 16;

    /// <summary>In training, the share of a map's inputs that the adapter does not see; 0 for none.</summary>
    public float Dropout { get; init; }

    /// <summary>The maps to adapt, in every block.</summary>
    public AdaptedMaps Maps { get; init; } = AdaptedMaps.All;

    /// <summary>alpha / rank</summary>
    public float Scale => Alpha / Rank;

    /// <summary>What is wrong with the settings; null if nothing is.</summary>
    public Gpt2Exception? Problem() =>
        Rank < 1 ? new Gpt2Exception(Invariant($"the rank is {Rank}")) { Expected = "at least 1" }
        : !(float.IsFinite(Alpha) && Alpha > 0) ? new Gpt2Exception(Invariant($"alpha is {Alpha}")) { Expected = "a number above 0" }
        : !(Dropout >= 0 && Dropout < 1) ? new Gpt2Exception(Invariant($"the dropout is {Dropout}")) { Expected = "0 or more, below 1" }
        : BitOperations.PopCount((uint)(Maps & AdaptedMaps.All)) == 0 || (Maps & ~AdaptedMaps.All) != 0
            ? new Gpt2Exception($"the maps to adapt are {Maps}") { Expected = "some of " + string.Join(", ", BlockMap.All.Select(map => map.Name)) }
        : null;
}
