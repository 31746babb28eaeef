// A model's sizes and settings under the names of its files, so that messages and records can say in what two models differ.

using Gpt2.Core.Model;
using static System.FormattableString;

namespace Gpt2.Core.Weights;

/// <summary>Names and values of everything that a <see cref="Gpt2Config"/> says.</summary>
internal static class ModelFacts
{
    public static (string Name, string Value)[] Of(Gpt2Config model) =>
    [
        ("n_vocab", Invariant($"{model.Vocabulary}")), ("n_ctx", Invariant($"{model.Context}")), ("n_embd", Invariant($"{model.Channels}")),
        ("n_head", Invariant($"{model.Heads}")), ("n_layer", Invariant($"{model.Layers}")), ("n_inner", Invariant($"{model.Hidden}")),
        ("activation_function", ArithmeticSettings.NameOf(model.Activation)), ("layer_norm_epsilon", Invariant($"{model.LayerNormEpsilon}")),
        ("scale_attn_weights", model.ScaleAttention ? "true" : "false"),
        ("scale_attn_by_inverse_layer_idx", model.ScaleAttentionByInverseLayer ? "true" : "false"),
        ("attention bias", model.QkvBias ? "yes" : "no"), ("tied head", model.TiedHead ? "yes" : "no"),
    ];

    /// <summary>The facts of one model that are not those of another: "n_ctx 8, activation_function relu".</summary>
    public static string Differences(IEnumerable<(string Name, string Value)> facts, IEnumerable<(string Name, string Value)> others) =>
        string.Join(", ", facts.Except(others).Select(fact => $"{fact.Name} {fact.Value}"));
}
