// What the workshop says about GPT-2's tokens, reproduced with GPT-2's vocabulary.

using System.Globalization;
using System.Text.Json;
using Gpt2.Core.Text;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Text;

public sealed class Gpt2TokenFactsTests
{
    [SharedTheory]
    [InlineData("Mike is quick. He moves", 16073, 318, 2068, 13, 679, 6100)]
    [InlineData(" quickly", 2952)]
    [InlineData(" is", 318)]
    [InlineData("every effort moves", 16833, 3626, 6100)]
    [InlineData("Every effort moves you", 6109, 3626, 6100, 345)]
    [InlineData("I really like", 40, 1107, 588)]
    [InlineData(" chocolate", 11311)]
    public void Encode_SentencesOfTheWorkshop_GivesTheirIds(string text, params int[] ids) => AssertIds(text, ids);

    [SharedTheory]
    [InlineData("strawberry", 301, 1831, 8396)]
    [InlineData(" strawberry", 41236)]
    [InlineData("Strawberry", 1273, 1831, 8396)]
    [InlineData(" Strawberry", 42611)]
    [InlineData("STRAWBERRY", 2257, 20530, 13246, 18276)]
    [InlineData("\"strawberry", 1, 301, 1831, 8396)]
    public void Encode_Strawberry_DependsOnSpaceCaseAndQuote(string text, params int[] ids) => AssertIds(text, ids);

    [SharedFact]
    public void Encode_Reinjury_KeepsTheStemButReindeerLosesIt()
    {
        AssertIds(" reinjury", [6865, 21871]);
        AssertTokens([6865, 21871], " rein", "jury");
        AssertIds(" reindeer", [302, 521, 28153]);
        AssertTokens([302, 521, 28153], " re", "ind", "eer");
    }

    [SharedFact]
    public void Decode_GlitchTokens_GivesTheirText() =>
        TextData.Gpt2.Decode([16657, 339, 42826]).Should().Be(" Armed heNetflix");

    [SharedFact]
    public void Explain_Quick_MergesInTheOrderOfTheWorkshop()
    {
        WordExplanation word = TextData.Gpt2.Explain(" quick").Should().ContainSingle().Subject;

        word.Passes.Select(pass => $"{Written(pass.Merge.Left)}+{Written(pass.Merge.Right)}")
            .Should().Equal("i+c", "q+u", "ic+k", "Ġ+qu", "Ġqu+ick");
        word.Passes.Select(pass => pass.Rank).Should().Equal(35, 165, 368, 371, 1812);
        word.Ids.Should().Equal(2068);
    }

    [SharedFact]
    public void Merges_FirstOfTheFile_AreSpaceTAndSpaceA()
    {
        Vocabulary vocabulary = TextData.Gpt2.Vocabulary;

        vocabulary.Merges.Take(2).Select(merge => $"{Written(merge.Left)} {Written(merge.Right)}").Should().Equal("Ġ t", "Ġ a");
        vocabulary.Count.Should().Be(50257);
        vocabulary.EndOfText.Should().Be(50256);
    }

    [SharedFact]
    public void Encode_NumbersTo999_818AreSingleTokensAnd504WithASpace()
    {
        string[] numbers = [.. Enumerable.Range(1, 999).Select(number => number.ToString(CultureInfo.InvariantCulture))];

        numbers.Count(number => TextData.Gpt2.Encode(number).Length == 1).Should().Be(818);
        numbers.Count(number => TextData.Gpt2.Encode(" " + number).Length == 1).Should().Be(504);
    }

    [SharedFact]
    public void WrittenForm_AllTokens_AgreesWithEncoderJson()
    {
        using JsonDocument encoder = JsonDocument.Parse(File.ReadAllText(SharedData.PathOf("gpt2", "encoder.json")));
        var written = encoder.RootElement.EnumerateObject().ToDictionary(token => token.Value.GetInt32(), token => token.Name);

        written.Should().HaveCount(TextData.Gpt2.Vocabulary.Count);
        Enumerable.Range(0, written.Count).Select(Written).Should().Equal(Enumerable.Range(0, written.Count).Select(id => written[id]));
    }

    private static string Written(int id) => TextData.Gpt2.Vocabulary.WrittenForm(id);

    private static void AssertIds(string text, int[] ids)
    {
        TextData.Gpt2.Encode(text).Should().Equal(ids);
        TextData.Gpt2.Decode(ids).Should().Be(text);
    }

    private static void AssertTokens(int[] ids, params string[] texts) =>
        ids.Select(id => TextData.Gpt2.Decode([id])).Should().Equal(texts);
}
