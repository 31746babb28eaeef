// Model folders written and read back: every bit, both kinds of vocabulary files, with and without the optional files.

using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.JavaScript;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights;

public class CsvModelFolderTests
{
    private static readonly Vocabulary SmallVocabulary = new([new Merge(64, 65), new Merge(256, 66), new Merge(11, 0)]);

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void WriteThenRead_AnyModel_GivesTheSameBits(bool bias, bool tied)
    {
        using var folder = new TemporaryFolder();
        using var culture = new DecimalCommaCulture();
        var config = new Gpt2Config(260, 8, 6, 3, 2) { QkvBias = bias, TiedHead = tied };
        Gpt2Weights weights = TestModels.Random(config, 4);

        CsvModelFolder.Write(folder.PathOf("model"), weights, SmallVocabulary);
        Gpt2Weights read = CsvModelFolder.ReadWeights(folder.PathOf("model"));

        read.Config.Should().Be(config);
        Bits(read).Should().Equal(Bits(weights));
        CsvFolder.TokenizerOf(folder.PathOf("model"), config)!.Vocabulary.Merges.Should().Equal(SmallVocabulary.Merges);
    }

    [Fact]
    public void Write_Folder_HasTheFilesOfTheLayout()
    {
        using var folder = new TemporaryFolder();
        var config = new Gpt2Config(260, 8, 6, 3, 1) { TiedHead = false };

        CsvModelFolder.Write(folder.PathOf("model"), TestModels.Random(config, 4), SmallVocabulary);

        string[] expected =
        [
            "hparams.json", "vocab.bpe", "model_wte.csv", "model_wpe.csv", "model_h0_ln_1_g.csv", "model_h0_ln_1_b.csv",
            "model_h0_attn_c_attn_w.csv", "model_h0_attn_c_attn_b.csv", "model_h0_attn_c_proj_w.csv", "model_h0_attn_c_proj_b.csv",
            "model_h0_ln_2_g.csv", "model_h0_ln_2_b.csv", "model_h0_mlp_c_fc_w.csv", "model_h0_mlp_c_fc_b.csv",
            "model_h0_mlp_c_proj_w.csv", "model_h0_mlp_c_proj_b.csv", "model_ln_f_g.csv", "model_ln_f_b.csv", "model_lm_head.csv",
        ];
        Directory.EnumerateFileSystemEntries(folder.Root).Should().ContainSingle("nothing is left beside the folder");
        Directory.EnumerateFiles(folder.PathOf("model")).Select(Path.GetFileName).Should().BeEquivalentTo(expected);
        File.ReadAllText(folder.PathOf("model", "hparams.json")).Should().Be(
            "{\"n_vocab\": 260, \"n_ctx\": 8, \"n_embd\": 6, \"n_head\": 3, \"n_layer\": 1}\n");
        File.ReadAllText(folder.PathOf("model", "vocab.bpe")).Should().Be("#version: 0.2\na b\nab c\n, !\n");
    }

    [Fact]
    public void Write_OverAnotherModel_LeavesNoneOfItsFiles()
    {
        using var folder = new TemporaryFolder();
        string model = folder.PathOf("model");
        CsvModelFolder.Write(
            model, TestModels.Random(new Gpt2Config(260, 8, 6, 3, 2) { TiedHead = false }, 4), SmallVocabulary, VocabularyFiles.JavaScript);
        File.WriteAllText(Path.Combine(model, "notes.txt"), "mine");
        var config = new Gpt2Config(260, 8, 6, 3, 1) { QkvBias = false };

        CsvModelFolder.Write(model, TestModels.Random(config, 5), SmallVocabulary);

        CsvFolder.ConfigOf(model).Should().Be(config);
        Directory.EnumerateFiles(model).Select(Path.GetFileName).Should().NotContain(["model_h1_ln_1_g.csv", "model_lm_head.csv", "vocab_bpe.csv"])
            .And.Contain("notes.txt");
    }

