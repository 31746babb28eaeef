// A LoRA adapter: A and B for some linear maps of a model. The model stays as it is, and the adapter can be put on it or
// merged into a copy of its weights. Files are in AdapterFolder; the arithmetic is AdaptedLinear's.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;

namespace Gpt2.Core.PostTraining;

/// <summary>
/// Changes the linear maps of a model by W + alpha/rank · (B · A)ᵀ, with A [rank, inputs] and B [outputs, rank]: Hu et al.,
/// "LoRA: Low-Rank Adaptation of Large Language Models".
/// </summary>
public sealed class Adapter
{
    private readonly SortedDictionary<int, Dictionary<AdaptedMaps, LowRankUpdate>> ofBlocks = [];

    /// <param name="settings">Rank, alpha and maps.</param>
    /// <param name="trainedOn">The model; null if it is not known.</param>
    /// <param name="addedTokens">The tokens that the adapter adds; only to a model that is known.</param>
    internal Adapter(LoraSettings settings, ModelFingerprint? trainedOn, IReadOnlyList<string>? addedTokens = null)
    {
        if (settings.Problem() is Gpt2Exception problem)
        {
            throw problem;
        }

        Settings = settings;
        TrainedOn = trainedOn;
        if (addedTokens?.Count > 0)
        {
            Tokens = TokenRows.Create(addedTokens, settings, trainedOn!.Sizes);
        }
    }

    public LoraSettings Settings { get; }

    /// <summary>The model that the adapter belongs to; null if its files do not say.</summary>
    public ModelFingerprint? TrainedOn { get; }

    /// <summary>
    /// The tokens that the adapter adds to the vocabulary of its model. The row of each in wte is the mean of the rows of the tokens
    /// that its text had before, with a low-rank change.
    /// </summary>
    public IReadOnlyList<string> AddedTokens => Tokens?.Texts ?? [];

    /// <summary>The change of the rows of the added tokens; null if there are none.</summary>
    internal TokenRows? Tokens { get; }

    /// <summary>Number of weights of the adapter.</summary>
    public long Parameters => Matrices().Sum(matrix => (long)matrix.Span.Length);

    /// <summary>
    /// Makes an adapter that does not change its model yet. A is uniform in ±1/√inputs, which is how PEFT begins it (Kaiming
    /// uniform with a = √5), and B is 0. The same seed and sizes give the same bits on every machine.
    /// </summary>
    /// <param name="settings">Rank, alpha and the maps to adapt.</param>
    /// <param name="model">The model to adapt.</param>
    /// <param name="seed">The seed of A.</param>
    /// <exception cref="Gpt2Exception">The settings are not valid, or the rank is above n_embd.</exception>
    public static Adapter Create(LoraSettings settings, ModelFingerprint model, ulong seed) => Create(settings, model, seed, addedTokens: []);

    /// <summary>The same for an adapter that adds tokens.</summary>
    internal static Adapter Create(LoraSettings settings, ModelFingerprint model, ulong seed, IReadOnlyList<string> addedTokens)
    {
        var adapter = new Adapter(settings, model, addedTokens);
        if (settings.Rank > model.Sizes.Channels)
        {
            throw new Gpt2Exception($"the rank is {settings.Rank}") { Expected = $"at most n_embd = {model.Sizes.Channels}" };
        }

        var random = new RandomGenerator(seed);
        for (int block = 0; block < model.Sizes.Layers; block++)
        {
            foreach (BlockMap map in BlockMap.All.Where(map => settings.Maps.HasFlag(map.Kind)))
            {
                LowRankUpdate update = adapter.Add(block, map, map.Inputs(model.Sizes), map.Outputs(model.Sizes));
                double bound = 1 / Math.Sqrt(map.Inputs(model.Sizes));
                foreach (ref float weight in update.A.Span)
                {
                    weight = (float)(bound * ((2 * random.NextDouble()) - 1));
                }
            }
        }

        adapter.Tokens?.Begin(random);
        return adapter;
    }

    /// <summary>An adapter with the same numbers, which trains on its own.</summary>
    /// <param name="model">The model that it is put on.</param>
    /// <param name="dropout">The dropout of its training.</param>
    /// <exception cref="Gpt2Exception">This adapter belongs to another model.</exception>
    internal Adapter CopyFor(ModelFingerprint model, float dropout)
    {
        RequireModel(model);
        var copy = new Adapter(Settings with { Dropout = dropout }, model, AddedTokens);
        foreach ((int block, BlockMap map, (Matrix a, Matrix b, _)) in Updates())
        {
            copy.Add(block, map, a.Columns, b.Rows);
        }

        foreach ((Matrix from, Matrix to) in Matrices().Zip(copy.Matrices()))
        {
            from.Span.CopyTo(to.Span);
        }

        return copy;
    }

