// Answers of the default model to one question, as paths: sampled token by token, rewarded at the end, compared as in GRPO.

using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Generation;
using Gpt2.Core.PostTraining;
using Gpt2.Core.PostTraining.Data.Workshop;
using Gpt2.Core.PostTraining.Maze;

namespace Gpt2.Cli.Commands;

/// <summary>Samples them.</summary>
internal static class CompletionPaths
{
    /// <summary>The default model knows the answer, but not always.</summary>
    private const string Question = "If it is not cold, what is it?", Rule = "rule:correct";

    private const int Paths = 6, MostTokens = 12;

    /// <summary>Samples answers that end with their first full stop, or after 12 tokens.</summary>
    /// <param name="seed">The first answer's; each further one has the next.</param>
    /// <param name="io">Where the command writes.</param>
    public static CompletionGroup Sample(ulong seed, CommandIo io)
    {
        using LanguageModel model = ModelLoading.Load(null, new LoadOptions(), io);
        string prompt = PreferenceCorpus.PromptOf(Question);
        var rule = RuleScorer.Of(Rule);
        var answers = new List<(string[] Tokens, double Reward)>();
        for (ulong path = 0; path < Paths; path++)
        {
            var options = new GenerationOptions { MaxNewTokens = MostTokens, Sampling = new SamplingOptions { Seed = unchecked(seed + path) } };
            var ids = new List<int>();
            foreach (GeneratedToken token in model.Generate(prompt, options))
            {
                io.Cancellation.ThrowIfCancellationRequested();
                ids.Add(token.Id);
                if (model.TextOf(token.Id)!.Contains('.', StringComparison.Ordinal))
                {
                    break;
                }
            }

            answers.Add(([.. ids.Select(model.Shown)], rule.Score(prompt, model.Tokenizer.Decode([.. ids]))));
        }

        double[] advantages = GroupLoss.Advantages([.. answers.Select(answer => answer.Reward)]);
        return new CompletionGroup(
            model.Name, TokenText.Quoted(prompt), Rule,
            [.. answers.Zip(advantages, (answer, advantage) => new CompletionPath(answer.Tokens, answer.Reward, advantage))]);
    }
}
