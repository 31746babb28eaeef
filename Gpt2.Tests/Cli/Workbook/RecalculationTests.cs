// The workbook in LibreOffice: it computes every formula, and the numbers are those of the trace, for the prompt in the file and for others
// that are typed.

using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Workbook;
using Gpt2.Cli.Workbook.Cells;
using Gpt2.Cli.Workbook.Tokenize;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli.Workbook;

public class RecalculationTests(RecalculatedModels models) : IClassFixture<RecalculatedModels>
{
    private const int Length = 16;

    [LibreOfficeFact]
    public async Task DefaultModel_EverySheetIsTheTrace_AndAgainAfterAnotherPrompt()
    {
        using var model = LanguageModel.Load(options: new LoadOptions { KeepMatrices = true });
        using var workbook = new WorkbookCase(model, Length);
        int[] first = model.Tokenizer.Encode("Mike is quick. He moves");
        string path = workbook.Write(first);

        // Whole tokens, words that are split, an empty cell between them, and an id.
        int[] second = model.Tokenizer.Encode("The wolf and the horsefly are friends.");
        second.Should().HaveCountLessThan(Length + 1);
        string changed = workbook.Typed(
            path, "The", " wolf", " and", " the", "", " horsefly", " are", " friends", model.Tokenizer.Encode(".")[0]);

        WorkbookCells[] cells = await workbook.RecalculateAsync(path, changed);
        workbook.Compare(cells[0], first).Should().BeGreaterThan(50_000);
        WorkbookCase.AnswerIn(cells[0]).Should().StartWith("The next token is \" quickly\", 99.9");
        WorkbookCase.TopIn(cells[0], 10).Should().Equal(model.Predict(first).Select(token => token.Id));
        workbook.PromptIn(cells[1]).Select(token => token.Id).Should().Equal(second);
        workbook.Compare(cells[1], second).Should().BeGreaterThan(50_000);
        WorkbookCase.TopIn(cells[1], 10).Should().Equal(model.Predict(second).Select(token => token.Id));
    }

    [LibreOfficeTheory]
    [MemberData(nameof(RecalculatedModels.Names), MemberType = typeof(RecalculatedModels))]
    public async Task OtherModels_WithoutText_EverySheetIsTheTrace_ForEveryLength(string name)
    {
        RecalculatedModel one = await models.OfAsync(name);
        one.Workbook.Compare(one.ForLongest, one.Longest).Should().BePositive();
        one.Workbook.Compare(one.ForShorter, one.Shorter);
        int count = Math.Min(3, one.Model.Config.Vocabulary);
        WorkbookCase.TopIn(one.ForShorter, count).Should().Equal(one.Model.Predict(one.Shorter, 3).Select(token => token.Id));
    }

    [LibreOfficeTheory]
    [InlineData(ActivationFunction.Silu)]
    [InlineData(ActivationFunction.QuickGelu)]
    public async Task NumbersFarBelowZero_AreActivatedWithoutAnError(ActivationFunction function)
    {
        Gpt2Weights weights = TestModels.Random(new Gpt2Config(11, 6, 8, 2, 1) { Activation = function, LayerNormEpsilon = 1e-30f }, seed: 5);
        weights.Blocks[0].MlpHidden.Bias!.Span.Fill(-900);
        using LanguageModel model = Of(weights, tokenizer: null);
        using var workbook = new WorkbookCase(model, length: 3);
        workbook.Compare((await workbook.RecalculateAsync(workbook.Write(1, 2)))[0], 1, 2).Should().BePositive();
    }

    /// <summary>Weights of 0 let the bias alone be what is activated, so that the formula is compared with the kernels where we want.</summary>
    [LibreOfficeTheory]
    [InlineData(ActivationFunction.GeluTanh)]
    [InlineData(ActivationFunction.GeluErf)]
    [InlineData(ActivationFunction.QuickGelu)]
    [InlineData(ActivationFunction.Relu)]
    [InlineData(ActivationFunction.Silu)]
    [InlineData(ActivationFunction.Tanh)]
    public async Task Activation_NumbersOfEverySize_IsThatOfTheKernels(ActivationFunction function)
    {
        float[] arguments = [-40, -11, -6.25f, -3.5f, -2, -1.125f, -0.75f, -0.25f, -0.015625f, 0, 0.015625f, 0.5f, 0.75f, 1, 2.5f, 4, 9, 40];
        Gpt2Weights weights = TestModels.Random(new Gpt2Config(11, 6, 8, 2, 1) { Activation = function, Hidden = arguments.Length }, seed: 5);
        weights.Blocks[0].MlpHidden.Weight.Span.Clear();
        arguments.CopyTo(weights.Blocks[0].MlpHidden.Bias!.Span);
        using LanguageModel model = Of(weights, tokenizer: null);
        using var workbook = new WorkbookCase(model, length: 3);
        workbook.Compare((await workbook.RecalculateAsync(workbook.Write(1, 2)))[0], 1, 2).Should().BePositive();
    }

