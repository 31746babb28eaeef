// The names of the files in a model folder, and what is there of them.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.JavaScript;

namespace Gpt2.Core.Weights;

/// <summary>
/// The CSV layout: OpenAI's checkpoint names with '/' written '_', one file per matrix. The table is in docs/csv-layout.md.
/// </summary>
internal static class CsvLayout
{
    /// <summary>Channels of a head in every GPT-2, from which the JavaScript edition's folders tell their heads.</summary>
    private const int HeadSizeOfGpt2 = 64;

    /// <summary>The file of a matrix, for example model_h0_attn_c_attn_w.csv for h0/attn/c_attn/w.</summary>
    public static string FileOf(string matrixName) => $"model_{matrixName.Replace('/', '_')}.csv";

    /// <summary>
    /// The sizes of the model in a folder: hparams.json, and from the files that are there whether the attention has
    /// a bias and the head a matrix of its own.
    /// </summary>
    /// <exception cref="Gpt2Exception">hparams.json is missing or wrong.</exception>
    public static Gpt2Config ConfigOf(string folder)
    {
        string hyperparameters = Path.Combine(folder, HyperparametersFile.FileName);
        Gpt2Config config;
        if (File.Exists(hyperparameters))
        {
            config = HyperparametersFile.Read(hyperparameters);
        }
        else if (File.Exists(Path.Combine(folder, SpreadsheetVocabulary.MergesFileName)))
        {
            config = SizesOfSpreadsheetEdition(folder);
        }
        else
        {
            throw new Gpt2Exception(
                $"{hyperparameters}: no such file, expected a model folder with {HyperparametersFile.FileName} and {FileOf("wte")}");
        }

        // Only blocks that are there are asked: n_layer may be any number.
        bool anyBias = Enumerable.Range(0, config.Layers).TakeWhile(block => Exists(folder, $"h{block}/attn/c_attn/w"))
            .Any(block => Exists(folder, $"h{block}/attn/c_attn/b"));
        config = config with { QkvBias = anyBias, TiedHead = !Exists(folder, "lm_head") };
        return Others(Directory.EnumerateFiles(folder, FileOf("*")).Select(file => Path.GetFileName(file)), config).FirstOrDefault() is string other
            ? throw new Gpt2Exception(
                $"{Path.Combine(folder, other)}: a GPT-2 of n_layer {config.Layers} does not have this matrix: "
                + $"is {HyperparametersFile.FileName} another model's? If the file belongs to no model, give it a name that does not begin with model_")
            : config;
    }

    /// <summary>Files that are called like a matrix and are none of the model's: a part of it that would not be computed.</summary>
    internal static IEnumerable<string> Others(IEnumerable<string> fileNames, Gpt2Config config)
    {
        HashSet<string> used = [.. MatrixShapes.Of(config).Select(shape => FileOf(shape.Name))];
        string begin = FileOf("*").Split('*')[0];
        return fileNames
            .Where(name => name.StartsWith(begin, StringComparison.Ordinal) && name.EndsWith(".csv", StringComparison.Ordinal) && !used.Contains(name))
            .Order(StringComparer.Ordinal);
    }

    /// <summary>
    /// Throws for the first file of a model that is not there, and where the files together are too short for so many
    /// numbers, before memory is taken for them.
    /// </summary>
    /// <exception cref="Gpt2Exception">A file is missing or too short.</exception>
    public static void RequireFiles(string folder, Gpt2Config config)
    {
        long found = 0, least = 0;
        foreach (MatrixShape matrix in MatrixShapes.Of(config))
        {
            string path = Path.Combine(folder, FileOf(matrix.Name));
            if (!File.Exists(path))
            {
                throw new Gpt2Exception(
                    $"{path}: no such file, expected {matrix.Rows} rows of {matrix.Columns} numbers: copy or convert the model again");
            }

            found += new FileInfo(path).Length;
            least += (2 * matrix.Count) - 1; // a digit and a comma each
        }

        if (found < least)
        {
            foreach (MatrixShape matrix in MatrixShapes.Of(config))
            {
                CsvMatrixFile.RequireLength(Path.Combine(folder, FileOf(matrix.Name)), matrix.Name, matrix.Rows, matrix.Columns);
            }
        }
    }

    /// <summary>
    /// The tokenizer of a folder: vocab.bpe, or the JavaScript edition's files where that is absent; null where the
    /// vocabulary has fewer tokens than a text needs.
    /// </summary>
    /// <exception cref="Gpt2Exception">A file is missing or wrong, or defines another number of tokens.</exception>
    public static Tokenizer? TokenizerOf(string folder, Gpt2Config config)
    {
        string merges = Path.Combine(folder, VocabularyFile.FileName);
        string spreadsheet = Path.Combine(folder, SpreadsheetVocabulary.MergesFileName);
        bool hasMerges = File.Exists(merges), hasSpreadsheet = File.Exists(spreadsheet);
        if (!hasMerges && !hasSpreadsheet)
        {
            return config.Vocabulary < Text.Vocabulary.SmallestCount
                ? null
                : throw new Gpt2Exception(
                    $"{merges}: no such file, expected the merges of {config.Vocabulary - Text.Vocabulary.SmallestCount} tokens");
        }

        string read = hasMerges ? merges : spreadsheet;
        Vocabulary vocabulary = hasMerges ? VocabularyFile.Read(merges) : SpreadsheetVocabulary.Read(folder);
        FolderVocabulary.RequireCount(vocabulary, read, config, HyperparametersFile.FileName);
        return new Tokenizer(vocabulary);
    }

    /// <summary>
    /// The JavaScript edition ships no hparams.json: the sizes are those of its files. It has GPT-2's heads of 64 channels.
    /// </summary>
    private static Gpt2Config SizesOfSpreadsheetEdition(string folder)
    {
        (int vocabulary, int channels) = CsvMatrixFile.ShapeOf(Path.Combine(folder, FileOf("wte")));
        (int context, _) = CsvMatrixFile.ShapeOf(Path.Combine(folder, FileOf("wpe")));
        int layers = 0;
        while (Exists(folder, $"h{layers}/attn/c_attn/w"))
        {
            layers++;
        }

        var config = new Gpt2Config(vocabulary, context, channels, Math.Max(1, channels / HeadSizeOfGpt2), layers);
        return config.Problem() is Gpt2Exception problem
            ? throw new Gpt2Exception(problem.Problem) { Where = folder, Remedy = $"add {HyperparametersFile.FileName} with the sizes" }
            : config;
    }

    private static bool Exists(string folder, string matrixName) => File.Exists(Path.Combine(folder, FileOf(matrixName)));
}
