// The formats that models are written in.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.Gguf;
using Gpt2.Core.Weights.HuggingFace;
using Gpt2.Core.Weights.JavaScript;
using Gpt2.Core.Weights.LlmC;

namespace Gpt2.Core.Weights;

/// <summary>Writes a model in one format. It appears under its name when it is complete.</summary>
internal sealed class ModelWriter
{
    private readonly Func<ModelToWrite, string[]> write;

    private ModelWriter(string name, ModelFormat format, Func<ModelToWrite, string[]> write)
    {
        Name = name;
        Format = format;
        this.write = write;
    }

    /// <summary>The CSV layout with vocab.bpe.</summary>
    public static ModelWriter Csv { get; } = new("csv", ModelFormat.Csv, model => CsvModelFolder.Write(
        model.Target, model.Weights, model.Vocabulary, VocabularyFiles.Gpt2, model.Progress, cancellation: model.Cancellation));

    /// <summary>The CSV layout with the vocabulary files of the JavaScript edition.</summary>
    public static ModelWriter JavaScriptCsv { get; } = new("js-csv", ModelFormat.Csv, model => CsvModelFolder.Write(
        model.Target, model.Weights, model.Vocabulary, VocabularyFiles.JavaScript, model.Progress, cancellation: model.Cancellation));

    /// <summary>Hugging Face's folder, see <see cref="HuggingFaceFolder"/>.</summary>
    public static ModelWriter Safetensors { get; } = new("safetensors", ModelFormat.Safetensors, model => HuggingFaceFolder.Write(
        model.Target, model.Weights, model.Vocabulary, model.Progress, model.Cancellation));

    /// <summary>llm.c's file of float32, see <see cref="LlmCFile"/>.</summary>
    public static ModelWriter LlmC { get; } = new("llmc", ModelFormat.LlmC, model => LlmCFile.Write(
        model.Target, model.Weights, model.Vocabulary, model.Progress, model.Cancellation));

    /// <summary>llama.cpp's file in float32, see <see cref="GgufFile"/>.</summary>
    public static ModelWriter Gguf { get; } = GgufOf(GgufWeights.Float32);

    /// <summary>Every format that can be written.</summary>
    public static IReadOnlyList<ModelWriter> All { get; } = [Csv, JavaScriptCsv, Safetensors, LlmC, Gguf];

    /// <summary>The format as --to spells it.</summary>
    public string Name { get; }

    /// <summary>The format that it is read as.</summary>
    public ModelFormat Format { get; }

    /// <summary>Whether a missing attention bias is written as zeros because the format always has one.</summary>
    public bool NeedsQkvBias => Format != ModelFormat.Csv;

    /// <summary>Whether a target is a single file, going by its name, and not a folder.</summary>
    public bool IsFile(string target) =>
        (Format == ModelFormat.LlmC && LlmCFile.IsFile(target)) || (Format == ModelFormat.Gguf && GgufFile.IsFile(target));

    /// <summary>llama.cpp's file with matrices in some type.</summary>
    public static ModelWriter GgufOf(GgufWeights type) => new("gguf", ModelFormat.Gguf, model => GgufFile.Write(
        model.Target, model.Weights, model.Vocabulary, type, model.Progress, model.Cancellation));

    /// <summary>Throws if this format cannot hold a model, before its weights are read.</summary>
    /// <param name="config">The sizes.</param>
    /// <param name="vocabulary">The vocabulary; null if there is none.</param>
    /// <exception cref="Gpt2Exception">It cannot.</exception>
    public void Require(Gpt2Config config, Vocabulary? vocabulary)
    {
        if (Format == ModelFormat.Csv && vocabulary is null && config.Vocabulary >= Vocabulary.SmallestCount)
        {
            throw new Gpt2Exception($"a CSV folder of {config.Vocabulary} tokens needs a vocabulary, and this model has none")
            {
                Remedy = "name one with --vocab FILE",
            };
        }

        if (this == JavaScriptCsv)
        {
            SpreadsheetVocabulary.Require(config, vocabulary);
        }

        if (Format == ModelFormat.LlmC)
        {
            LlmCFile.Require(config, vocabulary);
        }

        if (Format == ModelFormat.Gguf)
        {
            GgufFile.Require(config);
        }
    }

    /// <summary>Writes a model.</summary>
    /// <param name="target">The folder, or a file if the format is a single file.</param>
    /// <param name="weights">The weights.</param>
    /// <param name="vocabulary">The vocabulary; null if there is none.</param>
    /// <param name="progress">Receives the share written, 0 to 1; or null.</param>
    /// <param name="cancellation">Stops between matrices.</param>
    /// <returns>The names of the files.</returns>
    /// <exception cref="Gpt2Exception">The format cannot hold the model, or nothing can be written there.</exception>
    public string[] Write(string target, Gpt2Weights weights, Vocabulary? vocabulary, IProgress<double>? progress, CancellationToken cancellation)
    {
        Require(weights.Config, vocabulary);
        if (Format == ModelFormat.Csv)
        {
            // They are refused when a CSV file is read, so they are not written.
            NotFiniteNumbers.RequireNone(weights, "a CSV folder", remedy: "write safetensors, which can hold it");
        }

        return write(new ModelToWrite(target, weights, vocabulary, progress, cancellation));
    }

    private sealed record ModelToWrite(
        string Target, Gpt2Weights Weights, Vocabulary? Vocabulary, IProgress<double>? Progress, CancellationToken Cancellation);
}
