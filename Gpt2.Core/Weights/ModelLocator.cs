// Turns what a user writes after --model into a path.

using Gpt2.Core.Weights.Download;

namespace Gpt2.Core.Weights;

/// <summary>Finds model folders by path or by name.</summary>
internal static class ModelLocator
{
    /// <summary>The model that comes with the program.</summary>
    public const string DefaultModel = "gpt2-workshop";

    private const string WeightsFolder = "weights-csv";
    private const string SolutionFile = "Gpt2.slnx";

    /// <summary>
    /// The folder of a model, or its file: a path as it is, or a name looked up next to the program and in the user's
    /// cache.
    /// </summary>
    /// <exception cref="Gpt2Exception">There is none; the message says where it was looked for.</exception>
    public static string Find(string model)
    {
        if (Directory.Exists(model) || (Path.HasExtension(model) && File.Exists(model)))
        {
            return model;
        }

        string[] places = [.. Places()];
        bool isName = model.Length > 0 && Path.GetFileName(model) == model;
        foreach (string place in isName ? places : [])
        {
            string folder = Path.Combine(place, model);
            if (Directory.Exists(folder))
            {
                return folder;
            }
        }

        // Names come first: a program next to the models may have the same name as one of them.
        if (File.Exists(model))
        {
            RegularFile.Require(model, "a model", "name its folder or its file");
            return model;
        }

        if (model.Length > 0 && RegularFile.IsTaken(model))
        {
            throw WrongFile.Unreadable(model, "a model", new FileNotFoundException(), WrongFile.Again); // a broken link
        }

        if (ModelFormat.All.Any(format => format.IsModelFile(Path.GetFileName(model))))
        {
            throw FileNames.MisnamedAt(model)
                ?? new Gpt2Exception("no such file") { Where = $"model '{model}'", Remedy = "name a file that exists, or the folder of a model" };
        }

        string looked = isName ? $", nor one with that name in {string.Join(" or ", places)}" : "";
        string remedy = DownloadTable.Hub.Any(known => known.Name == model) ? $"'gpt2 download {model}' gets it" : "'gpt2 new FOLDER' makes one";
        throw new Gpt2Exception($"no such folder{looked}") { Where = $"model '{model}'", Remedy = remedy };
    }

    /// <summary>
    /// What a model is called: the name of its folder, or of its file unless that has one of the usual names.
    /// </summary>
    public static string NameOf(string path)
    {
        string full = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        string name = Path.GetFileName(full);
        return !File.Exists(full) ? name
            : name.StartsWith("model", StringComparison.Ordinal) || name == HyperparametersFile.FileName
            ? Path.GetFileName(Path.GetDirectoryName(full))!
            : name.Split('.', StringSplitOptions.RemoveEmptyEntries)[0];
    }

    /// <summary>The user's folder for models; null if the user has none.</summary>
    public static string? UserFolder() => UserCache.Folder("models");

    /// <summary>The folders in which a name is looked up, in order.</summary>
    public static IEnumerable<string> Places()
    {
        yield return Path.Combine(AppContext.BaseDirectory, WeightsFolder);

        // When run from a checkout, the program also finds the models in it that were not copied to its own folder.
        for (DirectoryInfo? up = new(AppContext.BaseDirectory); up is not null; up = up.Parent)
        {
            if (File.Exists(Path.Combine(up.FullName, SolutionFile)))
            {
                yield return Path.Combine(up.FullName, WeightsFolder);
                break;
            }
        }

        if (UserFolder() is string folder)
        {
            yield return folder;
        }
    }
}
