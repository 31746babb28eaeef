// Damaged files, one damage at a time: each gives one finding that names the cause and says what to do, and nothing follows
// from it elsewhere.

using System.IO.Compression;
using System.Text;
using Gpt2.Core.Weights.Doctor;
using Gpt2.Tests.Core.Weights.Fixtures;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights.Doctor;

public sealed class DamagedFileTests : IDisposable
{
    private const string Attention = "model_h1_attn_c_attn_w.csv"; // [6, 18]
    private const string Norm = "model_h0_ln_2_g.csv"; // [1, 6]
    private const string Tokens = "model_wte.csv"; // [259, 6]
    private const string Sizes = "hparams.json";
    private const string Vocabulary = "vocab.bpe";
    private const string Again = "copy, convert or download the model again";
    private const string Export = "export it with ',' between cells and '.' in numbers, or convert the model again";
    private const string Page = "<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>\n";
    private const string Pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:9d2a\nsize 9437184\n";

    private static readonly Dictionary<string, (string File, Action<DoctorFixture> Damage, string Found, string Remedy)> Damages = new()
    {
        ["missing tensor"] = (Attention, Delete(Attention), "no such file, expected 6 rows of 18 numbers", Again),
        ["missing token embeddings"] = (Tokens, Delete(Tokens), "no such file, expected 259 rows of 6 numbers", Again),
        ["missing bias of one block"] = (
            "model_h1_attn_c_attn_b.csv", Delete("model_h1_attn_c_attn_b.csv"), "no such file, expected a row of 18 numbers", Again),
        ["missing final norm"] = ("model_ln_f_b.csv", Delete("model_ln_f_b.csv"), "no such file, expected a row of 6 numbers", Again),
        ["empty file"] = (Attention, Content(Attention, ""), "found an empty file", Again),
        ["blank file"] = (Norm, Content(Norm, " \n\n \n\n\n\n\n\n\n"), "has no line with a cell, expected [1, 6]", Again),
        ["LFS pointer"] = (
            Attention, Content(Attention, Pointer), "found a Git LFS pointer in place of the file",
            "fetch the file itself: 'git lfs pull' in the clone, or download it again"),
        ["LFS pointer for a large file"] = (Tokens, Content(Tokens, Pointer), "found a Git LFS pointer", "git lfs pull"),
        ["web page"] = (
            Attention, Content(Attention, Page), "found a web page saved under this name",
            "download the file itself; a page of the site, a login or an error was saved in its place"),
        ["XML error of a store"] = (
            Norm, Content(Norm, "<?xml version=\"1.0\"?><Error><Code>AccessDenied</Code></Error>"), "found a web page", "download the file itself"),
        ["UTF-16 with mark"] = (Norm, Recode(Norm, Encoding.Unicode), "found text in UTF-16", "save it as UTF-8 (in PowerShell: -Encoding utf8)"),
        ["UTF-16 without mark"] = (Norm, Recode(Norm, new UnicodeEncoding(true, false)), "found text in UTF-16", "save it as UTF-8"),
        ["gzip"] = (Attention, fixture => Zipped(fixture, Attention), "found a file compressed by gzip", "unpack it with gunzip"),
        ["spreadsheet file"] = (
            Attention, Content(Attention, "PK\u0003\u0004 and so on"), "found a zip archive", "unpack it, and put what is in it here"),
        ["binary"] = (Norm, Content(Norm, "\u0001\0\0\0\u0002\0"), "found binary data", Again),
        ["folder in its place"] = (
            Norm, InPlace(Norm), "found a folder, expected a file with a row of 6 numbers", "move it away and put the file there"),
        ["folder in place of the token embeddings"] = (
            Tokens, InPlace(Tokens), "found a folder, expected a file with 259 rows of 6 numbers", "move it away and put the file there"),
        ["folder in place of the vocabulary"] = (
            Vocabulary, InPlace(Vocabulary), "found a folder, expected a file with a vocabulary in the form of", "take the vocabulary of this model"),
        ["folder in place of the sizes"] = (
            Sizes, InPlace(Sizes), "found a folder, expected a file with {\"n_vocab\"", "move it away and put the file there"),
        ["semicolons"] = (Norm, Replace(Norm, ",", ";"), "cells are separated by semicolons", Export),
        ["semicolons and decimal commas"] = (
            Attention, fixture => fixture.Edit(Attention, text => text.Replace(',', ';').Replace('.', ',')),
            "cells are separated by semicolons, and numbers have a decimal comma", Export),
        ["tabs"] = (Attention, Replace(Attention, ",", "\t"), "cells are separated by tabs", Export),
        ["tabs and decimal commas"] = (
            Norm, fixture => fixture.Edit(Norm, text => text.Replace(',', '\t').Replace('.', ',')),
            "cells are separated by tabs, and numbers have a decimal comma", Export),
        ["spaces"] = (Attention, Replace(Attention, ",", " "), "cells are separated by spaces", Export),
        ["decimal commas between commas"] = (
            Attention, Replace(Attention, ".", ","), "numbers have a decimal comma, which also separates the cells", Export),
        ["quotes"] = (Norm, fixture => fixture.EditCells(Norm, (cell, _, _) => $"\"{cell}\""), "numbers are in quotes", Export),
        ["quotes and decimal commas"] = (
            Norm, fixture => fixture.EditCells(Norm, (cell, _, _) => $"\"{cell.Replace('.', ',')}\""), "numbers are in quotes", Export),
        ["heading"] = (
            Attention,
            fixture => fixture.Edit(Attention, text => string.Join(',', Enumerable.Range(0, 18).Select(i => $"c{i}")) + "\n" + text),
            "has a line of headings", "export it without headings and labels: numbers only"),
        ["labels"] = (
            Attention, fixture => fixture.EditCells(Attention, (cell, row, column) => column == 0 ? $"r{row},{cell}" : cell),
            "has a column of labels", "export it without headings and labels"),
        ["index of a data frame"] = (
            Attention, fixture => fixture.EditCells(Attention, (cell, row, column) => column == 0 ? $"{row},{cell}" : cell),
            "has a column of labels", "numbers only"),
        ["heading and index of a data frame"] = (Attention, DataFrame, "has a line of headings and a column of labels", "numbers only"),
        ["NaN"] = (
            Attention, Cell(Attention, "NaN"), "line 3 column 5: found 'NaN', expected a finite number with '.' as decimal point",
            "take the weights from an intact copy"),
        ["infinity"] = (
            Attention, Cell(Attention, "-inf"), "line 3 column 5: found '-inf', expected a finite number with '.' as decimal point",
            "a training run that diverged cannot be repaired"),
        ["beyond float32"] = (
            Attention, Cell(Attention, "1e39"), "line 3 column 5: found '1e39', expected a finite number with '.' as decimal point",
            "take the weights"),
        ["many NaN"] = (
            Attention, fixture => fixture.EditCells(Attention, (cell, row, _) => row > 3 ? "nan" : cell),
            "line 5 column 1: found 'nan', the first of 36 such cells, expected a finite number", "take the weights"),
        ["error of a spreadsheet"] = (
            Attention, Cell(Attention, "#DIV/0!"), "line 3 column 5: found '#DIV/0!', expected a finite number with '.' as decimal point",
            "take the weights"),
        ["letters"] = (
            Attention, Cell(Attention, "0.1O5"), "line 3 column 5: found '0.1O5', expected a finite number with '.' as decimal point", Again),
        ["empty cell"] = (Attention, Cell(Attention, ""), "line 3 column 5: found '', expected a finite number with '.' as decimal point", Again),
        ["transposed"] = (
            Attention, fixture => fixture.Transpose(Attention), "is transposed: found [18, 6], expected [6, 18]",
            "transpose it: PyTorch's linear layers store the transpose"),
        ["transposed token embeddings"] = (
            Tokens, fixture => fixture.Transpose(Tokens), "is transposed: found [6, 259], expected [259, 6]", "transpose it: PyTorch's linea"),
        ["transposed hidden layer"] = (
            "model_h2_mlp_c_fc_w.csv", fixture => fixture.Transpose("model_h2_mlp_c_fc_w.csv"),
            "is transposed: found [24, 6], expected [6, 24]", "transpose it: PyTorch's linea"),
        ["cut off in a line"] = (
            Attention, fixture => fixture.Edit(Attention, text => text[..^60]), "line 6: is cut off: found 13 cells, expected 18 for [6, 18]", Again),
        ["cut off between lines"] = (
            Attention, fixture => fixture.Edit(Attention, text => string.Join('\n', text.Split('\n')[..5]) + "\n"),
            "is cut off: found [5, 18], expected [6, 18]", Again),
        ["cut off early"] = (Attention, fixture => fixture.Edit(Attention, text => text[..20]), "is cut off", Again),
        ["ragged"] = (
            Attention, fixture => fixture.EditCells(Attention, (cell, row, column) => row == 1 && column == 0 ? cell + "," + cell : cell),
            "line 2: found 19 cells, expected 18 for [6, 18]", Again),
        ["one row more"] = (
            Norm, fixture => fixture.Edit(Norm, text => text + text), "found [2, 6], expected [1, 6]",
            "use the file of this matrix and the sizes of this model, or " + Again),
        ["file of another tensor"] = (
            Attention, fixture => File.Copy(fixture.PathOf("model_h1_mlp_c_fc_w.csv"), fixture.PathOf(Attention), true),
            "found [6, 24], expected [6, 18]", "use the file of this matrix"),
        ["other case"] = (
            Attention, Rename(Attention, "Model_h1_attn_C_attn_w.CSV"), "found it under the name 'Model_h1_attn_C_attn_w.CSV'",
            $"rename it to {Attention}"),
        ["saved as text"] = (
            Attention, Rename(Attention, Attention + ".txt"), $"found it under the name '{Attention}.txt'", $"rename it to {Attention}"),
        ["downloaded twice"] = (
            Attention, Rename(Attention, "model_h1_attn_c_attn_w (1).csv"), "found it under the name 'model_h1_attn_c_attn_w (1).csv'",
            $"rename it to {Attention}"),
        ["without the word model"] = (
            Attention, Rename(Attention, "h1_attn_c_attn_w.csv"), "found it under the name 'h1_attn_c_attn_w.csv'", $"rename it to {Attention}"),
        ["with other separators"] = (
            Attention, Rename(Attention, "model-h1-attn-c_attn-w.csv"), "found it under the name 'model-h1-attn-c_attn-w.csv'",
            $"rename it to {Attention}"),
        ["half downloaded"] = (
            Attention, Rename(Attention, Attention + ".crdownload"), $"found it under the name '{Attention}.crdownload'",
            $"rename it to {Attention}"),
        ["vocabulary missing"] = (
            Vocabulary, Delete(Vocabulary), "no such file, expected the merges of 2 tokens", "copy it from the model; GPT-2's own has 50,001 lines"),
        ["vocabulary under its other name"] = (
            Vocabulary, Rename(Vocabulary, "merges.txt"), "no such file, expected the merges of 2 tokens",
            "copy merges.txt to this name: it is the same file"),
        ["vocabulary in other case"] = (Vocabulary, Rename(Vocabulary, "Vocab.BPE"), "found it under the name 'Vocab.BPE'", "rename it to vocab.bpe"),
        ["vocabulary of another model"] = (
            Vocabulary, Content(Vocabulary, "#version: 0.2\na b\n"), "defines 258 tokens, expected 259, the n_vocab of hparams.json",
            "take the vocabulary of this model"),
        ["vocabulary as a web page"] = (Vocabulary, Content(Vocabulary, Page), "found a web page", "download the file itself"),
        ["vocabulary as an LFS pointer"] = (Vocabulary, Content(Vocabulary, Pointer), "found a Git LFS pointer", "git lfs pull"),
        ["vocabulary in UTF-16"] = (Vocabulary, Recode(Vocabulary, Encoding.Unicode), "found text in UTF-16", "save it as UTF-8"),
        ["vocabulary empty"] = (Vocabulary, Content(Vocabulary, ""), "found an empty file", Again),
        ["broken merge"] = (
            Vocabulary, Content(Vocabulary, "#version: 0.2\n! \"\nab\n"), "line 3: found 'ab', expected two tokens separated by one space",
            "a merge is lost or broken: take the file of the model"),
        ["merge lost"] = (
            Vocabulary, Content(Vocabulary, "#version: 0.2\n!\" #\na b\n"),
            "line 2: found '!\"', expected a byte or a token that an earlier line makes", "a merge is lost or broken"),
        ["merge twice"] = (
            Vocabulary, Content(Vocabulary, "#version: 0.2\n! \"\n! \"\n"), "line 3: found '! \"', which makes '!\"' a second time",
            "a merge is lost or broken"),
        ["sizes missing"] = (
            Sizes, Delete(Sizes), "no such file, expected a model folder with hparams.json and model_wte.csv",
            "write it: {\"n_vocab\": 259, \"n_ctx\": 8, \"n_embd\": 6, \"n_head\": …, \"n_layer\": 3}; the files do not say n_head"),
        ["sizes in other case"] = (Sizes, Rename(Sizes, "HParams.json"), "found it under the name 'HParams.json'", "rename it to hparams.json"),
        ["sizes not JSON"] = (Sizes, Content(Sizes, "{\"n_vocab\": 259,"), "line 1: not valid JSON", "correct it, or take the one of this model"),
        ["sizes as a web page"] = (Sizes, Content(Sizes, Page), "found a web page", "download the file itself"),
        ["sizes without one"] = (Sizes, Replace(Sizes, ", \"n_head\": 3", ""), "n_head is missing", "correct it"),
        ["heads that do not divide"] = (
            Sizes, Replace(Sizes, "\"n_head\": 3", "\"n_head\": 4"), "n_embd 6 is not divisible by n_head 4", "correct it"),
        ["other channels"] = (
            Sizes, Replace(Sizes, "\"n_embd\": 6", "\"n_embd\": 9"), "n_embd is 9, but most tensors have 6 columns",
            "take the hparams.json of the same model"),
        ["larger vocabulary"] = (
            Sizes, Replace(Sizes, "259", "300"), "n_vocab is 300, but model_wte.csv has 259 rows",
            "copy the files again if some are missing or cut off, or take the hparams.json of the same model"),
        ["smaller vocabulary"] = (
            Sizes, Replace(Sizes, "259", "257"), "n_vocab is 257, but model_wte.csv has 259 rows", "take the hparams.json of the same model"),
        ["larger context"] = (
            Sizes, Replace(Sizes, "\"n_ctx\": 8", "\"n_ctx\": 16"), "n_ctx is 16, but model_wpe.csv has 8 rows", "if some are missing or cut off"),
        ["more blocks"] = (
            Sizes, Replace(Sizes, "\"n_layer\": 3", "\"n_layer\": 12"), "n_layer is 12, but there are tensors of 3 blocks",
            "copy the files again if some are missing"),
        ["fewer blocks"] = (
            Sizes, Replace(Sizes, "\"n_layer\": 3", "\"n_layer\": 2"), "n_layer is 2, but there are tensors of 3 blocks",
            "take the hparams.json of the same model"),
        ["blocks of 10^12"] = (
            Sizes, Replace(Sizes, "\"n_layer\": 3", "\"n_layer\": 1000000000000"),
            "n_layer is 1000000000000, expected a whole number from 1 to 2147483647", "correct it, or take the one of this model"),
        ["another name for blocks"] = (
            Sizes, Replace(Sizes, "\"n_layer\"", "\"n_layers\""), "n_layer is missing, but there is n_layers", "rename n_layers to n_layer"),
        ["absurdly many blocks"] = (
            Sizes, Replace(Sizes, "\"n_layer\": 3", "\"n_layer\": 2000000000"), "n_layer is 2000000000, expected at most 1000",
            "take the one of this model"),
        ["a matrix too many"] = (
            "model_h0_attn_c_attn_w2.csv", Content("model_h0_attn_c_attn_w2.csv", "1\n"),
            "is a tensor that a GPT-2 of n_layer 3 does not have",
            "rename a file that does not belong to a model so that its name does not begin with model_"),
    };

