// The workbook in LibreOffice: it computes every formula, and the numbers are those of the trace, for the prompt in the file and for others
// that are typed.

using Gpt2.Core;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli.Workbook;

public class RecalculationTests
{
    private const int Length = 16;

    [LibreOfficeFact]
    public async Task DefaultModel_EverySheetIsTheTrace_AndAgainAfterAnotherPrompt()
    {
        using var model = LanguageModel.Load(options: new LoadOptions { KeepMatrices = true });
        using var workbook = new WorkbookCase(model, Length);
        int[] first = model.Tokenizer.Encode("Mike is quick. He moves");
        string path = workbook.Write(first);

        WorkbookCells cells = await workbook.RecalculateAsync(path);
        workbook.Compare(cells, first).Should().BeGreaterThan(50_000);
        WorkbookCase.AnswerIn(cells).Should().StartWith("The next token is \" quickly\", 99.9");
        WorkbookCase.TopIn(cells, 10).Should().Equal(model.Predict(first).Select(token => token.Id));

        // Whole tokens, words that are split, one with several, an id and an empty cell between them.
        const string text = "The wolf and the horsefly are friends.";
        int[] second = [.. model.Tokenizer.Encode(text)];
        second.Should().HaveCountLessThan(Length + 1);
        workbook.Type(path, "The", " wolf", " and", " the", "", " horsefly", " are", " friends", model.Tokenizer.Encode(".")[0]);
        cells = await workbook.RecalculateAsync(path);
        workbook.PromptIn(cells).Select(token => token.Id).Should().Equal(second);
        workbook.Compare(cells, second).Should().BeGreaterThan(50_000);
    }
}
