// The examination of a model folder from one end to the other: every question is asked, whatever the answer to the one
// before. Running the model, to see whether it knows what it should, is Evaluation's business.

using System.Globalization;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;

namespace Gpt2.Core.Weights.Doctor;

/// <summary>What is known of a folder after its examination.</summary>
/// <param name="Config">The sizes; null where they cannot be told.</param>
/// <param name="Tokenizer">The tokenizer; null where it is wrong or there is none.</param>
/// <param name="Tensors">The figures of the tensors that could be read.</param>
public sealed record ExaminedFolder(Gpt2Config? Config, Tokenizer? Tokenizer, IReadOnlyList<TensorStatistics> Tensors)
{
    /// <summary>Whether the weights are as training begins with.</summary>
    public bool IsFresh => TensorHealth.IsFresh(Tensors);
}

/// <summary>Examines model folders.</summary>
public static class ModelDoctor
{
    private const string Folder = "folder";

    private static ExaminedFolder Nothing => new(null, null, []);

    /// <summary>Examines a model. Memory is that of its largest tensor.</summary>
    /// <param name="path">Its folder, or the file that it is known by.</param>
    /// <param name="findings">Receives what is found.</param>
    /// <param name="progress">Is told the share of the weights that were read, 0 to 1; or null.</param>
    /// <param name="cancellation">Stops between tensors.</param>
    public static ExaminedFolder Examine(string path, FindingList findings, IProgress<double>? progress, CancellationToken cancellation)
    {
        IExaminedModel? model;
        try
        {
            DownloadExamination.Examine(FolderOf(path), findings, cancellation);
            model = ModelRecognition.Recognise(path, findings);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            findings.Wrong(FindingArea.Folder, Folder, $"{path} cannot be listed ({e.Message})", "name a folder that is there and may be read");
            return Nothing;
        }

        using (model)
        {
            return model is null ? Nothing : Examine(model, path, findings, progress, cancellation);
        }
    }

    /// <summary>The folder of a model that is named by it or by its file.</summary>
    public static string FolderOf(string path) => File.Exists(path) ? Path.GetDirectoryName(Path.GetFullPath(path))! : path;

    /// <summary>Examines a model whose format is known.</summary>
    internal static ExaminedFolder Examine(
        IExaminedModel model, string path, FindingList findings, IProgress<double>? progress, CancellationToken cancellation)
    {
        findings.Ok(FindingArea.Folder, Folder, $"{path}: a model in the {model.Format} layout");
        Gpt2Config? config = model.ExamineSizes(findings);
        if (config is null)
        {
            findings.Wrong(FindingArea.Sizes, "sizes", "cannot be told, so that no tensor was examined", "fix what is named above, and run this again");
            return Nothing;
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
        return new ExaminedFolder(config, tokenizer, tensors);
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
            findings.Wrong(FindingArea.Tensors, "tensors", $"{tensors.Count} of {expected} could be read", "fix those named above");
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
        const int HeadSizeOfGpt2 = 64;
        if (config.Vocabulary == Gpt2Config.Small.Vocabulary && config.Channels % HeadSizeOfGpt2 == 0 && config.HeadSize != HeadSizeOfGpt2)
        {
            findings.Warning(
                FindingArea.Sizes, "n_head", $"is {config.Heads}; GPT-2 with {config.Channels} channels has {config.Channels / HeadSizeOfGpt2}",
                "correct it if this is OpenAI's GPT-2: no file shows how many heads a model was trained with");
        }
    }
}
