// Facts: each kind holds where it should and fails where it should not hold, on the default model and on made-up tables.

using Gpt2.Core.Evaluation.Facts;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Doctor;
using Gpt2.Core.Weights.Gguf;
using Gpt2.Core.Weights.HuggingFace;
using Gpt2.Kernels;
using Gpt2.Tests.Core.Text;
using Gpt2.Tests.DefaultModel;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Evaluation.Facts;

public sealed class FactCheckTests(DefaultModelFixture model) : IClassFixture<DefaultModelFixture>, IDisposable
{
    private const string Prompt = "Mike is quick. He moves";

    private static readonly string DefaultFolder = Path.Combine(SharedData.RepositoryRoot, "weights-csv", ModelLocator.DefaultModel);

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void DefaultModel_ItsTable_HoldsAndIsReported()
    {
        IReadOnlyList<Finding> findings = Check(DefaultFolder, FactTable.For(ModelLocator.DefaultModel, model.Model.Config));

        findings.Should().HaveCount(6).And.OnlyContain(finding => finding.Status == FindingStatus.Ok && finding.Area == FindingArea.Facts);
        findings.Should().Contain(finding => finding.Found == "\"The capital of France is\" goes on with \" Paris\"");
    }

    [Fact]
    public void DefaultModel_OtherModelsFacts_AreWrongWithWhatIsFound()
    {
        var table = new FactTable(
            "another model", [TokenizerFact.Tokens(" quick", 460)], [ModelFact.Continues("The capital of France is", " Berlin", 1)]);
        IReadOnlyList<Finding> findings = Check(DefaultFolder, table);

        findings[0].Status.Should().Be(FindingStatus.Ok);
        findings[1].Status.Should().Be(FindingStatus.Wrong);
        findings[1].Found.Should().Be("\"The capital of France is\" goes on with \" Berlin\": it goes on with \" Paris\"");
        findings[1].Remedy.Should().StartWith("take the weights of another model again: some are damaged, swapped or transposed");
    }

    [Theory]
    [InlineData(GgufWeights.Float32, false)]
    [InlineData(GgufWeights.Float16, false)]
    [InlineData(GgufWeights.Q8, true)]
    [InlineData(GgufWeights.Q4, true)]
    public void DefaultModel_InFewerBits_AnswersALittleOtherwise(GgufWeights type, bool warns)
    {
        string file = folder.PathOf("gpt2-workshop.gguf");
        GgufFile.Write(file, model.Model.Weights, model.Tokenizer.Vocabulary, type);

        Finding[] findings = [.. Check(file, FactTable.Workshop).Where(finding => finding.Status != FindingStatus.Ok)];

        findings.Should().HaveCount(warns ? 1 : 0);
        foreach (Finding finding in findings)
        {
            finding.Status.Should().Be(FindingStatus.Warning);
            finding.Found.Should().Contain("the first logit is about 17.6365: that of id 0 is ");
            finding.Remedy.Should().StartWith("weights in so few bits may answer otherwise");
        }
    }

    [Theory]
    [InlineData(GgufWeights.Float32)]
    [InlineData(GgufWeights.BFloat16)]
    [InlineData(GgufWeights.Q8)]
    public void Blocks_InEachOthersPlace_AreWrongInFewerBitsToo(GgufWeights type)
    {
        string file = folder.PathOf("gpt2-workshop.gguf");
        var weights = new Gpt2Weights(model.Model.Config);
        Matrix[] from = [.. model.Model.Weights.Matrices()];
        foreach (Matrix to in weights.Matrices())
        {
            string name = to.Name.StartsWith("h0/", StringComparison.Ordinal) ? "h2" + to.Name[2..]
                : to.Name.StartsWith("h2/", StringComparison.Ordinal) ? "h0" + to.Name[2..] : to.Name;
            from.Single(matrix => matrix.Name == name).Span.CopyTo(to.Span);
        }

        GgufFile.Write(file, weights, model.Tokenizer.Vocabulary, type);

        Check(file, FactTable.Workshop).Where(finding => finding.Status == FindingStatus.Wrong).Should().HaveCount(4)
            .And.OnlyContain(finding => finding.Remedy!.StartsWith("take the weights of gpt2-workshop again"));
    }

