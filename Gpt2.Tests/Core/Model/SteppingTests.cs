// What a reader sees who steps through a block: sixteen calls on sixteen lines, named matrices, plain methods, and
// a breakpoint that knows its step.

using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Cache;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Model;

public partial class SteppingTests
{
    [Fact]
    public void Forward_OfABlock_IsOneCallOnOneLinePerStep()
    {
        string source = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "Gpt2.Core", "Model", "TransformerBlock.cs"));
        int start = source.IndexOf("public void Forward(", StringComparison.Ordinal);
        int open = source.IndexOf('{', start);
        string body = source[(open + 1)..source.IndexOf("\n    }", open, StringComparison.Ordinal)];
        BlockActivations a = RunBlock(null);
        string[] lines = [.. body.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0)];

        lines.Should().ContainSingle(line => line.StartsWith("past.Append(a.Keys, a.Values);"));
        string[] steps = [.. lines.Where(line => line.StartsWith("Step", StringComparison.Ordinal))];
        steps.Should().HaveCount(BlockStep.Count).And.HaveCount(lines.Length - 1);
        for (int step = 1; step <= BlockStep.Count; step++)
        {
            steps[step - 1].Should().MatchRegex(
                $@"^Step{step}[A-Z][A-Za-z0-9]+\((?<sources>.+), a\.[A-Z]\w+\);\s+// .*\[tokens, .+\]$", "line {0} is step {0}: sources, destination, shape", step);
            string destination = Regex.Match(steps[step - 1], @"a\.(\w+)\);").Groups[1].Value;
            a.MatricesOf(step).Should().Contain((Matrix)typeof(BlockActivations).GetProperty(destination)!.GetValue(a)!, "step {0} writes its own matrix", step);
        }
    }

    [Fact]
    public void Steps_BodiesOfTheTable_AreFormulas()
    {
        // Nothing that serves the machinery: no breakpoint, no step number, no size, no question whether there is a cache or dropout.
        string source = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "Gpt2.Core", "Model", "TransformerBlock.cs"));
        source[source.IndexOf("private static void Step1Input", StringComparison.Ordinal)..]
            .Should().NotMatchRegex(@"Begin|Debugger|Break|Resize|Dropout|null|\bif\b|\?|cache");
    }

    [Fact]
    public void SteppedMethods_AreNeitherLambdasNorAsyncNorIterators()
    {
        Type[] stepped = [typeof(TransformerBlock), typeof(LanguageHead), typeof(Embedding), typeof(Gpt2Model), typeof(BlockActivations), typeof(LinearMap), typeof(DenseLinear), typeof(TransposedLinear), typeof(BlockPast), typeof(BlockCache)];
        foreach (Type type in stepped)
        {
            // The compiler puts lambdas, iterators and async methods into nested types or marks them.
            type.GetNestedTypes(BindingFlags.NonPublic | BindingFlags.Public)
                .Should().BeEmpty("{0} has no lambda, iterator or async method", type.Name);
            const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
            type.GetMethods(All).Should().NotContain(
                method => method.GetCustomAttribute<StateMachineAttribute>() != null || method.Name.Contains('<'));
        }
    }

    [Fact]
    public void SteppedFiles_UseNoLinqAndNoParallel()
    {
        foreach (string file in (string[])["TransformerBlock.cs", "LanguageHead.cs", "Embedding.cs", "Gpt2Model.cs", "Layers/LinearMap.cs"])
        {
            string source = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "Gpt2.Core", "Model", file));
            Forbidden().Matches(source).Should().BeEmpty(file);
        }
    }

    [Fact]
    public void Matrices_AfterABlock_ShowNumberNameAndShape()
    {
        BlockActivations a = RunBlock(null);

        Display(a.Input).Should().Be("step 1 input [3, 4]");
        Display(a.Keys).Should().Be("step 5 keys [3, 4]");
        Display(a.Attention).Should().Be("step 7 attention [3, 6]");
        Display(a.Gelu).Should().Be("step 14 gelu [3, 16]");
        a.ToString().Should().Be("h0: 3 tokens, step 16 residual 2 begun last");
        typeof(BlockActivations).GetCustomAttribute<DebuggerDisplayAttribute>()!.Value.Should().Be("{ToString(),nq}");
    }

    [Fact]
    public void Matrices_OfABlock_AreAllDifferentObjectsOfTheTablesShapes()
    {
        BlockActivations a = RunBlock(null);
        Matrix[] matrices = [.. Enumerable.Range(1, BlockStep.Count).SelectMany(a.MatricesOf)];

        matrices.Should().OnlyHaveUniqueItems().And.HaveCount(18);
        int[] columns = [4, 4, 4, 12, 4, 4, 4, 6, 6, 4, 4, 4, 4, 4, 16, 16, 4, 4];
        matrices.Select(matrix => matrix.Columns).Should().Equal(columns);
        matrices.Should().AllSatisfy(matrix => matrix.Rows.Should().Be(3));

        PropertyInfo[] shown = [.. typeof(BlockActivations).GetProperties().Where(property => property.PropertyType == typeof(Matrix))];
        shown.Select(property => property.GetValue(a)).Should().BeEquivalentTo(matrices, "every matrix is of a step");
    }

    [Fact]
    public void Steps_Methods_BearTheNamesOfTheTable()
    {
        for (int step = 1; step <= BlockStep.Count; step++)
        {
            string expected = $"Step{step}" + string.Concat(
                BlockStep.NameOf(step).Split(' ', '_', ',').Where(word => word.Length > 0).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
            typeof(TransformerBlock).GetMethod(expected, BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance)
                .Should().NotBeNull("step {0} is the method {1}", step, expected);
        }
    }

    [Theory]
    [InlineData("h0.step7", 0, 7)]
    [InlineData("h1.step16", 1, 16)]
    public void Breakpoint_AtAStep_IsHitOncePerPass(string text, int block, int step)
    {
        var config = new Gpt2Config(5, 4, 4, 2, 2);
        var breakpoint = StepBreakpoint.Parse(text, config);
        breakpoint.Block.Should().Be(block);
        breakpoint.Step.Should().Be(step);
        breakpoint.ToString().Should().Be(text);

        var model = new Gpt2Model(TestModels.Random(config, 1), KernelSet.Create(KernelRung.Scalar));
        var a = new ForwardActivations(config, breakpoint: breakpoint);
        model.Forward([1, 2], null, a);
        model.Forward([1, 2, 3], null, a);

        breakpoint.Hits.Should().Be(2);
    }

    [Theory]
    [InlineData("h2.step1")]
    [InlineData("h0.step0")]
    [InlineData("h0.step17")]
    [InlineData("step7")]
    [InlineData("h0.step7 ")]
    [InlineData("h99999999999.step1")]
    public void Breakpoint_OfNoStep_SaysWhatIsExpected(string text)
    {
        Action parse = () => StepBreakpoint.Parse(text, new Gpt2Config(5, 4, 4, 2, 2));

        parse.Should().Throw<Gpt2Exception>().WithMessage($"breakpoint '{text}' is not a step, expected h0.step1 to h1.step16*");
    }

    private static BlockActivations RunBlock(StepBreakpoint? breakpoint)
    {
        var config = new Gpt2Config(5, 4, 4, 2, 1);
        var a = new ForwardActivations(config, breakpoint: breakpoint);
        new Gpt2Model(TestModels.Random(config, 1), KernelSet.Create(KernelRung.Scalar)).Forward([1, 2, 3], null, a);
        return a.Block(0);
    }

    private static string Display(Matrix matrix)
    {
        typeof(Matrix).GetCustomAttribute<DebuggerDisplayAttribute>()!.Value.Should().Be("{ToString(),nq}");
        return matrix.ToString();
    }

    [GeneratedRegex(@"using System\.Linq|\.(Select|Where|Sum|Aggregate|ToArray|ToList)\(|Parallel\.|=>\s*\{|yield |async |await ")]
    private static partial Regex Forbidden();
}
