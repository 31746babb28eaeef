// Addresses of cells as people write them, and what is said about those that are wrong.

using Gpt2.Core;
using Gpt2.Core.Explaining;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Explaining;

public class CellAddressTests
{
    private static readonly Vocabulary Vocabulary = new([]);

    /// <summary>Bytes are tokens, and there are 2 blocks, 3 heads and 6 channels.</summary>
    private static readonly Gpt2Config Config = new(257, 12, 6, 3, 2);

    [Theory]
    [InlineData("h0.step7[3, 2]", "h0.step7[3, 2]")]
    [InlineData(" h0.step7 [ 3 ,2 ] ", "h0.step7[3, 2]")]
    [InlineData("h1.step16[-1, -1]", "h1.step16[4, 5]")]
    [InlineData("h0.step7[3, head 2, 1]", "h0.step7[3, 11]")]
    [InlineData("h0.step7[3, head2, -1]", "h0.step7[3, 14]")]
    [InlineData("h0.step7['x', head -1, 'a']", "h0.step7[4, 10]")]
    [InlineData("h0.step6[\"x\", head 0, \",\"]", "h0.step6[4, 1]")]
    [InlineData("h0.step5.queries['x', head 1, 1]", "h0.step5.queries[4, 3]")]
    [InlineData("h0.step8[',', head 2, 0]", "h0.step8[1, 4]")]
    [InlineData("logits[2, 'a']", "logits[2, 64]")]
    [InlineData("probabilities[-1, '<|endoftext|>']", "probabilities[4, 256]")]
    [InlineData("token_embeddings['\\'', 0]", "token_embeddings[2, 0]")]
    [InlineData("token_embeddings[\"'\", 0]", "token_embeddings[2, 0]")]
    [InlineData("token_embeddings['\\n', 0]", "token_embeddings[3, 0]")]
    [InlineData("token_embeddings['\\u000A', 0]", "token_embeddings[3, 0]")]
    [InlineData("logits[0, '\\xC3']", "logits[0, 127]")]
    public void Parse_AnyForm_IsTheCell(string text, string cell) => Parse(text, "a,'\nx").ToString().Should().Be(cell);

    [Fact]
    public void Parse_WhatToStringWrites_IsTheSameCell()
    {
        foreach (MatrixDescription matrix in MatrixDescription.AllOf(Config))
        {
            var address = new CellAddress(matrix.Name, 2, 5);
            Parse(address.ToString(), "abcd").Should().Be(address);
        }
    }

