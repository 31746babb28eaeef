// The result of gpt2 price: errors of every method as a table or JSON, and the distribution of one price.

using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Core.PostTraining.Data.Workshop;
using Gpt2.Core.PostTraining.Prices;
using static System.FormattableString;

namespace Gpt2.Cli.Output;

/// <summary>The price of one description.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Text">The description.</param>
/// <param name="K">Number tokens of which the mean is taken.</param>
/// <param name="Numbers">The distribution over the number tokens.</param>
/// <param name="Share">The share of all probability that these have.</param>
internal sealed record PriceOfText(string Model, string Text, int K, NumberDistribution Numbers, double Share)
{
    public const int Shown = 10;

    /// <summary>The price of the rule without noise; null if the description is not one of its products.</summary>
    public int? Rule => ProductText.Read(Text) is Product product ? ProductRule.Median(product) : null;
}

/// <summary>Writes results.</summary>
internal static class PriceOutput
{
    public static void Write(PriceOfText price, bool json, CommandIo io)
    {
        IReadOnlyList<(int Number, double Probability)> top = price.Numbers.Top(PriceOfText.Shown);
        double mostProbable = price.Numbers.MostProbable, mean = price.Numbers.MeanOfTop(price.K), median = price.Numbers.Median;
        if (json)
        {
            JsonShapes.Write(
                new PriceTextResult(
                    price.Model, price.Text, price.Share, mostProbable, price.K, mean, median, price.Rule,
                    [.. top.Select(number => new PriceProbability(number.Number, number.Probability))]), io.Out);
            return;
        }

        io.Say($"{TokenText.Quoted(TokenText.Shortened(price.Text))} is followed, says {price.Model}, by");
        var table = new TableWriter(
            io, Column.Number("#", drop: 2), Column.Number("price"), Column.Number("probability", brief: "p"),
            new Column("", Drop: Column.Decoration));
        foreach (((int number, double probability), int place) in top.Select((number, place) => (number, place)))
        {
            table.Row(Invariant($"{place + 1}"), Invariant($"${number}"), Probability.Shown(probability), Probability.Bar(probability));
        }

        table.End();
        string rule = price.Rule is int without ? Invariant($"; the rule says ${without}, without noise") : "";
        io.Say(Invariant($"most probable ${mostProbable}, mean of the top {price.K} ${mean:0.00}, median ${median}") + rule);
        io.Explain(Invariant($"The probabilities are those among prices, which have {Probability.Shown(price.Share)} of all. More: docs/price.md"));
    }

    /// <param name="methods">The methods in the order of the table.</param>
    /// <param name="least">The least mean absolute error to be expected; null if it is not known.</param>
    /// <param name="file">The file of prices.</param>
    /// <param name="svg">The picture; null for none.</param>
    /// <param name="json">Whether to write JSON.</param>
    /// <param name="io">Where to write.</param>
    public static void Write(IReadOnlyList<PriceMethod> methods, double? least, string file, string? svg, bool json, CommandIo io)
    {
        if (json)
        {
            JsonShapes.Write(
                new PriceResult(file, methods[0].Pairs.Count, least, [.. methods.Select(Result)], svg), io.Out);
            return;
        }

        io.Say(Invariant($"{TextFile.NameOf(file)}: {Plural.Of(methods[0].Pairs.Count, "price")} from ${methods[0].Pairs.Min(pair => pair.True)} ")
            + Invariant($"to ${methods[0].Pairs.Max(pair => pair.True)}, predicted by"));
        var table = new TableWriter(
            io, new Column("model"), new Column("reading"), Column.Number("mean error", brief: "error"),
            Column.Number("95 % interval", drop: 2, brief: "95 %"), Column.Number("RMSE", drop: 3), Column.Number("r²", drop: 1),
            Column.Number("green"), Column.Number("orange", drop: 4), Column.Number("red", drop: 5));
        string? before = "";
        foreach (PriceMethod method in methods)
        {
            PriceErrors errors = method.Errors;
            string model = method.Model == before ? "" : method.Model ?? "none";
            before = method.Model;
            table.Row(
                model, method.Name, Invariant($"${errors.MeanAbsolute:0.00}"), Invariant($"{errors.Low:0.00}–{errors.High:0.00}"),
                Invariant($"{errors.RootMeanSquare:0.00}"), Invariant($"{errors.RSquared:0.000}"), Percent(errors, TrafficLight.Green),
                Percent(errors, TrafficLight.Orange), Percent(errors, TrafficLight.Red));
        }

        table.End();
        if (least is double expected)
        {
            double best = methods.Take(3).Min(method => method.Errors.MeanAbsolute);
            io.Say(Invariant($"no one can expect less than ${expected:0.00}, the mean error of the rule over its noise; ")
                + Invariant($"the best reading of {methods[0].Model} has {best / expected:0.00} times as much"));
        }

        if (svg is not null)
        {
            io.Note($"{svg}: the picture of the prices");
        }

        io.Explain("green: off by less than $40 or 20 %; orange: less than $80 or 40 %. The interval is by the bootstrap. More: docs/price.md");
    }

    private static string Percent(PriceErrors errors, TrafficLight light) =>
        Invariant($"{100.0 * errors.Lights[(int)light] / errors.Lights.Sum():0.0} %");

    private static PriceMethodResult Result(PriceMethod method)
    {
        PriceErrors errors = method.Errors;
        return new PriceMethodResult(
            method.Model, method.Name, method.Share, errors.MeanAbsolute, errors.Low, errors.High, errors.RootMeanSquare,
            double.IsNaN(errors.RSquared) ? null : errors.RSquared, errors.Lights[0], errors.Lights[1], errors.Lights[2],
            [.. method.Pairs.Select(pair => pair.Predicted)]);
    }
}
