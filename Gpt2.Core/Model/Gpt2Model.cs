// The model: ids in, the next token's logits and probabilities out. Everything that runs the model uses this.

using Gpt2.Core.Model.Cache;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.Model;

/// <summary>GPT-2's forward pass over given weights with given kernels. Immutable, safe to share.</summary>
public sealed class Gpt2Model
{
    private readonly Gpt2Weights? weights;
    private readonly Gpt2Layers layers;
    private readonly TransformerBlock[] blocks;
    private readonly KernelSet kernels;

    /// <summary>
    /// Creates a model that leaves the weights as they are: for training, stepping through, and inspection.
    /// </summary>
    public Gpt2Model(Gpt2Weights weights, KernelSet kernels)
        : this(weights.Config, weights, Gpt2Layers.Of(weights), kernels)
    {
    }

    private Gpt2Model(Gpt2Config config, Gpt2Weights? weights, Gpt2Layers layers, KernelSet kernels)
    {
        Config = config;
        this.weights = weights;
        this.layers = layers;
        this.kernels = kernels;
        blocks = new TransformerBlock[config.Layers];
        for (int block = 0; block < blocks.Length; block++)
        {
            blocks[block] = new TransformerBlock(layers.Blocks[block], config, block, kernels);
        }
    }

    public Gpt2Config Config { get; }

    /// <summary>The weights as matrices.</summary>
    /// <exception cref="InvalidOperationException">
    /// They were packed for inference and are no longer matrices, or an adapter changes what they compute.
    /// </exception>
    public Gpt2Weights Weights =>
        weights ?? throw new InvalidOperationException("the model's weights were packed for inference, or it has an adapter");

    /// <summary>Whether <see cref="Weights"/> can be read.</summary>
    internal bool KeepsMatrices => weights is not null;

    public KernelSet Kernels => kernels;

    /// <summary>The layers of the forward pass, which the backward pass goes through in reverse.</summary>
    internal Gpt2Layers Layers => layers;

    /// <summary>
    /// Creates a model for prediction only, as fast as the kernels can make it: for the Tuned rung, and for every type
    /// except float32, the weights are packed, if possible in the memory they have, and must not be used afterwards.
    /// This is why the method is internal: users of the library go through <see cref="LanguageModel"/>, which reads or
    /// copies the weights first.
    /// </summary>
    /// <param name="weights">The weights; the caller gives them up.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="type">
    /// The type to store the weights of products in; embeddings of an untied model, biases and gains stay float32.
    /// </param>
    /// <exception cref="Gpt2Exception">A weight is not finite, and the type cannot represent it.</exception>
    internal static Gpt2Model ForInference(Gpt2Weights weights, KernelSet kernels, WeightType type = WeightType.Float32) =>
        kernels.Rung == KernelRung.Tuned || type != WeightType.Float32
            ? new Gpt2Model(weights.Config, weights: null, Gpt2Layers.TakeOver(weights, type), kernels)
            : new Gpt2Model(weights, kernels);

    /// <summary>The same model with other layers of the same sizes, such as these layers with adapters.</summary>
    internal Gpt2Model With(Gpt2Layers others) => new(Config, weights: null, others, kernels);

    /// <summary>Runs the tokens through the model.</summary>
    /// <param name="ids">
    /// At least one token; at most n_ctx together with those in the cache. Of several sequences, equally many each.
    /// </param>
    /// <param name="cache">Holds the tokens before these and receives these; null to keep none.</param>
    /// <param name="a">Receives every matrix of the pass.</param>
    /// <exception cref="Gpt2Exception">
    /// There is no token, there are too many, or an id is outside the vocabulary.
    /// </exception>
    public void Forward(ReadOnlySpan<int> ids, KeyValueCache? cache, ForwardActivations a)
    {
        a.Rows.DivideEqually(ids.Length, a.Sequences);
        Run(ids, cache, a);
    }

    /// <summary>
    /// Runs tokens of several sequences through the model, which need not have equally many. A row has the same bits
    /// as if its sequence were alone, as long as a sequence with more than one token is not cut into single ones.
    /// </summary>
    /// <param name="ids">The tokens of all sequences, one sequence after another.</param>
    /// <param name="lengths">The number of tokens of each sequence, at least 1.</param>
    /// <param name="cache">Holds the tokens before these and receives these, see <see cref="KeyValueCache.Gather"/>.</param>
    /// <param name="a">Receives every matrix of the pass.</param>
    /// <exception cref="Gpt2Exception">A sequence becomes too long, or an id is outside the vocabulary.</exception>
    internal void Forward(ReadOnlySpan<int> ids, ReadOnlySpan<int> lengths, KeyValueCache cache, ForwardActivations a)
    {
        a.Rows.Divide(ids.Length, lengths);
        Run(ids, cache, a);
    }

