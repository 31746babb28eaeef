// The whole workbook: its sheets in order, and what belongs to all of them.

using System.Globalization;
using System.IO.Packaging;
using System.Xml.Linq;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Spreadsheet;
using Gpt2.Cli.Workbook.Cells;
using Gpt2.Core.Explaining;

namespace Gpt2.Cli.Workbook;

/// <summary>Writes workbooks in the format of Excel, .xlsx.</summary>
internal static class WorkbookFile
{
    private const string Relationships = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";

    /// <summary>Writes a workbook.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="content">What it is made of.</param>
    /// <param name="progress">Receives the share written, 0 to 1.</param>
    /// <param name="cancellation">Stops between sheets.</param>
    public static void Write(Stream stream, WorkbookContent content, IProgress<double>? progress, CancellationToken cancellation)
    {
        // Opened for writing alone, the package goes to the stream as it comes about. The SDK's own documents need one that can be read too, and
        // stay in memory until their end.
        using var package = Package.Open(stream, FileMode.Create, FileAccess.Write);
        WorkbookSheet[] sheets = WorkbookSheet.AllOf(content);
        var parts = new List<Uri>();
        foreach (WorkbookSheet sheet in sheets)
        {
            cancellation.ThrowIfCancellationRequested();
            PackagePart part = PartOf(package, "worksheets/" + IdOf(parts.Count), "worksheet");
            using (Stream cells = part.GetStream(FileMode.Create, FileAccess.Write))
            using (var writer = new SheetWriter(cells, sheet.Name, sheet.Look, isFirst: parts.Count == 0))
            {
                sheet.Write(writer);
            }

            parts.Add(part.Uri);
            progress?.Report((double)parts.Count / sheets.Length);
        }

        PackagePart styles = PartOf(package, "styles", "styles");
        Write(styles, StyleSheet.Create());
        PackagePart workbook = PartOf(package, "workbook", "sheet.main");
        Write(workbook, BookOf(content.Plan, [.. sheets.Select(sheet => sheet.Name)]));
        package.CreateRelationship(workbook.Uri, TargetMode.Internal, Relationships + "officeDocument", "workbook");
        workbook.CreateRelationship(styles.Uri, TargetMode.Internal, Relationships + "styles", "styles");
        for (int i = 0; i < parts.Count; i++)
        {
            workbook.CreateRelationship(parts[i], TargetMode.Internal, Relationships + "worksheet", IdOf(i));
        }

        WriteProperties(package, SheetText.Escaped($"{content.Model} as a workbook"));
    }

    /// <summary>Title and creator. The package would give the part that it makes for them a random name.</summary>
    private static void WriteProperties(Package package, string title)
    {
        PackagePart part = package.CreatePart(new Uri("/docProps/core.xml", UriKind.Relative), CoreProperties.ContentType, CompressionOption.Normal);
        using (Stream stream = part.GetStream(FileMode.Create, FileAccess.Write))
        {
            new XElement(CoreProperties.Space + "coreProperties", new XElement(CoreProperties.Dublin + "title", title),
                new XElement(CoreProperties.Dublin + "creator", "gpt2 workbook")).Save(stream);
        }

        package.CreateRelationship(part.Uri, TargetMode.Internal, CoreProperties.Relationship, "properties");
    }

    private static string IdOf(int sheet) => "sheet" + (sheet + 1).ToString(CultureInfo.InvariantCulture);

    private static DocumentFormat.OpenXml.Spreadsheet.Workbook BookOf(WorkbookPlan plan, string[] sheets)
    {
        var names = new List<(string Name, CellRange Range)> { (WorkbookPlan.Count, WorkbookPlan.CountCell) };
        IEnumerable<MatrixDescription> matrices = plan.Stages.SelectMany(stage => stage.Matrices).Concat(plan.OverVocabulary);
        names.AddRange(matrices.Select(matrix => (matrix.Name, plan.RangeOf(matrix.Name))));
        return new DocumentFormat.OpenXml.Spreadsheet.Workbook(
            new BookViews(new WorkbookView { TabRatio = 850 }),
            new Sheets(sheets.Select((name, index) => new Sheet { Name = name, SheetId = (uint)index + 1, Id = IdOf(index) })),
            new DefinedNames(names.OrderBy(name => name.Name, StringComparer.OrdinalIgnoreCase)
                .Select(name => new DefinedName(Reference.Full(name.Range)) { Name = name.Name })),
            new CalculationProperties { FullCalculationOnLoad = true });
    }

    private static PackagePart PartOf(Package package, string name, string type) => package.CreatePart(
        new Uri($"/xl/{name}.xml", UriKind.Relative), $"application/vnd.openxmlformats-officedocument.spreadsheetml.{type}+xml",
        CompressionOption.Normal);

    private static void Write(PackagePart part, OpenXmlElement root)
    {
        using Stream stream = part.GetStream(FileMode.Create, FileAccess.Write);
        using OpenXmlWriter writer = OpenXmlWriter.Create(stream);
        writer.WriteStartDocument(standalone: true);
        writer.WriteElement(root);
    }

    private static class CoreProperties
    {
        public const string ContentType = "application/vnd.openxmlformats-package.core-properties+xml";
        public const string Relationship = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties";

        public static readonly XNamespace Space = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties";
        public static readonly XNamespace Dublin = "http://purl.org/dc/elements/1.1/";
    }
}
