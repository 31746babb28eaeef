// gpt2 doctor: what is wrong with a model folder, or with the machine, and what to do about it.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Evaluation.Facts;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Doctor;
using Gpt2.Kernels;
using Spectre.Console;
using Progress = Gpt2.Cli.Output.Progress;

namespace Gpt2.Cli.Commands;

internal static class DoctorCommand
{
    public static Command Create(CommandIo io)
    {
        Argument<string?> modelArgument = new("model")
        {
            Description = "Model folder or name; the same as --model.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> model = CommonOptions.Model();
        var kernels = new KernelInput();
        Option<bool> json = CommonOptions.Json();

        var command = new Command(
            "doctor",
            "Find what is wrong with a model or this machine.\n"
            + "Examines machine, model folder and what the model knows, and says what to do. Exit code 1 if anything is wrong.");
        command.Arguments.Add(modelArgument);
        command.Options.Add(model);
        kernels.AddTo(command);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            string named = parsed.GetValue(model) ?? parsed.GetValue(modelArgument) ?? ModelLocator.DefaultModel;
            var findings = new FindingList();
            DoctorResult result = Examine(named, kernels.Read(parsed), findings, io);
            if (parsed.GetValue(json))
            {
                JsonShapes.Write(result, io.Out);
            }
            else
            {
                Show(result, findings.Grouped(), io);
            }

            return result.Healthy ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static DoctorResult Examine(string named, KernelSet kernels, FindingList findings, CommandIo io)
    {
        MachineExamination.Examine(kernels, findings);
        ExaminedFolder? examined = null;
        string? folder = null;
        try
        {
            folder = ModelLocator.Find(named);
        }
        catch (Gpt2Exception e)
        {
            findings.Wrong(FindingArea.Folder, "model", $"{e.Where}: {e.Problem}", e.Remedy);
        }

        if (folder is not null)
        {
            examined = Progress.Run(
                $"examining {ModelLocator.NameOf(folder)}", io, progress => ModelDoctor.Examine(folder, findings, progress, io.Cancellation));
            Progress.Run($"asking {ModelLocator.NameOf(folder)} what it knows", io, _ =>
            {
                FactCheck.Examine(folder, examined, table: null, kernels, findings, io.Cancellation);
                return true;
            });
        }

        FindingResult[] results = [.. findings.All.Select(finding => new FindingResult(
            Lower(finding.Status), Lower(finding.Area), finding.Subject, finding.Found, finding.Remedy))];
        TensorResult[] tensors = [.. (examined?.Tensors ?? []).Select(tensor => new TensorResult(
            tensor.Name, tensor.Rows, tensor.Columns, tensor.Mean, tensor.Spread, tensor.Least, tensor.Largest))];
        int wrong = findings.All.Count(finding => finding.Status == FindingStatus.Wrong);
        int warnings = findings.All.Count(finding => finding.Status == FindingStatus.Warning);
        string name = folder is null ? named : ModelLocator.NameOf(folder);
        return new DoctorResult(name, folder, findings.NothingWrong, wrong, warnings, results, tensors);
    }

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private static void Show(DoctorResult result, IEnumerable<Finding> findings, CommandIo io)
    {
        var table = new TableWriter(io, new Column(""), new Column("what"), new Column("found", Flow: Flow.Wrap));
        foreach (Finding finding in findings)
        {
            (string word, Color color) = finding.Status switch
            {
                FindingStatus.Ok => ("✓ ok", Color.Green),
                FindingStatus.Warning => ("! warning", Color.Yellow),
                _ => ("✗ wrong", Color.Red),
            };
            string remedy = finding.Remedy is null ? "" : "\n→ " + finding.Remedy;
            table.Row(new Cell(word, new Style(color)), VisibleText.Of(finding.Subject), VisibleText.Of(finding.Found + remedy));
        }

        table.End();
        string verdict = result.Healthy ? "nothing is wrong" : $"{Plural.Of(result.Wrong, "thing")} {(result.Wrong == 1 ? "is" : "are")} wrong";
        string warned = result.Warnings == 0 ? "" : ", " + Plural.Of(result.Warnings, "warning");
        io.Say($"{result.Model}: {verdict}{warned}");
    }
}
