// How a folder in the CSV layout is recognised.

namespace Gpt2.Core.Weights;

/// <summary>The CSV layout, see <see cref="CsvLayout"/>.</summary>
internal sealed class CsvFormat() : ModelFormat("csv", "hparams.json with model_wte.csv")
{
    private static readonly string Embedding = CsvLayout.FileOf("wte");

    /// <summary>
    /// hparams.json alone means a CSV folder whose other files are missing, unless it belongs to a TensorFlow
    /// checkpoint, complete or not.
    /// </summary>
    internal override IEnumerable<string> ModelsIn(string folder)
    {
        if (RegularFile.IsTaken(Path.Combine(folder, Embedding)))
        {
            yield return Embedding;
        }
        else if (RegularFile.IsTaken(Path.Combine(folder, HyperparametersFile.FileName))
            && !Directory.EnumerateFileSystemEntries(folder, ModelFolder.CheckpointData).Any())
        {
            yield return HyperparametersFile.FileName;
        }
    }

    internal override bool IsModelFile(string fileName) =>
        fileName == HyperparametersFile.FileName || Path.GetExtension(fileName) == ".csv";

    internal override ModelFiles FilesOf(string folder, string file, Func<string, string>? pathOf) => new CsvFiles(folder, pathOf);
}