    [Theory]
    [InlineData("h0.step7", "found no brackets", "MATRIX*")]
    [InlineData("h0.step7[0, 0", "the closing ']' is missing", "MATRIX*")]
    [InlineData("h0.step7[0]", "found 1 part in the brackets", "MATRIX*")]
    [InlineData("h0.step7[0, 1, 2, 3]", "found 4 parts in the brackets", "MATRIX*")]
    [InlineData("h0.step7[, 1]", "found ''", "a number*")]
    [InlineData("h0.step7[0, 1.5]", "found '1.5'", "a number*")]
    [InlineData("h0.step7[0, 99999999999]", "found '99999999999'", "a number*")]
    [InlineData("h0.step7[a, 1]", "found 'a'", "a number, or a token's text in quotes", "*shell*")]
    [InlineData("h0.step7[head 0, 1]", "found 'head 0'", "a number*", "*between row and column*")]
    [InlineData("h0.step7[0, 1, 2]", "found '1' between row and column", "a head*")]
    [InlineData("h0.step7['a, 1]", "the closing ' is missing", null, "inside*")]
    [InlineData("h0.step7['a\\', 1]", "the closing ' is missing", null, "inside*")]
    [InlineData("h0.step7['a'b, 1]", "found 'b' after a text in quotes", "a comma or the end")]
    [InlineData("h0.step7['\\q', 1]", "found '\\q' in a text in quotes", "*")]
    [InlineData("nothing[0, 0]", "there is no matrix 'nothing'", "h0.step1 to h1.step16, or one of token_embeddings, *, probabilities")]
    [InlineData("h2.step1[0, 0]", "there is no block h2", "h0 to h1")]
    [InlineData("h0.step0[0, 0]", "there is no matrix 'h0.step0'", "h0.step1 to h0.step16*")]
    [InlineData("h1.step17[0, 0]", "there is no matrix 'h1.step17'", "h1.step1 to h1.step16*")]
    [InlineData("h0.step5[0, 0]", "step 5 is three matrices", "h0.step5.queries, h0.step5.keys or h0.step5.values")]
    [InlineData("h0.step5.sums[0, 0]", "there is no matrix 'h0.step5.sums'", "*.queries*")]
    [InlineData("h0.step1[4, 0]", "there is no row 4", "0 to 3, or -1 to -4*")]
    [InlineData("h0.step1[-5, 0]", "there is no row -5", "0 to 3*")]
    [InlineData("h0.step1[0, 6]", "there is no column 6", "0 to 5*")]
    [InlineData("h0.step4[0, 18]", "there is no column 18", "0 to 17*")]
    [InlineData("h0.step6[0, 12]", "there is no column 12", "0 to 11*")]
    [InlineData("h0.step13[0, 24]", "there is no column 24", "0 to 23*")]
    [InlineData("logits[0, 257]", "there is no column 257", "0 to 256*")]
    [InlineData("h0.step6[0, head 3, 0]", "there is no head 3", "0 to 2*")]
    [InlineData("h0.step6[0, head 0, 4]", "there is no token 4", "0 to 3*")]
    [InlineData("h0.step8[0, head 0, 2]", "there is no channel 2", "0 to 1*")]
    [InlineData("h1.step9[0, head 0, 2]", "h1.step9 is not divided among heads", "h1.step9[ROW, COLUMN]", "*h1.step5.queries*")]
    [InlineData("h0.step6[0, 'b']", "the head is missing", "head 0 to head 2*")]
    [InlineData("h0.step9[0, 'b']", "the columns of h0.step9 are not tokens", "a column's number")]
    [InlineData("h0.step6['a', head 0, 0]", "the prompt has 'a' 2 times", "a token that occurs once", "give its number: 0 or 2")]
    [InlineData("h0.step6['c', head 0, 0]", "the prompt has no token 'c'", "'a', 'b', 'a', ' '")]
    [InlineData("logits[0, 'ab']", "the vocabulary has no token 'ab'", "a text that is one token", "*tokenize*")]
    public void Parse_WrongAddress_SaysWhatIsWrong(string text, string found, string? expected, string? remedy = null)
    {
        Action parse = () => Parse(text, "aba ");

        parse.Should().Throw<Gpt2Exception>().With(found, expected, remedy, where: text);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void Parse_Nothing_SaysWhatIsMissing(string text) =>
        ((Action)(() => Parse(text, "a"))).Should().Throw<Gpt2Exception>().With("found no brackets", "MATRIX*", where: "cell");

    [Theory]
    [InlineData("h0.step1['he', 0]", "the prompt has no token 'he'", "*write ' he'")]
    [InlineData("h0.step1[' we', 0]", "the prompt has no token ' we'", "*write 'we'")]
    [InlineData("logits[0, 'he']", "the vocabulary has no token 'he'", "*write ' he'")]
    [InlineData("logits[0, ' we']", "the vocabulary has no token ' we'", "*write 'we'")]
    public void Parse_SpaceForgottenOrTooMuch_SaysSo(string text, string found, string remedy)
    {
        // ' he' and 'we' are tokens; 'he' and ' we' are not.
        int Id(char c) => Enumerable.Range(0, 256).First(id => Vocabulary.BytesOf(id)[0] == c);
        var vocabulary = new Vocabulary([new Merge(Id(' '), Id('h')), new Merge(256, Id('e')), new Merge(Id('w'), Id('e'))]);
        var tokens = new PromptTokens([257, 258], new Tokenizer(vocabulary));

        Action parse = () => CellAddress.Parse(text, Config with { Vocabulary = vocabulary.Count }, tokens);

        parse.Should().Throw<Gpt2Exception>().With(found, remedy: remedy);
    }

    [Fact]
    public void Parse_ModelWithoutVocabulary_TakesNumbersOnly()
    {
        var tokens = new PromptTokens([3, 4], tokenizer: null);

        CellAddress.Parse("logits[-1, 3]", Config, tokens).ToString().Should().Be("logits[1, 3]");
        ((Action)(() => CellAddress.Parse("logits['a', 3]", Config, tokens))).Should().Throw<Gpt2Exception>().With("*no vocabulary*", "a number");
    }

    [Fact]
    public void Parse_OneHead_NeedsNoHead() =>
        CellAddress.Parse("h0.step7[1, 'b']", Config with { Heads = 1 }, Tokens("ab")).ToString().Should().Be("h0.step7[1, 1]");

    [Theory]
    [InlineData("h0.step7[0, 0]", HeadRows.Last)]
    [InlineData("logits[3, 0]", HeadRows.Last)]
    [InlineData("logits[2, 0]", HeadRows.All)]
    [InlineData("last_hidden_state[0, 0]", HeadRows.All)]
    public void RowsNeeded_AreAllOnlyForEarlierRowsOfTheHead(string text, HeadRows rows) =>
        Parse(text, "abcd").RowsNeeded(4, Config).Should().Be(rows);

    private static PromptTokens Tokens(string prompt) => new(new Tokenizer(Vocabulary).Encode(prompt), new Tokenizer(Vocabulary));

    private static CellAddress Parse(string text, string prompt) => CellAddress.Parse(text, Config, Tokens(prompt));
}
