// What the page asks about a number: where it comes from, or that it was learned.

using Gpt2.Cli.Http;
using Gpt2.Core;
using Gpt2.Core.Explaining;
using Gpt2.Core.Text;
using Microsoft.AspNetCore.Http;

namespace Gpt2.Cli.Explore;

/// <summary>Answers requests about the origin of numbers.</summary>
internal sealed class WhyEndpoints(Vocabulary vocabulary, ExplorerLimits limits)
{
    private const int StandardTerms = 50;
    private const string Largest = "largest", Columns = "columns";

    /// <summary>
    /// GET why/NAME?row=&amp;column=&amp;top=&amp;order=: the origin of a number, with so many terms, those with the largest
    /// contributions or the first columns. The own term of a row in which each has one is always among them.
    /// </summary>
    /// <exception cref="ApiException">There is no such number.</exception>
    public Task AnswerAsync(HttpContext context, ExplorerSession session, string[] rest)
    {
        string name = string.Join('/', rest);
        Sheet sheet = session.Find(name) ?? throw new ApiException(404, $"there is no sheet '{VisibleText.Brief(name)}'", code: "no_sheet");
        IQueryCollection query = context.Request.Query;
        int row = SheetRange.Whole(query, "row", 0, sheet.Matrix.Rows - 1, 0);
        int column = SheetRange.Whole(query, "column", 0, sheet.Matrix.Columns - 1, 0);
        int top = SheetRange.Whole(query, "top", 1, limits.ListedTokens, StandardTerms);
        string order = query["order"].ToString() is { Length: > 0 } given ? given : Largest;
        if (order is not (Largest or Columns))
        {
            throw ApiException.BadValue("order", $"'{VisibleText.Brief(order)}'", $"{Largest} or {Columns}");
        }

        return sheet.Description is null
            ? ExplorerAnswer.JsonAsync(context.Response, Learned(session, sheet, row, column))
            : ExplorerAnswer.JsonAsync(
                context.Response, Describe(session, session.Explanation.OriginOf(name, row + sheet.FirstToken, column), top, order == Largest));
    }

    private static LearnedBody Learned(ExplorerSession session, Sheet sheet, int row, int column) => new(
        new PlacedBody(sheet.Name, row, column, sheet.Matrix[row, column]),
        [.. session.Explanation.Descriptions.Where(matrix => matrix.Sources.Contains(sheet.Name)).Select(matrix => matrix.Name)]);

    private OriginBody Describe(ExplorerSession session, CellOrigin origin, int top, bool largestFirst)
    {
        IEnumerable<OriginTerm> ordered = largestFirst ? origin.LargestFirst() : origin.Terms;
        OriginTerm? own = origin.Own;
        OriginTerm[] shown = [.. ordered.Where((term, place) => place < top || term == own)];
        MatrixDescription matrix = origin.Description;
        return new OriginBody(
            Place(session, origin.Cell), origin.Operation.ToString(), matrix.Formula, matrix.Words, origin.InNumbers, origin.Recomputed,
            [.. origin.Figures.Select(figure => new OriginFigureBody(figure.Name, figure.Value))],
            origin.Terms.Count,
            [.. shown.Select(term => new OriginTermBody(
                Place(session, term.Source), term.Factor is MatrixCell factor ? Place(session, factor) : null, LabelOf(session, term.Source),
                term.Contribution, term.Share, term == own))],
            shown.Length == origin.Terms.Count ? 0 : origin.Terms.Sum(term => term.Contribution) - shown.Sum(term => term.Contribution),
            origin.Terms.Select(term => Math.Abs(term.Contribution)).DefaultIfEmpty().Max(),
            matrix.Method, MethodSource.Of(matrix.Method), session.Edits.Any(edit => edit.Target == matrix.Name));
    }

    /// <summary>A number where the page finds it: the first row of its sheet may be a later token's.</summary>
    private static PlacedBody Place(ExplorerSession session, MatrixCell cell) =>
        new(cell.Matrix, cell.Row - session.Find(cell.Matrix)!.FirstToken, cell.Column, cell.Value);

    private string? LabelOf(ExplorerSession session, MatrixCell cell) =>
        session.Explanation.TokenOf(cell) is int id ? TokenLabel.Of(vocabulary, id) : null;
}
