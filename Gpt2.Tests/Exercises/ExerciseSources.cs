// The exercises as the repository has them, compiled and checked inside the test process: a build by the SDK would take seconds for each.

using System.Reflection;
using System.Runtime.Loader;
using Gpt2.Cli.Exercises;
using Gpt2.Core;
using Gpt2.Kernels;
using Gpt2.Tests.Support;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Xunit.Abstractions;

namespace Gpt2.Tests.Exercises;

internal static class ExerciseSources
{
    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;"
        + "global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks; global using Xunit;";

    public static ExerciseFolder Folder { get; } = ExerciseFolder.Open(Path.Combine(SharedData.RepositoryRoot, "docs", "exercises"));

    private static readonly CSharpParseOptions Syntax = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Preview);

    private static readonly Lazy<MetadataReference[]> References = new(() =>
    {
        string framework = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        return
        [
            .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
                .Where(file => Path.GetDirectoryName(file) == framework)
                .Concat(((Type[])[typeof(LanguageModel), typeof(KernelSet), typeof(FactAttribute), typeof(Assert), typeof(ITestOutputHelper)])
                    .Select(type => type.Assembly.Location))
                .Select(file => MetadataReference.CreateFromFile(file)),
        ];
    });

    /// <summary>What all have in common: to bind the references takes longer than to compile a lesson.</summary>
    private static readonly Lazy<CSharpCompilation> Support = new(() => CSharpCompilation.Create(
        "Exercises",
        [.. Directory.EnumerateFiles(Path.Combine(Folder.Path, "Support"), "*.cs").Select(Parse), CSharpSyntaxTree.ParseText(ImplicitUsings, Syntax)],
        References.Value,
        new CSharpCompilationOptions(
            OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release,
            nullableContextOptions: NullableContextOptions.Enable)));

    private static readonly Lazy<Dictionary<LessonFile, SyntaxTree>> SolutionTrees = new(() =>
        Folder.Lessons.ToDictionary(lesson => lesson, lesson => Parse(Path.Combine(Folder.Path, "solutions", lesson.FileName))));

    private static readonly Lazy<Dictionary<LessonFile, SyntaxTree>> CheckTrees = new(() =>
        Folder.Lessons.ToDictionary(lesson => lesson, lesson => Parse(Path.Combine(Folder.Path, "Checks", lesson.Name + "Checks.cs"))));

    public static Exercise ExerciseOf(string id) => Folder.Select(id).Single();

    /// <summary>Compiles exercises and their checks, and runs the checks.</summary>
    /// <param name="texts">The texts of some lessons' files; of the others the reference solutions are taken.</param>
    /// <param name="exercises">The exercises that are checked; only the files that they need are compiled.</param>
    /// <param name="worst">What the compiler must not find.</param>
    /// <returns>What each check threw, null if it passed, and what it wrote.</returns>
    public static Dictionary<Exercise, (Exception? Failure, string Output)> Check(
        IReadOnlyDictionary<LessonFile, string> texts, IReadOnlyList<Exercise> exercises, DiagnosticSeverity worst = DiagnosticSeverity.Warning)
    {
        LessonFile[] lessons = [.. exercises.Select(Folder.LessonOf).Distinct()];
        Compilation compilation = Support.Value.AddSyntaxTrees(
        [
            .. Folder.Lessons.Where(lesson => lessons.Any(one => one == lesson || Uses(one, lesson))).Select(lesson =>
                texts.TryGetValue(lesson, out string? text)
                    ? CSharpSyntaxTree.ParseText(text, Syntax, lesson.FileName) : SolutionTrees.Value[lesson]),
            .. lessons.Select(lesson => CheckTrees.Value[lesson]),
        ]);
        using var assembly = new MemoryStream();
        compilation.Emit(assembly).Diagnostics.Where(found => found.Severity >= worst).Should().BeEmpty();
        assembly.Position = 0;
        var context = new AssemblyLoadContext(compilation.AssemblyName, isCollectible: true);
        try
        {
            Assembly loaded = context.LoadFromStream(assembly);
            return exercises.ToDictionary(exercise => exercise, exercise => Run(loaded, exercise));
        }
        finally
        {
            context.Unload();
        }
    }

    /// <summary>Checks one method whose body is replaced; the others are as in the reference solutions.</summary>
    public static Exception? CheckWithBody(Exercise exercise, string body)
    {
        LessonFile lesson = Folder.LessonOf(exercise);
        var texts = new Dictionary<LessonFile, string> { [lesson] = WithBody(lesson, exercise.Method, body) };
        return Check(texts, [exercise], DiagnosticSeverity.Error)[exercise].Failure;
    }

    /// <summary>The reference solutions of a lesson, with other lines between the marks of one method.</summary>
    private static string WithBody(LessonFile lesson, string method, string body)
    {
        string[] lines = SolutionTrees.Value[lesson].ToString().ReplaceLineEndings("\n").Split('\n');
        int head = Array.FindIndex(
            lines, line => line.StartsWith("    public static ", StringComparison.Ordinal) && line.Contains($" {method}(", StringComparison.Ordinal));
        int from = Array.FindIndex(lines, head, line => line.StartsWith("        // write: ", StringComparison.Ordinal));
        int to = Array.IndexOf(lines, "        // end", from);
        return string.Join('\n', [.. lines[..from], body, .. lines[to..]]);
    }

    private static (Exception? Failure, string Output) Run(Assembly assembly, Exercise exercise)
    {
        Type checks = assembly.GetType($"Exercises.Checks.{Folder.LessonOf(exercise).Name}Checks", throwOnError: true)!;
        MethodInfo check = checks.GetMethod(exercise.Method)!;
        check.Should().NotBeNull("the check of {0} is called {1}", exercise, exercise.Method);
        check.GetCustomAttribute<FactAttribute>()!.DisplayName.Should().Be(exercise.ToString());
        var output = new Written();
        object?[] arguments = [.. checks.GetConstructors().Single().GetParameters().Select(_ => (object)output)];
        try
        {
            check.Invoke(Activator.CreateInstance(checks, arguments), null);
            return (null, output.Text);
        }
        catch (TargetInvocationException e)
        {
            return (e.InnerException, output.Text);
        }
    }

    private static bool Uses(LessonFile lesson, LessonFile other) =>
        SolutionTrees.Value[lesson].ToString().Contains(other.Name + ".", StringComparison.Ordinal);

    private static SyntaxTree Parse(string file) => CSharpSyntaxTree.ParseText(File.ReadAllText(file), Syntax, file);

    private sealed class Written : ITestOutputHelper
    {
        public string Text { get; private set; } = "";

        public void WriteLine(string message) => Text += message + "\n";

        public void WriteLine(string format, params object[] args) => Text += string.Format(null, format, args) + "\n";
    }
}
