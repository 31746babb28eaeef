// gpt2 price: prices of products, each of which is one token, as a table of errors, a picture and JSON; or the price of one product.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.PostTraining.Prices;

namespace Gpt2.Cli.Commands;

internal static class PriceCommand
{
    public static Command Create(CommandIo io)
    {
        var input = new PriceInput();
        var command = new Command(
            "price", "Predict the prices of products, and compare with the true ones.\n"
                + "Of a text: the most probable prices. A model that can is made by 'gpt2 tune sft' from 'gpt2 corpus --kind products'.");
        input.AddTo(command);
        command.SetAction(parsed =>
        {
            bool json = parsed.GetValue(input.Json);
            string? target = SvgOutput.Target(parsed, input.Svg, json);
            int k = parsed.GetValue(input.K);
            if (input.Text(parsed) is string text)
            {
                RefuseWithText(parsed, input.Svg, input.Reading);
                (string of, LanguageModel loaded) = input.Load(parsed, io);
                (NumberDistribution numbers, double share) = new PriceModel(loaded.Model, loaded.Tokenizer).Read(text);
                PriceOutput.Write(new PriceOfText(of, text, k, numbers, share), json, io);
                return ExitCode.Done;
            }

            using TextOutput? picture = target is null ? null : new TextOutput(target, io, input.Files(parsed));
            IReadOnlyList<PricedText> list = input.List(parsed, io);
            IReadOnlyList<PricedText>? training = input.Training(parsed, io);
            (string named, LanguageModel model) = input.Load(parsed, io);
            List<PriceMethod> methods = [.. Readings(named, model, list, k, io)];
            picture?.Write(writer => writer.Write(PriceScatter.Draw(PriceReport.Reading(methods, parsed.GetValue(input.Reading)), named)));
            if (TextOutput.IsStandardOutput(target))
            {
                return ExitCode.Done;
            }

            foreach ((string name, LanguageModel other) in input.Others(parsed, io))
            {
                methods.AddRange(Readings(name, other, list, k, io));
            }

            methods.AddRange(training is null ? [] : PriceReport.Baselines(list, training));
            (PriceMethod Method, double Expected)? rule = PriceReport.OfRule(list);
            if (rule is (PriceMethod best, _))
            {
                methods.Add(best);
            }

            PriceOutput.Write(methods, rule?.Expected, input.File(parsed)!, target, json, io);
            return ExitCode.Done;
        });
        return command;
    }

    private static IReadOnlyList<PriceMethod> Readings(string name, LanguageModel model, IReadOnlyList<PricedText> list, int k, CommandIo io)
    {
        var reader = new PriceModel(model.Model, model.Tokenizer);
        int tokens = reader.Numbers.All.Count;
        if (tokens < Core.PostTraining.Data.PriceRange.Most)
        {
            io.Note($"note: only {tokens} prices are tokens of {name}");
        }

        (NumberDistribution Distribution, double Share)[] read = Progress.Run(
            $"pricing with {name}", io, _ => reader.ReadAll(list, io.Cancellation));
        return PriceReport.Readings(name, list, [.. read.Select(one => one.Distribution)], k, read.Average(one => one.Share));
    }

    private static void RefuseWithText(ParseResult parsed, params Option[] options)
    {
        foreach (Option option in options.Where(option => parsed.GetResult(option) is { Implicit: false }))
        {
            throw new UsageException($"expected no {option.Name} with a single description");
        }
    }
}
