// The files of a model, whatever is wrong with them: every question is answered or refused by itself. The loader asks what it needs
// and stops at the first refusal; the doctor asks everything and collects the refusals.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;

namespace Gpt2.Core.Weights;

/// <summary>A model's files in one format. Disposed, they are closed.</summary>
/// <param name="folder">The folder they are in.</param>
/// <param name="pathOf">The path of a file by its name; null for the file of exactly that name.</param>
internal abstract class ModelFiles(string folder, Func<string, string>? pathOf) : IDisposable
{
    /// <summary>What to do if weights and sizes do not belong together.</summary>
    protected const string OfOneModel = "take weights and sizes of one model, or " + WrongFile.Again;

    /// <summary>What the format is called in a sentence.</summary>
    public abstract string Layout { get; }

    /// <summary>The name of the file that states the sizes.</summary>
    public virtual string SizesFile => HyperparametersFile.FileName;

    /// <summary>What it calls the numbers of tokens and of positions.</summary>
    public virtual (string Vocabulary, string Context) SizeNames => ("n_vocab", "n_ctx");

    /// <summary>The names of all tensors that are there, or should be; null if a file that says it cannot be read.</summary>
    public abstract IEnumerable<string>? Names { get; }

    protected string Folder => folder;

    /// <summary>What a matrix is called in these files.</summary>
    public abstract string NameOf(string matrix);

    /// <summary>Reads the sizes that are stated.</summary>
    /// <exception cref="Gpt2Exception">There are none, or they are wrong.</exception>
    public abstract Gpt2Config ReadSizes();

    /// <summary>Looks which tensors there are, after the sizes were read or refused.</summary>
    /// <param name="refuse">Is told of each file or tensor that cannot be used; returns where the rest is wanted.</param>
    public virtual void FindTensors(Action<Gpt2Exception> refuse)
    {
    }

    /// <summary>The sizes with what the tensors say: whether the attention has a bias and the head a matrix of its own.</summary>
    /// <param name="sizes">The sizes.</param>
    /// <param name="refuse">Is told where a file says otherwise.</param>
    public abstract Gpt2Config WithVariant(Gpt2Config sizes, Action<Gpt2Exception> refuse);

    /// <summary>An error for each tensor that no matrix of the model is made of: a part of it would not be computed.</summary>
    public IEnumerable<Gpt2Exception> Unused(Gpt2Config sizes) => Others(sizes).Order(StringComparer.Ordinal).Select(name =>
        new Gpt2Exception($"is a tensor that a GPT-2 of n_layer {sizes.Layers} does not have")
        {
            Where = PlaceOf(name),
            Remedy = $"take the {SizesFile} and the weights of one GPT-2; adapters are merged into the weights before{RemedyForUnused}",
        });

    /// <summary>Throws if opening a model of these sizes shows already that a tensor is missing or has another shape.</summary>
    /// <exception cref="Gpt2Exception">One is or has.</exception>
    public virtual void RequireTensors(Gpt2Config sizes)
    {
    }

    /// <summary>Throws for the first matrix that is missing or cannot have its shape.</summary>
    /// <exception cref="Gpt2Exception">One is missing or has another shape.</exception>
    public void RequireAll(Gpt2Config sizes)
    {
        foreach (MatrixShape matrix in MatrixShapes.Of(sizes))
        {
            Require(matrix);
        }
    }

    /// <summary>The shape of a tensor as it is stored; null if that cannot be told.</summary>
    public abstract long[]? ShapeOf(string matrix);

    /// <summary>Throws if a matrix's file or tensor is missing or cannot have that shape, before memory is taken for it.</summary>
    /// <exception cref="Gpt2Exception">It is missing, has another shape, or its file cannot be read.</exception>
    public abstract void Require(MatrixShape matrix);

    /// <summary>Fills one matrix, found by its name. Several threads may read different ones at once.</summary>
    /// <exception cref="Gpt2Exception">As <see cref="Require"/>, and where its numbers are damaged.</exception>
    public abstract void Read(Matrix matrix);

    /// <summary>The tokenizer; null if there is none.</summary>
    /// <exception cref="Gpt2Exception">Its files are wrong, or do not agree with each other or with the sizes.</exception>
    public abstract Tokenizer? ReadTokenizer(Gpt2Config sizes);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual string RemedyForUnused => "";

    /// <summary>The path of a file.</summary>
    protected string PathOf(string name) => pathOf is null ? Path.Combine(folder, name) : pathOf(name);

    /// <summary>Where errors say that a tensor is.</summary>
    protected abstract ErrorPlace PlaceOf(string name);

    /// <summary>The tensors that no matrix is made of.</summary>
    protected virtual IEnumerable<string> Others(Gpt2Config sizes) =>
        (Names ?? []).Except(MatrixShapes.Of(sizes).Select(shape => NameOf(shape.Name)));

    protected virtual void Dispose(bool disposing)
    {
    }
}
