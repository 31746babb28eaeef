// vocab.bpe: accepted forms, what is written comes back, and errors that name the line.

using System.Text;
using Gpt2.Core;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Text;

public sealed class VocabularyFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("gpt2-vocabulary-").FullName;

    private string FilePath => Path.Combine(folder, "vocab.bpe");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("#version: 0.2\nh e\nĠ t\nĠt he\n")]
    [InlineData("#version: 0.2\nh e\nĠ t\nĠt he")]
    [InlineData("#version: 0.2\r\nh e\r\nĠ t\r\nĠt he\r\n")]
    [InlineData("#version: 0.2\nh e\nĠ t\nĠt he\n\n\n")]
    [InlineData("\uFEFF#version: 0.2\nh e\nĠ t\nĠt he\n")]
    [InlineData("\uFEFF#version: 0.2\r\nh e\r\nĠ t\r\nĠt he\r\n\r\n")]
    [InlineData("#version: 0.2\rh e\rĠ t\rĠt he\r")]
    [InlineData("\uFEFF#version: 0.2\rh e\rĠ t\rĠt he\r\r")]
    [InlineData("h e\rĠ t\rĠt he")]
    [InlineData("#version: 0.2\rh e\nĠ t\r\nĠt he\r")]
    [InlineData("#version: 0.2 - Trained by `huggingface/tokenizers`\nh e\nĠ t\nĠt he\n")]
    [InlineData("#version: 0.1\nh e\nĠ t\nĠt he\n")]
    [InlineData("h e\nĠ t\nĠt he\n")]
    public void Read_EveryAcceptedForm_GivesTheSameMerges(string text)
    {
        File.WriteAllText(FilePath, text);

        VocabularyFile.Read(FilePath).Merges.Should().Equal(new Merge(71, 68), new Merge(220, 83), new Merge(257, 256));
    }

    [Theory]
    [InlineData("#version: 0.2\n")]
    [InlineData("#version: 0.2")]
    public void Read_VersionLineAlone_GivesTheBytes(string text)
    {
        File.WriteAllText(FilePath, text);

        VocabularyFile.Read(FilePath).Count.Should().Be(257);
    }

    [Theory]
    [InlineData("\n\n", 1, "found ''", "two tokens separated by one space")]
    [InlineData("#version: 0.2\nh e\nbroken\nĠ t\n", 3, "found 'broken'", "two tokens separated by one space")]
    [InlineData("#version: 0.2\nh e x\n", 2, "found 'h e x'", "two tokens separated by one space")]
    [InlineData("#version: 0.2\nh  e\n", 2, "found 'h  e'", "two tokens separated by one space")]
    [InlineData("This is no file of merges but a text, which says so in a long line of many words that go on", 1,
        "found 'This is no file of merges but a text, which says so in a long line of many words…'", "two tokens separated by one space")]
    [InlineData("#version: 0.2 h e\n", 1, "found '#version: 0.2 h e'", "'#version: 0.2' and nothing else in this line")]
    [InlineData("#version: 0.2\u2028h e\n", 1, "found '#version: 0.2\u2028h e'", "'#version: 0.2' and nothing else in this line")]
    [InlineData("#version\nh e\n", 1, "found '#version'", "'#version: 0.2' and nothing else in this line")]
    [InlineData("#version: new\nh e\n", 1, "found '#version: new'", "'#version: 0.2' and nothing else in this line")]
    [InlineData("#version: 0.2\rh e\r\rĠ t\r", 3, "found ''", "two tokens separated by one space")]
    [InlineData("#version: 0.2\nh \n", 2, "found 'h '", "two tokens separated by one space")]
    [InlineData("#version: 0.2\n h\n", 2, "found ' h'", "two tokens separated by one space")]
    [InlineData("#version: 0.2\nh e\n\nĠ t\n", 3, "found ''", "two tokens separated by one space")]
    [InlineData("#version: 0.2\nh\te\n", 2, "found 'h\te'", "two tokens separated by one space")]
    [InlineData("#version: 0.2\r\nh e\r\n\r\nĠ t\r\n", 3, "found ''", "two tokens separated by one space")]
    [InlineData("#version: 0.2\nh e\nhe r\nth e\n", 4, "found 'th'", "a byte or a token that an earlier line makes")]
    [InlineData("#version: 0.2\nt he\nh e\n", 2, "found 'he'", "a byte or a token that an earlier line makes")]
    [InlineData("#version: 0.2\nh e\na b\nh e\n", 4, "found 'h e', which makes 'he' a second time", "every token once")]
    [InlineData("#version: 0.2\na b\nb c\nab c\na bc\n", 5, "found 'a bc', which makes 'abc' a second time", "every token once")]
    [InlineData("#version: 0.2\n你 e\n", 2, "found '你' (U+4F60)", "characters of the byte alphabet only")]
    [InlineData("#version: 0.2\nh e\n#version: 0.2\n", 3, "found '#version:'", "a byte or a token that an earlier line makes")]
    public void Read_WrongLine_NamesFileLineFoundAndExpected(string text, int line, string found, string expected)
    {
        File.WriteAllText(FilePath, text);

        FluentActions.Invoking(() => VocabularyFile.Read(FilePath))
            .Should().Throw<Gpt2Exception>().With(found, expected, remedy: "*", where: $"{FilePath} line {line}");
    }

    [Fact]
    public void Read_NotUtf8_NamesLineAndByte()
    {
        File.WriteAllBytes(FilePath, [.. "#version: 0.2\nh "u8, 0xC4, (byte)'\n']);

        FluentActions.Invoking(() => VocabularyFile.Read(FilePath))
            .Should().Throw<Gpt2Exception>().With(found: "found 0xC4, which is not UTF-8", where: $"{FilePath} line 2 byte 3");
    }

    [Fact]
    public void Read_MissingFileOrFolder_NamesThePath()
    {
        foreach (string path in new[] { FilePath, Path.Combine(folder, "nowhere", "vocab.bpe") })
        {
            FluentActions.Invoking(() => VocabularyFile.Read(path))
                .Should().Throw<Gpt2Exception>().With(found: "no such file", expected: "a vocabulary *", where: path);
        }
    }

    [Fact]
    public void Write_SmallVocabulary_IsTheDocumentedText()
    {
        VocabularyFile.Write(new Vocabulary([new Merge(71, 68), new Merge(220, 256)]), FilePath);

        File.ReadAllBytes(FilePath).Should().Equal(Encoding.UTF8.GetBytes("#version: 0.2\nh e\nĠ he\n"));
    }

    [Fact]
    public void WriteRead_RandomVocabularies_GivesThemBackByteForByte()
    {
        var generator = new RandomGenerator(9);
        for (int round = 0; round < 50; round++)
        {
            Vocabulary vocabulary = TextData.RandomVocabulary(generator, 1 + TextData.Below(generator, 20), 30);
            VocabularyFile.Write(vocabulary, FilePath);
            byte[] written = File.ReadAllBytes(FilePath);

            Vocabulary read = VocabularyFile.Read(FilePath);
            VocabularyFile.Write(read, FilePath);

            read.Merges.Should().Equal(vocabulary.Merges);
            File.ReadAllBytes(FilePath).Should().Equal(written);
        }
    }

    [Fact]
    public void WriteRead_Gpt2_GivesItBackByteForByte()
    {
        VocabularyFile.Write(TextData.Gpt2.Vocabulary, FilePath);
        byte[] written = File.ReadAllBytes(FilePath);

        Vocabulary read = VocabularyFile.Read(FilePath);
        VocabularyFile.Write(read, FilePath);

        read.Merges.SequenceEqual(TextData.Gpt2.Vocabulary.Merges).Should().BeTrue();
        File.ReadAllBytes(FilePath).AsSpan().SequenceEqual(written).Should().BeTrue();
    }
}
