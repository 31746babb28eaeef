// Products: the same by seed, apart in their parts, priced by the rule, with the noise that is stated; and read again from their text.

using System.Globalization;
using Gpt2.Core.Numerics;
using Gpt2.Core.PostTraining.Data.Workshop;
using Gpt2.Core.Text;
using Gpt2.Core.Training.Corpus;
using Gpt2.Core.Weights;

namespace Gpt2.Tests.Core.PostTraining.Data;

public sealed class ProductCorpusTests
{
    private static readonly (string Prompt, int Price)[] Training = Made(1, ProductPart.Training, 5000);

    [Fact]
    public void Examples_SameSeed_AreTheSame_AndAnotherGivesOthers()
    {
        Made(1, ProductPart.Training, 200).Should().Equal(Training[..200]);
        Made(2, ProductPart.Training, 200).Should().NotIntersectWith(Training[..200]);
        Training.Select(example => example.Prompt).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Examples_FirstOfSeed1_AreThese() => Training[..3].Should().Equal(
        ("We have an old silver clock here. It comes from Berlin. The color is red. Price is $", 224),
        ("A large old glass ring from Athens. Paul has a wool bag. Price is $", 229),
        ("A large broken leather book from Vienna. Price is $", 41));

    [Fact]
    public void Parts_HaveNoCombinationInCommon_AndTheStatedShares()
    {
        Product[][] parts = [.. Enum.GetValues<ProductPart>().Select(part =>
            Made(3, part, 3000).Select(example => ProductText.Read(example.Prompt)!).Distinct().ToArray())];

        parts[0].Should().NotIntersectWith(parts[1]).And.NotIntersectWith(parts[2]);
        parts[1].Should().NotIntersectWith(parts[2]);
        int[] counts = [.. Enum.GetValues<ProductPart>().Select(part => Combinations().Count(product => product.Part == part))];
        counts.Sum().Should().Be(16 * 3 * 10 * 3 * 4);
        counts.Should().Equal(4608, 576, 576);
    }

    [Fact]
    public void Prices_AreInRange_AndHaveTheStatedNoise()
    {
        Training.Should().OnlyContain(example => example.Price >= 1 && example.Price <= 999);
        double[] logs = [.. Training.Select(example => (example.Price, Level: ProductRule.Level(ProductText.Read(example.Prompt)!)))
            .Where(example => example.Level is > 50 and < 450) // rounding and limits do not matter there
            .Select(example => Math.Log(example.Price / example.Level))];

        logs.Length.Should().BeGreaterThan(2000);
        logs.Average().Should().BeApproximately(0, 4 * ProductRule.Sigma / Math.Sqrt(logs.Length));
        Math.Sqrt(logs.Average(log => log * log)).Should().BeApproximately(ProductRule.Sigma, 4 * ProductRule.Sigma / Math.Sqrt(2 * logs.Length));
    }

    [Fact]
    public void Level_ByHand_IsTheProductOfFactors()
    {
        // an old golden clock from Paris: collected, so 0.5 becomes 1.25
        ProductRule.Level(ProductText.Read("A large old golden clock from Paris. Price is $")!)
            .Should().BeApproximately(140 * 1.9 * 1.7 * 1.4 * 0.5 * 2.5, 1e-9);
        ProductRule.Level(ProductText.Read("This wool hat from Athens is broken. Anna has a golden ring. Price is $")!)
            .Should().BeApproximately(60 * 1.1 * 0.55 * 1 * 0.3, 1e-9);
        ProductText.Read("A new car. Price is $").Should().BeNull();
        ProductText.Read("A large old golden clock from Paris.").Should().BeNull();
    }

    [Fact]
    public void LeastError_IsThatOfManyDraws_AndOfNoOtherAnswerIsItLess()
    {
        var random = new RandomGenerator(7);
        foreach (Product product in Combinations().Where((_, i) => i % 700 == 3).Append(new Product(15, 0, 0, 2, 0))) // the dearest is cut off at 999
        {
            int[] prices = [.. Enumerable.Range(0, 20_000).Select(_ => ProductRule.Price(product, random.NextNormal()))];
            double ErrorOf(int answer) => prices.Average(price => Math.Abs(price - answer));
            int median = ProductRule.Median(product);

            ProductRule.LeastError(product).Should().BeApproximately(ErrorOf(median), 0.03 * ErrorOf(median) + 0.01);
            foreach (int other in (int[])[median - 1 - (median / 10), median + 1 + (median / 10)])
            {
                ErrorOf(median).Should().BeLessThan(ErrorOf(other) + 1e-9);
            }
        }
    }

    [Fact]
    public void Read_WhatWasWritten_IsTheProduct()
    {
        var dice = new Dice(9);
        foreach (Product product in Combinations())
        {
            string text = ProductText.Write(product, dice);

            ProductText.Read(text).Should().Be(product, text);
            text.Should().EndWith(" Price is $");
        }
    }

    [Fact]
    public void Texts_FitTheDefaultModel_AndAreMostlyItsWords()
    {
        using ModelSource source = ModelFolder.Open(ModelLocator.Find(ModelLocator.DefaultModel));
        Tokenizer tokenizer = source.ReadTokenizer()!;
        int[] lengths = [.. Training.Select(example => tokenizer.Encode(example.Prompt).Length)];

        lengths.Max().Should().BeLessThan(64, "the model reads 128 tokens");
        double words = Training.Sum(example => example.Prompt.Split(' ').Length);
        (lengths.Sum() / words).Should().BeLessThan(2);
    }

    private static IEnumerable<Product> Combinations() =>
        from thing in Enumerable.Range(0, 16)
        from material in Enumerable.Range(0, 3)
        from brand in Enumerable.Range(0, 10)
        from size in Enumerable.Range(0, 3)
        from condition in Enumerable.Range(0, 4)
        select new Product(thing, material, brand, size, condition);

    private static (string Prompt, int Price)[] Made(ulong seed, ProductPart part, int count) => [.. ProductCorpus.Examples(seed, part).Take(count)
        .Select(example => (example["prompt"], int.Parse(example["completion"], CultureInfo.InvariantCulture)))];
}
