// Turns what a user writes after --adapter into a folder, as ModelLocator does with a model.

using Gpt2.Core.Model;
using Gpt2.Core.Weights;

namespace Gpt2.Core.PostTraining;

/// <summary>Finds adapter folders by path or by name.</summary>
internal static class AdapterLocator
{
    /// <summary>The folder with adapters beside the models.</summary>
    public const string AdaptersFolder = "adapters";

    /// <summary>The folder of an adapter: a path as it is, or a name looked up where models are, in the folder 'adapters'.</summary>
    /// <exception cref="Gpt2Exception">There is none; the message names those that there are.</exception>
    public static string Find(string adapter)
    {
        if (Directory.Exists(adapter))
        {
            return adapter;
        }

        bool isName = adapter.Length > 0 && Path.GetFileName(adapter) == adapter;
        if (isName && Places().Select(place => Path.Combine(place, adapter)).FirstOrDefault(Directory.Exists) is string folder)
        {
            return folder;
        }

        string[] names = [.. Names()];
        throw new Gpt2Exception(isName ? $"no such folder, nor one with that name in {string.Join(" or ", Places())}" : "no such folder")
        {
            Where = $"adapter '{adapter}'",
            Expected = names.Length > 0 ? $"a folder, or one of {string.Join(", ", names)}" : "a folder",
            Remedy = "'gpt2 tune sft' makes an adapter",
        };
    }

    /// <summary>What an adapter is called: the name of its folder.</summary>
    public static string NameOf(string folder) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    /// <summary>The names that are found, in alphabetical order.</summary>
    public static IEnumerable<string> Names() => Places().Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories)
        .Where(AdapterFolder.IsAdapter).Select(NameOf).Distinct().Order(StringComparer.Ordinal);

    /// <summary>Those of adapters for a model of these sizes.</summary>
    public static IEnumerable<string> NamesFor(Gpt2Config sizes) => Names().Where(name => AdapterFolder.ModelOf(Find(name))?.Sizes == sizes);

    /// <summary>Those of adapters that were trained on this model.</summary>
    public static IEnumerable<string> NamesFor(ModelFingerprint model) => Names().Where(name => AdapterFolder.ModelOf(Find(name)) == model);

    private static IEnumerable<string> Places() => ModelLocator.Places().Select(place => Path.Combine(place, AdaptersFolder));
}
