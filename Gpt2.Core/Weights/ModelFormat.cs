// Models come in several formats. Each recognises its files in a folder and opens them.

using Gpt2.Core.Weights.Gguf;
using Gpt2.Core.Weights.HuggingFace;
using Gpt2.Core.Weights.LlmC;
using Gpt2.Core.Weights.TensorFlow;

namespace Gpt2.Core.Weights;

/// <summary>A format that models can be read from.</summary>
public abstract class ModelFormat
{
    private protected ModelFormat(string name, string files)
    {
        Name = name;
        Files = files;
    }

    public static ModelFormat Csv { get; } = new CsvFormat();

    public static ModelFormat Safetensors { get; } = new HuggingFaceFormat();

    public static ModelFormat TensorFlow { get; } = new TensorFlowFormat();

    public static ModelFormat LlmC { get; } = new LlmCFormat();

    public static ModelFormat Gguf { get; } = new GgufFormat();

    /// <summary>Every format, in the order in which they are tried and listed.</summary>
    public static IReadOnlyList<ModelFormat> All { get; } = [Csv, Safetensors, TensorFlow, LlmC, Gguf];

    /// <summary>The format as --format spells it.</summary>
    public string Name { get; }

    /// <summary>The files that make a model of this format, for messages.</summary>
    public string Files { get; }

    public override string ToString() => Name;

    /// <summary>The models of this format in a folder: the name of each one's main file.</summary>
    internal abstract IEnumerable<string> ModelsIn(string folder);

    /// <summary>Whether a file may be the main file of a model of this format, going by its name.</summary>
    internal abstract bool IsModelFile(string fileName);

    /// <summary>The files of a model, whatever is wrong with them.</summary>
    /// <param name="folder">The folder it is in.</param>
    /// <param name="file">The name of its main file.</param>
    /// <param name="pathOf">Finds the path of a file by its name; null to take exactly that name.</param>
    internal abstract ModelFiles FilesOf(string folder, string file, Func<string, string>? pathOf);

    /// <summary>Opens a model.</summary>
    /// <param name="folder">The folder it is in.</param>
    /// <param name="file">The name of its main file.</param>
    /// <param name="named">What the user named: the folder or the file.</param>
    /// <exception cref="Gpt2Exception">Something is wrong with it.</exception>
    internal ModelSource Open(string folder, string file, string named) => ModelSource.Open(this, named, FilesOf(folder, file, pathOf: null));
}