    [LibreOfficeFact]
    public async Task EqualLogits_EachTokenIsListedOnce_TheLowerIdFirst()
    {
        Gpt2Weights weights = TestModels.Random(new Gpt2Config(12, 4, 8, 2, 1), seed: 3);
        foreach (int twin in (int[])[5, 9, 11])
        {
            weights.TokenEmbedding.Row(2).CopyTo(weights.TokenEmbedding.Row(twin));
        }

        using LanguageModel model = Of(weights, tokenizer: null);
        using var workbook = new WorkbookCase(model, length: 4);
        WorkbookCells[] cells = await workbook.RecalculateAsync(workbook.Write(1, 2));
        WorkbookCase.TopIn(cells[0], 10).Should().Equal(model.Predict([1, 2], 10).Select(token => token.Id));
    }

    [LibreOfficeFact]
    public async Task TypedTexts_BecomeTheTokensOfTheTokenizer()
    {
        using LanguageModel model = WithTheDefaultVocabulary();
        using var workbook = new WorkbookCase(model, Length);
        string path = workbook.Write(1);
        string[][] prompts =
        [
            ["Mike", " walked", " slowly"], [" horsefly!"], ["aaaaaaaaaa"], [" xyzzy", "zz"], ["aA", "Aa"], ["?*~", "\"", "a\nb"],
            ["<|endoftext|>", " the"], ["12 + 7 = 19"], ["__x0041_", " it's", "'s"],
        ];
        WorkbookCells[] cells = await workbook.RecalculateAsync([.. prompts.Select(texts => workbook.Typed(path, [.. texts.Cast<object>()]))]);
        foreach ((string[] texts, WorkbookCells computed) in prompts.Zip(cells))
        {
            int[] expected = [.. texts.SelectMany(text => model.Tokenizer.Encode(text, allowSpecial: true))];
            expected.Should().HaveCountLessThanOrEqualTo(Length, "the prompt is chosen so");
            workbook.PromptIn(computed).Select(token => token.Id).Should().Equal(expected, "of {0}", string.Join('|', texts));
            workbook.PromptIn(computed).Select(token => token.Token).Should().Equal(expected.Select(model.Shown));
        }
    }

    /// <summary>Texts of which several words, contractions and several spaces are made: merges must not cross the beginning of a word.</summary>
    [LibreOfficeFact]
    public async Task RandomShortTexts_AreSplitAsTheTokenizerDoes()
    {
        using LanguageModel model = WithTheDefaultVocabulary();
        using var workbook = new WorkbookCase(model, Length);
        string path = workbook.Write(1);
        string[] parts = [" ", "  ", "a", "Z", "the", "re", "s", "t", "ll", "ve", "'", "'", "7", "19", ".", "!?", "\n", "walk", "ed", "A", "~*"];
        var random = new RandomGenerator(11);
        string Text()
        {
            string text = string.Concat(Enumerable.Range(0, 7).Select(_ => parts[(int)(random.NextBits() % (ulong)parts.Length)]));
            return text[..Math.Min(text.Length, TokenizeLayout.LongestText)];
        }

        string[][] workbooks =
        [
            ["a  Z", "a  Q", "it's", "I'm", "we'll've", "'sa", "x 're", "!'s", "\n\n a", "a\n", " \na", "   ", "don't", "7's", "'rex", "a'"],
            .. Enumerable.Range(0, 5).Select(_ => Enumerable.Range(0, Length).Select(_ => Text()).ToArray()),
        ];
        WorkbookCells[] cells = await workbook.RecalculateAsync([.. workbooks.Select(texts => workbook.Typed(path, [.. texts.Cast<object>()]))]);
        foreach ((string[] texts, WorkbookCells computed) in workbooks.Zip(cells))
        {
            RequireTokens(workbook, model, computed, texts);
        }
    }

