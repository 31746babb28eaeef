// Regression on words against closed forms.

using FsCheck.Fluent;
using Gpt2.Core.Numerics;
using Gpt2.Core.PostTraining.Prices;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining.Prices;

public sealed class BagOfWordsTests
{
    [Fact]
    public void Predict_OneWordOrNone_IsTheClosedForm()
    {
        // x = 1, 1, 0, 0 and y = 3, 5, 1, 1: centred xᵀx = 1 and xᵀy = 3, so with λ = 2 the weight is 3 / 3 = 1; y's mean is 2.5, x's 0.5
        var words = new BagOfWords([("big", Math.Exp(3)), ("Big.", Math.Exp(5)), ("", Math.E), ("!", Math.E)], ridge: 2);

        words.WordCount.Should().Be(1);
        words.WeightOf("big").Should().BeApproximately(1, 1e-12);
        Math.Log(words.Predict("a big BIG thing")).Should().BeApproximately(2.5 - 0.5 + 2, 1e-12);
        words.WeightOf("thing").Should().Be(0);
    }

    [Fact]
    public void Predict_PricesOfAProductOfFactors_AreFoundAgain()
    {
        string[] colors = ["red", "blue", "green"], sizes = ["small", "large"];
        (string, double)[] texts =
            [.. colors.SelectMany((color, i) => sizes.Select((size, j) => ($"a {size} {color} pen", 10.0 * (i + 1) * ((3 * j) + 1))))];

        var words = new BagOfWords(texts, ridge: 1e-9);

        foreach ((string text, double price) in texts)
        {
            words.Predict(text).Should().BeApproximately(price, 1e-4 * price);
        }
    }

    [Fact]
    public void Solve_RandomSystems_SolvesThem() => SeededProperty.Holds(
        from size in Gen.Choose(1, 12)
        from seed in Gen.Choose(1, 1000)
        select (size, seed),
        sample =>
        {
            (int size, int seed) = sample;
            var random = new RandomGenerator((ulong)seed);
            double[,] any = new double[size, size], matrix = new double[size, size];
            double[] right = [.. Enumerable.Range(0, size).Select(_ => random.NextNormal())];
            for (int i = 0; i < size * size; i++)
            {
                any[i / size, i % size] = random.NextNormal();
            }

            for (int i = 0; i < size * size; i++)
            {
                (int row, int column) = (i / size, i % size);
                matrix[row, column] = Enumerable.Range(0, size).Sum(k => any[row, k] * any[column, k]) + (row == column ? 1 : 0);
            }

            double[] solution = BagOfWords.Solve((double[,])matrix.Clone(), right);

            for (int row = 0; row < size; row++)
            {
                Enumerable.Range(0, size).Sum(column => matrix[row, column] * solution[column]).Should().BeApproximately(right[row], 1e-9);
            }
        },
        count: 50);

    [Fact]
    public void Create_RidgeOfZero_IsRefused() =>
        FluentActions.Invoking(() => new BagOfWords([("a", 1)], ridge: 0)).Should().Throw<ArgumentOutOfRangeException>();
}
