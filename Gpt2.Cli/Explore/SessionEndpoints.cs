// What the page asks about a prompt: its pass, its tokens, their merges.

using System.Globalization;
using System.Text.Json;
using Gpt2.Cli.Http;
using Gpt2.Core;
using Gpt2.Core.Laboratory;
using Microsoft.AspNetCore.Http;

namespace Gpt2.Cli.Explore;

/// <summary>Answers requests about prompts.</summary>
internal sealed class SessionEndpoints(LanguageModel model, SessionMaker maker, ExplorerLimits limits)
{
    private readonly SessionBodies bodies = new(model);

    /// <summary>POST /api/sessions: runs a prompt.</summary>
    /// <exception cref="ApiException">It is refused.</exception>
    public async Task MakeAsync(HttpContext context)
    {
        PromptBody request = ExplorerShapes.ReadPrompt(await RequestBody.ReadAsync(context, limits.BodyBytes, limits.BodyTime));
        string prompt = request.Prompt ?? throw ApiException.BadValue("prompt", "missing", "a text");
        ExplorerSession session = await maker.MakeAsync(
            prompt, EditsOf(request), request.Replaces, request.Beside, context.RequestAborted);
        await ExplorerAnswer.JsonAsync(context.Response, bodies.Describe(session));
    }

    /// <summary>GET tokens/I: the word of a token, with every merge.</summary>
    /// <exception cref="ApiException">There is no such token.</exception>
    public Task MergesAsync(HttpContext context, ExplorerSession session, string[] rest)
    {
        string token = string.Join('/', rest);
        if (!int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out int index)
            || bodies.WordOf(session, index) is not WordBody word)
        {
            throw new ApiException(404, $"the prompt has no token '{VisibleText.Brief(token)}'", code: "no_token");
        }

        return ExplorerAnswer.JsonAsync(context.Response, word);
    }

    /// <summary>GET labels?from=A&amp;to=B: the labels of a part of the vocabulary.</summary>
    /// <exception cref="ApiException">It is too large, or not in the vocabulary.</exception>
    public Task LabelsAsync(HttpContext context)
    {
        int from = SheetRange.Whole(context.Request.Query, "from", 0, model.Config.Vocabulary - 1, 0);
        int most = Math.Min(model.Config.Vocabulary, from + limits.ListedTokens);
        int to = SheetRange.Whole(context.Request.Query, "to", from + 1, most, most);
        return ExplorerAnswer.JsonAsync(context.Response, bodies.Labels(from, to));
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
}
