// The tokens that an adapter adds to its model. Storing a row of wte for each would make an adapter large, so the rows have a
// low-rank change, as the linear maps do; what they begin with follows from the model.

using System.Globalization;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;

namespace Gpt2.Core.PostTraining;

/// <summary>Added tokens and the change of their rows of wte: scale · (B · A)ᵀ, with A [rank, tokens] and B [channels, rank].</summary>
/// <param name="Texts">The texts of the tokens, in the order of their rows.</param>
/// <param name="Rows">A and B, and the first of the rows.</param>
internal sealed record TokenRows(IReadOnlyList<string> Texts, RowUpdate Rows)
{
    public const string NameOfA = "wte/lora_A", NameOfB = "wte/lora_B";

    /// <summary>A and B of zeros.</summary>
    /// <param name="tokens">The texts of the tokens.</param>
    /// <param name="settings">Rank and alpha.</param>
    /// <param name="sizes">The sizes of the model without the tokens.</param>
    /// <exception cref="Gpt2Exception">The head is not tied to wte.</exception>
    public static TokenRows Create(IReadOnlyList<string> tokens, LoraSettings settings, Gpt2Config sizes) => sizes.TiedHead
        ? new TokenRows(tokens, new RowUpdate(sizes.Vocabulary, new LowRankUpdate(
            new Matrix(NameOfA, settings.Rank, tokens.Count), new Matrix(NameOfB, sizes.Channels, settings.Rank), settings.Scale)))
        : throw new Gpt2Exception("the model has a language head of its own")
        {
            Expected = "a head tied to wte, of whose rows an adapter changes those of the tokens it adds",
            Remedy = "train all weights with --full",
        };

    /// <summary>
    /// Begins a training: B is 0. If all tokens are whole numbers, A has the Chebyshev polynomials T₁ … T_rank of where ln(1 + n) is
    /// between its least and its largest value, so that close numbers have close rows; otherwise it is uniform in ±1.
    /// </summary>
    /// <remarks>
    /// Softmax over rows with x and x² in them can be a bell curve around any x: this is where distributions over numbers begin. It
    /// also tells numbers apart whose means are the same because they have the same digits, such as 112 and 121.
    /// </remarks>
    public void Begin(RandomGenerator random)
    {
        Matrix a = Rows.Update.A;
        double[]? places = Places();
        for (int k = 0; k < a.Rows; k++)
        {
            for (int token = 0; token < a.Columns; token++)
            {
                a[k, token] = (float)(places is null ? (2 * random.NextDouble()) - 1 : Chebyshev(k + 1, places[token]));
            }
        }
    }

    /// <summary>Weights and vocabulary of a model with the added tokens of adapters, whose changes are not yet in them.</summary>
    /// <param name="weights">The weights of the model.</param>
    /// <param name="tokenizer">Its tokenizer; null if it has none.</param>
    /// <param name="tokens">The added tokens; none to leave all as it is.</param>
    /// <exception cref="Gpt2Exception">The model has no text, or has one of the tokens already.</exception>
    public static (Gpt2Weights Weights, Tokenizer? Tokenizer) Extend(Gpt2Weights weights, Tokenizer? tokenizer, IReadOnlyList<string> tokens)
    {
        if (tokens.Count == 0)
        {
            return (weights, tokenizer);
        }

        if (tokenizer is null)
        {
            throw new Gpt2Exception("tokens cannot be added to a model without a vocabulary");
        }

        Vocabulary larger = tokenizer.Vocabulary.WithAdded(tokens);
        return (AddedRows.Extend(weights, tokenizer.Vocabulary, tokens), new Tokenizer(larger));
    }

    // T₀ = 1, T₁ = x, and T of n + 1 = 2 x T of n − T of n − 1.
    private static double Chebyshev(int degree, double x)
    {
        double before = 1, value = x;
        for (int n = 1; n < degree; n++)
        {
            (before, value) = (value, (2 * x * value) - before);
        }

        return value;
    }

    /// <summary>For every token where its number is on the logarithmic scale, −1 to 1; null unless they are different whole numbers.</summary>
    private double[]? Places()
    {
        var logarithms = new double[Texts.Count];
        for (int token = 0; token < logarithms.Length; token++)
        {
            if (!int.TryParse(Texts[token], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                return null;
            }

            logarithms[token] = PortableMath.Log(1.0 + number);
        }

        double least = logarithms.Min(), range = logarithms.Max() - least;
        return range > 0 ? Array.ConvertAll(logarithms, log => Math.Clamp((2 * (log - least) / range) - 1, -1, 1)) : null;
    }
}
