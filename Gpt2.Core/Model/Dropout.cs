// Dropout: in training, random elements are set to 0 and the others enlarged to make up for it.

using Gpt2.Core.Numerics;

namespace Gpt2.Core.Model;

/// <summary>
/// Inverted dropout (Srivastava et al., "Dropout: A Simple Way to Prevent Neural Networks from Overfitting"): each
/// element is multiplied by 0 with probability <paramref name="rate"/> and by 1 / (1 − rate) otherwise.
/// </summary>
/// <param name="rate">0 or more, below 1.</param>
public sealed class Dropout(float rate)
{
    /// <summary>The source of the choices. Training reseeds it for every step.</summary>
    internal RandomGenerator Random { get; set; } = new(0);

    /// <summary>Chooses a mask and applies it: values = values × mask.</summary>
    /// <param name="values">Changed in place.</param>
    /// <param name="mask">Receives the factors, for the backward pass.</param>
    public void Apply(Matrix values, Matrix mask)
    {
        mask.Resize(values.Rows, values.Columns);
        Span<float> factors = mask.Span;
        for (int i = 0; i < factors.Length; i++)
        {
            factors[i] = Random.NextDouble() < rate ? 0 : 1 / (1 - rate);
        }

        Multiply(mask, values);
    }

    /// <summary>values = values × mask; also the backward pass of <see cref="Apply"/>.</summary>
    public static void Multiply(Matrix mask, Matrix values)
    {
        Shape.Require(mask, values.Rows, values.Columns);
        Span<float> factors = mask.Span;
        Span<float> products = values.Span;
        for (int i = 0; i < products.Length; i++)
        {
            products[i] *= factors[i];
        }
    }
}
