// Formulas that fill a range, copied from its first cell to the others as a spreadsheet program does it; by hand.

using Gpt2.Cli.Workbook.Cells;

namespace Gpt2.Tests.Cli.Workbook;

public class FilledFormulaTests
{
    [Theory]
    [InlineData("C5", "E6")]
    [InlineData("$C5+C$5+$C$5", "$C6+E$5+$C$5")]
    [InlineData("Z1:AZ9", "AB2:BB10")]
    [InlineData("MMULT($C50:$DZ50,'model_h0_attn_c_attn'!C$6:C$133)", "MMULT($C51:$DZ51,'model_h0_attn_c_attn'!E$6:E$133)")]
    [InlineData("'h1'!C8&\"C8\"&'A1 B2'!$A1", "'h1'!E9&\"C8\"&'A1 B2'!$A2")]
    [InlineData("LOG10(C5)+h0.step1+prompt_tokens+A_1+0.044715*C5^3", "LOG10(E6)+h0.step1+prompt_tokens+A_1+0.044715*E6^3")]
    [InlineData("IF(A1=\"\"\"B1\"\"\",\"\",B1)", "IF(C2=\"\"\"B1\"\"\",\"\",D2)")]
    public void ACellOneRowDownAndTwoColumnsRight_HasItsRelativeReferencesMoved(string formula, string moved)
    {
        var filled = new FilledFormula(new CellRange("h0", 7, 2, 4, 4), formula);
        filled.At(7, 2).Should().Be(formula);
        filled.At(8, 4).Should().Be(moved);
    }

    [Fact]
    public void OnlyFormulasOfOneSheet_CanBeShared()
    {
        new FilledFormula(new CellRange("h0", 0, 0), "C5+prompt_tokens").CanBeShared.Should().BeTrue();
        new FilledFormula(new CellRange("h0", 0, 0), "C5+'h1'!$C$5").CanBeShared.Should().BeFalse();
    }
}
