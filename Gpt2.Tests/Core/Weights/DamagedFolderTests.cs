// Damaged model folders: for each damage the error.

using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Weights;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights;

public sealed class DamagedFolderTests : IDisposable
{
    private const string Attention = "model_h1_attn_c_attn_w.csv"; // [6, 18]
    private const string Norm = "model_h0_ln_2_g.csv"; // [1, 6]

    private readonly SmallModelFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Read_RaggedRow_NamesLineAndCells()
    {
        Edit(Attention, lines => lines[2] = lines[2][..lines[2].LastIndexOf(',')]);

        Error().ShouldHave(found: "found 17 cells", expected: "18 for [6, 18]", where: PathOf(Attention) + " line 3");
    }

    [Fact]
    public void Read_LettersInACell_NamesLineAndColumn()
    {
        Edit(Attention, lines => lines[1] = "abc" + lines[1][lines[1].IndexOf(',', StringComparison.Ordinal)..]);

        Error().ShouldHave(
            found: "found 'abc'", expected: "a finite number with '.' as decimal point", where: PathOf(Attention) + " line 2 column 1");
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("inf")]
    [InlineData("-Infinity")]
    [InlineData("1e39")]
    [InlineData("")]
    public void Read_NotAFiniteNumber_NamesIt(string cell)
    {
        Edit(Norm, lines => lines[0] = $"1,2,{cell},4,5,6");

        Error().ShouldHave(
            found: $"found '{cell}'", expected: "a finite number with '.' as decimal point", where: PathOf(Norm) + " line 1 column 3");
    }

    [Fact]
    public void Read_SemicolonsAndDecimalCommas_SaysHowToExport()
    {
        Edit(Norm, lines => lines[0] = "1,5;2,5;3,5;4,5;5,5;6,5");

        Error().ShouldHave(
            found: "cells are separated by semicolons, and numbers have a decimal comma", remedy: "export it with ',' between cells*",
            where: PathOf(Norm));
    }

    [Fact]
    public void Read_SemicolonsWithPoints_SaysHowToExport()
    {
        Edit(Norm, lines => lines[0] = "1.5;2.5;3.5;4.5;5.5;6.5");

        Error().ShouldHave(
            found: "cells are separated by semicolons", remedy: "export it with ',' between cells*", where: PathOf(Norm));
    }

    [Fact]
    public void Read_FileCutOffInItsLastLine_NamesTheLine()
    {
        string path = PathOf(Attention);
        string text = File.ReadAllText(path);
        File.WriteAllText(path, text[..^40]);

        Error().ShouldHave(found: "is cut off: found *", expected: "18*", where: path + " line 6");
    }

    [Fact]
    public void Read_FileCutOffBetweenLines_CountsRows()
    {
        string path = PathOf(Attention);
        File.WriteAllLines(path, File.ReadAllLines(path)[..5]);

        Error().ShouldHave(found: "is cut off: found [5, 18]", expected: "[6, 18]", where: path);
    }

    [Fact]
    public void Read_EmptyFile_SaysSo()
    {
        File.WriteAllText(PathOf(Attention), "");

        Error().ShouldHave(found: "found an empty file", expected: "6 rows of 18 numbers", where: PathOf(Attention));
    }

    [Fact]
    public void Read_RowsTooMany_NamesBothShapes()
    {
        Edit(Norm, lines => lines[0] += "\n" + lines[0]);

        Error().ShouldHave(
            found: "found [2, 6]", expected: "[1, 6]", remedy: "use the file of this matrix and the sizes of this model*", where: PathOf(Norm));
    }

    [Fact]
    public void Read_MissingFile_NamesIt()
    {
        File.Delete(PathOf(Attention));

        Error().ShouldHave(
            found: "no such file", expected: "6 rows of 18 numbers", remedy: "copy, convert or download the model again",
            where: PathOf(Attention));
    }

    [Fact]
    public void Read_OneAttentionBiasMissing_NamesIt()
    {
        // All missing means that the model has none; one missing is a damaged folder.
        File.Delete(PathOf("model_h1_attn_c_attn_b.csv"));
        Error().ShouldHave(found: "no such file", where: PathOf("model_h1_attn_c_attn_b.csv"));

        File.Delete(PathOf("model_h0_attn_c_attn_b.csv"));
        CsvModelFolder.ReadWeights(folder.Model).Config.QkvBias.Should().BeFalse();
    }

    [Theory]
    [InlineData("{", "not valid JSON")]
    [InlineData("[1]", "found Array", "{\"n_vocab\": …*")]
    [InlineData("{\"n_vocab\": 257}", "n_ctx is missing")]
    [InlineData("{\"n_vocab\": 257, \"n_ctx\": \"8\", \"n_embd\": 6, \"n_head\": 3, \"n_layer\": 2}", "n_ctx is \"8\"", "a whole number from 1 *")]
    [InlineData("{\"n_vocab\": 257, \"n_ctx\": 8.5, \"n_embd\": 6, \"n_head\": 3, \"n_layer\": 2}", "n_ctx is 8.5", "a whole number from 1 *")]
    [InlineData("{\"n_vocab\": 257, \"n_ctx\": 0, \"n_embd\": 6, \"n_head\": 3, \"n_layer\": 2}", "n_ctx is 0", "a whole number from 1 *")]
    [InlineData(
        "{\"n_vocab\": 257, \"N_CTX\": 8, \"n_embd\": 6, \"n_head\": 3, \"n_layer\": 2}", "n_ctx is missing, but there is N_CTX", "a whole number*")]
    [InlineData("{\"n_vocab\": 257, \"n_ctx\": 8, \"n_embd\": 6, \"n_head\": 4, \"n_layer\": 2}", "n_embd 6 is not divisible by n_head 4")]
    [InlineData("{\"n_vocab\": 257, \"n_ctx\": 8, \"n_embd\": 1000000, \"n_head\": 1, \"n_layer\": 2}", "*is too large")]
    [InlineData(
        "{\"n_vocab\": 257, \"n_ctx\": 8, \"n_embd\": 2147483646, \"n_head\": 1, \"n_layer\": 2}",
        "a matrix of 18446744039349813264 weights is too large")]
    public void Read_WrongHyperparameters_NamesWhichAndWhat(string json, string found, string? expected = null)
    {
        File.WriteAllText(PathOf("hparams.json"), json);

        Error().ShouldHave(found, expected, where: PathOf("hparams.json") + "*");
    }