    [Fact]
    public void Fact_ThatRoundingMayExplain_IsAWarningBesideOneThatHolds()
    {
        string file = folder.PathOf("gpt2-workshop.gguf");
        GgufFile.Write(file, model.Model.Weights, model.Tokenizer.Vocabulary, GgufWeights.BFloat16);
        ModelFact right = ModelFact.Continues("The capital of France is", " Paris", 1), other = ModelFact.Continues(Prompt, " slowly", 1);

        Check(file, new FactTable("it", [], [other, right])).Select(finding => finding.Status)
            .Should().Equal(FindingStatus.Warning, FindingStatus.Ok);
        Check(file, new FactTable("it", [], [other])).Select(finding => finding.Status).Should().Equal(FindingStatus.Wrong);
    }

    [Fact]
    public void TableFor_DefaultModel_GoesByNameAndSizes()
    {
        FactTable.For("another", model.Model.Config).Should().BeNull();
        FactTable.For(ModelLocator.DefaultModel, model.Model.Config with { Layers = 5 }).Should().BeNull();
        FactTable.For(ModelLocator.DefaultModel, model.Model.Config).Should().BeSameAs(FactTable.Workshop);
    }

    [Fact]
    public void DefaultModel_OtherVocabulary_StopsBeforeTheWeights()
    {
        var table = new FactTable("another model", [TokenizerFact.Tokens(" quick", 2068)], [ModelFact.Continues(Prompt, " quickly", 1)]);
        IReadOnlyList<Finding> findings = Check(DefaultFolder, table);

        findings.Select(finding => finding.Status).Should().Equal(FindingStatus.Wrong, FindingStatus.Warning);
        findings[0].Found.Should().Be("\" quick\" is 2068: it is 460");
        findings[1].Found.Should().Be("what the weights of another model are known for was not checked");
    }

    [Fact]
    public void SquareMatrix_Transposed_IsSeenByTheFactsAlone()
    {
        // The projection of the attention is as wide as it is high: only the model itself can tell.
        string damaged = folder.Copy(DefaultFolder, ModelLocator.DefaultModel);
        for (int block = 0; block < 4; block++)
        {
            string path = Path.Combine(damaged, $"model_h{block}_attn_c_proj_w.csv");
            string[][] cells = [.. File.ReadAllLines(path).Select(line => line.Split(','))];
            File.WriteAllLines(path, Enumerable.Range(0, cells.Length).Select(column => string.Join(',', cells.Select(row => row[column]))));
        }

        var findings = new FindingList();
        ExaminedFolder examined = ModelDoctor.Examine(damaged, findings, null, CancellationToken.None);
        findings.NothingWrong.Should().BeTrue();
        FactCheck.Examine(damaged, examined, null, Kernels, findings, CancellationToken.None);

        findings.NothingWrong.Should().BeFalse();
    }

    [Fact]
    public void Heads_WrongNumber_IsSeenByTheFactsAlone()
    {
        string damaged = folder.Copy(DefaultFolder, "renamed");
        string path = Path.Combine(damaged, "hparams.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"n_head\": 4", "\"n_head\": 32", StringComparison.Ordinal));
        IReadOnlyList<Finding> findings = Check(damaged, FactTable.Workshop);

