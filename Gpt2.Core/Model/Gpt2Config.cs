// The sizes of a model, what follows from them, and in what its arithmetic differs from GPT-2's.

using Gpt2.Core.Model.Layers;
using Gpt2.Kernels;
using static System.FormattableString;

namespace Gpt2.Core.Model;

/// <summary>The hyperparameters of a GPT-2 model, with the names of OpenAI's hparams.json.</summary>
/// <param name="Vocabulary">n_vocab: number of tokens.</param>
/// <param name="Context">n_ctx: the maximum number of tokens that the model sees at once.</param>
/// <param name="Channels">n_embd: width of the residual stream.</param>
/// <param name="Heads">n_head: attention heads per block; they share the channels equally.</param>
/// <param name="Layers">n_layer: number of blocks.</param>
public sealed record Gpt2Config(int Vocabulary, int Context, int Channels, int Heads, int Layers)
{
    private const int VocabularyOfGpt2 = 50257, ContextOfGpt2 = 1024;

    private readonly int? hidden; // null while it is GPT-2's, so that configurations which say the same are equal

    /// <summary>
    /// Twenty times as many as GPT-2 XL has. A block is a dozen matrices, each a separate file in the CSV layout: a
    /// typing error or a damaged file must not create millions of them.
    /// </summary>
    public const int MaxLayers = 1000;

    /// <summary>GPT-2: 124 million weights.</summary>
    public static Gpt2Config Small { get; } = new(VocabularyOfGpt2, ContextOfGpt2, 768, 12, 12);

    /// <summary>GPT-2 medium: 355 million weights.</summary>
    public static Gpt2Config Medium { get; } = new(VocabularyOfGpt2, ContextOfGpt2, 1024, 16, 24);

    /// <summary>GPT-2 large: 774 million weights.</summary>
    public static Gpt2Config Large { get; } = new(VocabularyOfGpt2, ContextOfGpt2, 1280, 20, 36);

    /// <summary>GPT-2 XL: 1558 million weights.</summary>
    public static Gpt2Config XL { get; } = new(VocabularyOfGpt2, ContextOfGpt2, 1600, 25, 48);

    /// <summary>Whether c_attn has a bias, as in GPT-2.</summary>
    public bool QkvBias { get; init; } = true;

    /// <summary>Whether the language head is wte itself, as in GPT-2, and not a separate matrix.</summary>
    public bool TiedHead { get; init; } = true;

    /// <summary>Channels of one head in every GPT-2 that OpenAI published.</summary>
    internal const int HeadSizeOfGpt2 = 64;

    /// <summary>Channels of one head.</summary>
    public int HeadSize => Channels / Heads;

    /// <summary>n_inner: width of the feed-forward layer; 4 · <see cref="Channels"/> in GPT-2.</summary>
    public int Hidden
    {
        get => hidden ?? 4 * Channels;
        init => hidden = value == 4L * Channels ? null : value;
    }

    /// <summary>activation_function: what step 14 does.</summary>
    public ActivationFunction Activation { get; init; } = ActivationFunction.GeluTanh;

    /// <summary>layer_norm_epsilon: the ε under the root of every layer normalisation.</summary>
    public float LayerNormEpsilon { get; init; } = 1e-5f;

    /// <summary>scale_attn_weights: whether step 6 divides by √<see cref="HeadSize"/>.</summary>
    public bool ScaleAttention { get; init; } = true;

    /// <summary>scale_attn_by_inverse_layer_idx: whether step 6 of block i also divides by i + 1.</summary>
    public bool ScaleAttentionByInverseLayer { get; init; }

    /// <summary>Number of weights, if <see cref="Problem"/> finds none. A tied head counts once.</summary>
    public long Parameters => MatrixShapes.Count(this);

    /// <summary>What step 6 of a block multiplies products of queries and keys by.</summary>
    internal float ScoreScale(int block) =>
        (ScaleAttention ? 1 / MathF.Sqrt(HeadSize) : 1) / (ScaleAttentionByInverseLayer ? block + 1 : 1);

    /// <summary>1 / <see cref="ScoreScale"/> in double precision.</summary>
    internal double ScoreDivisor(int block) => (ScaleAttention ? Math.Sqrt(HeadSize) : 1) * (ScaleAttentionByInverseLayer ? block + 1 : 1);

    /// <summary>Whether <see cref="Hidden"/> is 4 · <see cref="Channels"/>.</summary>
    internal bool HasUsualHidden => hidden is null;

    /// <summary>What is wrong with these sizes; null if nothing is.</summary>
    public Gpt2Exception? Problem()
    {
        (string Name, int Value)[] sizes =
        [
            ("n_vocab", Vocabulary), ("n_ctx", Context), ("n_embd", Channels), ("n_head", Heads), ("n_layer", Layers),
            ("n_inner", hidden ?? 1),
        ];
        foreach ((string name, int value) in sizes)
        {
            if (value < 1)
            {
                return new Gpt2Exception($"{name} is {value}") { Expected = "at least 1" };
            }
        }

        if (Layers > MaxLayers)
        {
            return new Gpt2Exception($"n_layer is {Layers}")
            {
                Expected = $"at most {MaxLayers}, since every block is a dozen matrices and files, and GPT-2 XL has 48 blocks",
            };
        }

        if (Channels % Heads != 0)
        {
            return new Gpt2Exception($"n_embd {Channels} is not divisible by n_head {Heads}") { Expected = "heads of equal size" };
        }

        if (!(LayerNormEpsilon > 0 && LayerNormEpsilon <= 1))
        {
            return new Gpt2Exception(Invariant($"layer_norm_epsilon is {LayerNormEpsilon}")) { Expected = "more than 0, at most 1; GPT-2 has 1e-05" };
        }

        if (!Enum.IsDefined(Activation))
        {
            return new Gpt2Exception(Invariant($"there is no activation function {(int)Activation}"))
            {
                Expected = $"one of {string.Join(", ", Enum.GetNames<ActivationFunction>())}",
            };
        }

        // The sizes may be any numbers found in a file: the weights of a matrix may not fit into a long. Once they do,
        // so do those of 1000 blocks.
        Int128 largest = (Int128)Channels * Math.Max(Math.Max(Vocabulary, Context), Math.Max(3L * Channels, hidden ?? (4L * Channels)));
        return largest > Array.MaxLength
            ? new Gpt2Exception($"a matrix of {largest} weights is too large") { Expected = $"at most {Array.MaxLength}" }
            : null;
    }
}
