// Checks whether a model knows what it is known for: the only test that detects a matrix in a wrong place, swapped or
// transposed, if its shape does not show it.

using System.Globalization;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Doctor;
using Gpt2.Kernels;

namespace Gpt2.Core.Evaluation.Facts;

/// <summary>Checks facts.</summary>
internal static class FactCheck
{
    private const string TrainingLog = "log.csv";

    /// <summary>Checks the facts about a model whose folder was examined.</summary>
    /// <param name="path">The folder, or the file that identifies the model.</param>
    /// <param name="examined">The results of the examination.</param>
    /// <param name="table">The facts, or null to look them up.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="findings">Receives a finding for each fact, or why none was checked.</param>
    /// <param name="cancellation">Stops between facts.</param>
    public static void Examine(
        string path, ExaminedFolder examined, FactTable? table, KernelSet kernels, FindingList findings, CancellationToken cancellation)
    {
        if (examined is not { Config: Gpt2Config config })
        {
            return;
        }

        string name = ModelLocator.NameOf(path);
        table ??= FactTable.For(name, config);
        if (table is null)
        {
            findings.Ok(FindingArea.Facts, "facts", "none are known of a model of these sizes");
            return;
        }

        bool trainedHere = table.OfPublishedWeights && File.Exists(Path.Combine(ModelFolder.FolderOf(path), TrainingLog));
        if (examined.IsFresh || trainedHere)
        {
            string why = examined.IsFresh ? "not trained yet" : $"{TrainingLog} shows that it was trained here";
            findings.Ok(FindingArea.Facts, "facts", $"those of {table.Of} were not checked: {why}");
            return;
        }

        if (examined.Tokenizer is Tokenizer tokenizer)
        {
            CheckVocabulary(table, tokenizer, findings, cancellation);
            if (findings.NothingWrong && HasRoom(config, findings))
            {
                CheckModel(table, path, tokenizer, examined.IsRounded, kernels, findings, cancellation);
                return;
            }
        }

        if (table.Model.Count > 0 && !findings.NothingWrong)
        {
            findings.Warning(
                FindingArea.Facts, "facts", $"what the weights of {table.Of} are known for was not checked",
                "fix what is wrong above, and run this again");
        }
        else if (findings.NothingWrong && examined.Tokenizer is null)
        {
            findings.Warning(
                FindingArea.Facts, "facts",
                $"those of {table.Of} were not checked: they are texts, and the model has no vocabulary",
                "put its vocabulary beside the model, and ask again");
        }
    }

    private static void CheckVocabulary(FactTable table, Tokenizer tokenizer, FindingList findings, CancellationToken cancellation)
    {
        foreach (TokenizerFact fact in table.Vocabulary)
        {
            cancellation.ThrowIfCancellationRequested();
            Report(fact.Statement, fact.Problem(tokenizer), $"take the vocabulary of {table.Of}: this is another one of the same size", findings);
        }
    }

    private static void CheckModel(
        FactTable table, string path, Tokenizer tokenizer, bool isRounded, KernelSet kernels, FindingList findings,
        CancellationToken cancellation)
    {
        if (table.Model.Count == 0)
        {
            return;
        }

        try
        {
            // Frees what the examination read: model and tensors together would be twice the weights.
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            using ModelSource source = ModelFolder.Open(path);
            var runnable = new Gpt2Model(source.ReadWeights(null, cancellation), kernels);
            var problems = new string?[table.Model.Count];
            for (int i = 0; i < problems.Length; i++)
            {
                cancellation.ThrowIfCancellationRequested();
                problems[i] = table.Model[i].Problem(runnable, tokenizer);
            }

            // Rounding may move a figure or a close choice out of the limits, but not all of them.
            bool mayBeRounding = isRounded && problems.Contains(null);
            foreach ((ModelFact fact, string? problem) in table.Model.Zip(problems))
            {
                if (problem is not null && mayBeRounding)
                {
                    findings.Warning(
                        FindingArea.Facts, "fact", $"{fact.Statement}: {problem}",
                        "weights in so few bits may answer otherwise; if what 'gpt2 generate' writes makes no sense, take them again");
                    continue;
                }

                Report(
                    fact.Statement, problem,
                    $"take the weights of {table.Of} again: some are damaged, swapped or transposed, or n_head is wrong; "
                    + "a model that was trained further answers otherwise",
                    findings);
            }
        }
        catch (Gpt2Exception e)
        {
            findings.Wrong(
                FindingArea.Facts, "facts", $"the model does not run: {e.Message}",
                "fix what the message names, or take the weights again");
        }
    }

    private static void Report(string statement, string? problem, string remedy, FindingList findings)
    {
        if (problem is null)
        {
            findings.Ok(FindingArea.Facts, "fact", statement);
        }
        else
        {
            findings.Wrong(FindingArea.Facts, "fact", $"{statement}: {problem}", remedy);
        }
    }

    private static bool HasRoom(Gpt2Config config, FindingList findings)
    {
        double needed = 1.25 * sizeof(float) * config.Parameters;
        if (needed <= MachineExamination.Memory())
        {
            return true;
        }

        findings.Warning(
            FindingArea.Facts,
            "facts",
            string.Create(CultureInfo.InvariantCulture, $"were not checked: the model needs {ByteCount.Shown(needed)} of memory"),
            "ask on a machine with more memory");
        return false;
    }
}