        findings.Should().Contain(finding => finding.Status == FindingStatus.Wrong);
    }

    [Fact]
    public void FreshOrTrainedHere_IsNotComparedWithOpenAisFacts()
    {
        string fresh = folder.PathOf("fresh");
        var weights = new Gpt2Weights(new Gpt2Config(257, 8, 6, 3, 2));
        WeightInitialisation.Fill(weights, 1);
        CsvModelFolder.Write(fresh, weights, new Vocabulary([]));
        string trained = folder.PathOf("trained");
        CsvModelFolder.Write(trained, TestModels.Random(weights.Config, 1), new Vocabulary([]));
        File.WriteAllText(Path.Combine(trained, "log.csv"), "step,loss\n");
        var table = new FactTable("OpenAI's GPT-2", [TokenizerFact.Tokens("ab", 1)], []) { OfPublishedWeights = true };

        Check(fresh, table).Should().ContainSingle().Which.Found.Should().Be("those of OpenAI's GPT-2 were not checked: not trained yet");
        Check(trained, table).Should().ContainSingle().Which.Found.Should().Be(
            "those of OpenAI's GPT-2 were not checked: log.csv shows that it was trained here");
        Check(trained, null).Should().ContainSingle().Which.Found.Should().Be("none are known of a model of these sizes");
        File.Delete(Path.Combine(trained, "log.csv"));
        Check(trained, table).Should().ContainSingle().Which.Status.Should().Be(FindingStatus.Wrong);
    }

    [Fact]
    public void ModelThatDoesNotRun_IsOneFinding()
    {
        string huge = folder.PathOf("huge");
        Gpt2Weights weights = TestModels.Random(new Gpt2Config(257, 8, 6, 3, 2), 1);
        weights.Blocks[1].MlpHidden.Weight.Span.Fill(3e38f);
        CsvModelFolder.Write(huge, weights, new Vocabulary([]));

        Finding finding = Check(huge, new FactTable("it", [], [ModelFact.Continues("ab", "c", 1)])).Should().ContainSingle().Subject;
        finding.Status.Should().Be(FindingStatus.Wrong);
        finding.Found.Should().StartWith("the model does not run: the logit of token 0 is not a number");
    }

    [Theory]
    [InlineData(50257, 1024, 768, 12, 12, "OpenAI's GPT-2", 6)]
    [InlineData(50257, 1024, 1024, 16, 24, "OpenAI's GPT-2", 0)]
    [InlineData(50257, 1024, 1280, 20, 36, "OpenAI's GPT-2", 0)]
    [InlineData(50257, 1024, 1600, 25, 48, "OpenAI's GPT-2", 0)]
    [InlineData(50257, 256, 768, 12, 12, null, 0)]
    [InlineData(50304, 1024, 768, 12, 12, null, 0)]
    [InlineData(2048, 128, 128, 4, 4, null, 0)]
    public void TableFor_Sizes_IsRecognised(int vocabulary, int context, int channels, int heads, int layers, string? of, int facts)
    {
        FactTable? table = FactTable.For("any name", new Gpt2Config(vocabulary, context, channels, heads, layers));

        table?.Of.Should().Be(of);
        (table is null).Should().Be(of is null);
        (table?.Model.Count ?? 0).Should().Be(facts);
    }

    [Fact]
    public void Gpt2_VocabularyFacts_HoldForOpenAisVocabulary()
    {
        FactTable.Gpt2Small.Vocabulary.Should().HaveCount(21);
        foreach (TokenizerFact fact in FactTable.Gpt2Small.Vocabulary)
        {
            fact.Problem(TextData.Gpt2).Should().BeNull(fact.Statement);
            fact.Problem(model.Tokenizer).Should().NotBeNull("the default model has another vocabulary, so \"{0}\" does not hold", fact.Statement);
        }
    }

    [Fact]
    public void Gpt2_WeightFacts_RunAndFailOnAnotherModel()
    {
        // OpenAI's weights are not here. What can be shown is that each check runs, and that another model does not pass for GPT-2.
        var tiny = new Gpt2Model(TestModels.Random(new Gpt2Config(2048, 64, 24, 12, 12), 3), Kernels);
        string[] failed = [.. FactTable.Gpt2Small.Model
            .Where(fact => fact.Problem(tiny, model.Tokenizer) is not null).Select(fact => fact.Statement)];

        failed.Should().Contain("row 318 of wte starts ±0.0097, ±0.01")
            .And.Contain("in block 11 head 0, token 5 of \"Mike is quick. He moves\" attends 16% to token 0, 23% to token 1")
            .And.Contain("after \"Mike is quick. He moves\" the first logit is about -135.9")
            .And.Contain("\"Mike is quick. He moves\" goes on with \" quickly and\"");
    }

    [Fact]
    public void Attends_SharesOfTheModelItself_Hold()
    {
        var activations = new ForwardActivations(model.Model.Config, keepEveryBlock: true);
        int[] ids = model.Tokenizer.Encode(Prompt);
        model.Model.Forward(ids, null, activations);
        float[] row = activations.Block(2).Attention.Row(4).Slice(3 * ids.Length, ids.Length).ToArray();

        ModelFact.Attends(Prompt, 2, 3, 4, (0, Math.Round(row[0], 2)), (3, Math.Round(row[3], 2))).Problem(model.Model, model.Tokenizer)
            .Should().BeNull();
        ModelFact.Attends(Prompt, 2, 3, 4, (0, row[0] + 0.02)).Problem(model.Model, model.Tokenizer).Should().StartWith("it attends ");
        ModelFact.Attends(Prompt, 1, 3, 4, (0, row[0]), (3, row[3])).Problem(model.Model, model.Tokenizer).Should().NotBeNull("it is another block");
    }

    [Fact]
    public void FirstLogit_OfIdZeroOrOfTheBest_Holds()
    {
        var activations = new ForwardActivations(model.Model.Config);
        model.Model.Forward(model.Tokenizer.Encode(Prompt), null, activations);
        float[] logits = activations.Logits.Row(0).ToArray();

        ModelFact.FirstLogit(Prompt, logits.Max(), 0.01).Problem(model.Model, model.Tokenizer).Should().BeNull();
        ModelFact.FirstLogit(Prompt, logits[0], 0.01).Problem(model.Model, model.Tokenizer).Should().BeNull();
        ModelFact.FirstLogit(Prompt, logits.Max() + 1, 0.01).Problem(model.Model, model.Tokenizer).Should().StartWith("that of id 0 is ");
    }

    [Fact]
    public void EmbeddingStarts_AmountsWhateverTheSigns_Holds()
    {
        float[] row = model.Model.Weights.TokenEmbedding.Row(318).ToArray();

        ModelFact.EmbeddingStarts(318, 0.0001, Math.Abs(row[0]), Math.Abs(row[1])).Problem(model.Model, model.Tokenizer).Should().BeNull();
        ModelFact.EmbeddingStarts(319, 0.0001, Math.Abs(row[0]), Math.Abs(row[1])).Problem(model.Model, model.Tokenizer)
            .Should().StartWith("it starts ");
    }

    [Fact]
    public void FolderOfAnotherFormat_RowOfTheEmbedding_IsCompared()
    {
        Vocabulary vocabulary = new([.. Enumerable.Range(0, 150).Select(id => new Merge(id, id + 1))]);
        Gpt2Weights weights = TestModels.Random(new Gpt2Config(vocabulary.Count, 8, 6, 3, 2), 1);
        string good = folder.PathOf("good"), bad = folder.PathOf("bad");
        HuggingFaceFolder.Write(bad, weights, vocabulary);
        (weights.TokenEmbedding[318, 0], weights.TokenEmbedding[318, 1]) = (-0.0097f, 0.0101f);
        HuggingFaceFolder.Write(good, weights, vocabulary);
        var table = new FactTable("OpenAI's GPT-2", [], [ModelFact.EmbeddingStarts(318, 0.0006, 0.0097, 0.010)]);

        Check(good, table).Should().ContainSingle().Which.Should().Be(
            new Finding(FindingStatus.Ok, FindingArea.Facts, "fact", "row 318 of wte starts ±0.0097, ±0.01", null));
        Finding wanting = Check(bad, table).Should().ContainSingle().Subject;
        wanting.Status.Should().Be(FindingStatus.Wrong);
        wanting.Found.Should().MatchRegex("^row 318 of wte starts ±0.0097, ±0.01: it starts -?0\\.[0-9]+, -?0\\.[0-9]+$");
        wanting.Remedy.Should().StartWith("take the weights of OpenAI's GPT-2 again");
    }

    [Fact]
    public void ModelWithoutVocabulary_FactsAreNotChecked()
    {
        string ids = folder.PathOf("ids");
        HuggingFaceFolder.Write(ids, TestModels.Random(new Gpt2Config(257, 8, 6, 3, 2), 1), vocabulary: null);

        Finding finding = Check(ids, new FactTable("it", [], [ModelFact.Continues("ab", "c", 1)])).Should().ContainSingle().Subject;
        finding.Status.Should().Be(FindingStatus.Warning);
        finding.Found.Should().Be("those of it were not checked: they are texts, and the model has no vocabulary");
    }

    [Fact]
    public void Cluster_PositionsThatShiftLittleOrMuch_IsReported()
    {
        var weights = new Gpt2Weights(model.Model.Config);
        model.Model.Weights.TokenEmbedding.Span.CopyTo(weights.TokenEmbedding.Span);
        var still = new Gpt2Model(weights, Kernels);
        ModelFact.OneTokenIsACluster(Prompt).Problem(still, model.Tokenizer).Should().BeNull("its positions are all zero");

        for (int position = 0; position < weights.Config.Context; position++)
        {
            weights.PositionEmbedding[position, 0] = 100 * position;
        }

        ModelFact.OneTokenIsACluster(Prompt).Problem(still, model.Tokenizer).Should().StartWith("its positions are ");
    }

    [Theory]
    [InlineData("ab", new[] { 256 }, null)]
    [InlineData("ab", new[] { 255 }, "it is 256")]
    [InlineData("abc", new[] { 256, 66 }, null)]
    [InlineData("abc", new[] { 64, 257 }, "it is 256 66")]
    public void Tokens_OfASmallVocabulary_AreCompared(string text, int[] ids, string? problem)
    {
        TokenizerFact.Tokens(text, ids).Problem(Small()).Should().Be(problem);
    }

    [Fact]
    public void OtherVocabularyFacts_OfASmallVocabulary_AreCompared()
    {
        Tokenizer small = Small();

        TokenizerFact.Text("abc", 256, 66).Problem(small).Should().BeNull();
        TokenizerFact.Text("abd", 256, 66).Problem(small).Should().Be("it is \"abc\"");
        TokenizerFact.Text("abd", 70000).Problem(small).Should().Be("there are no such ids");
        TokenizerFact.Merges("ab", (0, "a", "b")).Problem(small).Should().BeNull();
        TokenizerFact.Merges("ab", (1, "a", "b")).Problem(small).Should().Be("it is made by 0");
        TokenizerFact.Merges("ab", (0, "a", "c")).Problem(small).Should().NotBeNull();
        TokenizerFact.SingleNumbers("", 9).Problem(small).Should().BeNull("only the digits are single tokens");
        TokenizerFact.SingleNumbers(" ", 9).Problem(small).Should().Be("0 are");
    }

    private static KernelSet Kernels => KernelSet.Create(KernelRung.Vector);

    /// <summary>The bytes and "ab".</summary>
    private static Tokenizer Small() => new(new Vocabulary([new Merge(ByteAlphabet.IdOf((byte)'a'), ByteAlphabet.IdOf((byte)'b'))]));

    private static IReadOnlyList<Finding> Check(string folder, FactTable? table)
    {
        ExaminedFolder examined = ModelDoctor.Examine(folder, new FindingList(), null, CancellationToken.None);
        var findings = new FindingList();
        FactCheck.Examine(folder, examined, table, Kernels, findings, CancellationToken.None);
        return findings.All;
    }
}
