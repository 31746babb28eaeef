// Tables of vectors as CSV: what is read, what is refused, and that what is written is read.

using Gpt2.Core;
using Gpt2.Core.Laboratory.Embeddings;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Laboratory.Embeddings;

public class NamedVectorsTests
{
    [Fact]
    public void Parse_NamesAndNumbers_AreRows()
    {
        using var culture = new DecimalCommaCulture();
        NamedVectors found = NamedVectors.Parse("king , 2, 1.5\r\n\r\n\"ice, cold\",-1e-3,4\n1984,0,0\n", "toy.csv");

        found.Names.Should().Equal("king", "ice, cold", "1984");
        found.Rows.Rows.Should().Be(3);
        found.Rows.Span.ToArray().Should().Equal(2, 1.5f, -1e-3f, 4, 0, 0);
    }

    [Fact]
    public void Parse_WithoutNames_AreCalledByTheirNumbers()
    {
        NamedVectors found = NamedVectors.Parse("10,10\n50, 50\n10,10", "--table");

        found.Names.Should().Equal("(10, 10)", "(50, 50)", "(10, 10)");
    }

    [Theory]
    [InlineData("", "found no rows", "rows such as king,2,1*")]
    [InlineData("king", "found 'king' without numbers", "rows such as king,2,1*")]
    [InlineData("king,2,x", "found 'x'", "a finite number*")]
    [InlineData("king,2,NaN", "found 'NaN'", "a finite number*")]
    [InlineData("king,2,1e99", "found '1e99'", "a finite number*")]
    [InlineData("king,2,", "found ''", "a finite number*")]
    [InlineData("king,2;1", "found '2;1'", "a finite number*")]
    [InlineData("a,1,2\nb,1", "found 1 number", "2 as in the first row")]
    [InlineData("a,1\na,2", "found the name 'a' again", "every name once")]
    [InlineData("\"a,1\nb,2", "found a quote*", "the whole cell in quotes")]
    public void Parse_WrongTable_SaysWhat(string text, string found, string expected) =>
        FluentActions.Invoking(() => NamedVectors.Parse(text, "toy.csv")).Should().Throw<Gpt2Exception>()
            .With(found: found, expected: expected, where: "toy.csv*");

    [Fact]
    public void Write_IsReadAgain()
    {
        NamedVectors table = NamedVectors.Parse("a,0.1,-3e-9\n\"b,\"\"c\"\"\",1,16777216", "toy");
        var writer = new StringWriter();
        table.Write(writer);

        NamedVectors again = NamedVectors.Parse(writer.ToString(), "toy");

        again.Names.Should().Equal(table.Names);
        again.Rows.Span.ToArray().Should().Equal(table.Rows.Span.ToArray());
    }
}
