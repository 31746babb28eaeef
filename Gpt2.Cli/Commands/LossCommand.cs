// gpt2 loss: what every token of a text costs a model, and the perplexity that comes of it; or the same of given probabilities.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Evaluation;

namespace Gpt2.Cli.Commands;

internal static class LossCommand
{
    public static Command Create(CommandIo io)
    {
        var input = new PromptedModelInput();
        var target = new Option<string?>("--target")
        {
            Description = "Score only this text, as it follows the prompt.\nAs in fine-tuning, where the prompt is given and only the answer is "
                + "scored. It is encoded on its own: a space before its first word belongs to it.",
            HelpName = "TEXT",
        };
        Option<double[]> probabilities = Probabilities();
        Option<string?> svg = SvgOutput.Option("the loss of every token");

        var command = new Command(
            "loss",
            "Show what every token of a text costs a model.\n"
            + "For each token the probability it had after those before it, −ln of that, and the mean and the perplexity so far. "
            + "gpt2 eval measures texts longer than the context.");
        input.AddTo(command);
        foreach (Option option in (Option[])[target, probabilities, svg])
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            string? file = SvgOutput.Target(parsed, svg, input.Json(parsed));
            if (parsed.GetValue(probabilities) is { Length: > 0 } given)
            {
                if (input.IsGiven(parsed) || parsed.GetValue(target) is not null)
                {
                    throw new UsageException("--probabilities needs no text: leave out prompt, --file, --ids and --target");
                }

                using var alone = new SvgOutput(file, io);
                Show(LossReport.Of(given, io), alone, file, input.Json(parsed));
                return ExitCode.Done;
            }

            PromptedModel prompt = input.Read(parsed, io);
            int[] ids = WithTarget(prompt, parsed.GetValue(target));
            int first = parsed.GetValue(target) is null ? 1 : prompt.Ids.Length;
            using var picture = new SvgOutput(file, io, input.File(parsed), prompt.Model.Path);
            TokenLoss[] losses = TokenLosses.Of(prompt.Model.Model, ids, first, prompt.Breakpoint);
            Show(new LossReport(prompt, ids, losses, io), picture, file, input.Json(parsed));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(LossReport report, SvgOutput picture, string? file, bool json) =>
        picture.Write(report.Draw, json ? () => report.WriteJson(file) : report.Write, "the picture of the losses");

    /// <summary>The tokens of the prompt, and those of the target after them.</summary>
    private static int[] WithTarget(PromptedModel prompt, string? target)
    {
        int[] ids = prompt.Ids;
        if (target is not null)
        {
            int[] answer = prompt.Model.Tokenizer.Encode(target);
            ids = answer.Length > 0 && ids.Length > 0 ? [.. ids, .. answer] : throw new UsageException(
                ids.Length == 0 ? "the prompt is empty" : "found no text", where: "--target", expected: "a text after a prompt");
        }

        return ids.Length <= prompt.Model.Config.Context ? ids : throw new Gpt2Exception($"the text has {ids.Length} tokens")
        {
            Expected = $"at most n_ctx = {prompt.Model.Config.Context}",
            Remedy = "shorten it, or measure it with gpt2 eval",
        };
    }

    private static Option<double[]> Probabilities()
    {
        const string Name = "--probabilities";
        return new Option<double[]>(Name)
        {
            Description = "Compute with these probabilities of targets instead, without a model.",
            HelpName = "P,P,…",
            Arity = ArgumentArity.ExactlyOne,
            CustomParser = result =>
            {
                var numbers = new List<double>();
                foreach (string part in result.Tokens[0].Value.Split(','))
                {
                    if (!double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || !(number >= 0 && number <= 1))
                    {
                        result.AddError($"{Name}: found '{part.Trim()}', expected probabilities from 0 to 1, for example 0.5,7.4541e-5");
                        return [];
                    }

                    numbers.Add(number);
                }

                return [.. numbers];
            },
        };
    }
}
