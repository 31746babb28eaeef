// Encoding and decoding against recorded ids: GPT-2's vocabulary and the two small random models.

using System.Text.Json;
using Gpt2.Core.Text;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Text;

public sealed class RecordedTokensTests
{
    [SharedFact]
    public void Encode_RecordedTexts_GivesGpt2sIds()
    {
        JsonElement rows = Load(SharedData.PathOf("golden", "gpt2_tokens.json")).GetProperty("encode");

        rows.GetArrayLength().Should().BeGreaterThan(300);
        AssertEncodes(TextData.Gpt2, rows);
    }

    [SharedFact]
    public void Decode_RecordedIds_GivesGpt2sBytesAndText()
    {
        JsonElement rows = Load(SharedData.PathOf("golden", "gpt2_tokens.json")).GetProperty("decode");

        rows.GetArrayLength().Should().BeGreaterThan(20);
        foreach (JsonElement row in rows.EnumerateArray())
        {
            int[] ids = IdsOf(row);
            Convert.ToHexString(TextData.Gpt2.DecodeBytes(ids)).Should().BeEquivalentTo(row.GetProperty("bytes").GetString(), "ids {0}", row);
            TextData.Gpt2.Decode(ids).Should().Be(row.GetProperty("text").GetString(), "ids {0}", row);
        }
    }

    [SharedFact]
    public void StreamingDecoder_RecordedIds_GivesTheSameText()
    {
        foreach (JsonElement row in Load(SharedData.PathOf("golden", "gpt2_tokens.json")).GetProperty("decode").EnumerateArray())
        {
            var decoder = new StreamingDecoder(TextData.Gpt2.Vocabulary);
            string text = string.Concat(IdsOf(row).Select(decoder.Push)) + decoder.Flush();

            text.Should().Be(row.GetProperty("text").GetString(), "ids {0}", row);
        }
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("odd")]
    public void Encode_RecordedTextsOfARandomModel_GivesItsIds(string model)
    {
        JsonElement rows = Load(ReferenceData.PathOf(model, "tokens.json"));

        rows.GetArrayLength().Should().Be(10);
        AssertEncodes(new Tokenizer(VocabularyFile.Read(ReferenceData.PathOf(model, "model", "vocab.bpe"))), rows);
    }

    [SharedFact]
    public void Explain_RecordedTexts_AgreesWithEncode()
    {
        foreach (JsonElement row in Load(SharedData.PathOf("golden", "gpt2_tokens.json")).GetProperty("encode").EnumerateArray())
        {
            TextData.Gpt2.Explain(row.GetProperty("text").GetString()!).SelectMany(word => word.Ids).Should().Equal(IdsOf(row));
        }
    }

    private static void AssertEncodes(Tokenizer tokenizer, JsonElement rows)
    {
        foreach (JsonElement row in rows.EnumerateArray())
        {
            string text = row.GetProperty("text").GetString()!;
            tokenizer.Encode(text).Should().Equal(IdsOf(row), "the text is {0}", row.GetProperty("text").GetRawText());
            tokenizer.Decode(IdsOf(row)).Should().Be(text);
        }
    }

    private static JsonElement Load(string path)
    {
        using JsonDocument document = JsonDocument.Parse(File.ReadAllText(path));
        return document.RootElement.Clone();
    }

    private static int[] IdsOf(JsonElement row) => [.. row.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
}