    /// <summary>Runs the tokens through the model, except for the language head: ln_f is the last that is computed.</summary>
    /// <inheritdoc cref="Forward(ReadOnlySpan{int}, KeyValueCache?, ForwardActivations)"/>
    internal void ForwardWithoutHead(ReadOnlySpan<int> ids, ForwardActivations a)
    {
        a.Rows.DivideEqually(ids.Length, a.Sequences);
        Matrix stream = Blocks(first: 0, Embed(ids, cache: null, a), cache: null, a);
        LanguageHead.FinalNorm(stream, layers.FinalNorm, Config.LayerNormEpsilon, kernels, a);
    }

    /// <summary>
    /// Continues a pass: what comes before a block is in the activations already, that block and everything after it is computed.
    /// </summary>
    /// <param name="block">The first block to compute; the number of layers for the head alone.</param>
    /// <param name="a">The activations of every block, of one pass without a cache.</param>
    internal void ForwardFrom(int block, ForwardActivations a) =>
        Head(Blocks(block, block == 0 ? a.PositionEmbeddings : a.Block(block - 1).Residual2, cache: null, a), a);

    /// <summary>Reads rows of the residual stream as if the blocks ended there: ln_f, the head and softmax.</summary>
    /// <param name="stream">[tokens, channels]</param>
    /// <param name="a">Receives the matrices after the blocks.</param>
    internal void ReadOut(Matrix stream, ForwardActivations a)
    {
        a.Rows.DivideEqually(stream.Rows, sequences: 1);
        Head(stream, a);
    }

    private void Run(ReadOnlySpan<int> ids, KeyValueCache? cache, ForwardActivations a)
    {
        Matrix embedded = Embed(ids, cache, a);                                                                 // [tokens, channels]
        Matrix stream = Blocks(first: 0, embedded, cache, a);                                                   // [tokens, channels]
        Head(stream, a);                                                                                        // [1 or tokens, vocabulary]
    }

    private Matrix Embed(ReadOnlySpan<int> ids, KeyValueCache? cache, ForwardActivations a)
    {
        CheckSequences(ids, cache, a.Rows);
        a.Labels?.Begin(ids);
        Embedding.Tokens(ids, layers.TokenEmbedding, a.TokenEmbeddings);                                       // [tokens, channels]
        a.Edits?.Apply(block: null, a.TokenEmbeddings);
        Embedding.Positions(
            a.TokenEmbeddings, a.Rows, layers.PositionEmbedding, cache, kernels, a.PositionEmbeddings);        // [tokens, channels]
        a.Edits?.Apply(block: null, a.PositionEmbeddings);
        a.Dropout?.Apply(a.PositionEmbeddings, a.EmbeddingMask);
        return a.PositionEmbeddings;
    }

    private Matrix Blocks(int first, Matrix stream, KeyValueCache? cache, ForwardActivations a)
    {
        for (int block = first; block < blocks.Length; block++)
        {
            BlockActivations steps = a.Block(block);
            BlockPast keysAndValues = steps.BeginBlock(block, a.Rows, cache);
            blocks[block].Forward(stream, keysAndValues, steps);
            steps.EndBlock();
            stream = steps.Residual2;                                                                           // [tokens, channels]
        }

        return stream;
    }

    private void Head(Matrix stream, ForwardActivations a) =>
        LanguageHead.Forward(stream, layers.FinalNorm, Config.LayerNormEpsilon, layers.Head, kernels, a);

    private void CheckSequences(ReadOnlySpan<int> ids, KeyValueCache? cache, SequenceRows rows)
    {
        if (cache is not null && cache.Sequences != rows.Count)
        {
            throw new ArgumentException($"{rows.Count} sequences, expected the {cache.Sequences} of the cache");
        }

        for (int sequence = 0; sequence < rows.Count; sequence++)
        {
            CheckPrompt(ids.Slice(rows.First(sequence), rows.Of(sequence)), cache?.LengthOf(sequence) ?? 0);
        }
    }

    /// <summary>Throws unless the ids can follow <paramref name="past"/> others.</summary>
    internal void CheckPrompt(ReadOnlySpan<int> ids, int past)
    {
        if (ids.IsEmpty)
        {
            throw new Gpt2Exception("the prompt is empty") { Expected = "at least one token" };
        }

        int tokens = past + ids.Length;
        if (tokens > Config.Context)
        {
            throw new Gpt2Exception($"the prompt has {tokens} tokens") { Expected = $"at most n_ctx = {Config.Context}", Remedy = "shorten it" };
        }

        foreach (int id in ids)
        {
            if (id < 0 || id >= Config.Vocabulary)
            {
                throw new Gpt2Exception($"token id {id} is outside the vocabulary") { Expected = $"0 to {Config.Vocabulary - 1}" };
            }
        }
    }
}
