// A session as the page reads it: its prompt, tokens, sheets and prediction, and the words that its tokens belong to.

using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Tracing;
using Gpt2.Core.Weights;

namespace Gpt2.Cli.Explore;

/// <summary>Describes the sessions of a model.</summary>
internal sealed class SessionBodies(LanguageModel model)
{
    private readonly Vocabulary vocabulary = model.Tokenizer.Vocabulary;

    /// <summary>The session as a whole.</summary>
    public SessionBody Describe(ExplorerSession session)
    {
        Gpt2Config config = model.Config;
        (PredictionBody[] prediction, string? problem) = Predict(session.Trace);
        return new SessionBody(
            session.Id,
            new ModelBody(
                model.Name, config.Vocabulary, config.Context, config.Channels, config.Heads, config.HeadSize, config.Hidden, config.Layers,
                config.Parameters, config.LayerNormEpsilon, ArithmeticSettings.NameOf(config.Activation)),
            session.Prompt,
            [.. session.Trace.Ids.Select(id => new TokenBody(
                id, model.Tokenizer.Decode([id]), Label(id), Convert.ToHexString(vocabulary.BytesOf(id))))],
            session.HeadRows == HeadRows.All ? "all" : "last",
            [.. session.Sheets.Select(Describe)],
            prediction,
            problem,
            [.. session.Edits.Select(edit => new EditBody(edit.ToString(), edit))],
            session.Edits.Count > 0 ? Predict(session.Unedited).Prediction : []);
    }

    /// <summary>The word of a token of the prompt; null if there is no such token.</summary>
    public WordBody? WordOf(ExplorerSession session, int token) =>
        TokenMerges.Of(model.Tokenizer, session.Prompt, token) is (WordExplanation word, int first)
            ? new WordBody(
                TokenLabel.Of(System.Text.Encoding.UTF8.GetBytes(word.Word)), first, Labels(word.Bytes),
                [.. word.Passes.Select(pass => new MergeBody(pass.Rank, Label(pass.Merge.Left), Label(pass.Merge.Right), Labels(pass.Ids)))],
                [.. word.Ids])
            : null;

    /// <summary>The labels of a part of the vocabulary.</summary>
    public string[] Labels(int from, int to) => Labels(Enumerable.Range(from, to - from));

    private static SheetBody Describe(Sheet sheet)
    {
        SheetDescription description = SheetDescriptions.Of(sheet);
        return new SheetBody(
            sheet.Name, description.Title, description.Sentence, sheet.Matrix.Rows, sheet.Matrix.Columns, sheet.RowAxis.ToString(),
            sheet.ColumnAxis.ToString(), sheet.FirstToken, sheet.Key.Block, sheet.Key.Step, sheet.Key.IsWeight,
            sheet.CanBeChanged, sheet.Moved());
    }

    /// <summary>The most probable tokens; a model whose output is no distribution can still be looked at.</summary>
    private (PredictionBody[] Prediction, string? Problem) Predict(ForwardTrace trace)
    {
        try
        {
            return ([.. ExplorerSession.Predict(trace).Select((token, place) =>
                new PredictionBody(place + 1, token.Id, Label(token.Id), token.Logit, token.Probability))], null);
        }
        catch (Gpt2Exception e)
        {
            return ([], e.Message);
        }
    }

    private string Label(int id) => TokenLabel.Of(vocabulary, id);

    private string[] Labels(IEnumerable<int> ids) => [.. ids.Select(Label)];
}
