// The CSV layout as one of the formats.

using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.Doctor;

namespace Gpt2.Core.Weights;

/// <summary>The CSV layout, see <see cref="CsvLayout"/>.</summary>
internal sealed class CsvFormat() : ModelFormat("csv", "hparams.json with model_wte.csv")
{
    private static readonly string Embedding = CsvLayout.FileOf("wte");

    /// <summary>hparams.json alone is a CSV folder with its files missing, unless it belongs to a TensorFlow checkpoint, whole or not.</summary>
    internal override IEnumerable<string> ModelsIn(string folder)
    {
        if (File.Exists(Path.Combine(folder, Embedding)))
        {
            yield return Embedding;
        }
        else if (File.Exists(Path.Combine(folder, HyperparametersFile.FileName)) && !Directory.EnumerateFiles(folder, ModelFolder.CheckpointData).Any())
        {
            yield return HyperparametersFile.FileName;
        }
    }

    internal override bool IsModelFile(string fileName) =>
        fileName == HyperparametersFile.FileName || Path.GetExtension(fileName) == ".csv";

    internal override ModelSource Open(string folder, string file, string named) => new CsvSource(folder);

    internal override IExaminedModel Examine(string folder, string file) => new CsvExamination(folder);
}

/// <summary>A folder in the CSV layout, opened.</summary>
internal sealed class CsvSource(string folder) : ModelSource(ModelFormat.Csv, folder)
{
    public override Gpt2Config Config { get; } = CsvLayout.ConfigOf(folder);

    public override Tokenizer? ReadTokenizer() => CsvLayout.TokenizerOf(Path, Config);

    public override void Read(Matrix matrix) => CsvMatrixFile.Read(System.IO.Path.Combine(Path, CsvLayout.FileOf(matrix.Name)), matrix);

    private protected override void RequireWhole() => CsvLayout.RequireFiles(Path, Config);
}
