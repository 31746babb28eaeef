// The doctor does not stop at the first fault in a model folder. Without sizes, which say what tensors to expect, it
// examines each file for itself. Running the model, to see whether it knows what it should, is in Evaluation.

using System.Globalization;
using Gpt2.Core.Files;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;

namespace Gpt2.Core.Weights.Doctor;

/// <summary>What is known of a folder after its examination.</summary>
/// <param name="Config">The sizes; null if they are not known.</param>
/// <param name="Tokenizer">The tokenizer; null if it is wrong or there is none.</param>
/// <param name="Tensors">The statistics of the tensors that could be read.</param>
internal sealed record ExaminedFolder(Gpt2Config? Config, Tokenizer? Tokenizer, IReadOnlyList<TensorStatistics> Tensors)
{
    /// <summary>Whether the weights have not been trained yet.</summary>
    public bool IsFresh => TensorHealth.IsFresh(Tensors);

    /// <summary>Whether the file has the weights in fewer significant bits than half precision has.</summary>
    public bool IsRounded { get; init; }
}

/// <summary>Examines model folders.</summary>
internal static class ModelDoctor
{
    private const string Folder = "folder";

    private static ExaminedFolder Nothing => new(null, null, []);

    /// <summary>Examines a model. It takes as much memory as the largest tensor.</summary>
    /// <param name="path">Its folder, or its main file.</param>
    /// <param name="findings">Receives the findings.</param>
    /// <param name="progress">Receives the share of the weights that has been read, 0 to 1; or null.</param>
    /// <param name="cancellation">Stops between tensors.</param>
    public static ExaminedFolder Examine(string path, FindingList findings, IProgress<double>? progress, CancellationToken cancellation)
    {
        string folder = ModelFolder.FolderOf(path);
        FileNames names;
        (ModelFormat Format, string File)? model;
        try
        {
            DownloadExamination.Examine(folder, findings, cancellation);
            names = new FileNames(folder);
            model = Recognise(path, names, findings);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            findings.Wrong(
                FindingArea.Folder, Folder, $"{path} cannot be listed ({WriteFailure.Reason(e)})", "name a folder that exists and that you may read");
            return Nothing;
        }

        using ModelFiles? files = model?.Format.FilesOf(folder, model.Value.File, name => names.PathOf(name, misnamed => findings.Wrong(
            FindingArea.Folder, misnamed, "", File.Exists(misnamed.Where?.Name) ? FindingStatus.Warning : FindingStatus.Wrong)));
        return files is null ? Nothing : Examine(files, path, findings, progress, cancellation);
    }

    /// <summary>
    /// Finds the model in a folder, or of a file; null if there is none, which is then added as a finding.
    /// </summary>
    private static (ModelFormat Format, string File)? Recognise(string path, FileNames names, FindingList findings)
    {
        bool isFolder = !File.Exists(path);
        try
        {
            if (isFolder)
            {
                StagedFolder.RequireFinished(path);
            }
        }
        catch (Gpt2Exception e)
        {
            findings.Wrong(FindingArea.Folder, Folder, $"{path}: {e.Problem}", e.Remedy);
        }

        if (isFolder && ModelFolder.ModelsIn(path, ModelFormat.All).Length == 0)
        {
            if (ModelFolder.MarkIn(path, ModelFormat.All, name => names.FindNearly(name) is not null) is { } mark)
            {
                return mark;
            }
        }

        try
        {
            return ModelFolder.Find(path, format: null);
        }
        catch (Gpt2Exception e) when (isFolder && e.Where?.Name == path)
        {
            findings.Wrong(FindingArea.Folder, Folder, $"{path}: {e.Problem}", e.Remedy);
        }
        catch (Gpt2Exception e)
        {
            findings.Wrong(FindingArea.Folder, e, "name the folder of the model");
        }

        return null;
    }

    /// <summary>Examines the files of a model.</summary>
    internal static ExaminedFolder Examine(
        ModelFiles files, string path, FindingList findings, IProgress<double>? progress, CancellationToken cancellation)
    {
        findings.Ok(FindingArea.Folder, Folder, $"{path}: a model in the {files.Layout} layout");
        Gpt2Config? config = ExamineSizes(files, findings);
        if (config is null)
        {
            files.TryAll(e => findings.Wrong(FindingArea.Tensors, e, WrongFile.Again));
            findings.Wrong(
                FindingArea.Sizes, "sizes", "are not known, so no shape was checked", "fix what is reported above, and run this again");
            return new ExaminedFolder(null, ExamineTokenizer(files, null, findings), []);
        }

        if (findings.All.All(finding => finding.Area != FindingArea.Sizes))
        {
            string differing = string.Concat(ArithmeticSettings.Differing(config).Select(one => $", {one.Name} {one.Value}"));
            findings.Ok(FindingArea.Sizes, "sizes", string.Create(
                CultureInfo.InvariantCulture,
                $"n_vocab {config.Vocabulary}, n_ctx {config.Context}, n_embd {config.Channels}, n_head {config.Heads}, "
                + $"n_layer {config.Layers}{differing}: {config.Parameters:N0} weights"));
        }

        CheckHeads(config, findings);
        MachineExamination.CheckMemory(config.Parameters, findings);
        IReadOnlyList<TensorStatistics> tensors = ExamineTensors(files, config, findings, progress, cancellation);
        Tokenizer? tokenizer = ExamineTokenizer(files, config, findings);
        return new ExaminedFolder(config, tokenizer, tensors) { IsRounded = files.IsRounded };
    }

