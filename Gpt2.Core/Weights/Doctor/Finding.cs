// The doctor reports each thing it finds separately, with what to do about it.

using System.Text.RegularExpressions;

namespace Gpt2.Core.Weights.Doctor;

/// <summary>How bad a finding is.</summary>
internal enum FindingStatus
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Unusual, but the model may be correct.</summary>
    Warning,

    /// <summary>The model cannot be used, or gives wrong results.</summary>
    Wrong,
}

/// <summary>What a finding is about.</summary>
internal enum FindingArea
{
    /// <summary>The computer and the program.</summary>
    Machine,

    /// <summary>The folder and its files, not their contents.</summary>
    Folder,

    /// <summary>The sizes of the model.</summary>
    Sizes,

    /// <summary>The weights.</summary>
    Tensors,

    /// <summary>The vocabulary.</summary>
    Tokenizer,

    /// <summary>Answers that the model is known to give.</summary>
    Facts,
}

/// <summary>One finding.</summary>
/// <param name="Status">How bad it is.</param>
/// <param name="Area">What it is about.</param>
/// <param name="Subject">The file, the tensor or the fact.</param>
/// <param name="Found">What was found, in words.</param>
/// <param name="Remedy">What to do; null if nothing needs to be done.</param>
internal sealed record Finding(FindingStatus Status, FindingArea Area, string Subject, string Found, string? Remedy);

/// <summary>Collects findings in the order in which they were made.</summary>
internal sealed partial class FindingList
{
    private const int MostOfOneKind = 3;

    private readonly List<Finding> findings = [];

    public IReadOnlyList<Finding> All => findings;

    /// <summary>
    /// The findings for a reader: many of one kind, which differ only in their subjects and numbers, become one.
    /// </summary>
    public IEnumerable<Finding> Grouped() => findings
        .GroupBy(finding => finding.Status == FindingStatus.Ok
            ? (object)finding : (finding.Status, finding.Area, Number().Replace(finding.Found, "#"), finding.Remedy))
        .SelectMany<IGrouping<object, Finding>, Finding>(kind => kind.Count() <= MostOfOneKind + 1 ? kind :
        [
            kind.First() with
            {
                Subject = string.Join(", ", kind.Take(MostOfOneKind).Select(finding => finding.Subject))
                    + $" and {kind.Count() - MostOfOneKind} more",
                Found = kind.First().Found + (kind.Any(finding => finding.Found != kind.First().Found) ? "; similar in the others" : ""),
            },
        ]);

    /// <summary>Whether nothing is wrong so far, apart from warnings.</summary>
    public bool NothingWrong => findings.TrueForAll(finding => finding.Status != FindingStatus.Wrong);

    public void Ok(FindingArea area, string subject, string found) => findings.Add(new Finding(FindingStatus.Ok, area, subject, found, null));

    public void Warning(FindingArea area, string subject, string found, string remedy) =>
        findings.Add(new Finding(FindingStatus.Warning, area, subject, found, remedy));

    public void Wrong(FindingArea area, string subject, string found, string? remedy) =>
        findings.Add(new Finding(FindingStatus.Wrong, area, subject, found, remedy));

    /// <summary>
    /// Adds a reader's error, under the name of the part or of the file. The same error is added only once, even if a
    /// file causes it for each of its tensors, or has sizes, tensors and vocabulary in one.
    /// </summary>
    /// <param name="area">What it is about.</param>
    /// <param name="refusal">The error.</param>
    /// <param name="remedy">What to do if the error does not say.</param>
    /// <param name="status">How bad it is.</param>
    public void Wrong(FindingArea area, Gpt2Exception refusal, string remedy, FindingStatus status = FindingStatus.Wrong)
    {
        ErrorPlace where = refusal.Where ?? new ErrorPlace("model");
        string? part = where.Line is null ? where.Part : null; // a tensor, and not a byte of a line
        string subject = part ?? Path.GetFileName(where.Name);
        string found = part is null && where.Within.Length > 0 ? $"{where.Within}: {refusal.Problem}" : refusal.Problem;
        var finding = new Finding(status, area, subject, found, refusal.Remedy ?? remedy);
        if (!findings.Exists(other => other with { Area = area } == finding))
        {
            findings.Add(finding);
        }
    }

    [GeneratedRegex(@"-?[0-9]+(\.[0-9]+)?(E[-+][0-9]+)?")]
    private static partial Regex Number();
}
