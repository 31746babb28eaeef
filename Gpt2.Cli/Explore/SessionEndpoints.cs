// What the page asks about a prompt: its pass, its tokens, their merges.

using System.Globalization;
using System.Text.Json;
using Gpt2.Cli.Http;
using Gpt2.Core;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Tracing;
using Microsoft.AspNetCore.Http;

namespace Gpt2.Cli.Explore;

/// <summary>Answers requests about prompts.</summary>
internal sealed class SessionEndpoints(LanguageModel model, SessionMaker maker, ExplorerLimits limits)
{
    private readonly Vocabulary vocabulary = model.Tokenizer.Vocabulary;

    /// <summary>POST /api/sessions: runs a prompt.</summary>
    /// <exception cref="ApiException">It is refused.</exception>
    public async Task MakeAsync(HttpContext context)
    {
        PromptBody request = ExplorerShapes.ReadPrompt(await RequestBody.ReadAsync(context, limits.BodyBytes, limits.BodyTime));
        string prompt = request.Prompt ?? throw ApiException.BadValue("prompt", "missing", "a text");
        ExplorerSession session = await maker.MakeAsync(prompt, EditsOf(request), request.Replaces, context.RequestAborted);
        await ExplorerAnswer.JsonAsync(context.Response, Describe(session));
    }

    /// <summary>GET tokens/I: the word of a token, with every merge.</summary>
    /// <exception cref="ApiException">There is no such token.</exception>
    public Task MergesAsync(HttpContext context, ExplorerSession session, string[] rest)
    {
        string token = string.Join('/', rest);
        if (!int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            || TokenMerges.Of(model.Tokenizer, session.Prompt, index) is not (WordExplanation word, int first))
        {
            throw new ApiException(404, $"the prompt has no token '{VisibleText.Brief(token)}'", code: "no_token");
        }

        return ExplorerAnswer.JsonAsync(context.Response, new WordBody(
            TokenLabel.Of(System.Text.Encoding.UTF8.GetBytes(word.Word)), first, Labels(word.Bytes),
            [.. word.Passes.Select(pass => new MergeBody(pass.Rank, Label(pass.Merge.Left), Label(pass.Merge.Right), Labels(pass.Ids)))],
            [.. word.Ids]));
    }

    /// <summary>GET labels?from=A&amp;to=B: the labels of a part of the vocabulary.</summary>
    /// <exception cref="ApiException">It is too large, or not in the vocabulary.</exception>
    public Task LabelsAsync(HttpContext context)
    {
        int from = SheetRange.Whole(context.Request.Query, "from", 0, model.Config.Vocabulary - 1, 0);
        int most = Math.Min(model.Config.Vocabulary, from + limits.ListedTokens);
        int to = SheetRange.Whole(context.Request.Query, "to", from + 1, most, most);
        return ExplorerAnswer.JsonAsync(context.Response, Labels(Enumerable.Range(from, to - from)));
    }

    private static PassEdit[] EditsOf(PromptBody request)
    {
        try
        {
            return request.Edits is { ValueKind: not JsonValueKind.Null } edits ? EditFile.ReadEdits(edits, "edits") : [];
        }
        catch (Gpt2Exception e)
        {
            throw new ApiException(400, e.Message, "edits", "bad_edit");
        }
    }

    private SessionBody Describe(ExplorerSession session)
    {
        Gpt2Config config = model.Config;
        (PredictionBody[] prediction, string? problem) = Predict(session.Trace);
        return new SessionBody(
            session.Id,
            new ModelBody(
                model.Name, config.Vocabulary, config.Context, config.Channels, config.Heads, config.HeadSize, config.Hidden, config.Layers,
                config.Parameters),
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
