// The names of the files in a CSV model folder, and what the folder says about the model.

using Gpt2.Core.Model;
using Gpt2.Core.Text;

namespace Gpt2.Core.Weights;

/// <summary>
/// The CSV layout: OpenAI's checkpoint names with '/' written '_', one file per matrix. The table is in
/// docs/csv-layout.md.
/// </summary>
internal static class CsvLayout
{
    /// <summary>The file of a matrix, for example model_h0_attn_c_attn_w.csv for h0/attn/c_attn/w.</summary>
    public static string FileOf(string matrixName) => $"model_{matrixName.Replace('/', '_')}.csv";

    /// <summary>
    /// The sizes of the model in a folder, from hparams.json. Whether the attention has a bias and the head its own
    /// matrix follows from which files exist.
    /// </summary>
    /// <exception cref="Gpt2Exception">
    /// hparams.json is missing or wrong, or there are files of matrices that the model does not have.
    /// </exception>
    public static Gpt2Config ConfigOf(string folder)
    {
        using ModelSource source = ModelFormat.Csv.Open(folder, HyperparametersFile.FileName, folder);
        return source.Config;
    }

    /// <summary>
    /// The tokenizer of a folder, from vocab.bpe or, without it, the JavaScript edition's files; null if the vocabulary
    /// has fewer tokens than text needs.
    /// </summary>
    /// <exception cref="Gpt2Exception">A file is missing or wrong, or defines the wrong number of tokens.</exception>
    public static Tokenizer? TokenizerOf(string folder, Gpt2Config config)
    {
        using var files = new CsvFiles(folder);
        return files.ReadTokenizer(config);
    }
}
