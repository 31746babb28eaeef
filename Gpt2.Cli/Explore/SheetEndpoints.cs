// What the page asks about a sheet: a window of its numbers, the figures of a range, a range as text, a ranking.

using Gpt2.Cli.Http;
using Gpt2.Core;
using Gpt2.Core.Text;
using Microsoft.AspNetCore.Http;
using static System.FormattableString;

namespace Gpt2.Cli.Explore;

/// <summary>Answers requests about sheets.</summary>
internal sealed class SheetEndpoints(Vocabulary vocabulary, ExplorerLimits limits)
{
    private const int RankedStandard = 100;

    /// <summary>sheets/NAME/WHAT.</summary>
    /// <exception cref="ApiException">There is no such sheet, or nothing of the kind.</exception>
    public Task AnswerAsync(HttpContext context, ExplorerSession session, string[] rest)
    {
        if (rest is not [string name, string what])
        {
            throw ExplorerRouter.Nothing(context.Request.Path.Value ?? "");
        }

        Sheet sheet = session.Find(name) ?? throw new ApiException(404, $"there is no sheet '{VisibleText.Brief(name)}'", code: "no_sheet");
        return what switch
        {
            "window" => WindowAsync(context, sheet),
            "statistics" => StatisticsAsync(context, sheet),
            "csv" => TextAsync(context, sheet, tabs: false),
            "tsv" => TextAsync(context, sheet, tabs: true),
            "ranked" => RankedAsync(context, session, sheet),
            _ => throw ExplorerRouter.Nothing(what),
        };
    }

    /// <summary>GET window?r0=&amp;r1=&amp;c0=&amp;c1=&amp;of=: the numbers as little-endian float32, row after row.</summary>
    /// <exception cref="ApiException">The window is not within the sheet, or too large.</exception>
    private Task WindowAsync(HttpContext context, Sheet sheet)
    {
        var range = SheetRange.Read(context.Request.Query, sheet);
        SheetVersion version = SheetRange.VersionOf(context.Request.Query);
        return ExplorerAnswer.WindowAsync(
            context.Response, range, limits, (row, column, destination) => sheet.Read(version, row, column, destination));
    }

    /// <summary>GET statistics?r0=…: count, sum, mean, least, greatest and scale of a range of any size.</summary>
    /// <exception cref="ApiException">The range is not within the sheet.</exception>
    private static Task StatisticsAsync(HttpContext context, Sheet sheet) => ExplorerAnswer.JsonAsync(
        context.Response, RangeStatistics.Of(sheet, SheetRange.VersionOf(context.Request.Query), SheetRange.Read(context.Request.Query, sheet)));

    /// <summary>GET csv?r0=…, tsv?r0=…: a range of any size as text. CSV is a file to save.</summary>
    /// <exception cref="ApiException">The range is not within the sheet.</exception>
    private static Task TextAsync(HttpContext context, Sheet sheet, bool tabs)
    {
        var range = SheetRange.Read(context.Request.Query, sheet);
        HttpResponse response = context.Response;
        response.ContentType = tabs ? "text/tab-separated-values; charset=utf-8" : "text/csv; charset=utf-8";
        if (!tabs)
        {
            string name = Invariant($"{sheet.Name}_{range.Row}-{range.RowEnd - 1}_{range.Column}-{range.ColumnEnd - 1}.csv");
            response.Headers.ContentDisposition = $"attachment; filename=\"{name}\"";
        }

        SheetVersion version = SheetRange.VersionOf(context.Request.Query);
        return RangeText.WriteAsync(sheet, version, range, tabs ? '\t' : ',', response.BodyWriter, context.RequestAborted);
    }

    /// <summary>GET ranked?row=&amp;top=&amp;search=: the vocabulary by its logits in one row.</summary>
    /// <exception cref="ApiException">The sheet is not over the vocabulary, or the row is not in it.</exception>
    private Task RankedAsync(HttpContext context, ExplorerSession session, Sheet sheet)
    {
        if (sheet.ColumnAxis != SheetAxis.Vocabulary)
        {
            throw new ApiException(
                400, $"the columns of {sheet.Name} are not tokens of the vocabulary, expected logits or probabilities", code: "not_ranked");
        }

        IQueryCollection query = context.Request.Query;
        int row = SheetRange.Whole(query, "row", 0, sheet.Matrix.Rows - 1, sheet.Matrix.Rows - 1);
        int top = SheetRange.Whole(query, "top", 1, limits.ListedTokens, RankedStandard);
        (RankedToken[] tokens, int found) = RankedTokens.Of(session.Trace.Activations, row, vocabulary, query["search"].ToString(), top);
        return ExplorerAnswer.JsonAsync(context.Response, new RankedBody(
            found, [.. tokens.Select(token => new PredictionBody(
                token.Rank, token.Id, TokenLabel.Of(vocabulary, token.Id), token.Logit, token.Probability))]));
    }
}
