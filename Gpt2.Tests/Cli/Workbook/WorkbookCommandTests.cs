// gpt2 workbook: the file as it is written, without a program that computes it, and what the command refuses.

using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using DocumentFormat.OpenXml;
using DocumentFormat.OpenXml.Packaging;
using DocumentFormat.OpenXml.Validation;
using Gpt2.Cli.Workbook;
using Gpt2.Cli.Workbook.Cells;
using Gpt2.Cli.Workbook.Start;
using Gpt2.Core;
using Gpt2.Core.Explaining;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli.Workbook;

public sealed partial class WorkbookCommandTests : TemporaryFolder
{
    private const string Prompt = "Mike is quick. He moves";

    /// <summary>Functions that the formulas may use: all of them are in Excel 2013.</summary>
    private static readonly string[] Functions =
    [
        "AND", "AVERAGE", "CHAR", "COUNT", "COUNTIF", "ERF", "EXACT", "EXP", "FIND", "IF", "IFERROR", "INDEX", "INT", "ISERROR", "ISLOGICAL",
        "ISNUMBER", "ISTEXT", "LARGE", "LEFT", "LEN", "LOWER", "MATCH", "MAX", "MID", "MMULT", "NOT", "OR", "PI", "ROUND", "SMALL", "SQRT",
        "SUBSTITUTE", "SUM", "SUMPRODUCT", "TANH", "UPPER", "VARP", "_xlfn.UNICODE",
    ];

    [Fact]
    public void DefaultModel_HasTheSizeForetold_AndShowsTheTraceBeforeAnythingIsComputed()
    {
        string path = PathOf("gpt2.xlsx");
        CommandRun.Of("workbook", Prompt, "--out", path).Result().Should()
            .MatchRegex(@"gpt2\.xlsx: 10\.\d MB, 1,071,872 weights, 209,280 formulas, for prompts of up to 16 tokens\n$");
        Directory.GetFiles(Root).Should().ContainSingle();

        using var model = LanguageModel.Load(options: new LoadOptions { KeepMatrices = true });
        using var workbook = new WorkbookCase(model, 16);
        WorkbookCells cells = WorkbookCells.Of(path);
        ((double)WorkbookSize.Of(workbook.Plan)).Should().BeInRange(0.75 * new FileInfo(path).Length, 1.25 * new FileInfo(path).Length);
        workbook.Compare(cells, model.Tokenizer.Encode(Prompt)).Should().BeGreaterThan(50_000);
        workbook.PromptIn(cells).Select(token => token.Token).Should().Equal("\"Mike\"", "\" is\"", "\" quick\"", "\".\"", "\" He\"", "\" moves\"");
        WorkbookCase.AnswerIn(cells).Should().Be("The next token is \" quickly\", 99.9 %");
        cells.Sheets.Should().Equal(
            [
                "start", "tokenize", "embeddings", "h0", "h1", "h2", "h3", "head", "logits", "model_wte", "model_wpe",
                .. Enumerable.Range(0, 4).SelectMany(block => (string[])[
                    $"model_h{block}_ln_1", $"model_h{block}_attn_c_attn", $"model_h{block}_attn_c_proj",
                    $"model_h{block}_ln_2", $"model_h{block}_mlp_c_fc", $"model_h{block}_mlp_c_proj"]),
                "model_ln_f", "vocabulary", "merges",
            ]);
    }

    [Fact]
    public void TheFile_WrittenAgain_HasTheSameParts()
    {
        using var small = new SmallModelFolder();
        string[][] parts = [.. new[] { "one.xlsx", "two.xlsx" }.Select(name =>
        {
            CommandRun.Of("workbook", "--ids", "1,2,0", "-m", small.Model, "--length", "5", "--out", PathOf(name)).Result();
            using ZipArchive archive = ZipFile.OpenRead(PathOf(name));
            return archive.Entries.Select(entry => $"{entry.FullName} {entry.Length} {entry.Crc32}").ToArray();
        })];

        parts[1].Should().Equal(parts[0]);
        parts[0].Should().Contain(part => part.StartsWith("docProps/core.xml ", StringComparison.Ordinal));
    }

