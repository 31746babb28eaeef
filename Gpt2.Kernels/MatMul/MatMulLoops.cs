// The products of the rungs below Tuned: loops over rows and columns around a rung's own dot product and scaled
// addition.

namespace Gpt2.Kernels.MatMul;

/// <summary>Products made of dot products and scaled additions.</summary>
internal abstract class MatMulLoops : MatMulKernel
{
    private protected override void MultiplyRows(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, int rows, int inner, int columns, Span<float> product)
    {
        StartFromBias(bias, rows, columns, product);
        AddProduct(input, weights, rows, inner, columns, product);
    }

    private protected override void MultiplyPanels(
        ReadOnlySpan<float> input, ReadOnlySpan<float> panels, ReadOnlySpan<float> bias, int rows, int inner, int columns, Span<float> product)
    {
        StartFromBias(bias, rows, columns, product);
        for (int column = 0; column < columns; column += WeightPanels.Width)
        {
            ReadOnlySpan<float> panel = panels.Slice(column * inner, inner * WeightPanels.Width);
            int width = Math.Min(WeightPanels.Width, columns - column);
            for (int row = 0; row < rows; row++)
            {
                AddPanel(input.Slice(row * inner, inner), panel, product.Slice((row * columns) + column, width));
            }
        }
    }

    private protected override void MultiplyRowsTransposed(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, int rows, int inner, int columns, Span<float> product)
    {
        // The weights are the long side (50257 rows in GPT-2's head), so each of their rows is read only once.
        for (int column = 0; column < columns; column++)
        {
            ReadOnlySpan<float> weightRow = weights.Slice(column * inner, inner);
            for (int row = 0; row < rows; row++)
            {
                product[(row * columns) + column] = Dot(input.Slice(row * inner, inner), weightRow);
            }
        }
    }

    private protected override void AddLeftTransposed(
        ReadOnlySpan<float> left, ReadOnlySpan<float> right, int rows, int inner, int columns, Span<float> sum)
    {
        for (int row = 0; row < rows; row++)
        {
            ReadOnlySpan<float> rightRow = right.Slice(row * columns, columns);
            for (int k = 0; k < inner; k++)
            {
                AddScaled(rightRow, left[(row * inner) + k], sum.Slice(k * columns, columns));
            }
        }
    }

    private protected override void AddRowsTo(ReadOnlySpan<float> matrix, int rows, Span<float> sum)
    {
        for (int row = 0; row < rows; row++)
        {
            AddScaled(matrix.Slice(row * sum.Length, sum.Length), 1, sum);
        }
    }

    /// <summary>product += input · weights, on checked arguments.</summary>
    private protected abstract void AddProduct(
        ReadOnlySpan<float> input, ReadOnlySpan<float> weights, int rows, int inner, int columns, Span<float> product);

    /// <summary>sum += factors · panel, for as many columns as the sum has.</summary>
    private protected virtual void AddPanel(ReadOnlySpan<float> factors, ReadOnlySpan<float> panel, Span<float> sum)
    {
        for (int k = 0; k < factors.Length; k++)
        {
            AddScaled(panel.Slice(k * WeightPanels.Width, sum.Length), factors[k], sum);
        }
    }

    /// <summary>sum += source × scale over equally long spans.</summary>
    private protected abstract void AddScaled(ReadOnlySpan<float> source, float scale, Span<float> sum);

    /// <summary>Σ left·right over equally long spans.</summary>
    private protected abstract float Dot(ReadOnlySpan<float> left, ReadOnlySpan<float> right);

    private static void StartFromBias(ReadOnlySpan<float> bias, int rows, int columns, Span<float> product)
    {
        if (bias.IsEmpty)
        {
            product.Clear();
            return;
        }

        for (int row = 0; row < rows; row++)
        {
            bias.CopyTo(product[(row * columns)..]);
        }
    }
}
