// The JavaScript edition's page tokenizes with the files that we write as our tokenizer does: its rules run under Node.

using System.Text.Json;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.JavaScript;
using Gpt2.Tests.Core.Text;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights;

public sealed class JavaScriptPageTests : IDisposable
{
    private static readonly string[] Script = ["Gpt2.Tests", "Core", "Weights", "javascript-page.cjs"];

    private static readonly string[] Prompts =
    [
        "Mike is quick. He moves", "a", "", "  two  spaces ", "\"Yes,\" he said, \"no\"; (again) \"\"twice\"\"", "\"", "\"\"", ",",
        ",,,, \",\"", " \"", "x,\"y\"", "It's we've I'm you'll he'd DON'T", "12 1234 3.14159,2.71828",
        "if (a[i] <= b) { return \"<0x41>\"; } // <|endoftext|>", "tab\tand\ttabs", "\\ ' ` ~ ^ | @ # $ % & * _ + = { } [ ]",
    ];

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [NodeFact]
    public async Task Page_WithTheDefaultModelsFiles_GivesOurIds() =>
        await AssertEqual(VocabularyFile.Read(Path.Combine(SharedData.RepositoryRoot, "weights-csv", "gpt2-workshop", "vocab.bpe")), Prompts);

    [NodeFact]
    public async Task Page_WithGpt2sFiles_GivesOurIds()
    {
        var random = new Random(11);
        IEnumerable<string> drawn = Enumerable.Range(0, 200)
            .Select(_ => string.Concat(Enumerable.Range(0, 1 + random.Next(30))
                .Select(_ => (char)(random.Next(4) == 0 ? ' ' : random.Next(' ', 0x7F)))));
        string[] beyondAscii = ["é", "café", "ß", "naïve", "£5", "— yes"];
        await AssertEqual(TextData.Gpt2.Vocabulary, [.. Prompts, .. drawn, .. beyondAscii]);
    }

    [NodeFact]
    public async Task Page_TextOutOfItsReach_HasNoIdThere()
    {
        // 😀 is cut in two; 你 is no token by itself.
        var vocabulary = new Vocabulary(
        [
            new Merge(ByteAlphabet.IdOf(0xF0), ByteAlphabet.IdOf(0x9F)), new Merge(256, ByteAlphabet.IdOf(0x98)),
            new Merge(257, ByteAlphabet.IdOf(0x80)),
        ]);

        (await IdsOnThePage(vocabulary, ["😀", "你", "a"])).Should().BeEquivalentTo(
            new int?[][] { [null, null], [null], [ByteAlphabet.IdOf((byte)'a')] }, options => options.WithStrictOrdering());
    }

    private async Task AssertEqual(Vocabulary vocabulary, string[] prompts)
    {
        int?[][] ids = await IdsOnThePage(vocabulary, prompts);

        var tokenizer = new Tokenizer(vocabulary);
        foreach ((string prompt, int?[] onThePage) in prompts.Zip(ids, (prompt, onThePage) => (prompt, onThePage)))
        {
            onThePage.Should().Equal(tokenizer.Encode(prompt).Select(id => (int?)id), prompt);
        }
    }

    private async Task<int?[][]> IdsOnThePage(Vocabulary vocabulary, string[] prompts)
    {
        SpreadsheetVocabulary.Write(vocabulary, folder.Root);
        int?[][] ids = JsonSerializer.Deserialize<int?[][]>(await NodeScript.RunAsync(Script, JsonSerializer.Serialize(prompts), folder.Root))!;
        ids.Should().HaveCount(prompts.Length);
        return ids;
    }
}
