// The options that several commands share, each defined once. Each command creates its own objects of those it needs.

using System.CommandLine;
using System.Globalization;
using System.Numerics;
using Gpt2.Core.Weights;
using Gpt2.Kernels;

namespace Gpt2.Cli.CommandLine;

/// <summary>Shared options.</summary>
internal static class CommonOptions
{
    private static readonly (string Name, WeightType Type)[] WeightTypes =
    [
        ("f32", WeightType.Float32),
        ("bf16", WeightType.BFloat16),
        ("int8", WeightType.Int8),
        ("int4", WeightType.Int4),
    ];

    private const int MaxThreads = 256;

    private static readonly (string Name, KernelRung Rung)[] Rungs =
    [
        ("scalar", KernelRung.Scalar),
        ("tensor-primitives", KernelRung.TensorPrimitives),
        ("vector", KernelRung.Vector),
        ("tuned", KernelRung.Tuned),
    ];

    public static Option<string?> Model() => new("--model", "-m")
    {
        Description = "Model folder, file or name.\nA name is looked up in weights-csv beside the program and in your cache. "
            + "Without this option: the model that ships with the program.",
        HelpName = "FOLDER|NAME",
    };

    public static Option<string[]> Adapter() => new("--adapter")
    {
        Description = "Folder or name of an adapter that was trained on the model.\nOnce for each of several, whose changes add up. "
            + "They are merged into the weights in memory. A name is looked up in weights-csv/adapters beside the program.",
        HelpName = "FOLDER|NAME",
        DefaultValueFactory = _ => [],
    };

    public static Option<string?> Format() => FormatOption("--format", "Which model to take from a folder that holds several", ModelFormat.All);

    /// <summary>An option for one of some formats.</summary>
    public static Option<string?> FormatOption(string name, string description, IEnumerable<ModelFormat> formats) =>
        OneOf(name, description + ".", [.. formats.Select(format => format.Name)]);

    /// <summary>Checks that the folder to write has a name: an unset variable leaves "".</summary>
    /// <exception cref="UsageException">It does not.</exception>
    public static string RequireFolderName(string folder, string option) =>
        string.IsNullOrWhiteSpace(folder) ? throw new UsageException("found no name", where: option, expected: "a folder")
        : folder == "-" ? throw new UsageException("found '-', which is standard output", where: option, expected: "a folder")
        : folder;

    public static Option<bool> NoCache() => new("--no-cache")
    {
        Description = "Read CSV files again, without the cache.\nNeither uses nor writes a binary copy in your cache.",
    };

    public static Option<string?> Kernels() => OneOf(
        "--kernels", $"Kernels to compute with. Default: {NameOf(KernelSet.FastestRung)}.", [.. Rungs.Select(rung => rung.Name)]);

    /// <summary>1 to 256; the default is one per core. The results are the same bits for every number.</summary>
    public static Option<int> Threads() => Count(
        "--threads", ["-t"],
        $"Threads to compute with. Default: one per core.\n1 to {MaxThreads}; only the tuned kernels use more than one. "
            + "The results are the same bits for every number.",
        least: 1, standard: Math.Min(Environment.ProcessorCount, MaxThreads), most: MaxThreads);

    public static Option<string?> Weights() => OneOf(
        "--weights",
        "Store the weights in fewer bits. Default: f32.\nTakes less memory and gives faster tokens; the logits are a little less exact.",
        [.. WeightTypes.Select(type => type.Name)]);

    public static Option<bool> Json() => new("--json") { Description = "Print the result as one line of JSON." };

    public static Option<bool> AllowSpecial() => new("--allow-special")
    {
        Description = "Read <|endoftext|> in the text as that token.",
    };

    public static Option<string?> Break() => new("--break")
    {
        Description = "Stop a debugger at a step, for example h0.step7.\n"
            + "A step of a block: h0 to h3 of the default model, step1 to step16. Needs an attached debugger; see docs/debugging.md.",
        HelpName = "hI.stepN",
    };

    /// <summary>An option for one of some names, null if it is not given.</summary>
    public static Option<string?> OneOf(string option, string description, string[] names)
    {
        var made = new Option<string?>(option) { Description = description, HelpName = string.Join('|', names) };
        made.CompletionSources.Add(names);
        made.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is string given && !names.Contains(given))
            {
                result.AddError($"{option}: found '{given}', expected {string.Join(", ", names)}");
            }
        });
        return made;
    }

    /// <summary>An option for a whole number from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static Option<T> Count<T>(string name, string[] aliases, string description, T least, T standard, T? most = null)
        where T : struct, INumber<T>, IMinMaxValue<T> => new(name, aliases)
        {
            Description = description,
            HelpName = "N",
            DefaultValueFactory = _ => standard,
            CustomParser = result => WholeNumber.Parse(result, name, "a whole number", least, most ?? T.MaxValue) ?? standard,
        };

    /// <summary>
    /// An option for a whole number from <paramref name="least"/> to <paramref name="most"/>: null if it is not given,
    /// <paramref name="withoutValue"/> if it is given without a number.
    /// </summary>
    public static Option<T?> Whole<T>(
        string name, string[] aliases, string description, T least, T? most = null, string expected = "a whole number", T? withoutValue = null)
        where T : struct, INumber<T>, IMinMaxValue<T> => new(name, aliases)
        {
            Description = description,
            HelpName = "N",
            Arity = withoutValue is null ? ArgumentArity.ExactlyOne : ArgumentArity.ZeroOrOne,
            CustomParser = result => result.Tokens.Count == 0 ? withoutValue : WholeNumber.Parse(result, name, expected, least, most ?? T.MaxValue),
        };

    /// <summary>An option for a number; null if it is not given. Read with '.' in every culture.</summary>
    public static Option<T?> Number<T>(string name, string[] aliases, string description, string expected)
        where T : struct, IFloatingPoint<T> => new(name, aliases)
        {
            Description = description,
            HelpName = "X",
            CustomParser = result =>
            {
                string text = result.Tokens[0].Value;
                if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out T number))
                {
                    return number;
                }

                result.AddError($"{name}: found '{text}', expected {expected}");
                return null;
            },
        };

    /// <summary>The value of an option that a command may not even have.</summary>
    public static T? Given<T>(ParseResult parsed, Option<T?> option) =>
        parsed.GetResult(option) is null ? default : parsed.GetValue(option);

    /// <summary>The format named by an option's value; null if it was not given.</summary>
    public static ModelFormat? FormatOf(string? name) => ModelFormat.All.FirstOrDefault(format => format.Name == name);

    /// <summary>The rung named by an option's value; the fastest if it was not given.</summary>
    public static KernelRung RungOf(string? name) => name is null ? KernelSet.FastestRung : Rungs.First(rung => rung.Name == name).Rung;

    /// <summary>The type of weights named by an option's value.</summary>
    public static WeightType WeightsOf(string? name) =>
        name is null ? WeightType.Float32 : WeightTypes.First(type => type.Name == name).Type;

    /// <summary>A type of weights as spelled in the option.</summary>
    public static string NameOf(WeightType type) => WeightTypes.First(entry => entry.Type == type).Name;

    /// <summary>A rung as spelled in the option.</summary>
    public static string NameOf(KernelRung rung) => Rungs.First(entry => entry.Rung == rung).Name;
}
