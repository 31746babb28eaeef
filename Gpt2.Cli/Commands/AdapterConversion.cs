// gpt2 convert for adapters: between the CSV folder and the files of Python's PEFT.

using System.Diagnostics;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.PostTraining;

namespace Gpt2.Cli.Commands;

internal static class AdapterConversion
{
    public const string Peft = "peft", Csv = "csv";

    /// <summary>The folder of the adapter that is meant; null if it is not an adapter.</summary>
    public static string? FolderOf(string named) => Directory.Exists(named)
        ? AdapterFolder.IsAdapter(named) ? named : null
        : AdapterLocator.Names().Contains(named) ? AdapterLocator.Find(named) : null;

    /// <summary>Converts an adapter. What tuning.json says about its making, the template above all, goes with it.</summary>
    /// <param name="from">Its folder.</param>
    /// <param name="to">The folder to create.</param>
    /// <param name="form">The form to write; null for the one that it does not have.</param>
    /// <param name="force">Whether an adapter in that folder is replaced.</param>
    /// <param name="watch">The time since the command began.</param>
    /// <param name="json">Whether the result is printed as JSON.</param>
    /// <param name="io">Where to write.</param>
    /// <exception cref="UsageException">There is no such form.</exception>
    /// <exception cref="Core.Gpt2Exception">The adapter cannot be read, or the folder cannot be written.</exception>
    public static void Run(string from, string to, string? form, bool force, Stopwatch watch, bool json, CommandIo io)
    {
        string given = AdapterFolder.IsPeftAlone(from) ? Peft : Csv;
        string written = form ?? (given == Peft ? Csv : Peft);
        if (written is not (Peft or Csv))
        {
            throw new UsageException($"found '{written}'", where: "--to", expected: $"{Csv} or {Peft} for an adapter");
        }

        OutputTarget.RequireNotRead(to, from);
        OutputTarget.RequireFree(to, isFile: false, force);
        Adapter adapter = AdapterFolder.Read(from);
        void Also(string staged)
        {
            foreach (string name in (string[])[TuningState.FileName, RewardHead.FileName])
            {
                if (File.Exists(Path.Combine(from, name)))
                {
                    File.Copy(Path.Combine(from, name), Path.Combine(staged, name));
                }
            }
        }

        _ = written == Peft ? AdapterFolder.WritePeft(to, adapter, baseModel: null, Also) : AdapterFolder.Write(to, adapter, Also);
        if (json)
        {
            JsonShapes.Write(new ConvertResult(from, given, to, written, adapter.Parameters, watch.Elapsed.TotalSeconds), io.Out);
        }
        else
        {
            io.Say(string.Create(
                CultureInfo.InvariantCulture, $"{to}: {adapter.Parameters:N0} weights of the adapter {from} ({given}) as {written}"));
        }
    }
}
