// The files of a model can be asked about one thing at a time, and each question is answered or refused independently.
// The loader asks for what it needs and stops at the first error; the doctor asks for everything and collects the
// errors.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;

namespace Gpt2.Core.Weights;

/// <summary>A model's files in one format. Disposing closes them.</summary>
/// <param name="folder">The folder they are in.</param>
/// <param name="pathOf">Finds the path of a file by its name; null to take exactly that name.</param>
internal abstract class ModelFiles(string folder, Func<string, string>? pathOf) : IDisposable
{
    /// <summary>What to do if weights and sizes do not belong together.</summary>
    protected const string OfOneModel = "take the weights and the sizes of the same model, or " + WrongFile.Again;

    /// <summary>What to do about sizes that are wrong.</summary>
    public const string OfTheModel = "correct it, or take the one of this model";

    /// <summary>What the format is called in a sentence.</summary>
    public abstract string Layout { get; }

    /// <summary>The name of the file that states the sizes.</summary>
    public virtual string SizesFile => HyperparametersFile.FileName;

    /// <summary>What that file calls the numbers of tokens and of positions.</summary>
    public virtual (string Vocabulary, string Context) SizeNames => ("n_vocab", "n_ctx");

    /// <summary>
    /// The names of all tensors that exist or should exist; null if the file that lists them cannot be read.
    /// </summary>
    public abstract IEnumerable<string>? Names { get; }

    /// <summary>How the numbers are stored, for messages: "F32", "104 F32, 18 Q8_0"; null for text, or if it is not known.</summary>
    public virtual string? StoredTypes => null;

    /// <summary>Whether numbers are stored in fewer significant bits than half precision has, so that a published model answers otherwise.</summary>
    public virtual bool IsRounded => false;

    protected string Folder => folder;

    /// <summary>What a matrix is called in these files.</summary>
    public abstract string NameOf(string matrix);

    /// <summary>Reads the stated sizes.</summary>
    /// <exception cref="Gpt2Exception">There are none, or they are wrong.</exception>
    public abstract Gpt2Config ReadSizes();

    /// <summary>Finds out which tensors there are, after the sizes were read or refused.</summary>
    /// <param name="refuse">
    /// Receives the error for each file or tensor that cannot be used; throws it to stop, or returns to continue.
    /// </param>
    public virtual void FindTensors(Action<Gpt2Exception> refuse)
    {
    }

    /// <summary>Reads what can be read without sizes, for which <see cref="FindTensors"/> may have been enough.</summary>
    /// <param name="refuse">Receives the error for each file that cannot be read.</param>
    public virtual void TryAll(Action<Gpt2Exception> refuse)
    {
    }

    /// <summary>
    /// Completes the sizes with what the tensors show: whether the attention has a bias and the head its own matrix.
    /// </summary>
    /// <param name="sizes">The sizes.</param>
    /// <param name="refuse">Receives the error if a file contradicts this.</param>
    public abstract Gpt2Config WithVariant(Gpt2Config sizes, Action<Gpt2Exception> refuse);

    /// <summary>
    /// An error for each tensor that the model does not use: it would belong to a part of the model that is not
    /// computed.
    /// </summary>
    public IEnumerable<Gpt2Exception> Unused(Gpt2Config sizes) => Others(sizes).Order(StringComparer.Ordinal).Select(name =>
        new Gpt2Exception($"is a tensor that a GPT-2 of n_layer {sizes.Layers} does not have")
        {
            Where = PlaceOf(name),
            Remedy = $"take the {SizesFile} and the weights of the same GPT-2; merge adapters into the weights first{RemedyForUnused}",
        });

    /// <summary>Throws if a tensor is missing or has the wrong shape, as far as opening a model can show it.</summary>
    /// <exception cref="Gpt2Exception">A tensor is missing or has the wrong shape.</exception>
    public virtual void RequireTensors(Gpt2Config sizes)
    {
    }

    /// <summary>Throws for the first matrix that is missing or cannot have its shape.</summary>
    /// <exception cref="Gpt2Exception">A matrix is missing or has the wrong shape.</exception>
    public void RequireAll(Gpt2Config sizes)
    {
        foreach (MatrixShape matrix in MatrixShapes.Of(sizes))
        {
            Require(matrix);
        }
    }

    /// <summary>The shape of a tensor as it is stored; null if it is not known.</summary>
    public abstract long[]? ShapeOf(string matrix);

    /// <summary>
    /// Throws if a matrix's file or tensor is missing or cannot have that shape, before memory is allocated for it.
    /// </summary>
    /// <exception cref="Gpt2Exception">It is missing, has the wrong shape, or its file cannot be read.</exception>
    public abstract void Require(MatrixShape matrix);

    /// <summary>Fills one matrix, found by its name. Several threads may read different ones at once.</summary>
    /// <exception cref="Gpt2Exception">As for <see cref="Require"/>, or its numbers are damaged.</exception>
    public abstract void Read(Matrix matrix);

    /// <summary>The tokenizer; null if there is none.</summary>
    /// <param name="sizes">The sizes; null if they are not known.</param>
    /// <exception cref="Gpt2Exception">
    /// Its files are wrong, or do not agree with each other or with the sizes.
    /// </exception>
    public abstract Tokenizer? ReadTokenizer(Gpt2Config? sizes);

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual string RemedyForUnused => "";

    /// <summary>The path of a file.</summary>
    protected string PathOf(string name) => pathOf is null ? Path.Combine(folder, name) : pathOf(name);

    /// <summary>The place of a tensor in error messages.</summary>
    protected abstract ErrorPlace PlaceOf(string name);

    /// <summary>The tensors that the model does not use.</summary>
    protected virtual IEnumerable<string> Others(Gpt2Config sizes) =>
        (Names ?? []).Except(MatrixShapes.Of(sizes).Select(shape => NameOf(shape.Name)));

    /// <summary>Runs an action on a file and passes its error, if any, to <paramref name="refuse"/>.</summary>
    /// <returns>The error; null if there was none.</returns>
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

    protected virtual void Dispose(bool disposing)
    {
    }
}
