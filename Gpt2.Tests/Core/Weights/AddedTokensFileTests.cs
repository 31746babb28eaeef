// Added tokens in files: every format that a model can be written in keeps them, added_tokens.json and tokenizer.json are read as
// Hugging Face writes them, and what is wrong with them is named.

using System.Text.Json.Nodes;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights;

public sealed class AddedTokensFileTests : TemporaryFolder
{
    private static readonly Vocabulary Words = new Vocabulary([new Merge(68, 69), new Merge(256, 65)])
        .WithAdded(["112", " \"12\",", "é€😀", "  "]);

    private string Model => PathOf("model");

    [Theory]
    [InlineData("csv")]
    [InlineData("js-csv")]
    [InlineData("safetensors")]
    public void Write_AnyFolder_KeepsTheAddedTokens(string format)
    {
        string[] files = Write(format);

        Read(Model)!.Vocabulary.AddedTokens.Should().Equal(Words.AddedTokens);
        Read(Model)!.Vocabulary.Merges.Should().Equal(Words.Merges);
        files.Should().Contain(AddedTokensFile.FileName);
        new Tokenizer(Words).Encode("x112é€😀").Should().Equal(Read(Model)!.Encode("x112é€😀"));
    }

    [Fact]
    public void Write_OneFileOfLlmC_FindsThemBesideIt()
    {
        ModelWriter.LlmC.Write(PathOf("model.bin"), Weights(), Words, progress: null, default);
        VocabularyFile.Write(Words, PathOf(VocabularyFile.FileName));
        AddedTokensFile.Write(Words, PathOf(AddedTokensFile.FileName));

        Read(PathOf("model.bin"))!.Vocabulary.AddedTokens.Should().Equal(Words.AddedTokens);
    }

    [Fact]
    public void Write_WithoutAddedTokensOverWith_LeavesNoFileOfThem()
    {
        Write("csv");
        var plain = new Vocabulary([]);
        CsvModelFolder.Write(Model, TestModels.Random(new Gpt2Config(plain.Count, 8, 6, 3, 1), 1), plain);

        File.Exists(Path.Combine(Model, AddedTokensFile.FileName)).Should().BeFalse();
        Read(Model)!.Vocabulary.Count.Should().Be(257);
    }

    [Fact]
    public void Write_TheFile_IsAnObjectOfTokensAndIdsInOrder()
    {
        AddedTokensFile.Write(Words, PathOf(AddedTokensFile.FileName));

        File.ReadAllText(PathOf(AddedTokensFile.FileName)).Should().Be(
            """
            {
              "112": 259,
              " \"12\",": 260,
              "é€😀": 261,
              "  ": 262
            }

            """.ReplaceLineEndings("\n").Replace("😀", "\\uD83D\\uDE00", StringComparison.Ordinal));
    }

    [Fact]
    public void Read_AsHuggingFaceSortsIt_AndWithTheEndOfText_IsTheSame()
    {
        Write("safetensors");
        Replace(AddedTokensFile.FileName, """{"é€😀": 261, "<|endoftext|>": 258, "  ": 262, "112": 259, " \"12\",": 260}""");

        Read(Model)!.Vocabulary.AddedTokens.Should().Equal(Words.AddedTokens);
    }

    [Fact]
    public void Read_TokenizerJson_HasTheAddedTokens()
    {
        Write("safetensors");
        WriteTokenizerJson(added: null);

        Read(Model)!.Vocabulary.AddedTokens.Should().Equal(Words.AddedTokens);
    }

    [Theory]
    [InlineData("single_word")]
    [InlineData("lstrip")]
    [InlineData("rstrip")]
    public void Read_TokenizerJsonThatFindsTokensElsewhere_IsRefused(string setting)
    {
        Write("safetensors");
        WriteTokenizerJson(setting);

        FluentActions.Invoking(() => Read(Model)).Should().Throw<Gpt2Exception>().With(found: $"the added token '112' has {setting}");
    }

    [Theory]
    [InlineData("""{"112": 259, "12": 261}""", "the token '12' has the id 261", "260: added tokens follow*")]
    [InlineData("""{"112": 258}""", "the token '112' has the id 258", "259: added tokens follow*")]
    [InlineData("""{"112": "259"}""", "the token '112' has the id \"259\"", "a whole number")]
    [InlineData("""{"1": 259}""", "the added token '1' is a token already", null)]
    [InlineData("""{"": 259}""", "an added token is empty", null)]
    [InlineData("""["112"]""", "found Array", "an object of added tokens and their ids")]
    [InlineData("""{"112": 259, "112": 260}""", "the key '112' occurs twice", "each key of an object once")]
    public void Read_WrongFile_IsNamedWithWhatIsWrong(string text, string found, string? expected)
    {
        Write("csv");
        Replace(AddedTokensFile.FileName, text);

        FluentActions.Invoking(() => Read(Model)).Should().Throw<Gpt2Exception>()
            .With(found: found, expected: expected, where: Path.Combine(Model, AddedTokensFile.FileName) + "*");
    }

    [Fact]
    public void Read_TooFewTokens_SaysWhereTheyAre()
    {
        Write("csv");
        Replace(AddedTokensFile.FileName, """{"112": 259}""");

        FluentActions.Invoking(() => Read(Model)).Should().Throw<Gpt2Exception>()
            .With(found: "defines 260 tokens, 1 of them in added_tokens.json", expected: "263, the n_vocab of hparams.json");
    }

    private static Gpt2.Core.Model.Layers.Gpt2Weights Weights() => TestModels.Random(new Gpt2Config(Words.Count, 8, 6, 3, 1), 1);

    private static Tokenizer? Read(string path)
    {
        using ModelSource source = ModelFolder.Open(path);
        return source.ReadTokenizer();
    }

    private string[] Write(string format) =>
        ModelWriter.All.Single(writer => writer.Name == format).Write(Model, Weights(), Words, progress: null, default);

    private void Replace(string file, string text) => File.WriteAllText(Path.Combine(Model, file), text);

    private void WriteTokenizerJson(string? added)
    {
        var vocab = JsonNode.Parse(File.ReadAllText(Path.Combine(Model, "vocab.json")))!;
        JsonArray tokens = [.. Words.AddedTokens.Select((token, i) => new JsonObject
        {
            ["id"] = 259 + i,
            ["content"] = token,
            ["single_word"] = added == "single_word",
            ["lstrip"] = added == "lstrip",
            ["rstrip"] = added == "rstrip",
            ["normalized"] = true,
            ["special"] = false,
        })];
        tokens.Add(new JsonObject { ["id"] = 258, ["content"] = Vocabulary.EndOfTextToken, ["rstrip"] = true });
        var root = new JsonObject
        {
            ["added_tokens"] = tokens,
            ["pre_tokenizer"] = new JsonObject { ["type"] = "ByteLevel", ["add_prefix_space"] = false },
            ["model"] = new JsonObject
            {
                ["type"] = "BPE",
                ["vocab"] = vocab,
                ["merges"] = new JsonArray(
                    [.. Words.Merges.Select(merge => (JsonNode)$"{Words.WrittenForm(merge.Left)} {Words.WrittenForm(merge.Right)}")]),
            },
        };
        Replace("tokenizer.json", root.ToJsonString());
        foreach (string other in (string[])["vocab.json", "merges.txt", AddedTokensFile.FileName])
        {
            File.Delete(Path.Combine(Model, other));
        }
    }
}
