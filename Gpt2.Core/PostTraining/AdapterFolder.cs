// The public way to store adapters: a folder of CSV files in the manner of a model folder, or the files of Python's PEFT.

using Gpt2.Core.Files;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Text;
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
    /// <param name="tokenizer">The model's tokenizer; null if it has none.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <returns>The weights and the tokenizer, or larger ones if an adapter adds tokens.</returns>
    /// <exception cref="Gpt2Exception">An adapter cannot be read, or belongs to another model.</exception>
    internal static (Gpt2Weights Weights, Tokenizer? Tokenizer) Merge(
        IReadOnlyList<string> adapters, Gpt2Weights weights, Tokenizer? tokenizer, KernelSet kernels)
    {
        ModelFingerprint? model = adapters.Count > 0 ? ModelFingerprint.Of(weights) : null;
        (string Folder, Adapter Adapter)[] read =
            [.. adapters.Select(AdapterLocator.Find).Select(folder => (folder, ReadFor(model!, folder)))];
        (weights, tokenizer) = TokenRows.Extend(weights, tokenizer, TokensOf(read));
        foreach ((_, Adapter adapter) in read)
        {
            adapter.AddTo(weights, kernels);
        }

        return (weights, tokenizer);
    }

    /// <summary>The tokens that adapters add; none if no adapter does.</summary>
    /// <exception cref="Gpt2Exception">An adapter cannot be read, or they add different ones.</exception>
    internal static IReadOnlyList<string> AddedTokens(IReadOnlyList<string> folders) => TokensOf(ReadAll(folders));

    /// <summary>The tokenizer of a model with adapters, which may add tokens.</summary>
    /// <param name="folders">The folders of the adapters.</param>
    /// <param name="tokenizer">The model's tokenizer; null if it has none.</param>
    /// <exception cref="Gpt2Exception">An adapter cannot be read, or adds tokens to another vocabulary.</exception>
    internal static Tokenizer? TokenizerWith(IReadOnlyList<string> folders, Tokenizer? tokenizer)
    {
        (string Folder, Adapter Adapter)[] adapters = ReadAll(folders);
        foreach ((string folder, Adapter adapter) in adapters.Where(adapter => adapter.Adapter.AddedTokens.Count > 0))
        {
            if (tokenizer?.Vocabulary.Count != adapter.TrainedOn!.Sizes.Vocabulary)
            {
                throw new Gpt2Exception($"the adapter adds tokens to a vocabulary of {adapter.TrainedOn.Sizes.Vocabulary}")
                {
                    Where = folder,
                    Expected = $"{tokenizer?.Vocabulary.Count ?? 0}, the tokens of this one",
                    Remedy = "take the model that it was trained on",
                };
            }
        }

        IReadOnlyList<string> added = TokensOf(adapters);
        return added.Count == 0 ? tokenizer : new Tokenizer(tokenizer!.Vocabulary.WithAdded(added));
    }

    private static (string Folder, Adapter Adapter)[] ReadAll(IReadOnlyList<string> folders) => [.. folders.Select(folder => (folder, Read(folder)))];

    /// <summary>The tokens that adapters add; of several that do, all must add the same.</summary>
    private static IReadOnlyList<string> TokensOf((string Folder, Adapter Adapter)[] adapters)
    {
        (string Folder, Adapter Adapter)[] adding = [.. adapters.Where(adapter => adapter.Adapter.AddedTokens.Count > 0)];
        return adding.FirstOrDefault(other => !other.Adapter.AddedTokens.SequenceEqual(adding[0].Adapter.AddedTokens)) is { Folder: not null } other
            ? throw new Gpt2Exception($"adds other tokens than {adding[0].Folder}")
            {
                Where = other.Folder,
                Expected = "adapters that add the same tokens, or one that adds any",
            }
            : adding.Length == 0 ? [] : adding[0].Adapter.AddedTokens;
    }

    /// <summary>Throws if an adapter is that of a reward model.</summary>
    /// <exception cref="Gpt2Exception">It is.</exception>
    internal static void RequireAnswers(string folder)
    {
        if (RegularFile.IsTaken(Path.Combine(folder, RewardHead.FileName)))
        {
            throw new Gpt2Exception("is a reward model, which gives answers rewards and does not answer")
            {
                Where = folder,
                Expected = "an adapter of 'gpt2 tune sft' or another that answers",
            };
        }
    }

    /// <summary>Reads an adapter that was trained on a model and answers.</summary>
    /// <exception cref="Gpt2Exception">It cannot be read, belongs to another model, or is that of a reward model.</exception>
    internal static Adapter ReadFor(ModelFingerprint model, string folder)
    {
        RequireAnswers(folder);
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
    /// <exception cref="Gpt2Exception">
    /// The folder cannot be written, or the adapter adds tokens: PEFT changes the rows of wte apart from the head, which is tied to them.
    /// </exception>
    public static string[] WritePeft(string folder, Adapter adapter, string? baseModel = null) =>
        WritePeft(folder, adapter, baseModel, also: _ => { });

    /// <summary>The same with further files, which are written into the folder that the function is given.</summary>
    internal static string[] WritePeft(string folder, Adapter adapter, string? baseModel, Action<string> also)
    {
        if (adapter.AddedTokens.Count > 0)
        {
            throw new Gpt2Exception(
                $"the adapter adds {Plural.Of(adapter.AddedTokens.Count, "token")}, which PEFT's files cannot hold for a tied head")
            {
                Where = folder,
                Remedy = "merge it: 'gpt2 convert MODEL FOLDER --adapter … --to safetensors' writes a model for Python",
            };
        }

        void Put(StagedFolder staged)
        {
            PeftFiles.Write(staged, adapter, baseModel);
            also(staged.Path);
        }

        return StagedFolder.Write(folder, staged => staged.Put(() => Put(staged)), IsOfAnAdapter);
    }

    /// <summary>Whether a folder holds an adapter in the form of PEFT, and not in that of CSV.</summary>
    internal static bool IsPeftAlone(string folder) => IsPeft(folder) && !IsCsv(folder);

    /// <summary>Whether a file belongs to an adapter in one of the forms, so that it does not stay when another is written over it.</summary>
    private static bool IsOfAnAdapter(string file) =>
        file is AdapterCsv.SettingsFile or PeftFiles.SettingsFile or PeftFiles.WeightsFile or TuningState.FileName or RewardHead.FileName
        || AdapterCsv.IsOptional(file);

    private static bool IsCsv(string folder) => RegularFile.IsTaken(Path.Combine(folder, AdapterCsv.SettingsFile));

    private static bool IsPeft(string folder) => RegularFile.IsTaken(Path.Combine(folder, PeftFiles.SettingsFile));
}
