// All binary formats store matrices as named tensors; what differs is where names and positions come from.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;

namespace Gpt2.Core.Weights.Binary;

/// <summary>A model whose matrices are tensors in binary files. Each format finds the tensors in its own way.</summary>
/// <param name="folder">The folder.</param>
/// <param name="file">The model's main file.</param>
/// <param name="pathOf">Finds the path of a file by its name; null to take exactly that name.</param>
internal abstract class BinaryFiles(string folder, string file, Func<string, string>? pathOf) : ModelFiles(folder, pathOf)
{
    /// <summary>The path of the model's main file.</summary>
    protected string Main => PathOf(MainFile);

    protected string MainFile => file;

    protected FileSet Files { get; } = new();

    /// <summary>The tensors by name; a format may find more.</summary>
    protected Dictionary<string, StoredTensor> Tensors { get; } = [];

    /// <summary>For each tensor that should exist but cannot be used, the reason.</summary>
    protected Dictionary<string, Gpt2Exception> Lost { get; } = [];

    /// <summary>Why it is not known which tensors there are; null if it is known.</summary>
    protected Gpt2Exception? AllLost { get; set; }

    public override IEnumerable<string>? Names => AllLost is null ? Tensors.Keys.Concat(Lost.Keys) : null;

    public override string? StoredTypes => Tensors.Values.GroupBy(tensor => tensor.Type).OrderBy(group => group.Key).ToArray() switch
    {
        [] => null,
        [var only] => only.Key.ToString(),
        var several => string.Join(", ", several.Select(group => FormattableString.Invariant($"{group.Count()} {group.Key}"))),
    };

    public override bool IsRounded => Tensors.Values.Any(tensor => tensor.Type == NumberType.BF16 || tensor.Type.BlockLength() > 1);

    /// <summary>The matrix's own name, for formats whose files do not name their tensors.</summary>
    public override string NameOf(string matrix) => matrix;

    /// <summary>All shapes are known, so all are checked.</summary>
    public override void RequireTensors(Gpt2Config sizes) => RequireAll(sizes);

    public override long[]? ShapeOf(string matrix)
    {
        try
        {
            return Find(NameOf(matrix))?.Shape;
        }
        catch (Gpt2Exception)
        {
            return null; // reading the tensor reports why
        }
    }

    public override void Require(MatrixShape matrix) => Located(matrix);

    public override void Read(Matrix matrix) => Located(new MatrixShape(matrix.Name, matrix.Rows, matrix.Columns)).Read(matrix);

    public override Tokenizer? ReadTokenizer(Gpt2Config? sizes) => FolderVocabulary.Read(PathOf, sizes, SizesFile);

    public override Gpt2Config WithVariant(Gpt2Config sizes, Action<Gpt2Exception> refuse) => sizes;

    /// <summary>A tensor by its name; null if there is none.</summary>
    /// <exception cref="Gpt2Exception">It exists but cannot be used.</exception>
    protected virtual StoredTensor? Find(string name) => Tensors.GetValueOrDefault(name);

    protected override ErrorPlace PlaceOf(string name) => new(Main, Part: name);

    protected override IEnumerable<string> Others(Gpt2Config sizes) => base.Others(sizes).Except(Lost.Keys);

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

/// <summary>A single file whose header gives the sizes and the position of each matrix, under our names.</summary>
/// <param name="folder">The folder.</param>
/// <param name="file">The file.</param>
/// <param name="pathOf">Finds the path of a file by its name; null to take exactly that name.</param>
/// <param name="read">Reads the header.</param>
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