    [LibreOfficeFact]
    public async Task TypedTexts_OfSeveralWords_AreSplitIntoThemFirst()
    {
        using LanguageModel model = WithMergesAcrossWords();
        using var workbook = new WorkbookCase(model, Length);
        string path = workbook.Write(model.Tokenizer.Vocabulary.EndOfText - 1, 257, 1);
        var random = new RandomGenerator(3);
        string[] texts =
        [
            "a  He", "a\n H", "\n\n H", "ab1ab's.", "'s's's", "a''s", "'re's", " 's", "  's", "'S 's", "'rx've'll", "|'|'|", "\n \n x", "x  ", "a'ms",
            .. Enumerable.Range(0, 25).Select(_ => Draw(random, "  \n'''ssdrevlaab1?H", 8)),
        ];
        string[][] all =
        [
            .. texts.Where(text => Enumerable.Range(0, model.Config.Vocabulary).All(id => model.Tokenizer.Decode([id]) != text)).Chunk(Length),
        ];
        WorkbookCells[] cells = await workbook.RecalculateAsync([path, .. all.Select(some => workbook.Typed(path, [.. some.Cast<object>()]))]);
        cells[0].Differences(WorkbookCells.Of(path), WorkbookPlan.TokenizeSheet).Should().BeEmpty("the file shows what is computed");
        foreach ((string[] some, WorkbookCells computed) in all.Zip(cells.Skip(1)))
        {
            RequireTokens(workbook, model, computed, some);
        }
    }

    [LibreOfficeFact]
    public async Task TypedTexts_ThatCannotBeSplit_AreRefused_AlsoWhereTheirLettersAreInMerges()
    {
        using LanguageModel model = WithMergesAcrossWords();
        using var workbook = new WorkbookCase(model, Length);
        string path = workbook.Write(1);
        (string Text, string Message)[] all =
        [
            ("x<u>y", "\u2717 holds an added token: type it alone"), ("<u><u>", "\u2717 holds an added token: type it alone"),
            ("\u00C3", "\u2717 neither a token nor in ASCII"), ("?\u00C3", "\u2717 neither a token nor in ASCII"),
            ("x\u00C3y", "\u2717 neither a token nor in ASCII"), ("\uD83D\uDE00", "\u2717 neither a token nor in ASCII"),
        ];
        WorkbookCells[] cells = await workbook.RecalculateAsync([.. all.Select(one => workbook.Typed(path, one.Text))]);
        foreach (((string text, string message), WorkbookCells computed) in all.Zip(cells))
        {
            workbook.MeaningIn(computed, 0).Should().Be(message, "of '{0}'", text);
            workbook.PromptIn(computed).Should().BeEmpty();
        }
    }

    [LibreOfficeFact]
    public async Task AddedTokens_AndIdsWithoutAToken_AreTypedAndShown()
    {
        Vocabulary vocabulary = new Vocabulary([]).WithAdded(["<user>", "two words, and more"]);
        Tokenizer padded = new(vocabulary.WithUnused(3));
        using LanguageModel model = Of(TestModels.Random(new Gpt2Config(vocabulary.Count + 3, 8, 4, 2, 1), seed: 6), padded);
        using var workbook = new WorkbookCase(model, length: 8);
        int last = model.Config.Vocabulary - 1;
        string path = workbook.Write(last, 257, 255);
        WorkbookCells[] cells = await workbook.RecalculateAsync(path, workbook.Typed(path, "two words, and more", "<user>", last, "a"));
        workbook.Compare(cells[0], last, 257, 255).Should().BePositive();
        int[] typed = [258, 257, last, .. model.Tokenizer.Encode("a")];
        workbook.PromptIn(cells[1]).Should().Equal(typed.Select(id => (id, model.Shown(id))));
        workbook.Compare(cells[1], typed);
    }

