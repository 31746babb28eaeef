// What the view that compares two prompts asks: which token belongs to which, how far the passes are apart, and windows of both.

using System.Runtime.CompilerServices;
using Gpt2.Cli.Http;
using Gpt2.Core;
using Gpt2.Core.Laboratory;
using Microsoft.AspNetCore.Http;

namespace Gpt2.Cli.Explore;

/// <summary>Answers requests about two sessions.</summary>
/// <param name="store">The sessions.</param>
/// <param name="maker">Gives turns, since distances need every number of both passes.</param>
/// <param name="limits">What is accepted.</param>
internal sealed class CompareEndpoints(SessionStore store, SessionMaker maker, ExplorerLimits limits)
{
    /// <summary>Distances of a session's pass from the one that it was last compared with. They do not keep the passes in memory.</summary>
    private readonly ConditionalWeakTable<ExplorerSession, Distances> known = [];

    /// <summary>compare/ID/…: the session of the address, and another.</summary>
    /// <exception cref="ApiException">There is no such session, or nothing of the kind.</exception>
    public Task AnswerAsync(HttpContext context, ExplorerSession session, string[] rest)
    {
        if (rest is not [string id, .. string[] what])
        {
            throw ExplorerRouter.Nothing(context.Request.Path.Value ?? "");
        }

        ExplorerSession second = store.Find(id)
            ?? throw new ApiException(404, "the second pass is no longer kept: run its prompt again", code: "second_gone");
        var comparison = new PassComparison(session.Trace, second.Trace);
        return what switch
        {
            [] => OverviewAsync(context, session, second, comparison),
            ["distances"] => DistancesAsync(context, session, second, comparison),
            ["sheets", string name, "window"] => WindowAsync(context, SheetOf(session, comparison, name)),
            ["sheets", string name, "statistics"] => StatisticsAsync(context, SheetOf(session, comparison, name)),
            _ => throw ExplorerRouter.Nothing(context.Request.Path.Value ?? ""),
        };
    }

    /// <summary>GET: the aligned tokens, and every matrix with how far the passes are apart in it.</summary>
    private async Task OverviewAsync(HttpContext context, ExplorerSession first, ExplorerSession second, PassComparison comparison)
    {
        Distances distances = await DistancesOfAsync(context, first, second, comparison);
        TokenAlignment alignment = comparison.Alignment;
        await ExplorerAnswer.JsonAsync(context.Response, new ComparisonBody(
            [.. alignment.Pairs.Select(pair => pair.First)], [.. alignment.Pairs.Select(pair => pair.Second)], alignment.Prefix, alignment.Suffix,
            [.. comparison.Matrices.Zip(first.Sheets, distances.All).Select(sheet => new ComparedSheetBody(
                sheet.Second.Name, sheet.First.FirstPair, sheet.First.Rows, sheet.First.Columns, sheet.Third?.Largest, sheet.Third?.Relative))]));
    }

    /// <summary>
    /// GET distances?r0=&amp;r1=&amp;c0=&amp;c1=&amp;of=: a row for each matrix, a column for each pair of aligned tokens, as little-endian float32:
    /// the relative distance of the two rows, or the largest difference. NaN where there is nothing to compare.
    /// </summary>
    /// <exception cref="ApiException">The window is not within them, or too large.</exception>
    private async Task DistancesAsync(HttpContext context, ExplorerSession first, ExplorerSession second, PassComparison comparison)
    {
        var range = SheetRange.Read(context.Request.Query, comparison.Matrices.Count, comparison.Alignment.Pairs.Count);
        bool largest = context.Request.Query["of"].ToString() switch
        {
            "" or "relative" => false,
            "largest" => true,
            string other => throw ApiException.BadValue("of", $"'{VisibleText.Brief(other)}'", "relative or largest"),
        };
        Distances distances = await DistancesOfAsync(context, first, second, comparison);
        await ExplorerAnswer.WindowAsync(context.Response, range, limits, (row, column, destination) =>
        {
            for (int i = 0; i < destination.Length; i++)
            {
                int at = column + i - comparison.Matrices[row].FirstPair;
                RowDistance? distance = at < 0 ? null : distances.Rows[row][at];
                destination[i] = (largest ? distance?.Largest : distance?.Relative) ?? float.NaN;
            }
        });
    }

    /// <summary>GET window?r0=&amp;r1=&amp;c0=&amp;c1=&amp;of=: numbers of aligned rows and columns; NaN where there is none.</summary>
    /// <exception cref="ApiException">The window is not within the matrix, or too large.</exception>
    private Task WindowAsync(HttpContext context, ComparedMatrix matrix) => ExplorerAnswer.WindowAsync(
        context.Response, SheetRange.Read(context.Request.Query, matrix.Rows, matrix.Columns), limits, ReaderOf(context, matrix));

    /// <summary>GET statistics?of=: those of the whole matrix; the scale leaves out what is missing.</summary>
    private static Task StatisticsAsync(HttpContext context, ComparedMatrix matrix) => ExplorerAnswer.JsonAsync(
        context.Response, RangeStatistics.Of(new SheetRange(0, matrix.Rows, 0, matrix.Columns), ReaderOf(context, matrix)));

    private static RowReader ReaderOf(HttpContext context, ComparedMatrix matrix)
    {
        ComparedNumbers numbers = context.Request.Query["of"].ToString() switch
        {
            "first" => ComparedNumbers.First,
            "second" => ComparedNumbers.Second,
            "difference" => ComparedNumbers.Difference,
            string other => throw ApiException.BadValue("of", $"'{VisibleText.Brief(other)}'", "first, second or difference"),
        };
        return (row, column, destination) => matrix.Read(numbers, row, column, destination);
    }

    /// <summary>The sheets of a session begin with the matrices of its pass.</summary>
    private static ComparedMatrix SheetOf(ExplorerSession session, PassComparison comparison, string name) =>
        comparison.Matrices.Zip(session.Sheets).FirstOrDefault(pair => pair.Second.Name == name).First
            ?? throw new ApiException(404, $"there is no matrix '{VisibleText.Brief(name)}' of the pass", code: "no_sheet");

    private async Task<Distances> DistancesOfAsync(
        HttpContext context, ExplorerSession first, ExplorerSession second, PassComparison comparison) => await maker.InTurnAsync(
            () =>
            {
                if (!known.TryGetValue(second, out Distances? distances) || distances.From != first.Id)
                {
                    (IReadOnlyList<RowDistance?> Rows, RowDistance? All)[] all = [.. comparison.Matrices.Select(matrix => matrix.Distances())];
                    distances = new Distances(first.Id, [.. all.Select(one => one.Rows)], [.. all.Select(one => one.All)]);
                    known.AddOrUpdate(second, distances);
                }

                return distances;
            },
            context.RequestAborted);

    /// <summary>Of every matrix.</summary>
    /// <param name="From">The id of the first session.</param>
    /// <param name="Rows">How far each row is from its counterpart.</param>
    /// <param name="All">How far the matrix is.</param>
    private sealed record Distances(string From, IReadOnlyList<RowDistance?>[] Rows, RowDistance?[] All);
}