    /// <summary>The sizes that the tensors should have; null if they are not known.</summary>
    private static Gpt2Config? ExamineSizes(ModelFiles files, FindingList findings)
    {
        Gpt2Config? stated = null;
        Gpt2Exception? unstated = null;
        try
        {
            stated = files.ReadSizes();
        }
        catch (Gpt2Exception e)
        {
            unstated = e;
        }

        files.FindTensors(e => findings.Wrong(FindingArea.Tensors, e, WrongFile.Again));
        var seen = SeenSizes.Of(files);
        Gpt2Config? sizes = stated is null ? seen.Guess() : seen.Reconcile(stated, files, findings);
        if (unstated is not null)
        {
            string remedy = File.Exists(unstated.Where?.Name) ? ModelFiles.OfTheModel
                : sizes is not null && files.SizesFile == HyperparametersFile.FileName
                ? $"write it: {HyperparametersFile.Text(sizes, heads: "…")}; the files do not say n_head"
                : WrongFile.Again;
            findings.Wrong(FindingArea.Sizes, unstated, remedy);
        }

        if (sizes is null)
        {
            return null;
        }

        sizes = files.WithVariant(sizes, e => findings.Wrong(FindingArea.Sizes, e, ModelFiles.OfTheModel));
        foreach (Gpt2Exception unused in files.Unused(sizes))
        {
            findings.Wrong(FindingArea.Tensors, unused, WrongFile.Again);
        }

        return sizes;
    }

    private static List<TensorStatistics> ExamineTensors(
        ModelFiles files, Gpt2Config config, FindingList findings, IProgress<double>? progress, CancellationToken cancellation)
    {
        var tensors = new List<TensorStatistics>();
        int expected = 0;
        long done = 0;
        foreach (MatrixShape shape in MatrixShapes.Of(config))
        {
            cancellation.ThrowIfCancellationRequested();
            expected++;
            try
            {
                files.Require(shape);
                var tensor = new Matrix(shape.Name, shape.Rows, shape.Columns);
                files.Read(tensor);
                if (NotFiniteNumbers.In(tensor) is string problem)
                {
                    findings.Wrong(FindingArea.Tensors, files.NameOf(shape.Name), problem, WrongFile.TakeWhole);
                }
                else
                {
                    tensors.Add(TensorStatistics.Of(tensor));
                }
            }
            catch (Gpt2Exception e)
            {
                findings.Wrong(FindingArea.Tensors, e, WrongFile.Again);
            }

            done += shape.Count;
            progress?.Report((double)done / config.Parameters);
        }

        TensorHealth.Judge(tensors, files.NameOf, findings);
        if (tensors.Count == expected)
        {
            string fresh = TensorHealth.IsFresh(tensors) ? "; not trained yet: gains 1, biases 0" : "";
            string types = files.StoredTypes is string stored ? $"; {stored}" : "";
            findings.Ok(FindingArea.Tensors, "tensors", $"all {expected} exist, have the right shape, and are finite{types}{fresh}");
        }
        else
        {
            findings.Wrong(FindingArea.Tensors, "tensors", $"{tensors.Count} of {expected} could be read", "fix those reported above");
        }

        return tensors;
    }

    private static Tokenizer? ExamineTokenizer(ModelFiles files, Gpt2Config? config, FindingList findings)
    {
        const string Subject = "vocabulary";
        try
        {
            int before = findings.All.Count;
            Tokenizer? tokenizer = files.ReadTokenizer(config);
            if (tokenizer is not null)
            {
                Vocabulary found = tokenizer.Vocabulary;
                string rows = config is null ? ""
                    : found.UnusedCount > 0 ? $", and wte has {Plural.Of(found.UnusedCount, "more row")}"
                    : ", as many as wte has rows";
                findings.Ok(FindingArea.Tokenizer, Subject, $"{found.TokenCount} tokens{rows}");
            }
            else if (config?.Vocabulary < Vocabulary.SmallestCount)
            {
                findings.Ok(
                    FindingArea.Tokenizer, Subject, $"none is needed: with fewer than {Vocabulary.SmallestCount} tokens, prompts are ids");
            }
            else if (before == findings.All.Count)
            {
                findings.Warning(
                    FindingArea.Tokenizer, Subject, "this model has none, so prompts are ids",
                    "copy the model's merges.txt or vocab.bpe here; 'gpt2 convert MODEL FOLDER --vocab gpt2' adds GPT-2's own");
            }

            return tokenizer;
        }
        catch (Gpt2Exception e)
        {
            findings.Wrong(FindingArea.Tokenizer, e, FolderVocabulary.TakeAnother);
            return null;
        }
    }

    /// <summary>
    /// The tensors do not show how many heads there are, and a model with the wrong number computes without any error.
    /// </summary>
    public static void CheckHeads(Gpt2Config config, FindingList findings)
    {
        const int HeadSize = Gpt2Config.HeadSizeOfGpt2;
        if (config.Vocabulary == Gpt2Config.Small.Vocabulary && config.Channels % HeadSize == 0 && config.HeadSize != HeadSize)
        {
            findings.Warning(
                FindingArea.Sizes, "n_head", $"is {config.Heads}; GPT-2 with {config.Channels} channels has {config.Channels / HeadSize}",
                "correct it if this is OpenAI's GPT-2: the weights do not show how many heads a model was trained with");
        }
    }
}
