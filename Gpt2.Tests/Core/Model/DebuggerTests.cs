// What a debugger does with a block: how few keys lead into a kernel, what a stop hides, what opened activations show, and that
// the launch profiles build kernels that can be stepped into.

using System.Collections;
using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using System.Xml.Linq;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Cache;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Model;

public class DebuggerTests
{
    private static readonly Gpt2Config Config = new(5, 6, 4, 2, 2);

    [Fact]
    public void StepInto_AStep_LeadsToAKernelWithNoMachineryBetween()
    {
        foreach (MethodInfo step in Steps().Where(step => step.Name != "Step1Input")) // which calls no kernel
        {
            MethodBase[] entered = [.. VisibleCalls.From(step)];
            for (int deeper = 0; deeper < 1 && !entered.All(IsKernel); deeper++)
            {
                // A map's product, and attention's loop over what was cached, may be between them: they are formulas too.
                entered = [.. entered.SelectMany(method => IsKernel(method) ? [method] : Implementations(method).SelectMany(VisibleCalls.From))];
            }

            entered.Should().NotBeEmpty(step.Name).And.OnlyContain(method => IsKernel(method), "F11 in {0} leads to a kernel", step.Name);
        }
    }

    [Fact]
    public void StepInto_AnOperation_LeadsToItsRungAndToNoCheck()
    {
        foreach (PropertyInfo operation in typeof(KernelSet).GetProperties().Where(property => !property.PropertyType.IsValueType))
        {
            foreach (MethodInfo method in operation.PropertyType.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Where(method => !method.IsVirtual))
            {
                VisibleCalls.From(method)
                    .Where(called => called.DeclaringType!.Name is "Require" or "AttentionShape"
                        || called.Name.StartsWith("Check", StringComparison.Ordinal))
                    .Should().BeEmpty("the checks of {0}.{1} are stepped through", operation.Name, method.Name);
            }
        }
    }

    [Fact]
    public void Stop_AtAStep_HidesEveryMethodBetweenTheStepAndTheDebugger()
    {
        // From the step a hidden way leads to Debugger.Break: to whatever gives a destination its shape, and from there on.
        IsHidden(typeof(StepBreakpoint), "Reached").Should().BeTrue();
        IsHidden(typeof(BlockActivations), "StepBegins").Should().BeTrue();
        IsHidden(typeof(StepWatch), "BeforeWriting").Should().BeTrue();
        Type matrix = typeof(Matrix);
        string[] plumbing = ["Resize", "CopyFrom", "Clear", "Row", "RowRange", "get_Span", "Count", "Allocate"];
        VisibleCalls.MethodsOf(matrix).Where(method => plumbing.Contains(method.Name)).Should().HaveCount(plumbing.Length)
            .And.OnlyContain(method => !VisibleCalls.IsVisible(method));
        MethodInfo resize = matrix.GetMethod("Resize")!;
        VisibleCalls.From(resize).Should().BeEmpty("nothing is shown on the way to the stop");
        VisibleCalls.MethodsOf(typeof(MatrixOperations)).Should().OnlyContain(method => !VisibleCalls.IsVisible(method));
    }

    [Fact]
    public void Stop_AtAnyStep_FindsNothingOfItAndOfNoLaterOne()
    {
        var a = new ForwardActivations(Config);
        var model = new Gpt2Model(TestModels.Random(Config, 1), KernelSet.Create(KernelRung.Scalar));
        model.Forward([1, 2, 3], null, a); // leaves numbers
        BlockActivations block = a.Block(0);
        var seen = new List<(int Block, int Step, string[] Shown)>();
        for (int step = 1; step <= BlockStep.Count; step++)
        {
            int begun = step;
            foreach (Matrix matrix in block.MatricesOf(step))
            {
                MatrixWatch before = matrix.Watch!;
                matrix.Watch = new Spy(() =>
                {
                    before.BeforeWriting();
                    block.MatricesOf(begun).Should().OnlyContain(own => begun == 5 || own.Rows == 0, "step {0} has not run yet", begun);
                    seen.Add((block.Block, begun, Shown(block)));
                });
            }
        }

        model.Forward([1, 2, 3], null, a);

        seen.Should().HaveCount(2 * 18);
        foreach ((_, int step, string[] shown) in seen.Where(stop => stop.Step != 5))
        {
            shown.Should().Equal(Enumerable.Range(1, step - 1).SelectMany(block.MatricesOf).Select(matrix => matrix.ToString()), "at step {0}", step);
        }

        Shown(block).Should().HaveCount(18).And.StartWith("step 1 input [3, 4]").And.EndWith("step 16 residual 2 [3, 4]");
    }

