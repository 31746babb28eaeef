// What the documentation names is there: types, members, files and folders in backticks are looked up in the sources.

using System.Text.RegularExpressions;
using Gpt2.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Gpt2.Tests.Docs;

public sealed partial class NameTests : IClassFixture<NameTests.Sources>
{
    /// <summary>What looks like a name in the sources: names of .NET and of others, packages, units, examples of file names.</summary>
    private static readonly string[] Foreign =
    [
        "Parallel", "Parallel.For", "Vector512.IsHardwareAccelerated", "System.Random", "Debug", "Allow", "Host", "Origin", "GPT2LMHeadModel",
        "BenchmarkDotNet.Artifacts/", "GFLOP/s", "GB/s", "Gpt2.Cli.any", "Mike", "TARGET.partial/", "NAME.partial",
        "CausalSelfAttention",
    ];

    private readonly Sources sources;

    public NameTests(Sources sources) => this.sources = sources;

    public static TheoryData<string> AllPages() => LinkTests.AllPages();

    [Theory]
    [MemberData(nameof(AllPages))]
    public void Names_OfAPage_AreInTheSources(string page)
    {
        IEnumerable<string> names = Quoted().Matches(LinkTests.ProseOf(page)).Select(match => match.Groups["name"].Value).Except(Foreign);

        names.Where(name => !sources.Know(name)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("TransformerBlock.Forward", true)]
    [InlineData("TransformerBlock.Sideways", false)]
    [InlineData("Gpt2.Core.Model.TransformerBlock", true)]
    [InlineData("Transformer", false)]
    [InlineData("Step1Input", true)]
    [InlineData("ILanes<TVector>", true)]
    [InlineData("GeneratedToken.Text", true)]
    [InlineData("FinishReason.Stop", true)]
    [InlineData("a.Residual2", true)]
    [InlineData("a.Residual3", false)]
    [InlineData("Gpt2.Core/Model", true)]
    [InlineData("Gpt2.Core/Modal", false)]
    [InlineData("Tuned/Packing.cs", true)]
    [InlineData("ThreadTeam.cs", true)]
    [InlineData("ThreatTeam.cs", false)]
    [InlineData("Layers/", true)]
    public void Know_Name_OnlyWhatIsThere(string name, bool known)
    {
        Quoted().IsMatch($"`{name}`").Should().BeTrue();
        sources.Know(name).Should().Be(known);
    }

    /// <summary>A word or path in backticks that begins with a capital, has small letters too, and nothing that no name has.</summary>
    [GeneratedRegex(@"(?<!`)`(?<name>(a\.)?(?=[\w./<>]*[a-z])[A-Z][A-Za-z0-9]+([./][A-Za-z0-9]+)*(<\w+>|/)?)`(?!`)")]
    private static partial Regex Quoted();

    /// <summary>What the repository declares, read once.</summary>
    public sealed partial class Sources
    {
        private readonly Dictionary<string, HashSet<string>> members = [];
        private readonly HashSet<string> namespaces = [];
        private readonly string[] paths;

        public Sources()
        {
            string root = SharedData.RepositoryRoot;
            string[] files =
            [
                .. Directory.EnumerateDirectories(root, "Gpt2.*").Append(Path.Combine(root, "docs", "exercises"))
                    .SelectMany(project => Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories))
                    .Where(file => !Built().IsMatch(file[root.Length..])),
            ];
            IEnumerable<string> folders = files.Select(file => Path.GetDirectoryName(file)!).Distinct();
            paths = [.. files.Concat(folders).Concat(Directory.EnumerateFileSystemEntries(root)).Distinct()
                .Select(path => "/" + Path.GetRelativePath(root, path).Replace('\\', '/'))];
            foreach (SyntaxNode unit in files.Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot()))
            {
                namespaces.UnionWith(unit.DescendantNodes().OfType<BaseNamespaceDeclarationSyntax>().Select(space => space.Name.ToString()));
                foreach (BaseTypeDeclarationSyntax type in unit.DescendantNodes().OfType<BaseTypeDeclarationSyntax>())
                {
                    members.TryAdd(type.Identifier.Text, []);
                    members[type.Identifier.Text].UnionWith(NamesIn(type));
                }
            }
        }

        public bool Know(string name)
        {
            string path = "/" + name.TrimEnd('/');
            if (paths.Any(known => known.EndsWith(path, StringComparison.Ordinal)))
            {
                return true;
            }

            string[] parts = name.Split('<')[0].Split('.');
            return parts switch
            {
                ["a", string matrix] => members["BlockActivations"].Contains(matrix) || members["ForwardActivations"].Contains(matrix),
                [string only] => members.ContainsKey(only) || members.Values.Any(of => of.Contains(only))
                    || namespaces.Any(space => space.Split('.').Contains(only)),
                _ => namespaces.Contains(string.Join('.', parts))
                    || Members(parts[^2]).Contains(parts[^1])
                    || Members(parts[^2] + "Kernel").Contains(parts[^1]) // as KernelSet has it: Softmax.Rows
                    || (namespaces.Contains(string.Join('.', parts[..^1])) && members.ContainsKey(parts[^1])),
            };
        }

        private HashSet<string> Members(string type) => members.GetValueOrDefault(type, []);

        /// <summary>The names of a type's members; a record's parameters and an enumeration's values are members, too.</summary>
        private static IEnumerable<string> NamesIn(BaseTypeDeclarationSyntax type) => type switch
        {
            EnumDeclarationSyntax values => values.Members.Select(value => value.Identifier.Text),
            TypeDeclarationSyntax declared => (declared.ParameterList?.Parameters.Select(parameter => parameter.Identifier.Text) ?? [])
                .Concat(declared.Members.SelectMany(member => member switch
                {
                    MethodDeclarationSyntax method => [method.Identifier.Text],
                    PropertyDeclarationSyntax property => [property.Identifier.Text],
                    BaseTypeDeclarationSyntax nested => [nested.Identifier.Text],
                    BaseFieldDeclarationSyntax field => field.Declaration.Variables.Select(variable => variable.Identifier.Text),
                    _ => Array.Empty<string>(),
                })),
            _ => [],
        };

        [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
        private static partial Regex Built();
    }
}
