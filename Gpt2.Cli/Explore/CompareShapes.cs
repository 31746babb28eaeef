// The record whose JSON the view that compares two prompts reads. Numbers and distances are sent as bytes.

namespace Gpt2.Cli.Explore;

/// <summary>
/// Two passes side by side: of each pair of aligned tokens the position in the first and in the second prompt, null where there is none,
/// how many tokens both begin and end with, and every matrix.
/// </summary>
internal sealed record ComparisonBody(int?[] First, int?[] Second, int Prefix, int Suffix, ComparedSheetBody[] Sheets);

/// <summary>
/// A matrix of both passes, whose row 0 is the pair <c>FirstPair</c>, and how far the passes are apart in it: <c>Largest</c> is the
/// largest difference, <c>Relative</c> from 0 to 1; null if there is nothing to compare.
/// </summary>
internal sealed record ComparedSheetBody(string Name, int FirstPair, int Rows, int Columns, float? Largest, float? Relative);