    [Fact]
    public void TheFile_IsValid_AndItsFormulasNeedNothingNewerThanExcel2013()
    {
        using var small = new SmallModelFolder();
        string path = PathOf("small.xlsx");
        CommandRun.Of("workbook", "--ids", "1,2,0", "-m", small.Model, "--length", "5", "--out", path).Result();
        using (var document = SpreadsheetDocument.Open(path, isEditable: false))
        {
            new OpenXmlValidator(FileFormatVersions.Office2010).Validate(document)
                .Select(error => $"{error.Part?.Uri} {error.Path?.XPath}: {error.Description}").Should().BeEmpty();
        }

        using ZipArchive archive = ZipFile.OpenRead(path);
        int formulas = 0;
        foreach (ZipArchiveEntry entry in archive.Entries.Where(entry => entry.FullName.Contains("worksheets", StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(entry.Open());
            string sheet = reader.ReadToEnd();
            foreach (Match formula in Formula().Matches(sheet))
            {
                formulas++;
                string withoutTexts = Quoted().Replace(System.Net.WebUtility.HtmlDecode(formula.Groups[1].Value), "");
                Function().Matches(withoutTexts).Select(match => match.Groups[1].Value).Should().BeSubsetOf(Functions, "in {0}", formula.Value);
            }

            sheet.Should().NotContain("t=\"array\"").And.NotContain("NaN");
            sheet.Contains("<x:pane", StringComparison.Ordinal).Should().Be(entry.Name != "sheet1.xml", "all sheets but the first have frozen panes");
        }

        formulas.Should().BeGreaterThan(200);
        archive.Entries.Should().NotContain(entry => entry.FullName.Contains("vba", StringComparison.OrdinalIgnoreCase), "there are no macros");
    }

    [Fact]
    public void EveryStep_HasItsNumberNameFormulaAndSentence()
    {
        using var model = LanguageModel.Load(options: new LoadOptions { KeepMatrices = true });
        using var workbook = new WorkbookCase(model, 6);
        WorkbookCells cells = WorkbookCells.Of(workbook.Write(model.Tokenizer.Encode(Prompt)));
        foreach (MatrixDescription matrix in workbook.Plan.Stages.SelectMany(stage => stage.Matrices))
        {
            CellRange numbers = workbook.Plan.RangeOf(matrix.Name);
            CellRange heading = new(numbers.Sheet, numbers.Row - WorkbookPlan.HeadingRows, 0);
            cells.Text(heading).Should().Be(matrix.Step is int step ? $"step {step}: {matrix.Title}" : matrix.Title);
            cells.Text(heading.Part(0, 8)).Should().Be("= " + matrix.Formula);
            cells.Text(heading.Part(1, 0)).Should().Be(matrix.Words);
        }
    }

    [Fact]
    public void SomeBlocks_TheFirstSheetSaysWhatEachSheetIs()
    {
        Gpt2Config config = new(7, 5, 8, 2, 3);
        using var model = LanguageModel.Of(TestModels.Random(config, seed: 2), null, "small", new LoadOptions { KeepMatrices = true });
        using var workbook = new WorkbookCase(model, length: 2, (2, 2));
        WorkbookCells cells = WorkbookCells.Of(workbook.Write(1, 2));
        CellRange names = new(WorkbookPlan.StartSheet, StartLayout.ContentsRow(2) + 1, StartLayout.TypedColumn, 2, 2);
        cells.Text(names.Part(0, 0)).Should().Be("stream");
        cells.Text(names.Part(0, 1)).Should().Be("what enters block 2: numbers of the program, not formulas");
        cells.Text(names.Part(1, 0)).Should().Be("h2");
        cells.Text(names.Part(1, 1)).Should().Be("block 2: the sixteen steps");
        CellRange stream = workbook.Plan.RangeOf("h1.step16");
        cells.Text(new(stream.Sheet, stream.Row - WorkbookPlan.HeadingRows, 0)).Should().Be("block 1, step 16: residual 2");
        workbook.Plan.Cells().Formulas.Should().Be(
            2 * ((16 * 8) + (2 * 4 * 8) + (2 * 2 * 2)), "two tokens have 16 tables of channels, 2 of hidden units, 2 of heads and tokens");
    }

    [Fact]
    public void Json_HasTheFactsOfTheFile()
    {
        using var small = new SmallModelFolder();
        string path = PathOf("small.xlsx");
        JsonElement root = JsonDocument.Parse(
            CommandRun.Of("workbook", "--ids", "1,2", "-m", small.Model, "--length", "5", "--out", path, "--json").Result()).RootElement;
        root.GetProperty("length").GetInt32().Should().Be(5);
        root.GetProperty("bytes").GetInt64().Should().Be(new FileInfo(path).Length);
        root.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).Should().Equal(1, 2);
    }

    [Fact]
    public void AFileThatExists_IsReplacedWithANote()
    {
        using var small = new SmallModelFolder();
        string path = PathOf("small.xlsx");
        string[] args = ["workbook", "--ids", "1,2", "-m", small.Model, "--length", "5", "--out", path];
        CommandRun.Of(args).Error.Should().NotContain("replaced");
        CommandRun again = CommandRun.Of(args);
        again.ExitCode.Should().Be(0);
        again.Error.Should().Contain($"note: {path} existed and was replaced");
    }

    [Theory]
    [InlineData("Mike", "--out", "book.ods", "--out: found 'book.ods', expected a name that ends in .xlsx")]
    [InlineData("Mike", "--length", "0", "--length: found 0, expected at least 1")]
    [InlineData("Mike", "--length", "99999999999", "--length: found 99999999999, expected 1 to 2147483647")]
    [InlineData("Mike", "--length", "129", "--length: found 129, expected 1 to 128, the model's context")]
    [InlineData("Mike is quick", "--length", "2", "--length: found 2, but the prompt has 3 tokens, expected at least 3")]
    [InlineData("Mike", "--blocks", "4", "--blocks: found '4', expected a block from 0 to 3, or several in a row such as 0-1")]
    [InlineData("Mike", "--blocks", "2-1", "--blocks: found '2-1', expected a block from 0 to 3, or several in a row such as 0-1")]
    public void WrongOptions_AreRefused_AndNoFileIsLeft(string prompt, string option, string value, string message)
    {
        string[] output = option == "--out" ? [] : ["--out", PathOf("gpt2.xlsx")];
        string shown = option == "--out" ? PathOf(value) : value;
        CommandRun.Of(["workbook", prompt, .. output, option, shown]).ErrorLine(2)
            .Should().Contain(message.Replace(value, shown, StringComparison.Ordinal));
        Directory.GetFiles(Root).Should().BeEmpty();
    }

    [Fact]
    public void BlocksAndLength_Together_AreRefused() =>
        CommandRun.Of("workbook", "Mike", "--blocks", "0", "--length", "4", "--out", PathOf("gpt2.xlsx")).ErrorLine(2)
            .Should().Contain("with --blocks the prompt is fixed: leave out --length");

    [Fact]
    public void Gpt2Small_IsRefusedWithTheSizeItWouldHave_AndOneBlockIsNot()
    {
        Action whole = () => WorkbookSize.Require(new WorkbookPlan(Gpt2Config.Small, 16, blocks: null), "gpt2");
        whole.Should().Throw<Gpt2Exception>().Which.Message.Should().MatchRegex(
            "^gpt2: the workbook would have about 1,0\\d\\d MB, expected at most 100 MB, since .*--blocks 0 writes one block, about 6\\d MB");
        WorkbookSize.Require(new WorkbookPlan(Gpt2Config.Small, 16, (0, 0)), "gpt2");
        Action two = () => WorkbookSize.Require(new WorkbookPlan(Gpt2Config.Small, 16, (0, 1)), "gpt2");
        two.Should().Throw<Gpt2Exception>().WithMessage("*fewer blocks*");
        Action wide = () => WorkbookSize.Require(new WorkbookPlan(new Gpt2Config(3, 5000, 8, 8, 1), 2048, null), "wide");
        wide.Should().Throw<Gpt2Exception>().WithMessage("wide: a table would have 16,386 columns, expected at most 16,384 columns*--length*");
    }

    [Fact]
    public void AWeightThatIsNoNumber_IsNamed()
    {
        Gpt2Weights weights = TestModels.Random(new Gpt2Config(5, 4, 4, 2, 1), seed: 1);
        weights.Blocks[0].MlpHidden.Weight.Span[3] = float.NaN;
        Action act = () => NotFiniteNumbers.RequireNone(weights, "a cell");
        act.Should().Throw<Gpt2Exception>().WithMessage("h0/mlp/c_fc/w*a cell cannot hold*");
    }

    [Fact]
    public void AModelsName_WithControlCharacters_AndATokenTooLongForACell_AreWritten()
    {
        var vocabulary = new Vocabulary([]);
        Tokenizer tokenizer = new(vocabulary.WithAdded([new string('x', 40_000)]));
        Gpt2Weights weights = TestModels.Random(new Gpt2Config(tokenizer.Vocabulary.Count, 8, 4, 2, 1), seed: 6);
        using LanguageModel model = LanguageModel.Of(weights, tokenizer, "a\u0007<model>\uFFFF", new LoadOptions { KeepMatrices = true });
        using var workbook = new WorkbookCase(model, length: 3);
        string path = workbook.Write(257, 1);
        using (var document = SpreadsheetDocument.Open(path, isEditable: false))
        {
            document.PackageProperties.Title.Should().Contain("a_x0007_<model>");
        }

        WorkbookCells cells = WorkbookCells.Of(path);
        cells.Number(workbook.Plan.Typed.RowAt(0)).Should().Be(257, "a longer text cannot be typed");
        string token = cells.Text(workbook.Plan.Tokens.RowAt(0));
        token.Should().StartWith("\"xxx").And.EndWith("x\u2026");
        token.Length.Should().BeLessThanOrEqualTo(32_767 - 40, "it stands in a sentence, and a cell of Excel has no more");
    }

    [Theory]
    [InlineData(0, "A")]
    [InlineData(25, "Z")]
    [InlineData(26, "AA")]
    [InlineData(701, "ZZ")]
    [InlineData(702, "AAA")]
    [InlineData(16383, "XFD")]
    public void Columns_HaveTheLettersOfExcel(int column, string letters) => Reference.Letters(column).Should().Be(letters);

    [Theory]
    [InlineData("plain & <simple>", "plain & <simple>")]
    [InlineData("\u0007\u001F", "_x0007__x001F_")]
    [InlineData("_x0041_ stays", "_x005F_x0041_ stays")]
    [InlineData("\uD83D\uDE00", "\uD83D\uDE00")]
    public void Texts_WhatXmlCannotHold_IsEscaped(string text, string escaped) => SheetText.Escaped(text).Should().Be(escaped);

    [Fact]
    public void Texts_HalfOfASurrogatePair_IsEscaped() => SheetText.Escaped("a\uD83D").Should().Be("a_xD83D_");

    [GeneratedRegex("<x:f(?: [^>]*)?>([^<]*)</x:f>", RegexOptions.CultureInvariant)]
    private static partial Regex Formula();

    [GeneratedRegex("\"[^\"]*\"|'[^']*'", RegexOptions.CultureInvariant)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"([A-Za-z_.]+[A-Za-z0-9_.]*)\(", RegexOptions.CultureInvariant)]
    private static partial Regex Function();
}
