// A model folder in the CSV layout comes from this program or from the JavaScript edition; both are read here.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.JavaScript;

namespace Gpt2.Core.Weights;

/// <summary>One file per matrix, hparams.json, and a vocabulary.</summary>
/// <param name="folder">The folder.</param>
/// <param name="pathOf">Finds the path of a file by its name; null to take exactly that name.</param>
internal sealed class CsvFiles(string folder, Func<string, string>? pathOf = null) : ModelFiles(folder, pathOf)
{
    private int? statedTokens;

    public override string Layout => "CSV";

    public override IEnumerable<string> Names => Directory.EnumerateFiles(Folder, CsvLayout.FileOf("*")).Select(file => Path.GetFileName(file));

    public override string NameOf(string matrix) => CsvLayout.FileOf(matrix);

    /// <summary>The JavaScript edition has no hparams.json: its sizes follow from its files.</summary>
    public override Gpt2Config ReadSizes()
    {
        string path = PathOf(SizesFile);
        if (RegularFile.IsTaken(path))
        {
            Gpt2Config sizes = HyperparametersFile.Read(path);
            statedTokens = HyperparametersFile.ReadTokenCount(path);
            return sizes;
        }

        return RegularFile.IsTaken(Path.Combine(Folder, SpreadsheetVocabulary.MergesFileName)) ? SizesOfSpreadsheetEdition()
            : throw new Gpt2Exception("no such file") { Where = path, Expected = $"a model folder with {SizesFile} and {CsvLayout.FileOf("wte")}" };
    }

    /// <summary>Optional matrices count only if they have their exact names.</summary>
    public override Gpt2Config WithVariant(Gpt2Config sizes, Action<Gpt2Exception> refuse) => sizes with
    {
        QkvBias = Enumerable.Range(0, sizes.Layers).Any(block => Exists($"h{block}/attn/c_attn/b")),
        TiedHead = !Exists("lm_head"),
    };

    /// <summary>
    /// A vector may also be a column. A file without a decimal point has no known shape: its commas may be decimal
    /// commas.
    /// </summary>
    public override long[]? ShapeOf(string matrix)
    {
        try
        {
            (int rows, int columns, bool hasPoints) = CsvMatrixFile.ShapeOf(MatrixPath(matrix));
            return hasPoints ? [rows, columns] : null;
        }
        catch (Gpt2Exception)
        {
            return null; // reading the file reports why
        }
    }

    public override void Require(MatrixShape matrix) => CsvMatrixFile.RequireLength(MatrixPath(matrix.Name), matrix.Rows, matrix.Columns);

    /// <summary>Reads each file with the shape that it appears to have.</summary>
    public override void TryAll(Action<Gpt2Exception> refuse)
    {
        foreach (string name in Names.Concat([NameOf("wte"), NameOf("wpe")]).Distinct().Order(StringComparer.Ordinal))
        {
            Try(
                () =>
                {
                    string path = PathOf(name);
                    (int rows, int columns, _) = CsvMatrixFile.ShapeOf(path);
                    (rows, columns) = (Math.Max(1, rows), Math.Max(1, columns));
                    CsvMatrixFile.RequireLength(path, rows, columns);
                    CsvMatrixFile.Read(path, new Matrix(name, rows, columns));
                },
                refuse);
        }
    }

    public override void Read(Matrix matrix) => CsvMatrixFile.Read(MatrixPath(matrix.Name), matrix);

    /// <summary>
    /// Reads vocab.bpe or, without it, the JavaScript edition's files; null if there are fewer tokens than text needs.
    /// </summary>
    public override Tokenizer? ReadTokenizer(Gpt2Config? sizes)
    {
        string merges = PathOf(VocabularyFile.FileName);
        string spreadsheet = Path.Combine(Folder, SpreadsheetVocabulary.MergesFileName);
        bool hasMerges = RegularFile.IsTaken(merges);
        if (!hasMerges && !RegularFile.IsTaken(spreadsheet))
        {
            return sizes is null || sizes.Vocabulary < Text.Vocabulary.SmallestCount ? null : throw new Gpt2Exception("no such file")
            {
                Where = merges,
                Expected = $"the merges of {Plural.Of(sizes.Vocabulary - Text.Vocabulary.SmallestCount, "token")}",
                Remedy = File.Exists(Path.Combine(Folder, "merges.txt"))
                    ? "copy merges.txt to this name: it is the same file" : "copy it from the model; GPT-2's own has 50,001 lines",
            };
        }

        Vocabulary vocabulary = hasMerges
            ? AddedTokensFile.AddTo(PathOf(AddedTokensFile.FileName), VocabularyFile.Read(merges)) : SpreadsheetVocabulary.Read(Folder);
        string file = hasMerges ? merges : spreadsheet;
        if (statedTokens is int tokens && tokens != vocabulary.Count)
        {
            throw new Gpt2Exception($"defines {Plural.Of(vocabulary.Count, "token")}")
            {
                Where = file,
                Expected = $"{tokens}, the {HyperparametersFile.TokenCount} of {SizesFile}",
                Remedy = FolderVocabulary.TakeAnother,
            };
        }

        string confirm = $"add \"{HyperparametersFile.TokenCount}\": {vocabulary.Count} to {SizesFile}";
        return new Tokenizer(FolderVocabulary.Fit(vocabulary, file, sizes, SizesFile, statedTokens is not null, confirm));
    }

    protected override string RemedyForUnused => "; rename a file that does not belong to a model so that its name does not begin with model_";

    protected override ErrorPlace PlaceOf(string name) => Path.Combine(Folder, name);

    /// <summary>Leaves out files that are read although their names differ slightly.</summary>
    protected override IEnumerable<string> Others(Gpt2Config sizes) =>
        Names.Except(MatrixShapes.Of(sizes).Select(shape => Path.GetFileName(MatrixPath(shape.Name))));

    private string MatrixPath(string matrix) => PathOf(CsvLayout.FileOf(matrix));

    private bool Exists(string matrix) => RegularFile.IsTaken(Path.Combine(Folder, CsvLayout.FileOf(matrix)));

    /// <summary>The JavaScript edition has GPT-2's heads of 64 channels.</summary>
    private Gpt2Config SizesOfSpreadsheetEdition()
    {
        (int vocabulary, int channels, _) = CsvMatrixFile.ShapeOf(MatrixPath("wte"));
        (int context, _, _) = CsvMatrixFile.ShapeOf(MatrixPath("wpe"));
        int layers = 0;
        while (Exists($"h{layers}/attn/c_attn/w"))
        {
            layers++;
        }

        var sizes = new Gpt2Config(vocabulary, context, channels, Math.Max(1, channels / Gpt2Config.HeadSizeOfGpt2), layers);
        return sizes.Problem() is Gpt2Exception problem ? throw problem.At(Folder, remedy: $"add {SizesFile} with the sizes") : sizes;
    }
}