    [Theory]
    [InlineData("\"n_layer\": 2", "\"n_layer\": 2000000000", "hparams.json", "n_layer is 2000000000", "at most 1000, since every block *")]
    [InlineData("\"n_layer\": 2", "\"n_layer\": 3", "model_h2_ln_1_g.csv", "no such file")]
    [InlineData("\"n_embd\": 6", "\"n_embd\": 9", "model_wte.csv", "found [257, 6]", "[257, 9]")]
    [InlineData("\"n_embd\": 6", "\"n_embd\": 15000", "model_wte.csv", "found [257, 6]", "[257, 15000]")]
    [InlineData("\"n_vocab\": 257", "\"n_vocab\": 300", "model_wte.csv", "is cut off: found [257, 6]", "[300, 6]")]
    public void Read_HyperparametersOfAnotherModel_NamesTheFileThatDoesNotFit(
        string text, string replacement, string file, string found, string? expected = null)
    {
        string path = PathOf("hparams.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace(text, replacement, StringComparison.Ordinal));

        Error().ShouldHave(found, expected, where: PathOf(file));
    }

    [Fact]
    public void Read_SizesFarBeyondTheFiles_TakesLittleMemory()
    {
        Edit("hparams.json", lines => lines[0] = "{\"n_vocab\": 100000, \"n_ctx\": 100000, \"n_embd\": 21000, \"n_head\": 1, \"n_layer\": 2}");
        Error();
        long before = GC.GetAllocatedBytesForCurrentThread();

        Error().ShouldHave(found: "found [257, 6]", expected: "[100000, 21000]", where: PathOf("model_wte.csv"));

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(2_000_000);
    }

    [Fact]
    public void Read_NoHyperparameters_SaysWhatAModelFolderHolds()
    {
        File.Delete(PathOf("hparams.json"));

        Error().ShouldHave(
            found: "no such file", expected: "a model folder with hparams.json and model_wte.csv", where: PathOf("hparams.json"));
    }

    [Fact]
    public void Tokenizer_BrokenLine_NamesIt()
    {
        File.WriteAllText(PathOf("vocab.bpe"), "#version: 0.2\na b\nabc\n");

        TokenizerError(259).ShouldHave(
            found: "found 'abc'", expected: "two tokens separated by one space", remedy: "*", where: PathOf("vocab.bpe") + " line 3");
    }

    [Fact]
    public void Tokenizer_OfAnotherModel_ComparesTheCounts()
    {
        TokenizerError(300).ShouldHave(
            found: "defines 257 tokens", expected: "300, the n_vocab of hparams.json",
            remedy: "take the vocabulary of this model, *; if the last rows of wte belong to no token, add \"n_tokens\": 257 to hparams.json",
            where: PathOf("vocab.bpe"));
    }

    [Fact]
    public void Tokenizer_Missing_NamesTheFile()
    {
        File.Delete(PathOf("vocab.bpe"));

        TokenizerError(260).ShouldHave(
            found: "no such file", expected: "the merges of 3 tokens", remedy: "copy it from the model*", where: PathOf("vocab.bpe"));
    }

    [Fact]
    public void Read_ReadableVariants_AreAccepted()
    {
        // A byte-order mark, CRLF, blank last lines, spaces around cells.
        int[] before = Bits();
        foreach (string path in Directory.EnumerateFiles(folder.Model, "*.csv"))
        {
            string text = File.ReadAllText(path).Replace(",", " , ", StringComparison.Ordinal).Replace("\n", " \r\n", StringComparison.Ordinal);
            File.WriteAllText(path, "\uFEFF" + text + "\r\n\r\n");
        }

        Bits().Should().Equal(before);
    }

    private int[] Bits() => [.. CsvModelFolder.ReadWeights(folder.Model).Matrices()
        .SelectMany(matrix => matrix.Span.ToArray()).Select(BitConverter.SingleToInt32Bits)];

    private string PathOf(string file) => Path.Combine(folder.Model, file);

    private void Edit(string file, Action<string[]> edit)
    {
        string[] lines = File.ReadAllLines(PathOf(file));
        edit(lines);
        File.WriteAllText(PathOf(file), string.Join('\n', lines) + "\n");
    }

    private Gpt2Exception Error()
    {
        using var culture = new DecimalCommaCulture();
        Action read = () => CsvModelFolder.ReadWeights(folder.Model);
        return read.Should().Throw<Gpt2Exception>().Which;
    }

    private Gpt2Exception TokenizerError(int vocabulary)
    {
        Action read = () => CsvFolder.TokenizerOf(folder.Model, new Gpt2Config(vocabulary, 8, 6, 3, 2));
        return read.Should().Throw<Gpt2Exception>().Which;
    }
}
