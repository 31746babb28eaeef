// Wrong CSV files: each is refused with an error that names the file, the line, the column, what was found and
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
        ErrorFor($"1,2,3\n4,{cell},6\n", 2, 3).ShouldHave(
            found: $"found '{cell.Trim()}'", expected: "a finite number with '.' as decimal point", remedy: "*",
            where: FilePath + " line 2 column 2");
    }

    [Fact]
    public void Read_SameWrongCellUnderDecimalCommaCulture_GivesTheSameMessage()
    {
        using var culture = new DecimalCommaCulture();

        ErrorFor("1,2\n3,x\n", 2, 2).ShouldHave(
            found: "found 'x'", expected: "a finite number with '.' as decimal point", remedy: "copy, convert or download the model again",
            where: FilePath + " line 2 column 2");
    }

    [Theory]
    [InlineData("NaN", "take the weights from an intact copy")]
    [InlineData("1e39", "take the weights from an intact copy")]
    [InlineData("#DIV/0!", "take the weights from an intact copy")]
    [InlineData("0.1O5", "copy, convert or download the model again")]
    public void Read_CellThatIsNoFiniteNumber_HasTheRemedyForItsCause(string cell, string remedy) =>
        ErrorFor($"1,2\n3,{cell}\n", 2, 2).Remedy.Should().StartWith(remedy);

    [Theory]
    [InlineData("0,5;1,5\n2,5;3,5\n", "cells are separated by semicolons, and numbers have a decimal comma")]
    [InlineData("0.5;1.5\n2.5;3.5\n", "cells are separated by semicolons")]
    [InlineData("0.5\t1.5\n2.5\t3.5\n", "cells are separated by tabs")]
    [InlineData("0.5 1.5\n2.5 3.5\n", "cells are separated by spaces")]
    [InlineData("0,5,1,5\n2,5,3,5\n", "numbers have a decimal comma, which also separates the cells")]
    [InlineData("1,2\n3,\"4\"\n", "numbers are in quotes")]
    [InlineData("\"0,5\",\"1,5\"\n", "numbers are in quotes")]
    public void Read_AsSpreadsheetProgramsWriteIt_SaysHowToExport(string text, string found)
    {
        Gpt2Exception error = ErrorFor(text, 2, 2);

        error.ShouldHave(found, remedy: "export it with ',' between cells and '.' in numbers*", where: FilePath);
        error.Expected.Should().BeNull();
    }

    [Theory]
    [InlineData("1.5,2,3,7\n4,a;b,6,8\n", "found 'a;b'")]
    [InlineData("1.5,2,3,7\n4,\"b\",6,8\n", "found '\"b\"'")]
    [InlineData("1.5,2,3,7\n4,5\t5,6,8\n", "found '5\t5'")]
    public void Read_SeparatorInOneCell_NamesTheCell(string text, string found) =>
        ErrorFor(text, 2, 4).ShouldHave(found, where: FilePath + " line 2 column 2");

    [Theory]
    [InlineData("c0,c1\n1,2\n3,4\n", "has a line of headings")]
    [InlineData("r0,1.5,2\nr1,3,4\n", "has a column of labels")]
    [InlineData("0,1.5,2\n1,3.5,4\n", "has a column of labels")]
    [InlineData(",0,1\n0,1.5,2\n1,3.5,4\n", "has a line of headings and a column of labels")]
    public void Read_HeadingsAndLabels_AreRefusedAsSuch(string text, string found)
    {
        ErrorFor(text, 2, 2).ShouldHave(found, remedy: "export it without headings and labels: numbers only");
    }

    [Theory]
    [InlineData("1,2,3\n4,5\n", 2, "is cut off: found 2 cells")]
    [InlineData("1,2,3\n4\n", 2, "is cut off: found 1 cell")]
    [InlineData("1,2,3\n4,5,6,7\n", 2, "found 4 cells")]
    [InlineData("1,2\n4,5,6\n", 1, "found 2 cells")]
    [InlineData("\n\n1,2\n\n4,5,6\n", 3, "found 2 cells")]
    public void Read_LineOfAnotherLength_NamesLineAndBothCounts(string text, int line, string found)
    {
        ErrorFor(text, 2, 3).ShouldHave(found, expected: "3 for [2, 3]", where: $"{FilePath} line {line}");
    }

    [Theory]
    [InlineData("1,2\n3,4\n5,6\n", 2, 2, "found [3, 2]", "use the file of this matrix and the sizes of this model")]
    [InlineData("\n1,2\n\n3,4\n\n5,6\n", 2, 2, "found [3, 2]", "use the file of this matrix")]
    [InlineData("1,2\n3,4\n", 3, 2, "is cut off: found [2, 2]", "copy, convert or download the model again")]
    [InlineData("1,2\n", 2, 3, "found [1, 2]", "copy")]
    [InlineData("1,2\n3,4\n5,6\n", 2, 3, "is transposed: found [3, 2]", "transpose it")]
    [InlineData("\n\n", 3, 2, "has no line with a cell", "copy, convert or download the model again")]
    [InlineData("\uFEFF", 3, 2, "has no line with a cell", "copy, convert or download the model again")]
    public void Read_AnotherShape_NamesBoth(string text, int rows, int columns, string found, string remedy)
    {
        ErrorFor(text, rows, columns).ShouldHave("*" + found, $"[{rows}, {columns}]", remedy + "*", where: FilePath);
    }

    [Theory]
    [InlineData("1,2,3\n4,5,", 2, 3, "found ''")]
    [InlineData("1,2,3\n4,5,6e", 2, 3, "found '6e'")]
    [InlineData("1,2,3\n4,5,-", 2, 3, "found '-'")]
    public void Read_TruncatedInACell_SaysWhereItEnds(string text, int line, int column, string found)
    {
        ErrorFor(text, 2, 3).ShouldHave(found, where: $"{FilePath} line {line} column {column}");
    }

    [Fact]
    public void Read_ColumnVectorOfAnotherLength_NamesItsCount()
    {
        ErrorFor("1\n2\n", 1, 3).ShouldHave(found: "is cut off: found [2, 1]", expected: "[3, 1]");
        ErrorFor("1\n2\n3\n4\n", 1, 3).ShouldHave(found: "found [4, 1]", expected: "[3, 1]");
        ErrorFor("1\nx\n3\n", 1, 3).Where.Should().Be(new ErrorPlace(FilePath, 2, 1));
        ErrorFor("1\n2.5,3\n3\n", 1, 3).ShouldHave(found: "found 2 cells", expected: "1 for [3, 1]");
    }

    [Fact]
    public void Read_WrongCellAfterBlankLinesAndCarriageReturns_NamesTheLineOfTheFile() =>
        ErrorFor("1,2\r\n\r\n\r\n3,x\r\n", 2, 2).Where.Should().Be(new ErrorPlace(FilePath, 4, 2));

    [Fact]
    public void Read_SeveralWrongCells_AreCounted() =>
        ErrorFor("1,x\nnan,y\n", 2, 2).ShouldHave(
            found: "found 'x', the first of 3 such cells", expected: "a finite number*", where: FilePath + " line 1 column 2");

    [Fact]
    public void Read_LongWrongCell_IsShortened() =>
        ErrorFor(new string('z', 1000) + "\n", 1, 1).Found.Should().Be($"found '{new string('z', 40)}…'");

    [Fact]
    public void Read_BinaryOrEmptyFile_IsRefusedAsSuch()
    {
        ErrorFor("", 2, 2).ShouldHave(found: "found an empty file", expected: "2 rows of 2 numbers");
        ErrorFor("1,\0\u0001", 1, 2).ShouldHave(found: "found binary data", expected: "a row of 2 numbers");
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

    private Gpt2Exception ErrorFor(string text, int rows, int columns)
    {
        File.WriteAllText(FilePath, text);
        Gpt2Exception error = FluentActions.Invoking(() => CsvMatrixFile.Read(FilePath, new Matrix("read", rows, columns)))
            .Should().Throw<Gpt2Exception>().Which;
        error.Message.Should().NotContain("\n", "an error is one line");
        return error;
    }
}
