// The vocabulary that comes with the program is OpenAI's, byte for byte; where --vocab takes it, and which of a name and a file wins.

using System.Security.Cryptography;
using System.Text.Json;
using Gpt2.Cli.CommandLine;
using Gpt2.Core.Text;
using Gpt2.Tests.Core.Text;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class Gpt2VocabularyTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_Gpt2_IsOpenAisFile()
    {
        string file = folder.PathOf("vocab.bpe");
        VocabularyFile.Write(Gpt2Vocabulary.Read(), file);

        Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))).Should().Be(
            "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5", "that is the sum of the vocab.bpe that OpenAI published");
    }

    [SharedFact]
    public void Read_Gpt2_IsThePublishedFileByteForByte()
    {
        string file = folder.PathOf("vocab.bpe");
        VocabularyFile.Write(Gpt2Vocabulary.Read(), file);

        File.ReadAllBytes(file).AsSpan().SequenceEqual(File.ReadAllBytes(SharedData.PathOf("gpt2", "vocab.bpe"))).Should().BeTrue();
    }

    [SharedFact]
    public void WrittenForm_AllTokens_AgreesWithEncoderJson()
    {
        using JsonDocument encoder = JsonDocument.Parse(File.ReadAllText(SharedData.PathOf("gpt2", "encoder.json")));
        var written = encoder.RootElement.EnumerateObject().ToDictionary(token => token.Value.GetInt32(), token => token.Name);
        Vocabulary vocabulary = TextData.Gpt2.Vocabulary;

        written.Should().HaveCount(vocabulary.Count);
        Enumerable.Range(0, written.Count).Select(vocabulary.WrittenForm)
            .Should().Equal(Enumerable.Range(0, written.Count).Select(id => written[id]));
    }

    [Fact]
    public void Count_Gpt2_Is50257AndTheLastEndsTheText()
    {
        TextData.Gpt2.Vocabulary.Count.Should().Be(50257);
        TextData.Gpt2.Vocabulary.EndOfText.Should().Be(50256);
    }

    [Fact]
    public void Program_DoesNotReferToTheTokenizerOfThePackage() =>
        typeof(Gpt2Vocabulary).Assembly.GetReferencedAssemblies().Should().NotContain(name => name.Name!.StartsWith("Microsoft.ML"));

    [Fact]
    public void TokenizeDetokenize_Gpt2ByName_NeedNoFile()
    {
        CommandRun.Of("tokenize", "Mike is quick. He moves", "--vocab", "gpt2").Result()
            .Should().EndWith("6 tokens: 16073 318 2068 13 679 6100\n");
        CommandRun.Of("detokenize", "16657", "339,42826", "--vocab", "gpt2").Result().Should().Be(" Armed heNetflix\n");
    }

    [Fact]
    public void Tokenize_Merges_AreInTheByteAlphabet() =>
        CommandRun.Of("tokenize", " quick", "--vocab", "gpt2", "--merges").Result().Should().Match("*371*Ġ + qu*1812*Ġqu + ick*ids 2068*");

    [UnixFact]
    public async Task Tokenize_FileCalledGpt2_IsReadOnlyByItsPath()
    {
        VocabularyFile.Write(new Vocabulary([new Merge(71, 68)]), folder.PathOf("gpt2"));

        (int exitCode, string output, string error) = await CommandProcess.Shell(
            folder.Root, "for vocabulary in gpt2 ./gpt2; do $GPT2 tokenize 'he he' --vocab $vocabulary | tail -n 1; done");

        (exitCode, error).Should().Be((0, ""));
        output.Should().Be("2 tokens: 258 339\n3 tokens: 256 220 256\n");
    }

    [Fact]
    public void Tokenize_NameOfNoVocabulary_IsAMissingFile() =>
        CommandRun.Of("tokenize", "he", "--vocab", "gpt3").ErrorLine(1).Should().Contain("gpt3: no such file");

    [Fact]
    public void New_Gpt2ByName_WritesAModelThatSpeaksIt()
    {
        string fresh = folder.PathOf("fresh");

        CommandRun.Of("new", fresh, "--vocab", "gpt2", "--layers", "1", "--heads", "1", "--channels", "2").ExitCode.Should().Be(0);

        CommandRun.Of("tokenize", " strawberry", "--model", fresh).Result().Should().EndWith("1 token: 41236\n");
    }

    [Fact]
    public void Convert_Gpt2ByNameForAModelOfAnotherSize_NamesIt()
    {
        CommandRun.Of("new", folder.PathOf("bare"), "--vocab-size", "3", "--layers", "1", "--heads", "1", "--channels", "2").ExitCode.Should().Be(0);

        CommandRun.Of("convert", folder.PathOf("bare"), folder.PathOf("out"), "--vocab", "gpt2").ErrorLine(1)
            .Should().Contain("gpt2: defines 50257 tokens, expected 3");
    }
}
