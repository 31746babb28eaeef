// The code that lessons quote, read out of the sources: csharp of=TransformerBlock.Step7Attention is that method as it stands now.

using System.Text.RegularExpressions;
using Gpt2.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Gpt2.Tests.Docs;

/// <summary>Finds members in the sources of the libraries.</summary>
internal static partial class LessonSources
{
    private static readonly Lazy<(string File, string Text)[]> Files = new(() =>
    [
        .. new[] { "Gpt2.Kernels", "Gpt2.Core" }
            .SelectMany(project => Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, project), "*.cs", SearchOption.AllDirectories))
            .Where(file => !Built().IsMatch(file[SharedData.RepositoryRoot.Length..]))
            .Select(file => (file, File.ReadAllText(file).ReplaceLineEndings("\n"))),
    ]);

    /// <summary>A member's code without its documentation and attributes, from the left margin.</summary>
    /// <param name="name">Type.Member; the first one of that name.</param>
    public static string CodeOf(string name)
    {
        string[] parts = name.Split('.');
        parts.Should().HaveCount(2, "{0} is a type and its member", name);
        MemberDeclarationSyntax member = Files.Value.Where(file => Regex.IsMatch(file.Text, $@"\b(class|struct|record|interface) {parts[0]}\b"))
            .SelectMany(file => CSharpSyntaxTree.ParseText(file.Text).GetRoot().DescendantNodes().OfType<TypeDeclarationSyntax>())
            .Where(type => type.Identifier.Text == parts[0])
            .SelectMany(type => type.Members)
            .FirstOrDefault(one => NameOf(one) == parts[1])
            ?? throw new InvalidOperationException($"no source has {name}");
        MemberDeclarationSyntax bare = member.WithAttributeLists(default)
            .WithLeadingTrivia(member.GetLeadingTrivia().Where(trivia => trivia.IsKind(SyntaxKind.WhitespaceTrivia)));
        string[] lines = bare.ToFullString().TrimEnd().Split('\n');
        int indent = member.GetLocation().GetLineSpan().StartLinePosition.Character;
        return string.Concat(lines.Select((line, place) => (place == 0 ? line.TrimStart() : Dedented(line, indent)) + "\n"));
    }

    private static string Dedented(string line, int indent) => line.Length == 0 ? line : line[indent..];

    private static string? NameOf(MemberDeclarationSyntax member) => member switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        PropertyDeclarationSyntax property => property.Identifier.Text,
        _ => null,
    };

    [GeneratedRegex(@"[\\/](bin|obj)[\\/]")]
    private static partial Regex Built();
}
