// A model whose matrices are tensors in binary files.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;

namespace Gpt2.Core.Weights.Binary;

/// <summary>Tensors by name. What names there are, and in which files, is the format's business.</summary>
/// <param name="folder">The folder.</param>
/// <param name="file">The file that the model is known by.</param>
/// <param name="pathOf">The path of a file by its name; null for the file of exactly that name.</param>
internal abstract class BinaryFiles(string folder, string file, Func<string, string>? pathOf) : ModelFiles(folder, pathOf)
{
    /// <summary>The path of the file that the model is known by.</summary>
    protected string Main => PathOf(MainFile);

    protected string MainFile => file;

    protected FileSet Files { get; } = new();

    /// <summary>The tensors by their names; a format may find more.</summary>
    protected Dictionary<string, StoredTensor> Tensors { get; } = [];

    /// <summary>Why a tensor is not there although it should be.</summary>
    protected Dictionary<string, Gpt2Exception> Lost { get; } = [];

    /// <summary>Why nobody knows which tensors there are; null if that is known.</summary>
    protected Gpt2Exception? AllLost { get; set; }

    public override IEnumerable<string>? Names => AllLost is null ? Tensors.Keys.Concat(Lost.Keys) : null;

    /// <summary>As our own matrices are called, where the files do not name them.</summary>
    public override string NameOf(string matrix) => matrix;

    /// <summary>All shapes are known, so that all are looked at.</summary>
    public override void RequireTensors(Gpt2Config sizes) => RequireAll(sizes);

    public override long[]? ShapeOf(string matrix)
    {
        try
        {
            return Find(NameOf(matrix))?.Shape;
        }
        catch (Gpt2Exception)
        {
            return null; // reading it says why
        }
    }

    public override void Require(MatrixShape matrix) => Located(matrix);

    public override void Read(Matrix matrix) => Located(new MatrixShape(matrix.Name, matrix.Rows, matrix.Columns)).Read(matrix);

    public override Tokenizer? ReadTokenizer(Gpt2Config sizes) => FolderVocabulary.Read(PathOf, sizes, SizesFile);

    public override Gpt2Config WithVariant(Gpt2Config sizes, Action<Gpt2Exception> refuse) => sizes;

    /// <summary>A tensor by its name; null if there is none.</summary>
    /// <exception cref="Gpt2Exception">It is there and cannot be used.</exception>
    protected virtual StoredTensor? Find(string name) => Tensors.GetValueOrDefault(name);

    protected override ErrorPlace PlaceOf(string name) => new(Main, Part: name);

    protected override IEnumerable<string> Others(Gpt2Config sizes) => base.Others(sizes).Except(Lost.Keys);

    /// <summary>Does something with a file; where that is refused, tells so.</summary>
    /// <returns>The refusal; null if there was none.</returns>
    protected static Gpt2Exception? Try(Action open, Action<Gpt2Exception> refuse)
    {
        try
        {
            open();
            return null;
        }
        catch (Gpt2Exception e)
        {
            refuse(e);
            return e;
        }
    }

    protected override void Dispose(bool disposing)
    {
        Files.Dispose();
        base.Dispose(disposing);
    }

    private StoredTensor Located(MatrixShape matrix)
    {
        string name = NameOf(matrix.Name);
        StoredTensor tensor = Find(name) ?? throw (Lost.GetValueOrDefault(name) ?? AllLost ?? new Gpt2Exception("is missing")
        {
            Where = PlaceOf(name),
            Expected = $"[{matrix.Rows}, {matrix.Columns}]",
            Remedy = OfOneModel,
        });
        return tensor.Fits(matrix) ? tensor : throw tensor.Misfit(matrix, OfOneModel);
    }
}

/// <summary>One file that says all: its sizes, and where each matrix is, by our names.</summary>
/// <param name="folder">The folder.</param>
/// <param name="file">The file.</param>
/// <param name="pathOf">The path of a file by its name; null for the file of exactly that name.</param>
/// <param name="read">Reads its header.</param>
internal sealed class SingleFile(
    string folder, string file, Func<string, string>? pathOf, Func<MappedFile, (Gpt2Config Sizes, IEnumerable<StoredTensor> Tensors)> read)
    : BinaryFiles(folder, file, pathOf)
{
    public override string Layout => "llm.c";

    public override string SizesFile => MainFile;

    public override Gpt2Config ReadSizes()
    {
        try
        {
            (Gpt2Config sizes, IEnumerable<StoredTensor> tensors) = read(Files.Open(Main));
            foreach (StoredTensor tensor in tensors)
            {
                Tensors.Add(tensor.Name, tensor);
            }

            return sizes;
        }
        catch (Gpt2Exception e)
        {
            AllLost = e;
            throw;
        }
    }
}
