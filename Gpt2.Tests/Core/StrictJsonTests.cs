// The one rule of all JSON files: a key once in an object. Which key, on which line, in every file that the program reads.

using System.Text;
using System.Text.Json;
using Gpt2.Core;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Model;
using Gpt2.Core.PostTraining;
using Gpt2.Core.Training;
using Gpt2.Core.Weights;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core;

public sealed class StrictJsonTests : IDisposable
{
    private const string Once = "each key of an object once", Delete = "delete the one that is not meant";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("{\"a\": 1,\n\"b\": {\"a\": 2},\n\"a\": 3}", "a", 3)]
    [InlineData("[{\"a\": 1}, {\"a\": {\"x\": [{}], \"x\": 2}}]", "x", 1)]
    [InlineData("{\"é\": 1, \"\\u00e9\": 2}", "é", 1)]
    [InlineData("{\"a\": 1, \"a\": 2, nonsense", "a", 1)]
    public void Parse_KeyTwice_IsNamed(string json, string key, int line)
    {
        FluentActions.Invoking(() => StrictJson.Parse(json, "file")).Should().Throw<Gpt2Exception>()
            .With($"the key '{key}' occurs twice", Once, Delete, $"file line {line}");
        FluentActions.Invoking(() => StrictJson.Parse(json)).Should().Throw<Gpt2Exception>().Which.Where.Should().BeNull();
    }

    [Theory]
    [InlineData("{\"a\": 1, \"A\": [{\"a\": 1}, {\"a\": 1}]}")]
    [InlineData("[]")]
    public void Parse_KeysOnce_IsRead(string json)
    {
        using JsonDocument document = StrictJson.Parse(json);

        document.RootElement.GetRawText().Should().Be(json);
        StrictJson.Repeated(json, null).Should().BeNull();
    }

    [Theory]
    [InlineData("{\"a\": 1")]
    [InlineData("{\"\\ud800\": 1, \"a\" 2}")]
    [InlineData("")]
    public void Parse_NoJson_IsLeftToTheCaller(string json) => FluentActions.Invoking(() => StrictJson.Parse(json)).Should().Throw<JsonException>();

    [Fact]
    public void Hyperparameters_KeyTwice_IsNamed()
    {
        CsvModelFolder.Write(folder.PathOf("model"), TestModels.Random(new Gpt2Config(257, 4, 6, 2, 1), 1), null);
        string path = folder.PathOf("model", "hparams.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"n_layer\"", "\"n_head\": 3,\n\"n_layer\"", StringComparison.Ordinal));

        FluentActions.Invoking(() => CsvModelFolder.ReadWeights(folder.PathOf("model"))).Should().Throw<Gpt2Exception>()
            .With("the key 'n_head' occurs twice", Once, Delete, path + " line 1");
    }

    [Fact]
    public void Experiment_KeyTwice_IsNamed()
    {
        const string Json = """{"edits": [{"edit": "silence_head", "block": 0, "head": 2, "head": 1}]}""";

        FluentActions.Invoking(() => EditFile.Read(Json, "edits.json")).Should().Throw<Gpt2Exception>()
            .With("the key 'head' occurs twice", Once, Delete, "edits.json line 1");
    }

    [Fact]
    public void StatesOfRuns_KeyTwice_AreRefused()
    {
        File.WriteAllText(folder.PathOf("training.json"), "{\"Step\": 1,\n\"Step\": 2}");
        File.WriteAllText(folder.PathOf("tuning.json"), "{\"Step\": 1,\n\"Step\": 2}");

        FluentActions.Invoking(() => Checkpoint.ReadState(folder.Root)).Should().Throw<Gpt2Exception>()
            .With("the key 'Step' occurs twice", Once, Delete, folder.PathOf("training.json") + " line 2");
        FluentActions.Invoking(() => TuningState.Read(folder.Root)).Should().Throw<Gpt2Exception>()
            .With("the key 'Step' occurs twice", Once, Delete, folder.PathOf("tuning.json") + " line 2");
    }

    [Fact]
    public void TokenIds_KeyTwiceAfterAByteOrderMark_IsNamed()
    {
        File.WriteAllText(folder.PathOf("x.json"), "{\"\\u0120a\": 1,\n\n\"Ġa\": 2}", new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));

        FluentActions.Invoking(() => JsonFile.Read(folder.PathOf("x.json"), "ids", _ => true)).Should().Throw<Gpt2Exception>()
            .With("the key 'Ġa' occurs twice", Once, Delete, folder.PathOf("x.json") + " line 3");
    }
}
