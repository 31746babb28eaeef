// What a reader sees who steps through a block: sixteen calls on sixteen lines, named matrices, plain methods, and
// a breakpoint that knows its step.

using System.Diagnostics;
using System.Reflection;
using System.Runtime.CompilerServices;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Cache;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Model;

public class SteppingTests
{
    private static readonly Type[] Stepped =
    [
        typeof(TransformerBlock), typeof(LanguageHead), typeof(Embedding), typeof(Gpt2Model), typeof(BlockActivations),
        typeof(LinearMap), typeof(DenseLinear), typeof(TransposedLinear), typeof(BlockPast), typeof(BlockCache),
    ];

    [Fact]
    public void Forward_OfABlock_IsOneCallOnOneLinePerStep()
    {
        MethodInfo forward = typeof(TransformerBlock).GetMethod(nameof(TransformerBlock.Forward))!;
        string[] calls = [.. MethodCode.CallsOf(forward)
            .Where(call => !call.IsSpecialName && call.Name != nameof(BlockActivations.Dropout)).Select(call => call.Name)];

        calls.Should().HaveCount(BlockStep.Count + 1);
        calls[5].Should().Be(nameof(BlockPast.Append), "keys and values join the past between step 5 and step 6");
        calls.Where((_, index) => index != 5).Should().Equal(Steps().Select(step => step.Name));
        int[] lines = [.. MethodCode.LinesOf(forward).Distinct().TakeLast(calls.Length + 1)]; // without the opening brace, where Debug stops too
        lines.Should().Equal(Enumerable.Range(lines[0], calls.Length + 1), "each call is on a line of its own, and the closing brace follows");
    }

    [Fact]
    public void Steps_Bodies_AreFormulas()
    {
        // Nothing that serves the machinery: no choice, and nothing is called that begins steps, makes room, drops out or stops.
        foreach (MethodInfo step in Steps())
        {
            MethodCode.Branches(step).Should().BeFalse("{0} asks nothing", step.Name);
            MethodCode.CallsOf(step).Select(call => call.DeclaringType!).Should().NotContain(
                type => type == typeof(BlockActivations) || type == typeof(StepBreakpoint) || type == typeof(Debugger), step.Name);
            MethodCode.CallsOf(step).Select(call => call.Name)
                .Should().NotContain([nameof(Matrix.Resize), nameof(BlockActivations.Dropout)], step.Name);
        }
    }

    [Fact]
    public void SteppedMethods_AreNeitherLambdasNorAsyncNorIterators()
    {
        foreach (Type type in Stepped)
        {
            // The compiler puts lambdas, iterators and async methods into nested types or marks them.
            type.GetNestedTypes(BindingFlags.NonPublic | BindingFlags.Public)
                .Should().BeEmpty("{0} has no lambda, iterator or async method", type.Name);
            const BindingFlags All =
                BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;
            type.GetMethods(All).Should().NotContain(
                method => method.GetCustomAttribute<StateMachineAttribute>() != null || method.Name.Contains('<'));
        }
    }

    [Fact]
    public void SteppedMethods_UseNoLinqAndNoParallel()
    {
        foreach (Type type in Stepped)
        {
            VisibleCalls.MethodsOf(type).SelectMany(MethodCode.CallsOf).Select(call => call.DeclaringType!.FullName)
                .Should().NotContain(name => name!.StartsWith("System.Linq.") || name.StartsWith("System.Threading."), type.Name);
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
    public void Steps_Methods_HaveTheNamesOfTheTable() => Steps().Should().NotContainNulls();

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

        parse.Should().Throw<Gpt2Exception>().With(found: $"breakpoint '{text}' is not a step", expected: "h0.step1 to h1.step16*");
    }

    /// <summary>The methods of the steps, by their names in the table.</summary>
    private static MethodInfo[] Steps() =>
    [
        .. Enumerable.Range(1, BlockStep.Count).Select(step => typeof(TransformerBlock).GetMethod(
            $"Step{step}" + string.Concat(
                BlockStep.NameOf(step).Split(' ', '_', ',')
                    .Where(word => word.Length > 0).Select(word => char.ToUpperInvariant(word[0]) + word[1..])),
            BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance)!),
    ];

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
}