    [Fact]
    public void Activations_BeforeAPass_ShowNothing()
    {
        BlockActivations block = new ForwardActivations(Config).Block(0);

        Shown(block).Should().BeEmpty();
        block.ToString().Should().Be("h0: not yet computed");
    }

    [Fact]
    public void Forward_WithAndWithoutACache_TakesAttentionThroughTheSameLines()
    {
        // The formulas are in the class that both share.
        foreach (Type past in (Type[])[typeof(BlockCache), typeof(EmptyPast)])
        {
            past.Should().BeDerivedFrom<BlockPast>();
            VisibleCalls.MethodsOf(past).Select(method => method.Name)
                .Should().NotContain(name => name.Contains("Scores") || name.Contains("WeightedValues"));
        }
    }

    [Fact]
    public void LaunchProfiles_BuildKernelsThatCanBeSteppedInto()
    {
        string root = SharedData.RepositoryRoot;
        string[] files = ["Directory.Build.props", "Gpt2.Kernels/Gpt2.Kernels.csproj", "Gpt2.Core/Gpt2.Core.csproj", "Gpt2.Cli/Gpt2.Cli.csproj"];
        foreach (string file in files)
        {
            XDocument.Load(Path.Combine(root, file)).Descendants("Optimize").Should().BeEmpty("{0} leaves Debug as it is, not optimised", file);
        }

        string folder = Path.Combine(root, ".vscode");
        var options = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        using var launch = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "launch.json")), options);
        using var tasks = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "tasks.json")), options);
        foreach (JsonElement profile in launch.RootElement.GetProperty("configurations").EnumerateArray())
        {
            profile.GetProperty("program").GetString().Should().Contain("/bin/Debug/");
            string task = profile.GetProperty("preLaunchTask").GetString()!;
            JsonElement build = tasks.RootElement.GetProperty("tasks").EnumerateArray().Single(one => one.GetProperty("label").GetString() == task);
            build.GetProperty("args").EnumerateArray().Select(argument => argument.GetString()).Should().NotContain(["-c", "--configuration"]);
        }
    }

    private static MethodInfo[] Steps() =>
        [.. VisibleCalls.MethodsOf(typeof(TransformerBlock)).Where(method => method.Name.StartsWith("Step", StringComparison.Ordinal))];

    private static bool IsKernel(MethodBase method) => method.DeclaringType!.Assembly == typeof(KernelSet).Assembly;

    /// <summary>The method itself, or where it is abstract what a model for stepping runs in its place.</summary>
    private static IEnumerable<MethodBase> Implementations(MethodBase method) => method.IsAbstract
        ? method.DeclaringType!.Assembly.GetTypes().Where(type => type.IsSubclassOf(method.DeclaringType!) && !type.IsAbstract)
            .Where(type => type != typeof(AdaptedLinear) && type != typeof(AdaptedHead)) // lead to what they wrap, and to a formula of their own
            .SelectMany(VisibleCalls.MethodsOf).Where(candidate => candidate.Name == method.Name)
        : [method];

    private static bool IsHidden(Type type, string name) => VisibleCalls.MethodsOf(type)
        .Single(method => method.Name == name)
        .IsDefined(typeof(DebuggerHiddenAttribute));

    /// <summary>What the debugger lists of activations, found as it finds it.</summary>
    private static string[] Shown(BlockActivations activations)
    {
        string name = typeof(BlockActivations).GetCustomAttribute<DebuggerTypeProxyAttribute>()!.ProxyTypeName;
        object view = Activator.CreateInstance(Type.GetType(name, throwOnError: true)!, activations)!;
        PropertyInfo listed = view.GetType().GetProperties().Should().ContainSingle().Subject;
        listed.GetCustomAttribute<DebuggerBrowsableAttribute>()!.State.Should().Be(DebuggerBrowsableState.RootHidden);
        return [.. ((IEnumerable)listed.GetValue(view)!).Cast<object>().Select(matrix => matrix.ToString()!)];
    }

    private sealed class Spy(Action before) : MatrixWatch
    {
        public override void BeforeWriting() => before();
    }
}
