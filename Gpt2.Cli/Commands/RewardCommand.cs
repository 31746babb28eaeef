// gpt2 reward: the rewards that a reward model gives answers.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.PostTraining;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Kernels;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal static class RewardCommand
{
    public static Command Create(CommandIo io)
    {
        var prompt = new Argument<string?>("prompt")
        {
            Description = "The prompt, in quotes.",
            Arity = ArgumentArity.ZeroOrOne,
            HelpName = "PROMPT",
        };
        var texts = new Argument<string[]>("text")
        {
            Description = "One answer or more, each in quotes, with the space before it if it has one.",
            Arity = ArgumentArity.ZeroOrMore,
            HelpName = "TEXT",
        };
        var file = new Option<string?>("--file", "-f")
        {
            Description = "Reward the answers of examples, JSON Lines or CSV; - is standard input.\nOf preferences: how many are ordered right.",
            HelpName = "FILE",
        };
        var adapter = new Option<string?>("--adapter")
        {
            Description = "A reward model, from 'gpt2 tune reward'.",
            HelpName = "FOLDER|NAME",
        };
        var model = new ModelInput();
        var kernels = new KernelInput();
        Option<bool> json = CommonOptions.Json();

        var command = new Command(
            "reward", "Show the rewards that a reward model gives answers.\nOnly differences between answers to the same prompt mean something.");
        command.Arguments.Add(prompt);
        command.Arguments.Add(texts);
        command.Options.Add(file);
        command.Options.Add(adapter);
        model.AddTo(command);
        kernels.AddTo(command);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            string named = parsed.GetValue(adapter)
                ?? throw new UsageException("no reward model: name one with --adapter FOLDER; 'gpt2 tune reward' trains one");
            string[] given = parsed.GetValue(texts) ?? [];
            string? asked = parsed.GetValue(prompt), path = parsed.GetValue(file);
            if (path is not null ? asked is not null : asked is null || given.Length == 0)
            {
                throw new UsageException(
                    path is not null ? "expected PROMPT and TEXT or --file, found both" : "expected PROMPT and one TEXT or more, or --file FILE");
            }

            string folder = AdapterLocator.Find(named);
            KernelSet set = kernels.Read(parsed);
            using LanguageModel loaded = model.Load(parsed, set, io, keepMatrices: true);
            RewardModel rewards = RewardModel.Read(folder, loaded.Model, loaded.Tokenizer);
            Example[] examples = path is not null
                ? [.. ReadExamples(path, io).Examples]
                : [.. given.Select(text => Example.Completion(asked!, text))];
            Write(Score(rewards, examples), loaded.Name, folder, parsed.GetValue(json), io);
            return ExitCode.Done;
        });
        return command;
    }

    private static ExampleSet ReadExamples(string path, CommandIo io)
    {
        ExampleSet set = ExampleReader.Read(TextFile.ReadToLearnFrom(path, io), TextFile.NameOf(path), SkipLimit.Standard);
        return set.Kind.HasAnswers ? set : throw new Gpt2Exception($"has {set.Kind}") { Where = set.Name, Expected = "examples with answers" };
    }

    private static RewardedExample[] Score(RewardModel rewards, Example[] examples)
    {
        double[] scores = rewards.Score(examples);
        int next = 0;
        return [.. examples.Select(example => new RewardedExample(
            example.Asked("prompt"), [.. example.Answers.Select(answer => new RewardedText(answer, scores[next++]))]))];
    }

    private static void Write(RewardedExample[] examples, string model, string folder, bool json, CommandIo io)
    {
        bool pairs = examples.All(example => example.Answers.Length == 2);
        PairScore[] scores = pairs ? [.. examples.Select(ScoreOf)] : [];
        double? accuracy = pairs ? scores.Average(score => score.IsRight) : null;
        RewardedExample[] sorted = pairs ? examples : [.. examples.OrderByDescending(example => example.Answers[0].Reward)];
        if (json)
        {
            JsonShapes.Write(new RewardResult(model, folder, accuracy, sorted), io.Out);
        }
        else if (accuracy is double share)
        {
            double margin = scores.Average(score => score.Margin);
            io.Say(Invariant($"{share:0.0%} of {Plural.Of(examples.Length, "pair")} ordered right, ")
                + Invariant($"the chosen answer {margin:0.00} above the rejected one"));
        }
        else
        {
            bool one = examples.DistinctBy(example => example.Prompt).Count() == 1;
            Column[] ofPrompt = one ? [] : [new Column("prompt", Drop: 1, Flow: Flow.Cut)];
            var table = new TableWriter(io, [Column.Number("reward"), .. ofPrompt, new Column("text", Flow: Flow.Wrap)]);
            foreach (RewardedExample example in sorted)
            {
                string reward = example.Answers[0].Reward.ToString("0.000", CultureInfo.InvariantCulture);
                table.Row([reward, .. one ? (Cell[])[] : [TokenText.Quoted(example.Prompt)], TokenText.Quoted(example.Answers[0].Text)]);
            }

            table.End();
        }
    }

    private static PairScore ScoreOf(RewardedExample pair)
    {
        double chosen = pair.Answers[0].Reward, rejected = pair.Answers[1].Reward;
        return new PairScore(chosen, rejected, chosen - rejected);
    }
}
