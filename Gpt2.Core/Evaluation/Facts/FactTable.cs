// The facts known about each model.

using Gpt2.Core.Model;
using Gpt2.Core.Weights;

namespace Gpt2.Core.Evaluation.Facts;

/// <summary>The facts about a model.</summary>
/// <param name="Of">The model that they are about.</param>
/// <param name="Vocabulary">Facts about the vocabulary.</param>
/// <param name="Model">Facts about the weights.</param>
internal sealed record FactTable(string Of, IReadOnlyList<TokenizerFact> Vocabulary, IReadOnlyList<ModelFact> Model)
{
    private const string Prompt = "Mike is quick. He moves";

    /// <summary>Whether the facts no longer apply to a model that was trained further with this program.</summary>
    public bool OfPublishedWeights { get; init; }

    /// <summary>The tokens of OpenAI's vocabulary, the same in all sizes of GPT-2.</summary>
    private static readonly TokenizerFact[] Gpt2Tokens =
    [
        TokenizerFact.Tokens(Prompt, 16073, 318, 2068, 13, 679, 6100),
        TokenizerFact.Tokens(" quickly", 2952),
        TokenizerFact.Tokens(" is", 318),
        TokenizerFact.Tokens(" reinjury", 6865, 21871),
        TokenizerFact.Tokens(" reindeer", 302, 521, 28153),
        TokenizerFact.Merges(" quick", (35, "i", "c"), (165, "q", "u"), (368, "ic", "k"), (371, "Ġ", "qu"), (1812, "Ġqu", "ick")),
        TokenizerFact.Merges(" t", (0, "Ġ", "t")),
        TokenizerFact.Merges(" a", (1, "Ġ", "a")),
        TokenizerFact.Tokens("strawberry", 301, 1831, 8396),
        TokenizerFact.Tokens(" strawberry", 41236),
        TokenizerFact.Tokens("Strawberry", 1273, 1831, 8396),
        TokenizerFact.Tokens(" Strawberry", 42611),
        TokenizerFact.Tokens("STRAWBERRY", 2257, 20530, 13246, 18276),
        TokenizerFact.Tokens("\"strawberry", 1, 301, 1831, 8396),
        TokenizerFact.Tokens("every effort moves", 16833, 3626, 6100),
        TokenizerFact.Tokens("Every effort moves you", 6109, 3626, 6100, 345),
        TokenizerFact.Tokens("I really like", 40, 1107, 588),
        TokenizerFact.Tokens(" chocolate", 11311),
        TokenizerFact.Text(" Armed heNetflix", 16657, 339, 42826),
        TokenizerFact.SingleNumbers("", 818),
        TokenizerFact.SingleNumbers(" ", 504),
    ];

    /// <summary>OpenAI's GPT-2 small.</summary>
    public static FactTable Gpt2Small { get; } = new("OpenAI's GPT-2", Gpt2Tokens,
    [
        ModelFact.EmbeddingStarts(318, 0.0006, 0.0097, 0.010),
        ModelFact.OneTokenIsACluster(" is quick. He moves"),
        ModelFact.Attends(Prompt, block: 11, head: 0, from: 5, (0, 0.16), (1, 0.23)),
        ModelFact.FirstLogit(Prompt, -135.9, 0.15),
        ModelFact.Continues(Prompt, " quickly and", 2),
        ModelFact.Continues(
            "I enjoy walking with my cute dog",
            ", but I'm not sure if I'll ever be able to walk with my dog. I'm not sure if I'll ever be able to walk with my dog.\n\nI'm not sure",
            40),
    ])
    {
        OfPublishedWeights = true,
    };

    /// <summary>OpenAI's larger models, of which only the vocabulary is known.</summary>
    public static FactTable Gpt2Larger { get; } = new("OpenAI's GPT-2", Gpt2Tokens, []) { OfPublishedWeights = true };

    /// <summary>The model that ships with the program; its card says more.</summary>
    public static FactTable Workshop { get; } = new(
        ModelLocator.DefaultModel,
        [TokenizerFact.Tokens(" quick", 460), TokenizerFact.Tokens(" quickly", 638)],
    [
        ModelFact.Continues(Prompt, " quickly", 1),
        ModelFact.FirstLogit(Prompt, 17.6365, 0.02),
        ModelFact.Continues("The capital of France is", " Paris", 1),
        ModelFact.Continues("The opposite of hot is", " cold", 1),
    ]);

    /// <summary>
    /// The table of a model, by its sizes and, for the default model, its name; null if nothing is known about it.
    /// </summary>
    public static FactTable? For(string name, Gpt2Config config)
    {
        Gpt2Config sizes = config with { QkvBias = true, TiedHead = true };
        if (name == ModelLocator.DefaultModel && sizes == new Gpt2Config(2048, 128, 128, 4, 4))
        {
            return Workshop;
        }

        bool isGpt2 = config.Vocabulary == 50257 && config.Context == 1024;
        return (isGpt2, config.Channels, config.Layers) switch
        {
            (true, 768, 12) => Gpt2Small,
            (true, 1024, 24) or (true, 1280, 36) or (true, 1600, 48) => Gpt2Larger,
            _ => null,
        };
    }
}
