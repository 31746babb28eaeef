// All weights of a model, with their names and shapes. Reading and writing them is the task of the Weights folder.

using Gpt2.Core.Numerics;
using Gpt2.Kernels.MatMul;

namespace Gpt2.Core.Model.Layers;

/// <summary>The weights of a model.</summary>
public sealed class Gpt2Weights
{
    /// <summary>Allocates weights of zeros in the shapes of a configuration.</summary>
    /// <exception cref="Gpt2Exception">The configuration is not valid.</exception>
    public Gpt2Weights(Gpt2Config config)
    {
        if (config.Problem() is Gpt2Exception problem)
        {
            throw problem;
        }

        Config = config;
        TokenEmbedding = PerToken("wte", config);
        PositionEmbedding = new Matrix("wpe", config.Context, config.Channels);
        Blocks = new BlockWeights[config.Layers];
        for (int block = 0; block < config.Layers; block++)
        {
            Blocks[block] = new BlockWeights(block, config);
        }

        FinalNorm = new LayerNormWeights("ln_f", config.Channels);
        Head = new TransposedLinear(
            config.TiedHead ? TokenEmbedding : PerToken("lm_head", config));
    }

    private Gpt2Weights(Gpt2Weights other, Func<Matrix, Matrix> replace)
    {
        Config = other.Config;
        TokenEmbedding = replace(other.TokenEmbedding);
        PositionEmbedding = replace(other.PositionEmbedding);
        Blocks = [.. other.Blocks.Select(block => new BlockWeights(block, replace))];
        FinalNorm = new LayerNormWeights(other.FinalNorm, replace);
        Head = new TransposedLinear(Config.TiedHead ? TokenEmbedding : replace(other.Head.Weight));
    }

    public Gpt2Config Config { get; }

    /// <summary>wte [vocabulary, channels]</summary>
    public Matrix TokenEmbedding { get; }

    /// <summary>wpe [context, channels]</summary>
    public Matrix PositionEmbedding { get; }

    public BlockWeights[] Blocks { get; }

    /// <summary>ln_f</summary>
    public LayerNormWeights FinalNorm { get; }

    /// <summary>
    /// The map from the last hidden state to logits: wte itself, or lm_head [vocabulary, channels] if it is untied.
    /// </summary>
    internal TransposedLinear Head { get; }

    /// <summary>
    /// Every matrix once, in the order of the layout table in docs. Its name is its name in the checkpoint.
    /// </summary>
    public IEnumerable<Matrix> Matrices()
    {
        yield return TokenEmbedding;
        yield return PositionEmbedding;
        foreach (BlockWeights block in Blocks)
        {
            foreach (Matrix matrix in block.Matrices())
            {
                yield return matrix;
            }
        }

        yield return FinalNorm.Gain;
        yield return FinalNorm.Bias;
        if (!Config.TiedHead)
        {
            yield return Head.Weight;
        }
    }

    /// <summary>Returns a copy of the weights in separate memory.</summary>
    public Gpt2Weights Copy()
    {
        var copy = new Gpt2Weights(Config);
        foreach ((Matrix from, Matrix to) in Matrices().Zip(copy.Matrices()))
        {
            to.CopyFrom(from);
        }

        return copy;
    }

    /// <summary>Weights of which some matrices are replaced, and the others are those of these weights, not copies.</summary>
    /// <param name="replace">Gives the matrix to take for one of these; the same one to keep it.</param>
    internal Gpt2Weights With(Func<Matrix, Matrix> replace) => new(this, replace);

    // With room for the last panel, so that packing needs no additional memory.
    private static Matrix PerToken(string name, Gpt2Config config) =>
        new(name, config.Vocabulary, config.Channels, WeightPanels.Length(config.Channels, config.Vocabulary));
}

/// <summary>The weights of one block, named as in OpenAI's checkpoint.</summary>
public sealed class BlockWeights
{
    internal BlockWeights(int block, Gpt2Config config)
    {
        int channels = config.Channels;
        Ln1 = new LayerNormWeights($"h{block}/ln_1", channels);
        AttentionQkv = Dense($"h{block}/attn/c_attn", channels, 3 * channels, config.QkvBias);
        AttentionProjection = Dense($"h{block}/attn/c_proj", channels, channels, bias: true);
        Ln2 = new LayerNormWeights($"h{block}/ln_2", channels);
        MlpHidden = Dense($"h{block}/mlp/c_fc", channels, config.Hidden, bias: true);
        MlpProjection = Dense($"h{block}/mlp/c_proj", config.Hidden, channels, bias: true);
    }

    internal BlockWeights(BlockWeights other, Func<Matrix, Matrix> replace)
    {
        Ln1 = new LayerNormWeights(other.Ln1, replace);
        AttentionQkv = Replaced(other.AttentionQkv, replace);
        AttentionProjection = Replaced(other.AttentionProjection, replace);
        Ln2 = new LayerNormWeights(other.Ln2, replace);
        MlpHidden = Replaced(other.MlpHidden, replace);
        MlpProjection = Replaced(other.MlpProjection, replace);
    }

    /// <summary>ln_1</summary>
    public LayerNormWeights Ln1 { get; }

    /// <summary>attn/c_attn [channels, 3 · channels]</summary>
    public DenseLinear AttentionQkv { get; }

    /// <summary>attn/c_proj [channels, channels]</summary>
    public DenseLinear AttentionProjection { get; }

    /// <summary>ln_2</summary>
    public LayerNormWeights Ln2 { get; }

    /// <summary>mlp/c_fc [channels, hidden]</summary>
    public DenseLinear MlpHidden { get; }

    /// <summary>mlp/c_proj [hidden, channels]</summary>
    public DenseLinear MlpProjection { get; }

    internal IEnumerable<Matrix> Matrices()
    {
        Matrix?[] matrices =
        [
            Ln1.Gain, Ln1.Bias, AttentionQkv.Weight, AttentionQkv.Bias, AttentionProjection.Weight, AttentionProjection.Bias,
            Ln2.Gain, Ln2.Bias, MlpHidden.Weight, MlpHidden.Bias, MlpProjection.Weight, MlpProjection.Bias,
        ];
        return matrices.OfType<Matrix>();
    }

    private static DenseLinear Replaced(DenseLinear map, Func<Matrix, Matrix> replace) =>
        new(replace(map.Weight), map.Bias is null ? null : replace(map.Bias));

    private static DenseLinear Dense(string name, int inputs, int outputs, bool bias) =>
        new(new Matrix(name + "/w", inputs, outputs, WeightPanels.Length(inputs, outputs)), bias ? new Matrix(name + "/b", 1, outputs) : null);
}

/// <summary>Gain and bias of a layer normalisation, [1, channels] each.</summary>
public sealed class LayerNormWeights
{
    public LayerNormWeights(string name, int channels)
    {
        Gain = new Matrix(name + "/g", 1, channels);
        Bias = new Matrix(name + "/b", 1, channels);
    }

    internal LayerNormWeights(LayerNormWeights other, Func<Matrix, Matrix> replace)
    {
        Gain = replace(other.Gain);
        Bias = replace(other.Bias);
    }

    public Matrix Gain { get; }

    public Matrix Bias { get; }
}
