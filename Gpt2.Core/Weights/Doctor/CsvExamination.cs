// The CSV layout under examination: each file by itself, with what it says and what is wrong with it.

using System.Globalization;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.JavaScript;
using static System.FormattableString;

namespace Gpt2.Core.Weights.Doctor;

/// <summary>A folder in the CSV layout, our own variant or the JavaScript edition's.</summary>
/// <param name="folder">The folder.</param>
internal sealed class CsvExamination(string folder) : IExaminedModel
{
    private readonly FileNames names = new(folder);

    public string Format => "CSV";

    /// <summary>Files by which a folder is taken for one of this layout, also where they bear almost these names.</summary>
    public static IReadOnlyList<string> Marks { get; } =
        [CsvLayout.FileOf("wte"), CsvLayout.FileOf("wpe"), CsvLayout.FileOf("ln_f/g"), CsvLayout.FileOf("h0/ln_1/g"), HyperparametersFile.FileName];

    public string SubjectOf(string tensor) => CsvLayout.FileOf(tensor);

    public Gpt2Config? ExamineSizes(FindingList findings)
    {
        Gpt2Config? sizes = CsvSizes.Examine(folder, names, findings);
        if (sizes is null)
        {
            return null;
        }

        sizes = sizes with
        {
            QkvBias = Enumerable.Range(0, sizes.Layers).Any(block => names.Has(CsvLayout.FileOf(Invariant($"h{block}/attn/c_attn/b")))),
            TiedHead = !names.Has(CsvLayout.FileOf("lm_head")),
        };
        FindUnknown(sizes, findings);
        return sizes;
    }

    public Matrix? Read(MatrixShape expected, FindingList findings)
    {
        string name = CsvLayout.FileOf(expected.Name);
        if (names.Find(name, FindingArea.Tensors, findings) is not string path)
        {
            findings.Wrong(
                FindingArea.Tensors, name, string.Create(CultureInfo.InvariantCulture, $"is missing, expected [{expected.Rows}, {expected.Columns}]"),
                FileRemedies.Again);
            return null;
        }

        if (!FileRemedies.LooksReadable(path, FindingArea.Tensors, findings))
        {
            return null;
        }

        string refusal = "is too short";
        try
        {
            if (new FileInfo(path).Length >= (2 * expected.Count) - 1) // a digit and a separator for each
            {
                var tensor = new Matrix(expected.Name, expected.Rows, expected.Columns);
                CsvMatrixFile.Read(path, tensor);
                return tensor;
            }
        }
        catch (Gpt2Exception e)
        {
            refusal = FileRemedies.Words(e, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            findings.Wrong(FindingArea.Tensors, name, $"cannot be read ({e.Message})", "set its rights, or copy the model again");
            return null;
        }

        CsvDamage.Describe(path, expected.Rows, expected.Columns, refusal, findings);
        return null;
    }

    public Tokenizer? ExamineTokenizer(Gpt2Config config, FindingList findings)
    {
        int before = findings.All.Count;
        bool isJavaScript = !names.Has(VocabularyFile.FileName) && names.Has(SpreadsheetVocabulary.MergesFileName);
        string name = isJavaScript ? SpreadsheetVocabulary.MergesFileName : VocabularyFile.FileName;
        if (names.Find(name, FindingArea.Tokenizer, findings) is not string path)
        {
            if (config.Vocabulary >= Vocabulary.SmallestCount)
            {
                string remedy = names.Has("merges.txt") ? "copy merges.txt to this name: it is the same file" : "copy it from the model; GPT-2's own has 50,001 lines";
                findings.Wrong(FindingArea.Tokenizer, name, "is missing", remedy);
            }

            return null;
        }

        if (!FileRemedies.LooksReadable(path, FindingArea.Tokenizer, findings))
        {
            return null;
        }

        try
        {
            Vocabulary vocabulary = isJavaScript ? SpreadsheetVocabulary.Read(folder) : VocabularyFile.Read(path);
            if (vocabulary.Count == config.Vocabulary)
            {
                return findings.All.Count == before ? new Tokenizer(vocabulary) : null;
            }

            findings.Wrong(
                FindingArea.Tokenizer, name,
                string.Create(CultureInfo.InvariantCulture, $"defines {vocabulary.Count} tokens, and {CsvLayout.FileOf("wte")} has {config.Vocabulary} rows"),
                "it is the vocabulary of another model, or cut off: take the one of this model");
        }
        catch (Gpt2Exception e)
        {
            string what = FileRemedies.Words(e, path).Replace(folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal);
            findings.Wrong(FindingArea.Tokenizer, name, what, "a merge is lost or broken: take the file of the model");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            findings.Wrong(FindingArea.Tokenizer, name, $"cannot be read ({e.Message})", "set its rights, or copy the model again");
        }

        return null;
    }

    public void Dispose()
    {
    }

    /// <summary>Finds files that are called like a matrix and are none, nor one that is missing under almost its name.</summary>
    private void FindUnknown(Gpt2Config sizes, FindingList findings)
    {
        HashSet<string?> misnamed =
            [.. MatrixShapes.Of(sizes).Select(shape => CsvLayout.FileOf(shape.Name)).Where(name => !names.Has(name)).Select(names.FindNearly)];
        foreach (string other in CsvLayout.Others(names.All, sizes).Where(name => !misnamed.Contains(name)))
        {
            findings.Wrong(
                FindingArea.Tensors, other, "is called like a matrix that GPT-2 does not have: a part of the model would not be computed",
                "take the files of a GPT-2; if it belongs to no model, give it a name that does not begin with model_");
        }
    }
}