    /// <summary>
    /// A and B of every adapted map, named h0/attn/c_attn/lora_A and …/lora_B, block by block, then those of the added tokens' rows,
    /// wte/lora_A [rank, added tokens] and wte/lora_B [channels, rank].
    /// </summary>
    public IEnumerable<Matrix> Matrices()
    {
        foreach ((_, _, LowRankUpdate update) in Updates())
        {
            yield return update.A;
            yield return update.B;
        }

        if (Tokens is not null)
        {
            yield return Tokens.Rows.Update.A;
            yield return Tokens.Rows.Update.B;
        }
    }

    /// <summary>
    /// The model with this adapter, which shares the weights of both: it sees what training changes in the adapter. The model
    /// itself is not changed and may have its weights stored in any type. A second adapter is put on the result.
    /// </summary>
    /// <exception cref="Gpt2Exception">The adapter is for a model of other sizes.</exception>
    public Gpt2Model ApplyTo(Gpt2Model model) => ApplyTo(model, dropout: null);

    /// <summary>The same with dropout, for training; only one pass at a time may use the result.</summary>
    internal Gpt2Model ApplyTo(Gpt2Model model, Dropout? dropout)
    {
        RequireSizes(model.Config);
        Gpt2Layers layers = model.Layers;
        return model.With(layers with
        {
            TokenEmbedding = Tokens is null ? layers.TokenEmbedding : new AdaptedEmbedding(layers.TokenEmbedding, Tokens.Rows),
            Blocks = [.. layers.Blocks.Select((block, number) => Adapted(block, number, dropout))],
            Head = Tokens is null ? layers.Head : new AdaptedHead(layers.Head, Tokens.Rows),
        });
    }

    /// <summary>A copy of weights with the adapter merged into it: W + alpha/rank · (B · A)ᵀ.</summary>
    /// <exception cref="Gpt2Exception">The adapter is for a model of other sizes.</exception>
    public Gpt2Weights MergeInto(Gpt2Weights weights, KernelSet kernels)
    {
        RequireSizes(weights.Config);
        Gpt2Weights merged = weights.Copy();
        AddTo(merged, kernels);
        return merged;
    }

    /// <summary>The same in place.</summary>
    /// <exception cref="Gpt2Exception">The adapter is for a model of other sizes.</exception>
    internal void AddTo(Gpt2Weights weights, KernelSet kernels)
    {
        RequireSizes(weights.Config);
        var scaledB = new Matrix("alpha/rank · Bᵀ");
        foreach ((int block, BlockMap map, (Matrix a, Matrix b, float scale)) in Updates())
        {
            Transpose(b, scale, scaledB);                                                                       // [rank, outputs]
            Matrix weight = map.Weight(weights.Blocks[block]);                                                  // [inputs, outputs]
            kernels.MatMul.AddTransposedProduct(a.Span, scaledB.Span, a.Columns, b.Rows, weight.Span);
        }

        if (Tokens is { Rows: { First: int first, Count: int count, Update: (Matrix ofRows, Matrix ofChannels, float by) } })
        {
            Transpose(ofChannels, by, scaledB);                                                                 // [rank, channels]
            Span<float> rows = weights.TokenEmbedding.RowRange(first, count);                                   // [added tokens, channels]
            kernels.MatMul.AddTransposedProduct(ofRows.Span, scaledB.Span, count, ofChannels.Rows, rows);
        }
    }

    /// <summary>Throws unless a model is the one that the adapter was trained on; passes if its files do not say which.</summary>
    /// <exception cref="Gpt2Exception">It is another model: the message names the sizes or the hashes that differ.</exception>
    public void RequireModel(ModelFingerprint model)
    {
        if (Tokens is not null && model.Sizes.Vocabulary != Tokens.Rows.First)
        {
            throw WrongVocabulary(model.Sizes.Vocabulary);
        }

        RequireSizes(model.Sizes with { Vocabulary = model.Sizes.Vocabulary + AddedTokens.Count });
        if (TrainedOn is null || TrainedOn == model)
        {
            return;
        }

        bool sameSizes = TrainedOn.Sizes == model.Sizes;
        (string other, string own) = sameSizes
            ? ($"of the same sizes with the hash {TrainedOn.Hash}", model.Hash)
            : ("with " + TrainedOn.DifferencesFrom(model), model.DifferencesFrom(TrainedOn));
        throw new Gpt2Exception($"the adapter belongs to another model, {other}")
        {
            Expected = own,
            Remedy = "take the model that it was trained on",
        };
    }

