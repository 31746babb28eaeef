// What Excel demands of a workbook beyond its schema. It repairs or refuses a file that breaks such a rule, where other programs read on.

using System.IO.Compression;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Gpt2.Cli.Workbook.Cells;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli.Workbook;

public sealed partial class ExcelRulesTests : IDisposable
{
    private static readonly XNamespace Main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

    private readonly LanguageModel model;
    private readonly List<WorkbookCase> workbooks = [];

    public ExcelRulesTests()
    {
        Vocabulary vocabulary = new Vocabulary([new Merge(ByteAlphabet.IdOf((byte)'a'), ByteAlphabet.IdOf((byte)'b'))]).WithAdded(["<u>"]);
        var config = new Gpt2Config(vocabulary.Count, 9, 8, 2, 12);
        model = LanguageModel.Of(
            TestModels.Random(config, seed: 4), new Tokenizer(vocabulary), "it's [a] 'model'", new Gpt2.Core.LoadOptions { KeepMatrices = true });
    }

    /// <summary>The parts of the workbook of a whole model, and of two blocks; sheets by their names.</summary>
    private IEnumerable<(XElement Book, XElement Styles, Dictionary<string, XElement> Sheets)> Workbooks()
    {
        foreach ((int, int)? blocks in ((int, int)?[])[null, (10, 11)])
        {
            var workbook = new WorkbookCase(model, length: 3, blocks);
            workbooks.Add(workbook);
            using ZipArchive archive = ZipFile.OpenRead(workbook.Write(1, 2, 257));
            XElement Part(string name)
            {
                using Stream stream = archive.GetEntry(name)!.Open();
                return XElement.Load(stream);
            }

            XElement book = Part("xl/workbook.xml");
            string[] names = [.. book.Descendants(Main + "sheet").Select(sheet => (string)sheet.Attribute("name")!)];
            yield return (book, Part("xl/styles.xml"), names.Index().ToDictionary(
                sheet => sheet.Item, sheet => Part(FormattableString.Invariant($"xl/worksheets/sheet{sheet.Index + 1}.xml"))));
        }
    }

    [Fact]
    public void NamesOfSheetsAndRanges_AreAllowed_AndWhatTheyNameIsThere()
    {
        foreach ((XElement book, _, Dictionary<string, XElement> sheets) in Workbooks())
        {
            sheets.Keys.Should().OnlyContain(name => name.Length <= 31 && !ForbiddenInSheets().IsMatch(name));
            sheets.Keys.Select(name => name.ToUpperInvariant()).Should().OnlyHaveUniqueItems();
            (string Name, string Range)[] names =
                [.. book.Descendants(Main + "definedName").Select(name => ((string)name.Attribute("name")!, name.Value))];
            names.Should().Contain(name => name.Name == "prompt_tokens").And.Contain(name => name.Name == "h11.step5.keys");
            names.Select(name => name.Name.ToUpperInvariant()).Should().OnlyHaveUniqueItems();
            names.Should().OnlyContain(name => NameOfRange().IsMatch(name.Name) && name.Name.Length <= 255);
            names.Should().OnlyContain(name => !LooksLikeACell().IsMatch(name.Name));
            IEnumerable<string> links = sheets.Values.SelectMany(sheet => sheet.Descendants(Main + "hyperlink"))
                .Select(link => (string)link.Attribute("location")!);
            foreach (string target in names.Select(name => name.Range).Concat(links))
            {
                Match match = SheetAndRange().Match(target);
                match.Success.Should().BeTrue(target);
                sheets.Should().ContainKey(match.Groups["sheet"].Value);
            }
        }
    }

    [Fact]
    public void Formulas_AreShared_OnlyWhereTheyReferToTheirOwnSheet()
    {
        int shared = 0;
        foreach ((string sheet, XElement formula) in Formulas().Where(formula => (string?)formula.Formula.Attribute("t") == "shared"))
        {
            shared++;
            formula.Value.Should().NotContain("!", "Excel would not move a reference to another sheet, in {0}", sheet);
        }

        shared.Should().BePositive();
    }

    [Fact]
    public void Formulas_AreNotTooLongOrTooDeep_AndHaveNotTooManyArguments()
    {
        foreach ((string sheet, XElement formula) in Formulas())
        {
            string text = Quoted().Replace(formula.Value, "");
            (int depth, int arguments) = Nesting(text);
            text.Count(c => c == '(').Should().Be(text.Count(c => c == ')'), "of {0}", formula.Value);
            depth.Should().BeLessThanOrEqualTo(64, "of {0} in {1}", formula.Value, sheet);
            arguments.Should().BeLessThanOrEqualTo(255, "of {0} in {1}", formula.Value, sheet);
            formula.Value.Length.Should().BeLessThanOrEqualTo(8192);
            QuotedText().Matches(formula.Value).Where(quoted => quoted.Length > 255 + 2).Should().BeEmpty("a text in a formula is not longer");
        }
    }

