// The examination of a model folder from one end to the other: every question is asked, whatever the answer to the one
// before. Running the model, to see whether it knows what it should, is Evaluation's business.

using System.Globalization;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;

namespace Gpt2.Core.Weights;

/// <summary>What is known of a folder after its examination.</summary>
/// <param name="Config">The sizes; null where they cannot be told.</param>
/// <param name="Model">The folder in its format; null where it is of none.</param>
/// <param name="Tokenizer">The tokenizer; null where it is wrong or there is none.</param>
/// <param name="Tensors">The figures of the tensors that could be read.</param>
public sealed record ExaminedFolder(Gpt2Config? Config, IExaminedModel? Model, Tokenizer? Tokenizer, IReadOnlyList<TensorStatistics> Tensors)
{
    /// <summary>Whether the weights are as training begins with.</summary>
    public bool IsFresh => TensorHealth.IsFresh(Tensors);
}

/// <summary>Examines model folders.</summary>
public static class ModelDoctor
{
    private const string Folder = "folder";

    private static readonly string[] OtherFormats = [".safetensors", ".ckpt.index", ".bin", ".gguf", ".onnx", ".pt", ".pth", ".h5", ".msgpack"];

    /// <summary>The formats that can be examined, each a function from a folder to its examination, or to null if it is not of the format.</summary>
    public static IReadOnlyList<Func<string, IExaminedModel?>> Formats { get; } = [CsvExamination.Recognise];

    /// <summary>Examines a folder. Memory is that of its largest tensor.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="findings">Receives what is found.</param>
    /// <param name="progress">Is told the share of the weights that were read, 0 to 1; or null.</param>
    /// <param name="cancellation">Stops between tensors.</param>
    public static ExaminedFolder Examine(string folder, FindingList findings, IProgress<double>? progress, CancellationToken cancellation) =>
        Examine(folder, Formats, findings, progress, cancellation);

    /// <summary>The same with formats of the caller's choice.</summary>
    public static ExaminedFolder Examine(
        string folder, IReadOnlyList<Func<string, IExaminedModel?>> formats, FindingList findings, IProgress<double>? progress,
        CancellationToken cancellation)
    {
        IExaminedModel? model;
        try
        {
            model = formats.Select(recognise => recognise(folder)).FirstOrDefault(found => found is not null);
            DownloadExamination.Examine(folder, findings, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            findings.Wrong(FindingArea.Folder, Folder, $"{folder} cannot be listed ({e.Message})", "name a folder that is there and may be read");
            return new ExaminedFolder(null, null, null, []);
        }

        if (model is null)
        {
            DescribeUnknown(folder, findings);
            return new ExaminedFolder(null, null, null, []);
        }

        findings.Ok(FindingArea.Folder, Folder, $"{folder}: a model in the {model.Format} layout");
        Gpt2Config? config = model.ExamineSizes(findings);
        if (config is null)
        {
            findings.Wrong(FindingArea.Sizes, "sizes", "cannot be told, so that no tensor was examined", "mend what tells the sizes, and ask again");
            return new ExaminedFolder(null, model, null, []);
        }

        if (findings.All.All(finding => finding.Area != FindingArea.Sizes))
        {
            findings.Ok(FindingArea.Sizes, "sizes", string.Create(
                CultureInfo.InvariantCulture,
                $"n_vocab {config.Vocabulary}, n_ctx {config.Context}, n_embd {config.Channels}, n_head {config.Heads}, n_layer {config.Layers}: {config.Parameters:N0} weights"));
        }

        CheckHeads(config, findings);
        MachineExamination.CheckMemory(config.Parameters, findings);
        IReadOnlyList<TensorStatistics> tensors = ExamineTensors(model, config, findings, progress, cancellation);
        Tokenizer? tokenizer = ExamineTokenizer(model, config, findings);
        return new ExaminedFolder(config, model, tokenizer, tensors);
    }

    private static List<TensorStatistics> ExamineTensors(
        IExaminedModel model, Gpt2Config config, FindingList findings, IProgress<double>? progress, CancellationToken cancellation)
    {
        var tensors = new List<TensorStatistics>();
        int expected = 0;
        long done = 0;
        foreach (MatrixShape shape in MatrixShapes.Of(config))
        {
            cancellation.ThrowIfCancellationRequested();
            expected++;
            if (model.Read(shape, findings) is Matrix tensor)
            {
                tensors.Add(TensorStatistics.Of(tensor));
            }

            done += shape.Count;
            progress?.Report((double)done / config.Parameters);
        }

        TensorHealth.Judge(tensors, model.SubjectOf, findings);
        if (tensors.Count == expected)
        {
            string trained = TensorHealth.IsFresh(tensors) ? "; as they are before training: gains 1, biases 0" : "";
            findings.Ok(FindingArea.Tensors, "tensors", $"all {expected} are there, of the right shape, and finite{trained}");
        }
        else
        {
            findings.Wrong(FindingArea.Tensors, "tensors", $"{tensors.Count} of {expected} could be read", "mend those named above");
        }

        return tensors;
    }

    private static Tokenizer? ExamineTokenizer(IExaminedModel model, Gpt2Config config, FindingList findings)
    {
        int before = findings.All.Count;
        Tokenizer? tokenizer = model.ExamineTokenizer(config, findings);
        if (tokenizer is not null)
        {
            findings.Ok(FindingArea.Tokenizer, "vocabulary", string.Create(CultureInfo.InvariantCulture, $"{tokenizer.Vocabulary.Count} tokens, as many as wte has rows"));
        }
        else if (before == findings.All.Count)
        {
            findings.Ok(FindingArea.Tokenizer, "vocabulary", $"none is needed: fewer than {Vocabulary.SmallestCount} tokens, so prompts are ids");
        }

        return tokenizer;
    }

    /// <summary>The files do not say how many heads there are, and a wrong number computes without any error.</summary>
    public static void CheckHeads(Gpt2Config config, FindingList findings)
    {
        const int HeadSizeOfGpt2 = 64, VocabularyOfGpt2 = 50257;
        if (config.Vocabulary == VocabularyOfGpt2 && config.Channels % HeadSizeOfGpt2 == 0 && config.HeadSize != HeadSizeOfGpt2)
        {
            findings.Warning(
                FindingArea.Sizes, "n_head", $"is {config.Heads}; GPT-2 with {config.Channels} channels has {config.Channels / HeadSizeOfGpt2}",
                "correct it if this is OpenAI's GPT-2: no file shows how many heads a model was trained with");
        }
    }

    private static void DescribeUnknown(string folder, FindingList findings)
    {
        string[] names = [.. Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        string? other = names.FirstOrDefault(name => OtherFormats.Any(ending => name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)));
        if (other is not null)
        {
            findings.Warning(FindingArea.Folder, other, "is of a format that is not examined", "convert it to the CSV layout to have every tensor examined");
            return;
        }

        string? below = Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).FirstOrDefault(sub => CsvExamination.Recognise(sub) is not null);
        string remedy = below is null ? "name the folder of a model; 'gpt2 download gpt2' gets one" : $"name {below}, where a model lies";
        findings.Wrong(FindingArea.Folder, Folder, $"{folder} holds no model: expected hparams.json and model_wte.csv", remedy);
    }
}