    public override string ToString() => $"LoRA of rank {Settings.Rank}, {Parameters} weights";

    /// <summary>Adds A and B of zeros for a map.</summary>
    internal LowRankUpdate Add(int block, BlockMap map, int inputs, int outputs)
    {
        string name = map.NameIn(block);
        var update = new LowRankUpdate(
            new Matrix(name + "/lora_A", Settings.Rank, inputs), new Matrix(name + "/lora_B", outputs, Settings.Rank), Settings.Scale);
        if (!ofBlocks.TryGetValue(block, out Dictionary<AdaptedMaps, LowRankUpdate>? updates))
        {
            ofBlocks.Add(block, updates = []);
        }

        updates.Add(map.Kind, update);
        return update;
    }

    /// <summary>Every adapted map with its A and B, block by block.</summary>
    internal IEnumerable<(int Block, BlockMap Map, LowRankUpdate Update)> Updates()
    {
        foreach ((int block, Dictionary<AdaptedMaps, LowRankUpdate> updates) in ofBlocks)
        {
            foreach (BlockMap map in BlockMap.All.Where(map => updates.ContainsKey(map.Kind)))
            {
                yield return (block, map, updates[map.Kind]);
            }
        }
    }

    private BlockLayers Adapted(BlockLayers layers, int block, Dropout? dropout) =>
        !ofBlocks.TryGetValue(block, out Dictionary<AdaptedMaps, LowRankUpdate>? updates) ? layers : layers with
        {
            AttentionQkv = Adapted(layers.AttentionQkv, AdaptedMaps.AttentionQkv, updates, dropout),
            AttentionProjection = Adapted(layers.AttentionProjection, AdaptedMaps.AttentionProjection, updates, dropout),
            MlpHidden = Adapted(layers.MlpHidden, AdaptedMaps.MlpHidden, updates, dropout),
            MlpProjection = Adapted(layers.MlpProjection, AdaptedMaps.MlpProjection, updates, dropout),
        };

    private static LinearMap Adapted(
        LinearMap map, AdaptedMaps kind, Dictionary<AdaptedMaps, LowRankUpdate> updates, Dropout? dropout) =>
        updates.TryGetValue(kind, out LowRankUpdate? update) ? new AdaptedLinear(map, update, dropout) : map;

    private static void Transpose(Matrix b, float scale, Matrix scaledB)
    {
        scaledB.Resize(b.Columns, b.Rows);
        for (int output = 0; output < b.Rows; output++)
        {
            for (int row = 0; row < b.Columns; row++)
            {
                scaledB[row, output] = scale * b[output, row];
            }
        }
    }

    private void RequireSizes(Gpt2Config sizes)
    {
        if (Tokens is not null && sizes.Vocabulary != Tokens.Rows.First + Tokens.Rows.Count)
        {
            throw WrongVocabulary(sizes.Vocabulary);
        }

        foreach ((int block, BlockMap map, (Matrix a, Matrix b, _)) in Updates())
        {
            if (block >= sizes.Layers)
            {
                throw new Gpt2Exception($"the adapter has {a}, but the model has {Plural.Of(sizes.Layers, "block")}")
                {
                    Remedy = "take the model that it was trained on",
                };
            }

            if (a.Columns != map.Inputs(sizes) || b.Rows != map.Outputs(sizes))
            {
                throw new Gpt2Exception($"the adapter has {a} and {b}")
                {
                    Expected = $"[{Settings.Rank}, {map.Inputs(sizes)}] and [{map.Outputs(sizes)}, {Settings.Rank}] for this model",
                    Remedy = "take the model that it was trained on",
                };
            }
        }
    }

    private Gpt2Exception WrongVocabulary(int found) => new(
        $"the adapter adds {Tokens!.Rows.Count} tokens to {Tokens.Rows.First}, but the model has {found}")
    {
        Remedy = "take the model that it was trained on",
    };
}
