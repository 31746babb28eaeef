// The sizes that a model's files or tensors show by themselves, held against those that it states. Where the two differ, that is
// one finding, and the tensors are then held against what is seen, so that it does not become a hundred.

using System.Globalization;
using Gpt2.Core.Model;

namespace Gpt2.Core.Weights.Doctor;

/// <summary>The words in which a format speaks of sizes.</summary>
/// <param name="File">The file that states them.</param>
/// <param name="Vocabulary">What the number of tokens is called there.</param>
/// <param name="Context">What the number of positions is called there.</param>
/// <param name="MostOf">What shows the channels: most files, most tensors.</param>
/// <param name="TokenEmbedding">What findings call wte.</param>
/// <param name="PositionEmbedding">What findings call wpe.</param>
/// <param name="BlocksOf">What the blocks are of: files, tensors.</param>
internal sealed record SizeWords(
    string File, string Vocabulary, string Context, string MostOf, string TokenEmbedding, string PositionEmbedding, string BlocksOf);

/// <summary>Sizes as the files have them.</summary>
/// <param name="Vocabulary">Rows of wte; null where they cannot be told.</param>
/// <param name="Context">Rows of wpe; null where they cannot be told.</param>
/// <param name="Channels">The width that most agree on; 0 where there is none.</param>
/// <param name="Layers">Blocks of which there is anything.</param>
internal sealed record SeenSizes(int? Vocabulary, int? Context, int Channels, int Layers)
{
    private const int HeadSizeOfGpt2 = 64;

    /// <summary>The sizes to expect: those that are seen, and the stated ones where nothing is.</summary>
    public Gpt2Config Reconcile(Gpt2Config stated, SizeWords words, FindingList findings)
    {
        Gpt2Config sizes = stated;
        if (Channels > 0 && Channels != stated.Channels)
        {
            sizes = sizes with { Channels = Channels, Heads = Channels % stated.Heads == 0 ? stated.Heads : 1 };
            Differs("n_embd", stated.Channels, Channels, $"{words.MostOf} have {Channels} columns", words, findings);
        }

        if (Vocabulary is int tokens && tokens != stated.Vocabulary)
        {
            sizes = sizes with { Vocabulary = tokens };
            Differs(words.Vocabulary, stated.Vocabulary, tokens, $"{words.TokenEmbedding} has {tokens} rows", words, findings);
        }

        if (Context is int positions && positions != stated.Context)
        {
            sizes = sizes with { Context = positions };
            Differs(words.Context, stated.Context, positions, $"{words.PositionEmbedding} has {positions} rows", words, findings);
        }

        if (Layers != stated.Layers)
        {
            sizes = sizes with { Layers = Math.Max(Layers, 1) };
            Differs("n_layer", stated.Layers, Layers, $"there are {words.BlocksOf} of {Layers} blocks", words, findings);
        }

        return sizes;
    }

    /// <summary>The sizes without any that are stated; null where too little is seen. Nothing shows the number of heads: GPT-2's are taken.</summary>
    public Gpt2Config? Guess()
    {
        Gpt2Config? guess = Vocabulary is int tokens && Context is int positions && Channels > 0 && Layers > 0
            ? new Gpt2Config(tokens, positions, Channels, Channels % HeadSizeOfGpt2 == 0 ? Channels / HeadSizeOfGpt2 : 1, Layers)
            : null;
        return guess?.Problem() is null ? guess : null;
    }

    /// <summary>What to do where hparams.json is missing.</summary>
    public string HowToWriteHyperparameters() => Guess() is Gpt2Config guess
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"write it: {{\"n_vocab\": {guess.Vocabulary}, \"n_ctx\": {guess.Context}, \"n_embd\": {guess.Channels}, \"n_head\": …, \"n_layer\": {guess.Layers}}}; the files do not say n_head")
        : "write it with n_vocab, n_ctx, n_embd, n_head, n_layer, or copy the model again";

    private static void Differs(string size, int stated, int seen, string what, SizeWords words, FindingList findings) => findings.Wrong(
        FindingArea.Sizes, words.File, string.Create(CultureInfo.InvariantCulture, $"{size} is {stated}, but {what}"),
        seen < stated ? $"copy the files again if some are lost or cut off, or take the {words.File} of the same model" : $"take the {words.File} of the same model");
}
