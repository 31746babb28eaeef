// What the workshop says about GPT-2's tokens, fact by fact, with the vocabulary that comes with the program.

using System.Globalization;
using Gpt2.Core.Text;

namespace Gpt2.Tests.Core.Text;

public sealed class WorkshopVocabularyTests
{
    [Fact]
    public void MikeIsQuickHeMoves_IsSixTokens() => AssertTokens(
        "Mike is quick. He moves", (16073, "Mike"), (318, " is"), (2068, " quick"), (13, "."), (679, " He"), (6100, " moves"));

    [Fact]
    public void Quickly_WithItsSpace_IsOneToken() => AssertTokens(" quickly", (2952, " quickly"));

    [Fact]
    public void Is_WithItsSpace_IsOneToken() => AssertTokens(" is", (318, " is"));

    [Fact]
    public void Reinjury_IsReinAndJury() => AssertTokens(" reinjury", (6865, " rein"), (21871, "jury"));

    [Fact]
    public void Reindeer_IsReIndAndEer() => AssertTokens(" reindeer", (302, " re"), (521, "ind"), (28153, "eer"));

    [Fact]
    public void Quick_IsMergedInFivePasses()
    {
        WordExplanation word = TextData.Gpt2.Explain(" quick").Should().ContainSingle().Subject;

        word.Passes.Select(pass => (pass.Rank, $"{Written(pass.Merge.Left)}+{Written(pass.Merge.Right)}"))
            .Should().Equal((35, "i+c"), (165, "q+u"), (368, "ic+k"), (371, "Ġ+qu"), (1812, "Ġqu+ick"));
        word.Ids.Should().Equal(2068);
    }

    [Fact]
    public void FirstMerges_AreSpaceTAndSpaceA() =>
        TextData.Gpt2.Vocabulary.Merges.Take(2).Select(merge => $"{Written(merge.Left)} {Written(merge.Right)}").Should().Equal("Ġ t", "Ġ a");

    [Fact]
    public void Strawberry_IsThreeTokens() => AssertTokens("strawberry", (301, "st"), (1831, "raw"), (8396, "berry"));

    [Fact]
    public void Strawberry_AfterASpace_IsOneToken() => AssertTokens(" strawberry", (41236, " strawberry"));

    [Fact]
    public void Strawberry_WithACapital_BeginsDifferently() => AssertTokens("Strawberry", (1273, "St"), (1831, "raw"), (8396, "berry"));

    [Fact]
    public void Strawberry_WithACapitalAfterASpace_IsOneToken() => AssertTokens(" Strawberry", (42611, " Strawberry"));

    [Fact]
    public void Strawberry_InCapitals_IsFourTokens() =>
        AssertTokens("STRAWBERRY", (2257, "ST"), (20530, "RAW"), (13246, "BER"), (18276, "RY"));

    [Fact]
    public void Strawberry_AfterAQuotationMark_IsAsAtTheBeginning() =>
        AssertTokens("\"strawberry", (1, "\""), (301, "st"), (1831, "raw"), (8396, "berry"));

    [Fact]
    public void EveryEffortMoves_IsThreeTokens() => AssertTokens("every effort moves", (16833, "every"), (3626, " effort"), (6100, " moves"));

    [Fact]
    public void EveryEffortMovesYou_WithACapital_BeginsWithAnotherToken() =>
        AssertTokens("Every effort moves you", (6109, "Every"), (3626, " effort"), (6100, " moves"), (345, " you"));

    [Fact]
    public void IReallyLike_IsThreeTokens() => AssertTokens("I really like", (40, "I"), (1107, " really"), (588, " like"));

    [Fact]
    public void Chocolate_WithItsSpace_IsOneToken() => AssertTokens(" chocolate", (11311, " chocolate"));

    [Fact]
    public void ThreeUnrelatedIds_DecodeToArmedHeNetflix() => TextData.Gpt2.Decode([16657, 339, 42826]).Should().Be(" Armed heNetflix");

    [Fact]
    public void NumbersTo999_818AreSingleTokens() => SingleTokens("").Should().Be(818);

    [Fact]
    public void NumbersTo999_AfterASpace504AreSingleTokens() => SingleTokens(" ").Should().Be(504);

    private static int SingleTokens(string before) => Enumerable.Range(1, 999)
        .Count(number => TextData.Gpt2.Encode(before + number.ToString(CultureInfo.InvariantCulture)).Length == 1);

    private static string Written(int id) => TextData.Gpt2.Vocabulary.WrittenForm(id);

    private static void AssertTokens(string text, params (int Id, string Text)[] tokens)
    {
        TextData.Gpt2.Encode(text).Select(id => (id, TextData.Gpt2.Decode([id]))).Should().Equal(tokens);
        TextData.Gpt2.Decode([.. tokens.Select(token => token.Id)]).Should().Be(text);
    }
}
