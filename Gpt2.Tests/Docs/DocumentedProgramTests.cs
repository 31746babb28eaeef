// The C# of the documentation: a block that begins with a using is a program, which is compiled as a reader's would be, and prints what
// the page shows below it; any other block is a quotation, which is in a source file line for line.

using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Gpt2.Core;
using Gpt2.Kernels;
using Gpt2.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Gpt2.Tests.Docs;

public sealed partial class DocumentedProgramTests
{
    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;"
        + "global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";

    /// <summary>The programs by page and place, each with what it prints.</summary>
    public static TheoryData<string, int> Programs()
    {
        var data = new TheoryData<string, int>();
        foreach ((string page, int place, string[] _) in CSharpBlocks().Where(block => IsProgram(block.Lines)))
        {
            data.Add(page, place);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public async Task Program_AsThePageHasIt_CompilesWithoutAWarningAndPrintsWhatThePageShows(string page, int place)
    {
        (string Language, string[] Lines)[] blocks = [.. Blocks(page)];
        (string Language, string[] Lines) shown = blocks[place + 1];
        shown.Language.Should().Be("text", "what a program prints is shown below it");

        CommandRun run = await Run(string.Join('\n', blocks[place].Lines));

        run.Error.Should().BeEmpty();
        run.ExitCode.Should().Be(0);
        run.Out.ReplaceLineEndings("\n").TrimEnd('\n').Should().Be(string.Join('\n', shown.Lines).TrimEnd('\n'));
    }

    [Fact]
    public void Programs_AreInTheReadmeAndBesideWhatTheyAreAbout()
    {
        Programs().Select(program => (string)program[0]).Distinct().Should().Contain(["README.md", "docs/decoding.md", "Gpt2.Core/README.md"]);
    }

    [Fact]
    public void Quotations_AreInTheSources()
    {
        string[] sources = [.. Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "Gpt2.Core"), "*.cs", SearchOption.AllDirectories)
            .Select(file => Trimmed(File.ReadLines(file)))];

        foreach ((string page, int _, string[] lines) in CSharpBlocks().Where(block => !IsProgram(block.Lines)))
        {
            sources.Should().Contain(source => source.Contains(Trimmed(lines), StringComparison.Ordinal), "{0} quotes {1}", page, lines[0]);
        }
    }

    private static bool IsProgram(string[] lines) => lines[0].StartsWith("using ", StringComparison.Ordinal);

    private static string Trimmed(IEnumerable<string> lines) => string.Concat(lines.Select(line => line.Trim() + "\n"));

    private static IEnumerable<(string Page, int Place, string[] Lines)> CSharpBlocks()
    {
        return LinkTests.Pages().SelectMany(page => Blocks(page).Select((block, place) => (page, place, block)))
            .Where(found => found.block.Language == "csharp")
            .Select(found => (found.page, found.place, found.block.Lines));
    }

    private static IEnumerable<(string Language, string[] Lines)> Blocks(string page) => Block().Matches(DocumentedCommands.Page(page.Split('/')))
        .Select(block => (block.Groups["language"].Value, block.Groups["lines"].Value.TrimEnd('\n').Split('\n')));

    /// <summary>Compiles a program against the library's public face and runs it, in the folder where its files are.</summary>
    private static async Task<CommandRun> Run(string program)
    {
        string name = $"documented-{Guid.NewGuid():N}";
        string assembly = Path.Combine(AppContext.BaseDirectory, name + ".dll");
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        string[] references =
        [
            .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
                .Where(file => Path.GetDirectoryName(file) == framework),
            typeof(LanguageModel).Assembly.Location, typeof(KernelSet).Assembly.Location,
        ];
        var syntax = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Preview);
        var compilation = CSharpCompilation.Create(
            name, [CSharpSyntaxTree.ParseText(program, syntax), CSharpSyntaxTree.ParseText(ImplicitUsings, syntax)],
            references.Select(file => MetadataReference.CreateFromFile(file)),
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
        compilation.GetDiagnostics().Where(found => found.Severity >= DiagnosticSeverity.Warning).Should().BeEmpty("{0}", program);
        try
        {
            compilation.Emit(assembly).Success.Should().BeTrue();
            var start = new ProcessStartInfo(
                Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
                ["exec", "--depsfile", Beside("gpt2.deps.json"), "--runtimeconfig", Beside("gpt2.runtimeconfig.json"), assembly])
            {
                WorkingDirectory = SharedData.RepositoryRoot,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                StandardOutputEncoding = Encoding.UTF8,
            };
            start.Environment["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1"; // the pages show numbers with a point
            using Process process = Process.Start(start)!;
            return await DocumentedCommands.EndOf(process);
        }
        finally
        {
            File.Delete(assembly);
        }
    }

    private static string Beside(string file) => Path.Combine(AppContext.BaseDirectory, file);

    [GeneratedRegex("^```(?<language>\\w*)\n(?<lines>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();
}
