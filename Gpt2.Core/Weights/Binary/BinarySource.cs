// A model whose matrices lie as tensors in binary files.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;

namespace Gpt2.Core.Weights.Binary;

/// <summary>A model of tensors, every one of which was found and has the right shape.</summary>
internal sealed class BinarySource : ModelSource
{
    private readonly FileSet files;
    private readonly Func<Gpt2Config, Tokenizer?> readTokenizer;
    private readonly Dictionary<string, StoredTensor> tensors = [];

    /// <param name="format">The format.</param>
    /// <param name="path">What the user named.</param>
    /// <param name="config">The sizes.</param>
    /// <param name="sizes">The name of the file that they stand in, for messages.</param>
    /// <param name="find">Gives the tensor of a matrix, or throws.</param>
    /// <param name="readTokenizer">Reads the tokenizer for the sizes.</param>
    /// <param name="files">The open files; the source closes them.</param>
    /// <exception cref="Gpt2Exception">A tensor is missing or has another shape.</exception>
    public BinarySource(
        ModelFormat format, string path, Gpt2Config config, string sizes, Func<MatrixShape, StoredTensor> find,
        Func<Gpt2Config, Tokenizer?> readTokenizer, FileSet files)
        : base(format, path)
    {
        Config = config;
        this.files = files;
        this.readTokenizer = readTokenizer;
        foreach (MatrixShape shape in MatrixShapes.Of(config))
        {
            StoredTensor tensor = find(shape);
            tensor.Require(shape, sizes);
            tensors.Add(shape.Name, tensor);
        }
    }

    public override Gpt2Config Config { get; }

    public override Tokenizer? ReadTokenizer() => readTokenizer(Config);

    public override void Read(Matrix matrix) => tensors[matrix.Name].Read(matrix);

    protected override void Dispose(bool disposing)
    {
        files.Dispose();
        base.Dispose(disposing);
    }
}
