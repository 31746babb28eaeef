// The byte alphabet: one character and one id for every byte, in OpenAI's order.

using System.Globalization;
using Gpt2.Core.Text;

namespace Gpt2.Tests.Core.Text;

public sealed class ByteAlphabetTests
{
    [Fact]
    public void Alphabet_AllBytes_HaveOneIdAndOneCharacterEach()
    {
        for (int value = 0; value < 256; value++)
        {
            ByteAlphabet.ByteOf(ByteAlphabet.IdOf((byte)value)).Should().Be((byte)value);
            ByteAlphabet.ByteOf(ByteAlphabet.CharOf((byte)value)).Should().Be(value);
        }

        Enumerable.Range(0, 256).Select(value => ByteAlphabet.IdOf((byte)value))
            .Should().OnlyHaveUniqueItems().And.OnlyContain(id => id >= 0 && id < 256);
        Enumerable.Range(0, 256).Select(value => ByteAlphabet.CharOf((byte)value)).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Alphabet_AllCharacters_256RepresentAByte()
    {
        char[] characters = [.. Enumerable.Range(0, 0x10000).Select(value => (char)value).Where(character => ByteAlphabet.ByteOf(character) >= 0)];

        characters.Should().HaveCount(256);
        characters.Should().OnlyContain(character => !char.IsWhiteSpace(character) && !char.IsControl(character)
            && char.GetUnicodeCategory(character) != UnicodeCategory.Format);
    }

    [Theory]
    [InlineData(' ', 'Ġ', 220)]
    [InlineData('\n', 'Ċ', 198)]
    [InlineData('\t', 'ĉ', 197)]
    [InlineData('\0', 'Ā', 188)]
    [InlineData('!', '!', 0)]
    [InlineData('A', 'A', 32)]
    [InlineData('~', '~', 93)]
    [InlineData('\u007F', 'ġ', 221)]
    [InlineData('\u00A0', 'ł', 254)]
    [InlineData('\u00A1', '¡', 94)]
    [InlineData('\u00AD', 'Ń', 255)]
    [InlineData('\u00AE', '®', 106)]
    [InlineData('\u00FF', 'ÿ', 187)]
    public void Alphabet_KnownBytes_HaveTheirCharacterAndId(char value, char character, int id)
    {
        ByteAlphabet.CharOf((byte)value).Should().Be(character);
        ByteAlphabet.IdOf((byte)value).Should().Be(id);
    }

    [Theory]
    [InlineData(' ')]
    [InlineData('\u00AD')]
    [InlineData('\u0144')]
    [InlineData('\uFFFF')]
    public void ByteOf_CharacterOutsideTheAlphabet_IsMinusOne(char character) =>
        ByteAlphabet.ByteOf(character).Should().Be(-1);

    [Fact]
    public void Write_Bytes_GivesTheirCharacters() =>
        ByteAlphabet.Write(" é\n"u8).Should().Be("ĠÃ©Ċ");
}
