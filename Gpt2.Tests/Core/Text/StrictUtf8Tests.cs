// Bytes that are text, and where others stop being it.

using System.Text;
using Gpt2.Core;
using Gpt2.Core.Text;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Text;

public class StrictUtf8Tests
{
    [Theory]
    [InlineData(new byte[] { 0x61, 0xFF }, 1, 0xFF, 2)]
    [InlineData(new byte[] { 0x61, 0x0A, 0x0A, 0xC3, 0xA9, 0xE9, 0x62 }, 3, 0xE9, 3)]
    [InlineData(new byte[] { 0x61, 0x0A, 0xE2, 0x82 }, 2, 0xE2, 1)] // cut off
    [InlineData(new byte[] { 0xED, 0xA0, 0x80 }, 1, 0xED, 1)] // a surrogate
    [InlineData(new byte[] { 0xC0, 0xAF }, 1, 0xC0, 1)] // longer than needed
    [InlineData(new byte[] { 0xEF, 0xBB, 0xBF, 0x80 }, 1, 0x80, 4)] // after a mark
    public void Decode_NotUtf8_NamesLineAndByte(byte[] bytes, int line, int value, int place) =>
        FluentActions.Invoking(() => StrictUtf8.Decode(bytes, "notes.txt")).Should().Throw<Gpt2Exception>().With(
            found: $"found 0x{value:X2}, which is not UTF-8", remedy: "convert the text to UTF-8 first",
            where: $"notes.txt line {line} byte {place}");

    [Fact]
    public void Decode_Text_LeavesOutTheMark_AndTakesUtf16WithOne()
    {
        const string Text = "é東😀\uFFFD\n";
        Encoding[] encodings =
            [new UTF8Encoding(true), new UTF8Encoding(false), Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32];
        foreach (Encoding encoding in encodings)
        {
            StrictUtf8.Decode([.. encoding.Preamble, .. encoding.GetBytes(Text)], "x").Should().Be(Text, encoding.WebName);
        }
    }
}
