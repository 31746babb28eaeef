// A reward model as it is used: a model with an adapter and a head, which reads a prompt and an answer and gives one number.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Text;

namespace Gpt2.Core.PostTraining;

/// <summary>
/// Gives texts rewards: predicted_embedding of the end token after prompt and text · reward_wᵀ. Only differences between answers to the
/// same prompt mean something.
/// </summary>
public sealed class RewardModel : IReward
{
    /// <summary>Texts that are computed together.</summary>
    private const int Together = 64;

    private readonly TokenMicroBatches passes;
    private readonly PromptTemplate template;
    private readonly Tokenizer tokenizer;
    private readonly int context;

    private RewardModel(string folder, TokenMicroBatches passes, PromptTemplate template, Tokenizer tokenizer, int context, string hash)
    {
        Name = folder;
        this.passes = passes;
        this.template = template;
        this.tokenizer = tokenizer;
        this.context = context;
        Hash = hash;
    }

    /// <summary>The folder that it is from.</summary>
    public string Name { get; }

    /// <summary>The hash of adapter and head.</summary>
    internal string Hash { get; }

    /// <summary>Reads a reward model that gpt2 tune reward has written.</summary>
    /// <param name="folder">The folder, with adapter.json, reward_w.csv and tuning.json.</param>
    /// <param name="model">The model that it was trained on, with its weights as matrices.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <exception cref="Gpt2Exception">It is not a reward model, or it is one of another model.</exception>
    public static RewardModel Read(string folder, Gpt2Model model, Tokenizer tokenizer)
    {
        (Adapter adapter, TuningState state) = ReadAdapter(folder, ModelFingerprint.Of(model.Weights));
        if (adapter.AddedTokens.Count > 0)
        {
            (Gpt2Weights weights, Tokenizer? larger) = TokenRows.Extend(model.Weights, tokenizer, adapter.AddedTokens);
            (model, tokenizer) = (new Gpt2Model(weights, model.Kernels), larger!);
        }

        return Of(folder, adapter, state, model, tokenizer);
    }

    /// <summary>The same for a model that is being tuned, whose weights may be stored in any type.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="model">The model with the tokens that are added to it.</param>
    /// <param name="fingerprint">What it is without them.</param>
    /// <param name="added">The tokens.</param>
    /// <param name="tokenizer">The tokenizer with them.</param>
    /// <exception cref="Gpt2Exception">It is not a reward model, or it is one of another model or with other tokens.</exception>
    internal static RewardModel ReadFor(
        string folder, Gpt2Model model, ModelFingerprint fingerprint, IReadOnlyList<string> added, Tokenizer tokenizer)
    {
        (Adapter adapter, TuningState state) = ReadAdapter(folder, fingerprint);
        return adapter.AddedTokens.SequenceEqual(added)
            ? Of(folder, adapter, state, model, tokenizer)
            : throw new Gpt2Exception($"the reward model adds {Plural.Of(adapter.AddedTokens.Count, "token")}")
            {
                Where = folder,
                Expected = added.Count == 0 ? "none, as the adapter to train"
                    : $"the same {Plural.Of(added.Count, "token")} as the adapter to train",
                Remedy = "train a reward model on the same vocabulary: 'gpt2 tune reward' has --add-tokens and --adapter",
            };
    }

    private static (Adapter Adapter, TuningState State) ReadAdapter(string folder, ModelFingerprint model)
    {
        Adapter adapter = AdapterFolder.Read(folder);
        if (TuningState.ReadIfThere(folder) is not { Method: TuningState.Reward, RewardHead: not null } state)
        {
            throw new Gpt2Exception("this adapter is not a reward model")
            {
                Where = folder,
                Expected = $"a folder with {TuningState.FileName} and {RewardHead.FileName}",
                Remedy = "train one with 'gpt2 tune reward'",
            };
        }

        try
        {
            adapter.RequireModel(model);
        }
        catch (Gpt2Exception e)
        {
            throw e.At(folder);
        }

        return (adapter, state);
    }

    private static RewardModel Of(string folder, Adapter adapter, TuningState state, Gpt2Model model, Tokenizer tokenizer)
    {
        RewardHead head = RewardHead.Read(Path.Combine(folder, Path.GetFileName(state.RewardHead!)), model.Config.Channels);
        return new RewardModel(
            folder, new TokenMicroBatches(model, adapter, dropout: 0, head),
            PromptTemplate.Parse(state.Template, state.TemplateText), tokenizer, model.Config.Context,
            ModelFingerprint.HashOf(adapter.Matrices().Append(head.Weight)));
    }

    /// <summary>The rewards of texts that answer a prompt.</summary>
    /// <param name="prompt">The prompt, which the template is put around.</param>
    /// <param name="texts">The answers, one or more.</param>
    /// <exception cref="Gpt2Exception">Prompt and text are longer than the context.</exception>
    public IReadOnlyList<double> Score(string prompt, params IReadOnlyList<string> texts) =>
        Score([.. texts.Select(text => Example.Completion(prompt, text))]);

    /// <summary>The rewards of all answers of examples, one example after another.</summary>
    internal double[] Score(IReadOnlyList<Example> examples)
    {
        int end = tokenizer.Vocabulary.EndOfText;
        return Of([.. examples.SelectMany(example =>
        {
            (string prompt, IReadOnlyList<string> answers) = template.Fill(example);
            int[] asked = tokenizer.Encode(prompt);
            return answers.Select(answer => (int[])[.. asked, .. tokenizer.Encode(answer), end]).Select(ids => ids.Length <= context
                ? ids
                : throw new Gpt2Exception($"prompt and text are {ids.Length} tokens")
                {
                    Where = example.Line > 0 ? new ErrorPlace(FormattableString.Invariant($"line {example.Line}")) : default(ErrorPlace?),
                    Expected = $"at most {context}, with the end token",
                });
        })]);
    }

    double[] IReward.Of(IReadOnlyList<SampledAnswer> answers, CancellationToken cancellation)
    {
        // As in training, the text is read to the end token, even if the answer was cut; only if the context is full is there no room for it.
        int end = tokenizer.Vocabulary.EndOfText;
        return Of([.. answers.Select(answer =>
            answer.Prompt.Prompt.Concat(answer.Ids.Where(id => id != end)).Append(end).Take(context).ToArray())], cancellation);
    }

    private double[] Of(IReadOnlyList<int[]> sequences, CancellationToken cancellation = default)
    {
        var rewards = new List<double>(sequences.Count);
        foreach (int[][] part in sequences.Chunk(Together))
        {
            cancellation.ThrowIfCancellationRequested();
            rewards.AddRange(passes.Evaluate([.. part.Select(TokenSequence.Read)]).Select(reward => reward[0]));
        }

        return [.. rewards];
    }
}
