// Wrong CSV files: each is refused with a message that names the file, the line, the column, what was found and
// what was expected, and nothing that is no number passes for one.

using Gpt2.Core;
using Gpt2.Core.Numerics;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Numerics;

public sealed class CsvMatrixFileErrorTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gpt2-csv-").FullName;

    private string FilePath => Path.Combine(folder, "matrix.csv");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("abc")]
    [InlineData("NaN")]
    [InlineData("nan")]
    [InlineData("Infinity")]
    [InlineData("-Infinity")]
    [InlineData("inf")]
    [InlineData("∞")]
    [InlineData("1e39")]
    [InlineData("-1e39")]
    [InlineData("1e999999999999")]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("-")]
    [InlineData("1e")]
    [InlineData("1.2.3")]
    [InlineData("0x10")]
    [InlineData("1_000")]
    [InlineData("1 000")]
    [InlineData("(5)")]
    [InlineData("5-")]
    [InlineData("$5")]
    [InlineData("50%")]
    [InlineData("1f")]
    [InlineData("--1")]
    [InlineData("５")]
    public void Read_CellThatIsNoFiniteNumber_NamesLineColumnAndCell(string cell)
    {
        string message = MessageFor($"1,2,3\n4,{cell},6\n", 2, 3);

        message.Should().Be($"{FilePath} line 2 column 2: found '{cell.Trim()}', expected a finite number with '.' as decimal point");
    }

    [Fact]
    public void Read_SameWrongCellUnderDecimalCommaCulture_GivesTheSameMessage()
    {
        using var culture = new DecimalCommaCulture();

        MessageFor("1,2\n3,x\n", 2, 2)
            .Should().Be($"{FilePath} line 2 column 2: found 'x', expected a finite number with '.' as decimal point");
    }

    [Theory]
    [InlineData("0,5;1,5\n2,5;3,5\n", "5;1")]
    [InlineData("0.5;1.5\n2.5;3.5\n", "0.5;1.5")]
    [InlineData("0.5\t1.5\n2.5\t3.5\n", "0.5\t1.5")]
    public void Read_SeparatedByOtherThanCommas_SaysHowToExport(string text, string cell)
    {
        string message = MessageFor(text, 2, 2);

        message.Should().StartWith($"{FilePath} line 1 column ").And.Contain($"found '{cell}'")
            .And.Contain("expected a number: the file is not separated by commas; export it with ',' between cells and '.' in numbers");
    }

    [Fact]
    public void Read_DecimalCommasBetweenCommas_ReportsTooManyCells() =>
        MessageFor("0,5,1,5\n", 1, 2).Should().StartWith($"{FilePath} line 1: found 4 cells, expected 2 for read [1, 2]");

    [Fact]
    public void Read_QuotedNumbers_AreRefusedAsSuch()
    {
        MessageFor("1,2\n3,\"4\"\n", 2, 2)
            .Should().Be($"{FilePath} line 2 column 2: found '\"4\"', expected a number without quotes: export it with ',' between cells and '.' in numbers");
        MessageFor("\"0,5\",\"1,5\"\n", 1, 2).Should().Contain("line 1 column 1: found '\"0', expected a number without quotes");
    }

    [Fact]
    public void Read_HeaderLine_IsRefusedWithItsFirstCell() =>
        MessageFor("c0,c1\n1,2\n", 1, 2).Should().StartWith($"{FilePath} line 1 column 1: found 'c0'");

    [Theory]
    [InlineData("1,2,3\n4,5\n", 2, 2)]
    [InlineData("1,2,3\n4,5,6,7\n", 2, 4)]
    [InlineData("1,2,3,\n4,5,6\n", 1, 4)]
    [InlineData("1,2,3\n4\n", 2, 1)]
    public void Read_LineOfAnotherLength_NamesLineAndBothCounts(string text, int line, int found)
    {
        string message = MessageFor(text, 2, 3);

        message.Should().StartWith($"{FilePath} line {line}: found {found} cells, expected 3 for read [2, 3]");
    }

    [Theory]
    [InlineData("1,2\n3,4\n5,6\n", 3)]
    [InlineData("\n1,2\n\n3,4\n\n5,6\n", 6)]
    public void Read_TooManyRows_NamesTheFirstFurtherLine(string text, int line) =>
        MessageFor(text, 2, 2).Should().Be($"{FilePath} line {line}: found a further row, expected 2 rows for read [2, 2]");

    [Fact]
    public void Read_TooFewRows_NamesBothCountsAndARemedy() =>
        MessageFor("1,2\n3,4\n", 3, 2).Should().Be(
            $"{FilePath}: found 2 rows, expected 3 for read [3, 2]: is the file cut off, or hparams.json of another model?");

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("\uFEFF")]
    public void Read_EmptyFile_FindsNoRows(string text) =>
        MessageFor(text, 3, 2).Should().StartWith($"{FilePath}: found 0 rows, expected 3 for read [3, 2]");

    [Theory]
    [InlineData("1,2,3\n4,5,", "line 2 column 3: found ''")]
    [InlineData("1,2,3\n4,5", "line 2: found 2 cells, expected 3")]
    [InlineData("1,2,3\n4,5,6e", "line 2 column 3: found '6e'")]
    [InlineData("1,2,3\n4,5,-", "line 2 column 3: found '-'")]
    [InlineData("1,2,3\n", "found 1 rows, expected 2")]
    public void Read_TruncatedFile_SaysWhereItEnds(string text, string place) =>
        MessageFor(text, 2, 3).Should().StartWith(FilePath).And.Contain(place);

    [Fact]
    public void Read_ColumnVectorOfAnotherLength_NamesItsCount()
    {
        MessageFor("1\n2\n", 1, 3).Should().StartWith($"{FilePath}: found 2 rows, expected 3 for read [1, 3]");
        MessageFor("1\n2\n3\n4\n", 1, 3).Should().Be($"{FilePath} line 4: found a further row, expected 3 rows for read [1, 3]");
        MessageFor("1\nx\n3\n", 1, 3).Should().StartWith($"{FilePath} line 2 column 1: found 'x'");
        MessageFor("1\n2,5\n3\n", 1, 3).Should().StartWith($"{FilePath} line 2: found 2 cells, expected 1 for read [1, 3]");
    }

    [Fact]
    public void Read_WrongCellBehindBlankLinesAndCarriageReturns_NamesTheLineOfTheFile() =>
        MessageFor("1,2\r\n\r\n\r\n3,x\r\n", 2, 2).Should().StartWith($"{FilePath} line 4 column 2: found 'x'");

    [Fact]
    public void Read_LongWrongCell_IsShortened() =>
        MessageFor(new string('z', 1000) + "\n", 1, 1).Should().Contain($"found '{new string('z', 40)}…', expected");

    [Fact]
    public void Read_BinaryFile_IsRefused()
    {
        byte[] bytes = [.. Enumerable.Range(0, 4096).Select(i => (byte)(i * 37))];
        File.WriteAllBytes(FilePath, bytes);

        FluentActions.Invoking(() => CsvMatrixFile.Read(FilePath, new Matrix("read", 2, 2)))
            .Should().Throw<Gpt2Exception>().With(where: $"{FilePath} line 1*");
    }

    [Fact]
    public void Read_MissingFileOrFolder_NamesPathAndExpectation()
    {
        foreach (string path in new[] { FilePath, Path.Combine(folder, "nowhere", "matrix.csv") })
        {
            FluentActions.Invoking(() => CsvMatrixFile.Read(path, new Matrix("read", 2, 3)))
                .Should().Throw<Gpt2Exception>().With(found: "no such file", expected: "2 rows of 3 numbers", where: path);
        }
    }

    private string MessageFor(string text, int rows, int columns)
    {
        File.WriteAllText(FilePath, text);
        string message = FluentActions.Invoking(() => CsvMatrixFile.Read(FilePath, new Matrix("read", rows, columns)))
            .Should().Throw<Gpt2Exception>().Which.Message;
        message.Should().NotContain("\n", "an error is one line");
        return message;
    }
}
