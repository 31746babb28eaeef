// The options that several commands share, each defined once. A command takes fresh objects of those it needs.

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

    private const int MostThreads = 256;

    private static readonly (string Name, KernelRung Rung)[] Rungs =
    [
        ("scalar", KernelRung.Scalar),
        ("tensor-primitives", KernelRung.TensorPrimitives),
        ("vector", KernelRung.Vector),
        ("tuned", KernelRung.Tuned),
    ];

    public static Option<string?> Model() => new("--model", "-m")
    {
        Description = "Model folder or file, or a name in weights-csv or in your cache. Without it: the model that ships with the program.",
        HelpName = "FOLDER|NAME",
    };

    public static Option<string?> Format() => FormatOption("--format", "Which model to take from a folder that holds several", ModelFormat.All);

    /// <summary>An option for one of some formats.</summary>
    public static Option<string?> FormatOption(string name, string description, IEnumerable<ModelFormat> formats)
    {
        string[] names = [.. formats.Select(format => format.Name)];
        var option = new Option<string?>(name) { Description = description + ".", HelpName = string.Join("|", names) };
        option.CompletionSources.Add(names);
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is string given && !names.Contains(given))
            {
                result.AddError($"{name}: found '{given}', expected {string.Join(", ", names)}");
            }
        });
        return option;
    }

    /// <summary>The folder to write, after checking that it has a name: "" is what an unset variable leaves.</summary>
    /// <exception cref="UsageException">It has none.</exception>
    public static string Named(string folder, string option) =>
        string.IsNullOrWhiteSpace(folder) ? throw new UsageException($"{option}: found no name, expected a folder")
        : folder == "-" ? throw new UsageException($"{option}: found '-', which is standard output, expected a folder")
        : folder;

    public static Option<bool> NoCache() => new("--no-cache")
    {
        Description = "Read CSV files anew: neither take nor leave a binary copy in your cache.",
    };

    public static Option<string?> Kernels()
    {
        string[] names = [.. Rungs.Select(rung => rung.Name)];
        var option = new Option<string?>("--kernels")
        {
            Description = $"Kernels to compute with. Default: {NameOf(KernelSet.FastestRung)}.",
            HelpName = string.Join("|", names),
        };
        option.CompletionSources.Add(names);
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is string name && !names.Contains(name))
            {
                result.AddError($"--kernels: found '{name}', expected {string.Join(", ", names)}");
            }
        });
        return option;
    }

    /// <summary>1 to 256; without it one per core. The results are the same bits for every number.</summary>
    public static Option<int> Threads()
    {
        var option = new Option<int>("--threads", "-t")
        {
            Description = $"Threads to compute with, 1 to {MostThreads}; only the tuned kernels use more than one. Default: one per core.",
            DefaultValueFactory = _ => Math.Min(Environment.ProcessorCount, MostThreads),
            HelpName = "N",
        };
        option.Validators.Add(result =>
        {
            // What is no number at all is the parser's to report.
            if (result.Tokens is [{ Value: string given }]
                && int.TryParse(given, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int threads)
                && threads is < 1 or > MostThreads)
            {
                result.AddError($"--threads: found {given}, expected 1 to {MostThreads}");
            }
        });
        return option;
    }

    public static Option<string?> Weights()
    {
        string[] names = [.. WeightTypes.Select(type => type.Name)];
        var option = new Option<string?>("--weights")
        {
            Description = "Store the weights as this: less memory and faster tokens, a little off. Default: f32.",
            HelpName = string.Join("|", names),
        };
        option.CompletionSources.Add(names);
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is string name && !names.Contains(name))
            {
                result.AddError($"--weights: found '{name}', expected {string.Join(", ", names)}");
            }
        });
        return option;
    }

    public static Option<bool> Json() => new("--json") { Description = "Print the result as one line of JSON." };

    public static Option<bool> AllowSpecial() => new("--allow-special")
    {
        Description = "Read <|endoftext|> in the text as that token, not as plain text.",
    };

    public static Option<string?> Break() => new("--break")
    {
        Description = "Stop an attached debugger at a step of a block, for example h0.step7.",
        HelpName = "hI.stepN",
    };

    /// <summary>An option for a whole number of at least <paramref name="least"/>.</summary>
    public static Option<int> Count(string name, string[] aliases, string description, int least, int standard)
    {
        var option = new Option<int>(name, aliases) { Description = description, DefaultValueFactory = _ => standard, HelpName = "N" };
        option.Validators.Add(result =>
        {
            // What is no number at all is the parser's to report.
            if (result.Tokens is [{ Value: string given }]
                && int.TryParse(given, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int count) && count < least)
            {
                result.AddError($"{name}: expected at least {least}");
            }
        });
        return option;
    }

    /// <summary>An option for a number, null where it is not given. Read with '.' in every culture.</summary>
    public static Option<T?> Number<T>(string name, string[] aliases, string description, string expected)
        where T : struct, INumberBase<T> => new(name, aliases)
        {
            Description = description,
            HelpName = typeof(T) == typeof(double) || typeof(T) == typeof(float) ? "X" : "N",
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

    /// <summary>The format that an option's value names; null where it was not given.</summary>
    public static ModelFormat? FormatOf(string? name) => ModelFormat.All.FirstOrDefault(format => format.Name == name);

    /// <summary>The kernels that an option's value names.</summary>
    /// <param name="name">The rung; null for the fastest.</param>
    /// <param name="threads">Threads to compute with; null for one per core.</param>
    public static KernelSet KernelsOf(string? name, int? threads = null) =>
        KernelSet.Create(name is null ? KernelSet.FastestRung : Rungs.First(rung => rung.Name == name).Rung, threads);

    /// <summary>The type of weights that an option's value names.</summary>
    public static WeightType WeightsOf(string? name) =>
        name is null ? WeightType.Float32 : WeightTypes.First(type => type.Name == name).Type;

    /// <summary>A type of weights as the option spells it.</summary>
    public static string NameOf(WeightType type) => WeightTypes.First(entry => entry.Type == type).Name;

    /// <summary>A rung as the option spells it.</summary>
    public static string NameOf(KernelRung rung) => Rungs.First(entry => entry.Rung == rung).Name;
}
