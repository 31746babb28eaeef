// The rows of `gpt2 compare`. The model is in memory once, and each adapter is put on it in turn; for adapters
// that add tokens there is a second one, which has them.

using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.PostTraining;
using Gpt2.Core.PostTraining.Data;

namespace Gpt2.Cli.Commands;

/// <summary>Answers of a model and of adapters on it.</summary>
/// <param name="model">The model without adapters.</param>
/// <param name="fingerprint">Its fingerprint.</param>
/// <param name="extended">Reads the model with added tokens.</param>
/// <param name="options">How answers are chosen.</param>
/// <param name="cancellation">Checked before each token.</param>
internal sealed class ComparedAnswers(
    LanguageModel model, ModelFingerprint fingerprint, Func<IReadOnlyList<string>, LanguageModel> extended, GenerationOptions options,
    CancellationToken cancellation)
{
    /// <summary>Stands for the model itself in a list of adapters.</summary>
    public const string None = "none";

    /// <summary>
    /// An answer of each adapter, asked with its template if it has one. The model itself answers the prompt alone, and then as each of
    /// the adapters is asked: so one sees what the template does, and what the adapter.
    /// </summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="adapters">Folders of adapters, and <see cref="None"/>.</param>
    /// <param name="progress">Receives the share that is done.</param>
    /// <exception cref="Gpt2Exception">An adapter cannot be read or belongs to another model, or the prompt is too long.</exception>
    public ComparedAnswer[] Of(string prompt, IReadOnlyList<string> adapters, IProgress<double> progress)
    {
        (string Name, Adapter? Adapter, PromptTemplate? Template)[] all = [.. adapters.Select(folder => folder == None
            ? (None, null, null)
            : (AdapterLocator.NameOf(folder), AdapterFolder.ReadFor(fingerprint, folder), TunedTemplate.Of(folder)))];
        PromptTemplate[] templates = [.. all.Select(one => one.Template).OfType<PromptTemplate>().DistinctBy(template => template.Text)];
        var rows = new List<(string Name, Adapter? Adapter, PromptTemplate? Template)>();
        foreach ((string Name, Adapter? Adapter, PromptTemplate? Template) one in all)
        {
            rows.Add(one);
            foreach (PromptTemplate template in one.Adapter is null ? templates.Where(template => template.Ask(prompt).Text != prompt) : [])
            {
                rows.Add((None, null, template));
            }
        }

        var answers = new List<ComparedAnswer>();
        (IReadOnlyList<string> Added, LanguageModel Model) larger = ([], model);
        foreach ((string name, Adapter? adapter, PromptTemplate? template) in rows)
        {
            progress.Report((double)answers.Count / rows.Count);
            if (adapter?.AddedTokens is { Count: > 0 } tokens && !tokens.SequenceEqual(larger.Added))
            {
                larger = (tokens, extended(tokens));
            }

            LanguageModel of = adapter?.AddedTokens.Count > 0 ? larger.Model : model;
            answers.Add(Answer(name, of, adapter?.ApplyTo(of.Model) ?? of.Model, template, prompt));
        }

        return [.. answers];
    }

    private ComparedAnswer Answer(string name, LanguageModel of, Gpt2Model adapted, PromptTemplate? template, string prompt)
    {
        AskedPrompt asked = template?.Ask(prompt) ?? new AskedPrompt(prompt, "");
        int[] ids = of.Tokenizer.Encode(asked.Text);
        GeneratedToken[] tokens =
            [.. new TextGenerator(adapted, of.Tokenizer, of.EndOfText).Generate(ids, options, cancellation)];
        int[] answer = [.. tokens.Select(token => token.Id)];
        return new ComparedAnswer(
            name, template?.Name, asked.Text, answer, asked.AnswerOf(string.Concat(tokens.Select(token => token.Text))),
            tokens[^1].Finish == FinishReason.Stop ? "stop" : "length", tokens.Average(token => token.LogProbability),
            AnswerScore.MeanLogProbability(of.Model, ids, answer));
    }
}
