// The adapter that prices products, as it is in the repository: what its card says of its errors.

using System.Globalization;
using Gpt2.Core;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.PostTraining.Data.Workshop;
using Gpt2.Core.PostTraining.Prices;
using Gpt2.Core.Weights;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.DefaultModel;

public sealed class PriceAdapterTests
{
    private static readonly string Folder = Path.Combine(SharedData.RepositoryRoot, "weights-csv", "adapters", "price");

    private static readonly Lazy<(IReadOnlyList<PricedText> List, IReadOnlyList<PriceMethod> Readings)> Read = new(ReadAll);

    [Theory]
    [InlineData("most-probable", 25.98, 0.835)]
    [InlineData("mean", 22.14, 0.896)]
    [InlineData("median", 20.89, 0.925)]
    public void Readings_OfTheTestProducts_HaveTheStatedErrors(string reading, double error, double rSquared)
    {
        PriceErrors errors = PriceReport.Reading(Read.Value.Readings, reading).Errors;

        errors.MeanAbsolute.Should().BeApproximately(error, 0.1);
        errors.RSquared.Should().BeApproximately(rSquared, 0.005);
        string card = File.ReadAllText(Path.Combine(Folder, "README.md"));
        card.Should().Contain(string.Create(CultureInfo.InvariantCulture, $"${error:0.00}"))
            .And.Contain(rSquared.ToString(CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Median_IsCloseToTheNoiseFloor_AndFarBelowTheBaselines()
    {
        (IReadOnlyList<PricedText> list, IReadOnlyList<PriceMethod> readings) = Read.Value;
        (PriceMethod rule, double expected) = PriceReport.OfRule(list)!.Value;
        double error = PriceReport.Reading(readings, "median").Errors.MeanAbsolute;

        expected.Should().BeApproximately(18.01, 0.005);
        rule.Errors.MeanAbsolute.Should().BeApproximately(19.98, 0.005);
        error.Should().BeLessThan(1.3 * expected).And.BeLessThan(PriceReport.Reading(readings, "most-probable").Errors.MeanAbsolute);
        foreach (PriceMethod baseline in PriceReport.Baselines(list, Products(ProductPart.Training, 3000)))
        {
            baseline.Errors.MeanAbsolute.Should().BeGreaterThan(1.8 * error, baseline.Name);
        }
    }

    [Fact]
    public void Predict_AfterADescription_IsOneTokenThatIsAPrice()
    {
        using LanguageModel model = Load();

        model.Predict("A large old golden clock from Paris. Price is $", 3)
            .Should().OnlyContain(token => token.Text!.Length == 3 && token.Id >= 2048);
        model.Tokenizer.Encode("$224").Should().HaveCount(2);
    }

    [Fact]
    public void Picture_OfTheLesson_IsWhatTheCommandDraws()
    {
        string drawn = PriceScatter.Draw(PriceReport.Reading(Read.Value.Readings, null), "gpt2-workshop + price");
        string there = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "price.svg")).ReplaceLineEndings("\n");

        string[] Words(string svg) => svg.Split([' ', '"', '>', '<', ',', '$'], StringSplitOptions.RemoveEmptyEntries);
        Words(drawn).Should().HaveSameCount(Words(there)); // the order of points follows from their lights
        drawn.Split('\n')[..12].Should().Equal(there.Split('\n')[..12]);
    }

    private static (IReadOnlyList<PricedText> List, IReadOnlyList<PriceMethod> Readings) ReadAll()
    {
        IReadOnlyList<PricedText> list = Products(ProductPart.Test, 250);
        using LanguageModel model = Load();
        (NumberDistribution Distribution, double Share)[] read = new PriceModel(model.Model, model.Tokenizer).ReadAll(list, default);
        double share = read.Average(one => one.Share);
        share.Should().BeGreaterThan(0.99, "after the $ comes a number");
        return (list, PriceReport.Readings("price", list, [.. read.Select(one => one.Distribution)], 3, share));
    }

    private static LanguageModel Load() => LanguageModel.Load(ModelLocator.DefaultModel, new LoadOptions { Adapters = [Folder], UseCache = false });

    private static IReadOnlyList<PricedText> Products(ProductPart part, int count) => PriceList.Of(
        new ExampleSet("products", ExampleKind.Completions, [.. ProductCorpus.Examples(1, part).Take(count)], new SkippedRows()));
}
