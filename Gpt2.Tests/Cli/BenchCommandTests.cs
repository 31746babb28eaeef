// gpt2 bench at sizes that take milliseconds: which rows there are and what is in them, not how fast anything is.

using System.Text.Json;
using System.Xml.Linq;
using Gpt2.Core.Model;
using Gpt2.Core.Weights;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class BenchCommandTests : IDisposable
{
    private static readonly string[] Brief = ["--run-ms", "0", "--buffer-mib", "1"];
    private static readonly string[] Tiny =
        [.. Brief, "--rounds", "1", "--size", "workshop", "--layers", "1", "--channels", "16", "--heads", "2", "--vocab-size", "50"];

    private readonly TemporaryFolder folder = new();
    private readonly string model;

    public BenchCommandTests()
    {
        model = folder.PathOf("tiny");
        CsvModelFolder.Write(model, TestModels.Random(new Gpt2Config(50, 8, 6, 3, 1), 4), null);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Limits_Json_HasBothOnOneThreadAndOnAll()
    {
        using var culture = new DecimalCommaCulture();
        JsonElement result = Json(Brief, "bench", "limits", "-t", "2", "--json");

        JsonElement machine = result.GetProperty("machine");
        machine.EnumerateObject().Select(field => field.Name).Should().Equal("processor", "cores", "instruction_sets", "vector_bits", "kernels");
        machine.GetProperty("processor").GetString().Should().NotBeNullOrWhiteSpace().And.NotContain("\0");
        machine.GetProperty("cores").GetInt32().Should().Be(Environment.ProcessorCount);
        machine.GetProperty("kernels").GetString().Should().Be("tuned");
        JsonElement[] rows = RowsOf(result);
        rows.Select(row => (row.GetProperty("threads").GetInt32(), row.GetProperty("unit").GetString()))
            .Should().Equal((1, "GFLOP/s"), (1, "GB/s"), (2, "GFLOP/s"), (2, "GB/s"));
        rows.Should().OnlyContain(row => row.GetProperty("figure").GetDouble() > 0 && row.GetProperty("limit").ValueKind == JsonValueKind.Null);
        RowsOf(Json(Brief, "bench", "limits", "--threads", "1", "--json")).Should().HaveCount(2, "one thread is all of them");
    }

    [Fact]
    public void Products_Json_HasEveryShapeBesideItsLimit()
    {
        JsonElement[] rows = RowsOf(Json(Tiny, "bench", "products", "-t", "1", "--json"));

        rows.Select(row => row.GetProperty("name").GetString()).Should().Equal(
            "packed 512×16×64", "packed 512×64×16", "packed 512×16×48", "packed 64×16×64",
            "A·B 512×16×64", "A·Bᵀ 512×16×64", "Aᵀ·B 512×16×64", "A·B 512×64×16", "A·Bᵀ 512×64×16", "Aᵀ·B 512×64×16",
            "A·B 512×16×48", "A·Bᵀ 512×16×48", "Aᵀ·B 512×16×48", "1×16×64, cold", "1×16×50, cold");
        rows.Should().OnlyContain(row => IsMeasured(row));
        rows[..13].Should().OnlyContain(
            row => row.GetProperty("limit_kind").GetString() == "fma_peak" && row.GetProperty("unit").GetString() == "GFLOP/s");
        rows[13..].Should().OnlyContain(
            row => row.GetProperty("limit_kind").GetString() == "read_bandwidth" && row.GetProperty("unit").GetString() == "GB/s");
        rows[0].GetProperty("operations").GetDouble().Should().Be(2 * 512 * 16 * 64);
        rows[14].GetProperty("bytes").GetDouble().Should().Be(4 * 16 * 50);
    }

    [Fact]
    public void Prompt_Json_HasTokensAndOperations()
    {
        JsonElement row = RowsOf(Json(Tiny, "bench", "prompt", "--prompt-tokens", "5", "--json")).Single();

        IsMeasured(row).Should().BeTrue();
        row.GetProperty("name").GetString().Should().Be("prompt of 5 tokens");
        row.GetProperty("operations").GetDouble().Should().Be((2 * 12 * 256 * 5) + (4 * 25 * 16) + (2 * 50 * 16));
        double tokensPerSecond = 5 * 1000 / row.GetProperty("milliseconds").GetDouble();
        row.GetProperty("figure").GetDouble().Should().BeApproximately(tokensPerSecond, 1e-9 * tokensPerSecond);
    }

    [Fact]
    public void Decode_Json_HasARowForEachTypeOfWeights()
    {
        JsonElement[] rows = RowsOf(Json(Tiny, "bench", "decode", "--from", "3", "--to", "40", "--json"));

        rows.Should().Contain(
            row => row.GetProperty("weights").GetString() == "f32" && row.GetProperty("name").GetString() == "decoding from 3 to 40, f32");
        rows.Should().OnlyContain(row => IsMeasured(row) && row.GetProperty("unit").GetString() == "tokens/s");
    }

    [Fact]
    public void Load_Json_CountsTheFilesOfTheWeights()
    {
        JsonElement row = RowsOf(Json(Brief, "bench", "load", "--model", model, "--rounds", "1", "--json")).Single();

        IsMeasured(row).Should().BeTrue();
        row.GetProperty("name").GetString().Should().Be("loading tiny");
        row.GetProperty("bytes").GetDouble().Should().Be(new DirectoryInfo(model).GetFiles("model_*.csv").Sum(file => file.Length));
        row.GetProperty("limit_kind").GetString().Should().Be("file_reading");
        CommandRun.Of("bench", "load", "-m", folder.PathOf("none")).Error.Should().EndWith("'gpt2 new FOLDER' makes one\n");
    }

    [Fact]
    public void Train_Json_KeepsItsFieldsAndHasTheLimit()
    {
        using var culture = new DecimalCommaCulture();
        string[] sizes = ["--layers", "1", "--channels", "16", "--heads", "2", "--vocab-size", "50", "--batch-size", "3", "--context", "5"];
        JsonElement result = Json(sizes, "bench", "train", "--steps", "2", "-t", "1", "--json");

        result.EnumerateObject().Select(field => field.Name).Should().Equal(
            "size", "parameters", "tokens_per_step", "milliseconds_per_step", "tokens_per_second", "gigaflops_per_second", "peak_bytes",
            "threads", "limit_gigaflops_per_second", "ratio");
        result.GetProperty("size").GetString().Should().Be("custom");
        result.GetProperty("parameters").GetInt64().Should().Be(new Gpt2Config(50, 128, 16, 2, 1).Parameters);
        result.GetProperty("tokens_per_step").GetInt32().Should().Be(15);
        result.GetProperty("threads").GetInt32().Should().Be(1);
        double gigaflops = result.GetProperty("gigaflops_per_second").GetDouble();
        (gigaflops / result.GetProperty("limit_gigaflops_per_second").GetDouble())
            .Should().BeApproximately(result.GetProperty("ratio").GetDouble(), 1e-9);
    }

    [Fact]
    public void Tune_Json_HasAllWeightsAndAnAdapterOnEveryType()
    {
        using var culture = new DecimalCommaCulture();
        string[] sizes = ["--layers", "2", "--channels", "64", "--heads", "2", "--vocab-size", "300", "--batch-size", "3", "--context", "9"];
        JsonElement result = Json([.. Brief, .. sizes], "bench", "tune", "--steps", "1", "-t", "2", "--json");
        JsonElement model = result.GetProperty("models").EnumerateArray().Single();

        var config = new Gpt2Config(300, 1024, 64, 2, 2);
        model.GetProperty("size").GetString().Should().Be("custom");
        model.GetProperty("parameters").GetInt64().Should().Be(config.Parameters);
        model.GetProperty("tokens_per_step").GetInt32().Should().Be(27);
        JsonElement[] rows = [.. model.GetProperty("rows").EnumerateArray()];
        rows.Select(row => (row.GetProperty("trained").GetString(), row.GetProperty("weights").GetString())).Should().Equal(
            ("all weights", "f32"), ("adapter", "f32"), ("adapter", "bf16"), ("adapter", "int8"), ("adapter", "int4"));
        long Of(int row, string field) => rows[row].GetProperty(field).GetInt64();
        long ofAdapter = 2 * 8 * ((64 + 192) + (64 + 64) + (64 + 256) + (256 + 64));
        Of(0, "trained_parameters").Should().Be(config.Parameters);
        Of(0, "weight_bytes").Should().Be(4 * config.Parameters);
        Of(0, "training_bytes").Should().Be(12 * config.Parameters);
        Of(1, "trained_parameters").Should().Be(ofAdapter);
        Of(1, "weight_bytes").Should().Be(4 * (config.Parameters + ofAdapter));
        Of(1, "training_bytes").Should().Be(12 * ofAdapter);
        Enumerable.Range(1, 4).Select(row => Of(row, "weight_bytes")).Should().BeInDescendingOrder();
        foreach (JsonElement row in rows)
        {
            (row.GetProperty("weight_bytes").GetInt64() + row.GetProperty("training_bytes").GetInt64() + row.GetProperty("other_bytes").GetInt64())
                .Should().Be(row.GetProperty("total_bytes").GetInt64());
            row.GetProperty("tokens_per_second").GetDouble().Should().BePositive();
            row.GetProperty("speed_ratio").GetDouble().Should().BePositive();
            row.GetProperty("memory_ratio").GetDouble().Should()
                .BeApproximately((double)row.GetProperty("total_bytes").GetInt64() / Of(0, "total_bytes"), 1e-9);
        }
    }

    [Fact]
    public void Tune_Table_HasARowForEach()
    {
        using var culture = new DecimalCommaCulture();
        string table = CommandRun.Of([
            "bench", "tune", "--steps", "1", "--layers", "1", "--channels", "16", "--heads", "2", "--vocab-size", "50", "--batch-size", "1",
            "--context", "4", .. Brief]).Result();

        table.Should().StartWith("custom: ").And.Contain(" weights, adapters of rank 8, 4 tokens a step, ");
        table.Should().MatchRegex(@"\n  all weights   f32 +[0-9.]+ .* 1\.00 .* 1\.00\n")
            .And.MatchRegex(@"\n  adapter       f32 .*\n  adapter       bf16 .*\n  adapter       int8 .*\n  adapter       int4 ");
    }

    [Fact]
    public void Train_Table_HasOneRowInAnyCulture()
    {
        using var culture = new DecimalCommaCulture();

        CommandRun run = CommandRun.Of(
            "bench", "train", "--steps", "1", "--layers", "1", "--channels", "8", "--heads", "1", "--vocab-size", "9", "--batch-size", "1",
            "--context", "4");

        run.Result().Should().MatchRegex(@"of FMA peak +peak MiB\n").And.MatchRegex(@"\n  custom +[0-9,]+ +4 +[0-9.,]+ ").And.NotContain("\u001b");
        run.Error.Should().StartWith("measuring training 1×4, 0.0 M weights");
    }

    [Fact]
    public void Serve_Json_HasARowForEachNumberOfClients()
    {
        using var culture = new DecimalCommaCulture();
        string[] sizes = ["--size", "workshop", "--layers", "1", "--channels", "16", "--heads", "2", "--vocab-size", "300"];
        JsonElement result = Json(
            sizes, "bench", "serve", "--clients", "1", "3", "--requests", "2", "--prompt-tokens", "130", "--new-tokens", "7",
            "--weights", "int8", "--json");

        result.GetProperty("weights").GetString().Should().Be("int8");
        JsonElement[] rows = RowsOf(result);
        rows.Select(row => row.GetProperty("clients").GetInt32()).Should().Equal(1, 3);
        foreach (JsonElement row in rows)
        {
            double Of(string name) => row.GetProperty(name).GetDouble();
            Of("p99_between_tokens_milliseconds").Should().BeGreaterThanOrEqualTo(Of("median_between_tokens_milliseconds"));
            Of("p99_first_token_milliseconds").Should().BeGreaterThanOrEqualTo(Of("median_first_token_milliseconds"));
            Of("worst_client_ratio").Should().BeGreaterThanOrEqualTo(1, "of so few, the 99th percentile is the largest");
        }
    }

    [Fact]
    public void Serve_Table_ComparesWithTheFirstRow()
    {
        string table = CommandRun.Of(
            "bench", "serve", "--size", "workshop", "--layers", "1", "--channels", "16", "--heads", "2", "--vocab-size", "300", "-t", "1",
            "--clients", "1", "--requests", "1", "--new-tokens", "3", "--kernels", "vector").Result();

        table.Should().StartWith("custom, f32, 1 thread; prompts of 32 tokens, completions of 3\n").And.MatchRegex(@"\n +1 +[0-9.]+ +1\.00 ");
    }

    [Fact]
    public void Everything_AtOnce_HasEveryPartAndAPictureWithADotForEachOfThem()
    {
        string picture = folder.PathOf("roofline.svg");
        CommandRun run = CommandRun.Of(
        [
            "bench", .. Tiny, "--prompt-tokens", "4", "--from", "2", "--to", "5", "--batch-size", "2", "--context", "4", "--steps", "1",
            "-m", model, "--json", "--roofline", picture,
        ]);

        JsonElement[] rows = RowsOf(JsonDocument.Parse(run.Result()).RootElement);
        rows.Select(row => row.GetProperty("part").GetString()).Distinct()
            .Should().Equal("limit", "product", "vector", "prompt", "decode", "load", "train");
        int dots = rows.Count(row => row.GetProperty("operations").GetDouble() > 0);
        dots.Should().BeGreaterThan(15);
        XDocument.Load(picture).Root!.Elements().Count(element => (string?)element.Attribute("class") == "dot").Should().Be(dots);
        Directory.EnumerateFileSystemEntries(folder.Root).Should().BeEquivalentTo([model, picture]);
        run.Error.Should().Contain("measuring packed 512×16×64\n")
            .And.EndWith($"{picture}: the picture of the roofline\n").And.NotContain("\u001b");
    }

    [Fact]
    public void Table_OfLimits_NamesTheMachine()
    {
        string table = CommandRun.Of(["bench", "limits", "-t", "1", .. Brief]).Result();

        table.Should().MatchRegex("^.+, [0-9]+ cores?, .*; tuned kernels\n").And.Contain("FMA peak").And.Contain("GB/s");
    }

    [Fact]
    public void OtherKernels_AreComparedWithOneThread()
    {
        JsonElement[] rows = RowsOf(Json(Tiny, "bench", "prompt", "--prompt-tokens", "2", "--kernels", "vector", "-t", "2", "--json"));

        rows.Single().GetProperty("threads").GetInt32().Should().Be(1);
    }

    [Theory]
    [InlineData("--threads must come after 'limits': gpt2 bench limits --threads …", "bench", "--threads", "1", "limits")]
    [InlineData("--threads: found 0, expected 1 to 256 ('gpt2 bench limits --help' lists what there is)", "bench", "limits", "-t", "0")]
    [InlineData("--from: found 5, expected fewer tokens than --to 4", "bench", "decode", "--from", "5", "--to", "4")]
    [InlineData("--from: found 'x', expected a whole number ('gpt2 bench decode --help' lists what there is)", "bench", "decode", "--from", "x")]
    [InlineData("--layers: found 0, expected at least 1", "bench", "train", "--layers", "0")]
    [InlineData("--rounds: found -1, expected at least 1", "bench", "products", "--rounds", "-1")]
    [InlineData("--clients 0: expected at least 1", "bench", "serve", "--clients", "4", "0")]
    [InlineData("--vocab-size 256: expected at least 257", "bench", "serve", "--vocab-size", "256")]
    [InlineData("n_embd 10 is not divisible by n_head 12", "bench", "prompt", "--channels", "10")]
    [InlineData("Argument 'medium' not recognized", "bench", "train", "--size", "medium")]
    [InlineData("unknown option '--roofline'", "bench", "limits", "--roofline", "x.svg")]
    [InlineData("Unrecognized command or argument 'fly'", "bench", "fly")]
    public void Options_ThatMakeNoSense_AreWrongUsage(string message, params string[] args) =>
        CommandRun.Of(args).ErrorLine(2).Should().StartWith("gpt2: " + message);

    [Fact]
    public void Roofline_ThatCannotBeWritten_IsRefusedBeforeAnythingIsMeasured()
    {
        string picture = Path.Combine(folder.PathOf("none"), "roofline.svg");

        CommandRun.Of("bench", "products", "--roofline", picture).ErrorLine(1).Should().StartWith($"gpt2: {picture}: cannot write this file (");
    }

    [Fact]
    public void Cancelled_Bench_LeavesNoPicture()
    {
        CommandRun run = CommandRun.With(
            "", new CancellationToken(canceled: true), ["bench", "products", .. Tiny, "--roofline", folder.PathOf("roofline.svg")]);

        run.ExitCode.Should().Be(130);
        Directory.EnumerateFiles(folder.Root).Should().BeEmpty();
    }

    private static JsonElement Json(string[] sizes, params string[] args) =>
        JsonDocument.Parse(CommandRun.Of([.. args, .. sizes]).Result()).RootElement;

    private static JsonElement[] RowsOf(JsonElement result) => [.. result.GetProperty("rows").EnumerateArray()];

    /// <summary>Figure, limit and ratio are numbers that belong together.</summary>
    private static bool IsMeasured(JsonElement row)
    {
        double figure = row.GetProperty("figure").GetDouble();
        double limit = row.GetProperty("limit").GetDouble();
        double ratio = row.GetProperty("ratio").GetDouble();
        return figure > 0 && limit > 0 && row.GetProperty("milliseconds").GetDouble() > 0 && Math.Abs((figure / limit / ratio) - 1) < 1e-9;
    }
}