    private readonly DoctorFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    public static TheoryData<string> Names() => [.. Damages.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Examine_Damage_IsTheOneFinding(string name)
    {
        (string file, Action<DoctorFixture> damage, string found, string remedy) = Damages[name];
        damage(fixture);

        Finding finding = fixture.Problems().Should().ContainSingle(name).Subject;
        finding.Status.Should().Be(FindingStatus.Wrong);
        finding.Subject.Should().Be(file);
        finding.Found.Should().Contain(found).And.NotContain("\n");
        finding.Remedy.Should().Contain(remedy);
        DoctorFixture.LoaderShouldSay(fixture.Model, finding);
    }

    [Fact]
    public void Examine_SizesThatCannotBeKnown_ExaminesEachFile()
    {
        fixture.Write(Sizes, "{");
        File.Delete(fixture.PathOf(Tokens));
        fixture.EditCells(Attention, (cell, row, column) => (row, column) == (2, 4) ? "NaN" : cell);
        fixture.Write(Vocabulary, Page);

        fixture.Problems().Select(finding => (finding.Subject, finding.Found.Split(',')[0])).Should().Equal(
            (Sizes, "line 1: not valid JSON"), (Attention, "line 3 column 5: found 'NaN'"), (Tokens, "no such file"),
            ("sizes", "are not known"), (Vocabulary, "found a web page saved under this name"));
    }

    [Fact]
    public void Examine_EveryDamageAtOnce_FindsAllOfThem()
    {
        string[] together = ["missing bias of one block", "LFS pointer for a large file", "semicolons", "NaN", "vocabulary in UTF-16"];
        foreach (string name in together)
        {
            Damages[name].Damage(fixture);
        }

        fixture.Problems().Select(finding => finding.Subject).Should().BeEquivalentTo(together.Select(name => Damages[name].File));
        fixture.All().Should().ContainSingle(finding => finding.Subject == "tensors").Which.Found.Should().Be("36 of 40 could be read");
    }

    [Fact]
    public void Examine_WholeFolderFromASpreadsheetProgram_NamesEveryFile()
    {
        foreach (string path in Directory.EnumerateFiles(fixture.Model, "*.csv"))
        {
            File.WriteAllText(path, File.ReadAllText(path).Replace(',', ';').Replace('.', ','));
        }

        fixture.Problems().Should().HaveCount(40)
            .And.OnlyContain(finding => finding.Found == "cells are separated by semicolons, and numbers have a decimal comma");
        fixture.Grouped().Should().ContainSingle().Which.Should().Be(fixture.Problems()[0] with
        {
            Subject = "model_wte.csv, model_wpe.csv, model_h0_ln_1_g.csv and 37 more",
        });
    }

    [Fact]
    public void Grouped_SameFaultInDifferentNumbers_IsOneFinding()
    {
        int bad = 0;
        foreach (string path in Directory.EnumerateFiles(fixture.Model, "model_h*_b.csv").Order())
        {
            bad++;
            fixture.EditCells(Path.GetFileName(path), (cell, _, column) => column < 2 + (bad % 3) ? "nan" : cell);
        }

        Finding finding = fixture.Grouped().Should().ContainSingle().Subject;
        finding.Subject.Should().EndWith($" and {bad - 3} more");
        finding.Found.Should().StartWith("line 1 column 1: found 'nan', the first of ").And.EndWith("; similar in the others");
    }

    [Fact]
    public void Examine_TwoFaultsInOneFile_CountsBoth()
    {
        fixture.EditCells(Attention, (cell, row, column) => (row, column) == (0, 0) ? "x" : (row, column) == (1, 1) ? "NaN" : cell);

        Finding finding = fixture.Problems().Should().ContainSingle().Subject;
        finding.Found.Should().Be("line 1 column 1: found 'x', the first of 2 such cells, expected a finite number with '.' as decimal point");
        finding.Remedy.Should().Be(Again, "it is about the first");
    }

    [Fact]
    public void Examine_JavaScriptEdition_NeedsNoSizes()
    {
        fixture.Write("vocab_bpe.csv", "left,right,rank,score\n!,\"\"\"\",0,2\n\"!\"\"\",#,1,1\n");
        File.Delete(fixture.PathOf(Sizes));
        File.Delete(fixture.PathOf(Vocabulary));

        fixture.Problems().Should().BeEmpty();
    }

    [Theory]
    [InlineData(Attention)]
    [InlineData(Norm)]
    [InlineData(Sizes)]
    [InlineData(Vocabulary)]
    public void Examine_RandomDamage_IsFindingsOrAWholeModel(string file)
    {
        byte[] original = File.ReadAllBytes(fixture.PathOf(file));
        SeededProperty.Holds(RandomEdits.Of(original.Length), edits =>
        {
            File.WriteAllBytes(fixture.PathOf(file), RandomEdits.Apply(original, edits));
            long before = GC.GetAllocatedBytesForCurrentThread();
            fixture.All().Should().NotBeEmpty().And.OnlyContain(finding => !finding.Found.Contains('\n'));
            (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(50_000_000);
        }, count: 60);
    }

    [UnixFact]
    public void Examine_BrokenLink_IsSeen()
    {
        File.Delete(fixture.PathOf(Attention));
        File.CreateSymbolicLink(fixture.PathOf(Attention), "/nowhere");

        fixture.Problems().Should().ContainSingle().Which.Found.Should()
            .Be("is a link to /nowhere, which does not exist, expected 6 rows of 18 numbers");
    }

    private static Action<DoctorFixture> Delete(string file) => fixture => File.Delete(fixture.PathOf(file));

    private static Action<DoctorFixture> Content(string file, string text) => fixture => fixture.Write(file, text);

    private static Action<DoctorFixture> Recode(string file, Encoding encoding) => fixture => fixture.Write(file, fixture.Read(file), encoding);

    private static Action<DoctorFixture> Replace(string file, string found, string replaced) =>
        fixture => fixture.Edit(file, text => text.Replace(found, replaced, StringComparison.Ordinal));

    private static Action<DoctorFixture> Rename(string file, string name) => fixture => File.Move(fixture.PathOf(file), fixture.PathOf(name));

    private static Action<DoctorFixture> Cell(string file, string text) =>
        fixture => fixture.EditCells(file, (cell, row, column) => (row, column) == (2, 4) ? text : cell);

    private static void DataFrame(DoctorFixture fixture)
    {
        fixture.EditCells(Attention, (cell, row, column) => column == 0 ? $"{row},{cell}" : cell);
        fixture.Edit(Attention, text => "," + string.Join(',', Enumerable.Range(0, 18)) + "\n" + text);
    }

    private static Action<DoctorFixture> InPlace(string file) => fixture =>
    {
        File.Delete(fixture.PathOf(file));
        Directory.CreateDirectory(fixture.PathOf(file));
    };

    private static void Zipped(DoctorFixture fixture, string file)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(fixture.Read(file));
        using var stream = new GZipStream(File.Create(fixture.PathOf(file)), CompressionLevel.Fastest);
        stream.Write(bytes);
    }
}
