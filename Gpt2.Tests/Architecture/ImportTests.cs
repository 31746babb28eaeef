// Which folder may use which: read from the sources, so that a wrong direction fails here and not in a review.

using System.Text.RegularExpressions;
using System.Xml.Linq;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Architecture;

public partial class ImportTests
{
    /// <summary>The folders of Gpt2.Core and what each may import of Core.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Files"] = [],
        ["Numerics"] = [],
        ["Text"] = [],
        ["Model"] = ["Numerics"],
        ["Tracing"] = ["Numerics", "Model"],
        ["Weights"] = ["Files", "Numerics", "Text", "Model"],
        ["Generation"] = ["Numerics", "Text", "Model"],
        ["Measurement"] = ["Model"],
        ["Evaluation"] = ["Numerics", "Text", "Model", "Weights", "Generation"],
        ["Training"] = ["Files", "Numerics", "Text", "Model", "Weights", "Generation", "Evaluation"],
    };

    [Fact]
    public void CoreFolders_ImportOnlyWhatTheyMay()
    {
        string core = Path.Combine(SharedData.RepositoryRoot, "Gpt2.Core");
        foreach (string folder in Directory.EnumerateDirectories(core).Select(path => Path.GetFileName(path)).Except(["bin", "obj"]))
        {
            Allowed.Should().ContainKey(folder, "every folder says what it may import");
            foreach (string file in Sources(Path.Combine(core, folder)))
            {
                string source = WithoutComments(File.ReadAllText(file));
                string within = Path.GetRelativePath(core, Path.GetDirectoryName(file)!).Replace(Path.DirectorySeparatorChar, '.');
                source.Should().Contain($"namespace Gpt2.Core.{within};", "{0} is in that folder", file);
                IEnumerable<string> used = Allowed.Keys.Where(other => other != folder && Uses(source, other));
                used.Should().BeSubsetOf(Allowed[folder], $"{file} belongs to {folder}");
            }
        }
    }

    /// <summary>Folders within one that may not use each other, though the folder around them is allowed both.</summary>
    private static readonly (string Folder, string[] NotUsed)[] Apart =
    [
        ("Model.Layers", ["Model.Cache"]),
        ("Model.Cache", ["Model.Layers"]),
        ("Weights.Binary", ["Weights.HuggingFace", "Weights.LlmC", "Weights.TensorFlow"]),
        ("Weights.Safetensors", ["Weights.HuggingFace", "Weights.LlmC", "Weights.TensorFlow"]),
        ("Weights.LlmC", ["Weights.HuggingFace", "Weights.TensorFlow"]),
        ("Weights.TensorFlow", ["Weights.HuggingFace", "Weights.LlmC"]),
        ("Generation.Filters", ["Generation.Beams"]),
        ("Training.Corpus", ["Model", "Weights", "Generation"]),
    ];

    [Fact]
    public void CoreFolders_WithinOne_KeepApartWhatHasNothingToDoWithEachOther()
    {
        foreach ((string folder, string[] notUsed) in Apart)
        {
            string path = Path.Combine(SharedData.RepositoryRoot, "Gpt2.Core", Path.Combine(folder.Split('.')));
            foreach (string file in Sources(path))
            {
                notUsed.Where(other => Uses(WithoutComments(File.ReadAllText(file)), other)).Should().BeEmpty("{0} belongs to {1}", file, folder);
            }
        }
    }

    [Fact]
    public void FrontDoor_IsUsedByNoFolderBehindIt()
    {
        string core = Path.Combine(SharedData.RepositoryRoot, "Gpt2.Core");
        foreach (string file in Allowed.Keys.SelectMany(folder => Sources(Path.Combine(core, folder))))
        {
            WithoutComments(File.ReadAllText(file)).Should().NotMatchRegex(@"\b(LanguageModel|LoadOptions)\b", file);
        }
    }

    [Theory]
    [InlineData("Gpt2.Kernels", new string[0], new[] { "System.Numerics.Tensors" })]
    [InlineData("Gpt2.Core", new[] { "Gpt2.Kernels" }, new[] { "CsvHelper", "System.IO.Hashing" })]
    [InlineData("Gpt2.Cli", new[] { "Gpt2.Core" }, new[] { "Spectre.Console", "System.CommandLine" })]
    public void Projects_ReferenceOnlyWhatTheyMay(string project, string[] projects, string[] packages)
    {
        var file = XDocument.Load(Path.Combine(SharedData.RepositoryRoot, project, project + ".csproj"));
        file.Descendants("ProjectReference").Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')))
            .Should().BeEquivalentTo(projects);
        file.Descendants("PackageReference").Select(reference => reference.Attribute("Include")!.Value).Should().BeEquivalentTo(packages);
    }

    [Fact]
    public void AspNetCore_IsKnownToTheServerAlone_SoThatNoOtherCommandLoadsIt()
    {
        foreach (string project in (string[])["Gpt2.Kernels", "Gpt2.Core", "Gpt2.Cli"])
        {
            string folder = Path.Combine(SharedData.RepositoryRoot, project);
            foreach (string file in Sources(folder).Where(file => !file.StartsWith(Path.Combine(folder, "Serve"), StringComparison.Ordinal)))
            {
                WithoutComments(File.ReadAllText(file)).Should().NotContain("AspNetCore", file);
            }

            var frameworks = XDocument.Load(Path.Combine(folder, project + ".csproj")).Descendants("FrameworkReference");
            frameworks.Select(framework => framework.Attribute("Include")!.Value)
                .Should().BeEquivalentTo(project == "Gpt2.Cli" ? ["Microsoft.AspNetCore.App"] : Array.Empty<string>());
        }
    }

    [Fact]
    public void Server_UsesOfCoreWhatCompletesTexts_AndOfTheCommandNothing()
    {
        string[] core = ["Numerics", "Text", "Model", "Generation"];
        foreach (string file in Sources(Path.Combine(SharedData.RepositoryRoot, "Gpt2.Cli", "Serve")))
        {
            string source = WithoutComments(File.ReadAllText(file));
            source.Should().Contain("namespace Gpt2.Cli.Serve;", file);
            Allowed.Keys.Where(folder => Uses(source, folder)).Should().BeSubsetOf(core, file);
            Regex.IsMatch(source, @"using Gpt2\.Cli\.").Should().BeFalse(file);
        }
    }

    [Fact]
    public void Kernels_KnowNoWordOfTheModel()
    {
        foreach (string file in Sources(Path.Combine(SharedData.RepositoryRoot, "Gpt2.Kernels")))
        {
            string code = WithoutComments(File.ReadAllText(file));
            ModelWords().Matches(code).Select(match => match.Value).Should().BeEmpty(file);
        }
    }

    [Fact]
    public void Sources_AreOfReadableLength_AndBeginWithWhatTheyAreFor()
    {
        foreach (string project in (string[])["Gpt2.Kernels", "Gpt2.Core", "Gpt2.Cli", "Gpt2.Tests", "Gpt2.Benchmarks"])
        {
            foreach (string file in Sources(Path.Combine(SharedData.RepositoryRoot, project)))
            {
                string[] lines = File.ReadAllLines(file);
                lines.Length.Should().BeLessThanOrEqualTo(400, file);
                lines[0].Should().StartWith("// ", $"{file} says first what it is for");
            }
        }
    }

    [Fact]
    public void Repository_ProductionCode_HasUnsafeOnlyInTheThreadTeamAndPrefetch()
    {
        string[] allowed = ["ThreadTeam.cs", "Prefetch.cs"];
        foreach (string project in (string[])["Gpt2.Kernels", "Gpt2.Core", "Gpt2.Cli"])
        {
            foreach (string file in Sources(Path.Combine(SharedData.RepositoryRoot, project)).Where(file => !allowed.Contains(Path.GetFileName(file))))
            {
                Regex.IsMatch(WithoutComments(File.ReadAllText(file)), @"\bunsafe\b").Should().BeFalse(file);
            }
        }
    }

    [Fact]
    public void Core_OpensFilesForReading_InRegularFileAlone()
    {
        foreach (string file in Sources(Path.Combine(SharedData.RepositoryRoot, "Gpt2.Core")).Where(file => Path.GetFileName(file) != "RegularFile.cs"))
        {
            foreach (Match open in OpensToRead().Matches(WithoutComments(File.ReadAllText(file))))
            {
                File.ReadAllText(file).Should().MatchRegex(@"RegularFile\.(Require|Otherwise)\(|VocabularyFile\.RequireSize\(", $"{file} opens with {open.Value} what may be a pipe");
            }
        }
    }

    /// <summary>Whether a source names another folder's namespace, in a using or before a dot.</summary>
    private static bool Uses(string source, string folder) =>
        Regex.IsMatch(source, $@"Gpt2\.Core\.{Regex.Escape(folder)}\b|(?<![.\w]){Regex.Escape(folder)}\.[A-Z]\w+[<(.\s]");

    private static string WithoutComments(string source) => Comments().Replace(source, "");

    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories).Where(file => !Generated().IsMatch(file));

    [GeneratedRegex("//.*|\"(\\\\.|[^\"\\\\\n])*\"")]
    private static partial Regex Comments();

    [GeneratedRegex(@"\b(Gpt2\.Core|vocabulary|embedding|wte|wpe|logits?|transformer|tokenizer|prompt)\b", RegexOptions.IgnoreCase)]
    private static partial Regex ModelWords();

    [GeneratedRegex(@"\bFile\.(Open|Read)\w*\(|\bCsvReader\.FromFile\(|\bnew StreamReader\(|\bFileMode\.Open\b(?!, FileAccess\.Write\b)")]
    private static partial Regex OpensToRead();

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex Generated();
}