    [Fact]
    public void WriteThenRead_JavaScriptVocabulary_QuotesAndScores()
    {
        using var folder = new TemporaryFolder();
        var config = new Gpt2Config(260, 8, 6, 3, 1);

        CsvModelFolder.Write(folder.PathOf("model"), TestModels.Random(config, 4), SmallVocabulary, VocabularyFiles.JavaScript);

        File.Exists(folder.PathOf("model", "vocab.bpe")).Should().BeFalse();
        File.ReadAllText(folder.PathOf("model", "vocab_bpe.csv")).Should().Be("left,right,rank,score\na,b,0,3\nab,c,1,2\n\",\",!,2,1\n");
        string[] tokens = File.ReadAllLines(folder.PathOf("model", "bpe_token_ids.csv"));
        tokens.Should().HaveCount(260);
        tokens[0].Should().Be("!,0");
        tokens[1].Should().Be("\"\",1");
        tokens[257].Should().Be("abc,257");
        tokens[259].Should().Be("<|endoftext|>,259");
        CsvFolder.TokenizerOf(folder.PathOf("model"), config)!.Vocabulary.Merges.Should().Equal(SmallVocabulary.Merges);
    }

    [Fact]
    public void Read_JavaScriptEditionsFolder_TellsSizesFromItsFiles()
    {
        // It has no hparams.json; GPT-2's heads have 64 channels. Its vectors may be columns.
        using var folder = new TemporaryFolder();
        string model = folder.PathOf("model");
        var config = new Gpt2Config(260, 8, 128, 2, 2);
        Gpt2Weights weights = TestModels.Random(config, 4);
        CsvModelFolder.Write(model, weights, SmallVocabulary, VocabularyFiles.JavaScript);
        File.Delete(Path.Combine(model, "hparams.json"));
        foreach (Matrix vector in weights.Matrices().Where(matrix => matrix.Rows == 1))
        {
            string file = Path.Combine(model, CsvLayout.FileOf(vector.Name));
            File.WriteAllText(file, File.ReadAllText(file).Replace(",", "\r\n", StringComparison.Ordinal));
        }

        Gpt2Weights read = CsvModelFolder.ReadWeights(model);

        read.Config.Should().Be(config);
        Bits(read).Should().Equal(Bits(weights));
    }

    [Theory]
    [InlineData("model_h2_ln_1_g.csv")]
    [InlineData("model_h0_attn_c_attn_w2.csv")]
    [InlineData("model_bogus.csv")]
    public void Open_MatrixThatGpt2DoesNotHave_IsRefused(string file)
    {
        using var folder = new TemporaryFolder();
        CsvModelFolder.Write(folder.PathOf("model"), TestModels.Random(new Gpt2Config(260, 8, 6, 3, 2), 4), SmallVocabulary);
        File.WriteAllText(folder.PathOf("model", file), "1,2\n");

        FluentActions.Invoking(() => ModelFolder.Open(folder.PathOf("model"))).Should().Throw<Gpt2Exception>().With(
            found: "is a tensor that a GPT-2 of n_layer 2 does not have",
            remedy: "*hparams.json*rename a file that does not belong to a model so that its name does not begin with model_",
            where: folder.PathOf("model", file));
    }