    [Fact]
    public void RowsAndCells_AreInOrder_AndTheirStylesAndTextsAllowed()
    {
        foreach ((_, XElement styles, Dictionary<string, XElement> sheets) in Workbooks())
        {
            int formats = styles.Element(Main + "cellXfs")!.Elements().Count();
            foreach (XElement sheet in sheets.Values)
            {
                sheet.Descendants(Main + "row").Select(row => (int)row.Attribute("r")!).Should().BeInAscendingOrder()
                    .And.OnlyHaveUniqueItems();
                foreach (XElement row in sheet.Descendants(Main + "row"))
                {
                    string[] cells = [.. row.Elements(Main + "c").Select(cell => (string)cell.Attribute("r")!)];
                    string[] letters = [.. cells.Select(cell => cell.TrimEnd([.. "0123456789"]))];
                    letters.Select(Reference.ColumnOf).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
                    cells.Zip(letters).Where(cell => cell.First != cell.Second + (string)row.Attribute("r")!).Should().BeEmpty();
                }

                sheet.Descendants(Main + "c").Attributes("s").Where(style => (int)style >= formats).Should().BeEmpty();
                sheet.Descendants(Main + "t").Where(text => text.Value.Length > 32_767).Should().BeEmpty();
                sheet.Descendants(Main + "col").Attributes("width").Where(width => (double)width > 255).Should().BeEmpty();
                sheet.Descendants(Main + "row").Attributes("ht").Where(height => (double)height > 409).Should().BeEmpty();
            }
        }
    }

    [Fact]
    public void ConditionalFormats_HavePrioritiesOfTheirOwn_AndStylesThatAreThere()
    {
        foreach ((_, XElement styles, Dictionary<string, XElement> sheets) in Workbooks())
        {
            int formats = styles.Element(Main + "dxfs")!.Elements().Count();
            foreach (XElement sheet in sheets.Values)
            {
                XElement[] rules = [.. sheet.Descendants(Main + "cfRule")];
                rules.Select(rule => (int)rule.Attribute("priority")!).Should().OnlyHaveUniqueItems();
                rules.Attributes("dxfId").Where(style => (int)style >= formats).Should().BeEmpty();
                rules.Descendants(Main + "formula").Where(formula => formula.Value.Contains('!', StringComparison.Ordinal))
                    .Should().BeEmpty("not every program takes references to other sheets there");
            }
        }
    }

    [Fact]
    public void TheFirstYellowCell_IsSelectedWhenTheWorkbookIsOpened()
    {
        XElement selection = Workbooks().First().Sheets["start"].Descendants(Main + "selection").Single();
        ((string?)selection.Attribute("activeCell")).Should().Be("B9");
        ((string?)selection.Attribute("sqref")).Should().Be("B9");
    }

    [Fact]
    public void TheSelectedCell_IsInTheSelection_AndInThePaneThatScrolls()
    {
        foreach ((_, _, Dictionary<string, XElement> sheets) in Workbooks())
        {
            sheets.Values.Count(sheet => sheet.Descendants(Main + "sheetView").Any(view => (int?)view.Attribute("tabSelected") == 1)).Should().Be(1);
            foreach (XElement pane in sheets.Values.SelectMany(sheet => sheet.Descendants(Main + "pane")))
            {
                XElement selection = pane.ElementsAfterSelf(Main + "selection").Single();
                string first = (string)pane.Attribute("topLeftCell")!;
                ((string)selection.Attribute("activeCell")!).Should().Be(first);
                ((string?)selection.Attribute("sqref")).Should().Be(first);
                ((string)selection.Attribute("pane")!).Should().Be((string)pane.Attribute("activePane")!);
            }
        }
    }

    public void Dispose()
    {
        workbooks.ForEach(workbook => workbook.Dispose());
        model.Dispose();
    }

    private IEnumerable<(string Sheet, XElement Formula)> Formulas() =>
        from workbook in Workbooks()
        from sheet in workbook.Sheets
        from formula in sheet.Value.Descendants(Main + "f")
        select (sheet.Key, formula);

    /// <summary>How deep parentheses are nested, and the most arguments that any of them has.</summary>
    private static (int Depth, int Arguments) Nesting(string formula)
    {
        var arguments = new Stack<int>();
        (int depth, int most) = (0, 0);
        foreach (char c in formula)
        {
            switch (c)
            {
                case '(':
                    arguments.Push(1);
                    depth = Math.Max(depth, arguments.Count);
                    break;
                case ',':
                    arguments.Push(arguments.Pop() + 1);
                    break;
                case ')':
                    most = Math.Max(most, arguments.Pop());
                    break;
            }
        }

        return (depth, most);
    }

    [GeneratedRegex(@"[:\\/?*\[\]']", RegexOptions.CultureInvariant)]
    private static partial Regex ForbiddenInSheets();

    [GeneratedRegex(@"^[A-Za-z_][A-Za-z0-9_.]*$", RegexOptions.CultureInvariant)]
    private static partial Regex NameOfRange();

    [GeneratedRegex(@"^([A-Z]{1,3}[0-9]+|[RC][0-9]*(C[0-9]*)?)$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex LooksLikeACell();

    [GeneratedRegex(@"^'(?<sheet>[^']+)'!\$[A-Z]+\$[0-9]+(:\$[A-Z]+\$[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex SheetAndRange();

    [GeneratedRegex("\"[^\"]*\"|'[^']*'", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    [GeneratedRegex("\"[^\"]*\"", RegexOptions.CultureInvariant)]
    private static partial Regex QuotedText();
}
