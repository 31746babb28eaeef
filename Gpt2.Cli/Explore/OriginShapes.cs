// The records in which the page reads where a number comes from. A row is that of the sheet.

namespace Gpt2.Cli.Explore;

/// <summary>A number with its place.</summary>
internal sealed record PlacedBody(string Sheet, int Row, int Column, float Value);

/// <summary>The origin of a number of the pass.</summary>
/// <param name="Cell">The number.</param>
/// <param name="Operation">The name of its <see cref="Gpt2.Core.Explaining.CellOperation"/>.</param>
/// <param name="Formula">How the matrix is computed, in symbols.</param>
/// <param name="Words">What is computed and what it is good for.</param>
/// <param name="InNumbers">The formula with numbers.</param>
/// <param name="Recomputed">The cell computed from the terms in double precision.</param>
/// <param name="Figures">Numbers between the terms and the cell.</param>
/// <param name="Count">How many terms there are.</param>
/// <param name="Terms">Those asked for.</param>
/// <param name="Rest">What the contributions of the others add up to.</param>
/// <param name="Largest">The largest magnitude of all contributions, by which bars are drawn.</param>
/// <param name="Method">The method that computes the matrix.</param>
/// <param name="Source">Its C# source.</param>
/// <param name="IsEdited">Whether an edit has changed numbers of the matrix after they were computed.</param>
internal sealed record OriginBody(
    PlacedBody Cell, string Operation, string Formula, string Words, string InNumbers, double Recomputed, OriginFigureBody[] Figures, int Count,
    OriginTermBody[] Terms, double Rest, double Largest, string Method, string Source, bool IsEdited);

internal sealed record OriginFigureBody(string Name, double Value);

/// <summary>One of the numbers that a number was computed from.</summary>
/// <param name="Source">The number; of a product the first factor.</param>
/// <param name="Factor">What it was multiplied by; null for nothing.</param>
/// <param name="Label">The token that the number's column stands for; null if it is none.</param>
/// <param name="Contribution">What it adds.</param>
/// <param name="Share">Its part of a softmax or of a variance; null elsewhere.</param>
/// <param name="IsOwn">Whether, of a row in which each term has a result of its own, it is this cell's.</param>
internal sealed record OriginTermBody(PlacedBody Source, PlacedBody? Factor, string? Label, double Contribution, double? Share, bool IsOwn);

/// <summary>A number that was not computed but learned, and the sheets that are computed from its sheet.</summary>
internal sealed record LearnedBody(PlacedBody Cell, string[] UsedBy);