    [Fact]
    public void Read_ScoresInAnotherOrder_MergesByScore()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.PathOf("vocab_bpe.csv"), "left,right,rank,score\nab,c,1,0.5\na,b,0,0.75\n");

        SpreadsheetVocabulary.Read(folder.Root).Merges.Should().Equal(new Merge(64, 65), new Merge(256, 66));
    }

    [Theory]
    [InlineData("", "", "vocab_bpe.csv", "found an empty file")]
    [InlineData("#version: 0.2\na b\n", "", "vocab_bpe.csv line 1", "found 1 cell", "left, right, rank, score as headings")]
    [InlineData("left,right,rank,score\na,b,0\n", "", "vocab_bpe.csv line 2", "found 3 cells", "left, right, rank, score*")]
    [InlineData("left,right,rank,score\na,b,0,x\n", "", "vocab_bpe.csv line 2", "found the score 'x'", "left, right, rank, score*")]
    [InlineData("left,right,rank,score\na,bc,0,1\n", "", "vocab_bpe.csv line 2", "found 'bc'", "a byte or a token*")]
    [InlineData("left,right,rank,score\n", "!,1\n", "bpe_token_ids.csv line 1", "found '!,1'", "a token and the id 0 of 257")]
    [InlineData("left,right,rank,score\n", "x,0\n", "bpe_token_ids.csv line 1", "found token 'x' for id 0", "'!' *")]
    [InlineData("left,right,rank,score\n", "!,0\n", "bpe_token_ids.csv", "found 1 tokens", "257*")]
    public void Read_DamagedJavaScriptVocabulary_SaysWhere(
        string merges, string tokens, string where, string found, string? expected = null)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.PathOf("vocab_bpe.csv"), merges);
        if (tokens.Length > 0)
        {
            File.WriteAllText(folder.PathOf("bpe_token_ids.csv"), tokens);
        }

        Action read = () => SpreadsheetVocabulary.Read(folder.Root);

        read.Should().Throw<Gpt2Exception>().With(found, expected, where: Path.Combine(folder.Root, where));
    }

    [SharedFact]
    public void Read_SortingModel_HasAHeadOfItsOwnAndNoText()
    {
        string folder = SharedData.PathOf("models", "nano-sort");
        Gpt2Config config = CsvFolder.ConfigOf(folder);

        config.Should().Be(new Gpt2Config(3, 11, 48, 3, 3) { TiedHead = false });
        CsvFolder.TokenizerOf(folder, config).Should().BeNull();
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("odd")]
    public void ReadThenWrite_ReferenceModels_KeepsEveryBit(string name) => ReadThenWriteKeepsEveryBit(ReferenceData.PathOf(name, "model"));

    [SharedFact]
    public void ReadThenWrite_SortingModel_KeepsEveryBit() => ReadThenWriteKeepsEveryBit(SharedData.PathOf("models", "nano-sort"));

    private static void ReadThenWriteKeepsEveryBit(string source)
    {
        using var folder = new TemporaryFolder();
        Gpt2Weights weights = CsvModelFolder.ReadWeights(source);

        CsvModelFolder.Write(folder.PathOf("copy"), weights, CsvFolder.TokenizerOf(source, weights.Config)?.Vocabulary);

        Bits(CsvModelFolder.ReadWeights(folder.PathOf("copy"))).Should().Equal(Bits(weights));
        if (File.Exists(Path.Combine(source, "vocab.bpe")))
        {
            File.ReadAllText(folder.PathOf("copy", "vocab.bpe")).Should().Be(File.ReadAllText(Path.Combine(source, "vocab.bpe")));
        }
    }

    [Fact]
    public void ReadWeights_Cancelled_Stops()
    {
        using var folder = new TemporaryFolder();
        CsvModelFolder.Write(folder.PathOf("model"), TestModels.Random(new Gpt2Config(260, 8, 6, 3, 2), 4), SmallVocabulary);
        Action read = () => CsvModelFolder.ReadWeights(folder.PathOf("model"), null, new CancellationToken(canceled: true));

        read.Should().Throw<OperationCanceledException>();
    }

    [Fact]
    public void Write_Cancelled_LeavesNothing()
    {
        using var folder = new TemporaryFolder();
        Action write = () => CsvModelFolder.Write(
            folder.PathOf("model"), TestModels.Random(new Gpt2Config(260, 8, 6, 3, 2), 4), SmallVocabulary,
            cancellation: new CancellationToken(true));

        write.Should().Throw<OperationCanceledException>();
        Directory.EnumerateFileSystemEntries(folder.Root).Should().BeEmpty();
    }

    private static int[] Bits(Gpt2Weights weights) =>
        [.. weights.Matrices().SelectMany(matrix => matrix.Span.ToArray()).Select(BitConverter.SingleToInt32Bits)];
}