    [LibreOfficeFact]
    public async Task WrongInput_IsNamedBesideIt_AndNothingIsPredicted()
    {
        using LanguageModel model = WithTheDefaultVocabulary();
        using var workbook = new WorkbookCase(model, length: 4);
        string path = workbook.Write(1, 2);
        (object[] Typed, string Meaning, string Answer)[] cases =
        [
            ([2048], "\u2717 not an id: 0 to 2047", "\u2717 see the red message below"),
            ([-1], "\u2717 not an id: 0 to 2047", "\u2717 see the red message below"),
            ([1.5], "\u2717 not an id: 0 to 2047", "\u2717 see the red message below"),
            (["incomprehensible"], "\u2717 too long: at most 12 characters in a cell", "\u2717 see the red message below"),
            (["na\u00EFve"], "\u2717 neither a token nor in ASCII", "\u2717 see the red message below"),
            (["\u00C3", " is"], "\u2717 neither a token nor in ASCII", "\u2717 see the red message below"),
            (["I\u2019m", "xqzj"], "3 tokens", "\u2717 7 tokens, at most 4"),
            (["xqzj", "xqzj"], "4 tokens", "\u2717 8 tokens, at most 4"),
            ([true], "\u2717 neither text nor number", "\u2717 see the red message below"),
            ([" is", false], "a token", "\u2717 see the red message below"),
            ([], "", "Type a prompt"),
        ];
        WorkbookCells[] cells = await workbook.RecalculateAsync([.. cases.Select(one => workbook.Typed(path, one.Typed))]);
        foreach (((object[] typed, string meaning, string answer), WorkbookCells computed) in cases.Zip(cells))
        {
            workbook.MeaningIn(computed, 0).Should().Be(meaning);
            WorkbookCase.AnswerIn(computed).Should().Be(answer);
            workbook.PromptIn(computed).Should().BeEmpty("half a prompt is not computed");
            computed.Errors().Should().BeEmpty("of {0}", string.Join('|', typed));
        }
    }

    [LibreOfficeFact]
    public async Task Blocks_ContinueFromTheNumbersOfTheProgram()
    {
        Gpt2Config config = new(11, 8, 12, 3, 4);
        using LanguageModel model = Of(TestModels.Random(config, seed: 9), tokenizer: null);
        int[] ids = TestModels.Ids(config, 5, seed: 4);
        using WorkbookCase first = new(model, ids.Length, (0, 0)), inside = new(model, ids.Length, (1, 2)), last = new(model, ids.Length, (3, 3));
        WorkbookCells[] cells = await first.RecalculateAsync(first.Write(ids), inside.Write(ids), last.Write(ids));
        first.Compare(cells[0], ids).Should().BePositive();
        inside.Compare(cells[1], ids).Should().BePositive();
        last.Compare(cells[2], ids).Should().BePositive();
    }

    private static LanguageModel Of(Gpt2Weights weights, Tokenizer? tokenizer) =>
        LanguageModel.Of(weights, tokenizer, "random", new LoadOptions { KeepMatrices = true });

    /// <summary>A small model whose tokens are those of the default model.</summary>
    private static LanguageModel WithTheDefaultVocabulary()
    {
        using var workshop = LanguageModel.Load();
        return Of(TestModels.Random(new Gpt2Config(workshop.Config.Vocabulary, Length, 4, 2, 1), seed: 2), workshop.Tokenizer);
    }

    /// <summary>A small model with merges that go beyond words, or have letters that a byte is written as, and with an added token.</summary>
    private static LanguageModel WithMergesAcrossWords()
    {
        static int Byte(int value) => ByteAlphabet.IdOf((byte)value);
        var vocabulary = new Vocabulary(
        [
            new Merge(Byte(' '), Byte(' ')), new Merge(Byte(' '), Byte('H')), new Merge(Byte('\n'), Byte('\n')), new Merge(Byte('\''), Byte('s')),
            new Merge(Byte('?'), Byte(0xC3)), new Merge(Byte('a'), Byte('b')), new Merge(Byte('b'), Byte('1')), new Merge(Byte('s'), Byte('\'')),
            new Merge(Byte('s'), Byte('a')), new Merge(256, 256), new Merge(261, 262), new Merge(Byte('\''), 261), new Merge(Byte('\n'), Byte(' ')),
        ]);
        Tokenizer tokenizer = new(vocabulary.WithAdded(["<u>"]));
        return Of(TestModels.Random(new Gpt2Config(tokenizer.Vocabulary.Count, Length, 4, 2, 1), seed: 8), tokenizer);
    }

    /// <summary>Compares the ids of typed texts, each by itself, with those of the tokenizer.</summary>
    private static void RequireTokens(WorkbookCase workbook, LanguageModel model, WorkbookCells computed, string[] texts)
    {
        CellRange ids = new TokenizeLayout(workbook.Plan.Length).Ids;
        computed.Errors().Should().BeEmpty("of {0}", string.Join('|', texts));
        for (int i = 0; i < texts.Length; i++)
        {
            Enumerable.Range(0, TokenizeLayout.LongestText).Select(k => computed.Number(ids.Part(i, k))).OfType<double>().Select(id => (int)id)
                .Should().Equal(model.Tokenizer.Encode(texts[i]), "of '{0}'", texts[i]);
        }
    }

    private static string Draw(RandomGenerator random, string letters, int count) =>
        string.Concat(Enumerable.Range(0, count).Select(_ => letters[(int)(random.NextBits() % (uint)letters.Length)]));
}
