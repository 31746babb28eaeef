// The public way to store adapters: a folder of CSV files in the manner of a model folder, or the files of Python's PEFT.

using Gpt2.Core.Files;
using Gpt2.Core.Model.Layers;
using Gpt2.Kernels;

namespace Gpt2.Core.PostTraining;

/// <summary>Reads and writes adapters. Numbers come back with the same bits.</summary>
public static class AdapterFolder
{
    /// <summary>Reads an adapter in either form.</summary>
    /// <param name="folder">A folder with adapter.json, or with PEFT's adapter_config.json.</param>
    /// <exception cref="Gpt2Exception">There is no adapter, or a file of it is missing or wrong.</exception>
    public static Adapter Read(string folder)
    {
        if (Directory.Exists(folder))
        {
            StagedFolder.RequireFinished(folder);
        }

        return IsCsv(folder) ? AdapterCsv.Read(folder)
            : IsPeft(folder) ? PeftFiles.Read(folder)
            : throw new Gpt2Exception("found no adapter")
            {
                Where = folder,
                Expected = $"a folder with {AdapterCsv.SettingsFile} or {PeftFiles.SettingsFile}",
            };
    }

    /// <summary>Whether a folder holds an adapter in either form.</summary>
    internal static bool IsAdapter(string folder) => IsCsv(folder) || IsPeft(folder);

    /// <summary>The model that an adapter was trained on; null if it does not say, or cannot be read.</summary>
    internal static ModelFingerprint? ModelOf(string folder)
    {
        try
        {
            return IsCsv(folder) ? AdapterCsv.ReadModel(folder) : Read(folder).TrainedOn;
        }
        catch (Gpt2Exception)
        {
            return null;
        }
    }

    /// <summary>Writes adapter.json and a CSV file for every A and B; the folder appears when it is complete.</summary>
    /// <returns>The names of the files.</returns>
    /// <exception cref="Gpt2Exception">The folder cannot be written.</exception>
    public static string[] Write(string folder, Adapter adapter) => Write(folder, adapter, also: _ => { });

    /// <summary>The same with further files, which are written into the folder that the function is given.</summary>
    internal static string[] Write(string folder, Adapter adapter, Action<string> also) => StagedFolder.Write(
        folder,
        staged => staged.Put(() =>
        {
            AdapterCsv.Write(staged, adapter);
            also(staged.Path);
        }),
        IsOfAnAdapter);

    /// <summary>
    /// Adds adapters to the weights of the model that they were trained on, in place: W + alpha/rank · (B · A)ᵀ of each.
    /// </summary>
    /// <param name="adapters">The folders or names of the adapters; of several the changes add up.</param>
    /// <param name="weights">The weights, which are changed.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <exception cref="Gpt2Exception">An adapter cannot be read, or belongs to another model.</exception>
    internal static void Merge(IReadOnlyList<string> adapters, Gpt2Weights weights, KernelSet kernels)
    {
        ModelFingerprint? model = adapters.Count > 0 ? ModelFingerprint.Of(weights) : null;
        foreach (Adapter adapter in adapters.Select(adapter => ReadFor(model!, AdapterLocator.Find(adapter))).ToArray())
        {
            adapter.AddTo(weights, kernels);
        }
    }

    /// <summary>Reads an adapter that was trained on a model.</summary>
    /// <exception cref="Gpt2Exception">It cannot be read, or belongs to another model.</exception>
    internal static Adapter ReadFor(ModelFingerprint model, string folder)
    {
        Adapter adapter = Read(folder);
        try
        {
            adapter.RequireModel(model);
        }
        catch (Gpt2Exception e)
        {
            throw e.At(folder);
        }

        return adapter;
    }

    /// <summary>
    /// Writes adapter_config.json and adapter_model.safetensors, which PEFT loads onto GPT2LMHeadModel; the folder appears when
    /// it is complete.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="adapter">The adapter.</param>
    /// <param name="baseModel">The name or path by which Python finds the model; null to leave it open.</param>
    /// <returns>The names of the files.</returns>
    /// <exception cref="Gpt2Exception">The folder cannot be written.</exception>
    public static string[] WritePeft(string folder, Adapter adapter, string? baseModel = null) =>
        WritePeft(folder, adapter, baseModel, also: _ => { });

    /// <summary>The same with further files, which are written into the folder that the function is given.</summary>
    internal static string[] WritePeft(string folder, Adapter adapter, string? baseModel, Action<string> also) => StagedFolder.Write(
        folder,
        staged => staged.Put(() =>
        {
            PeftFiles.Write(staged, adapter, baseModel);
            also(staged.Path);
        }),
        IsOfAnAdapter);

    /// <summary>Whether a folder holds an adapter in the form of PEFT, and not in that of CSV.</summary>
    internal static bool IsPeftAlone(string folder) => IsPeft(folder) && !IsCsv(folder);

    /// <summary>Whether a file belongs to an adapter in one of the forms, so that it does not stay when another is written over it.</summary>
    private static bool IsOfAnAdapter(string file) =>
        file is AdapterCsv.SettingsFile or PeftFiles.SettingsFile or PeftFiles.WeightsFile or TuningState.FileName || AdapterCsv.IsMatrix(file);

    private static bool IsCsv(string folder) => RegularFile.IsTaken(Path.Combine(folder, AdapterCsv.SettingsFile));

    private static bool IsPeft(string folder) => RegularFile.IsTaken(Path.Combine(folder, PeftFiles.SettingsFile));
}
