// The pictures of docs/debugging.md, drawn from what a debugger would read of the objects. UPDATE=1 writes them again.

using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Cache;
using Gpt2.Core.Numerics;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Docs;

public sealed class WatchPictureTests : IDisposable
{
    private const string Prompt = "Mike is quick. He moves";

    private readonly LanguageModel gpt2 = LanguageModel.Load(
        "gpt2-workshop", new LoadOptions { Kernels = KernelSet.Create(KernelRung.Scalar), KeepMatrices = true });

    public void Dispose() => gpt2.Dispose();

    [Fact]
    public void Rows_OfMatricesAtABreakpoint_HaveTheirTokens()
    {
        WatchLine[] rows = [.. WatchWindow.Lines("a.Attention", At(step: 8).Attention, [], most: 20).Where(line => line.Name.StartsWith('['))];

        rows.Select(row => row.Name).Should().Equal(
            "[0] \"Mike\"", "[1] \" is\"", "[2] \" quick\"", "[3] \".\"", "[4] \" He\"", "[5] \" moves\"");
        rows[0].Value.Should().StartWith("1  0  0  0  0  0");
    }

    [Fact]
    public void Rows_OfAPassThroughTheCache_HaveTheTokensOfThatPass()
    {
        StepBreakpoint stop = new StepBreakpoint(0, 1).WithTokens(id => $"<{id}>");
        var a = new ForwardActivations(gpt2.Config, breakpoint: stop);
        var cache = new KeyValueCache(gpt2.Config, capacity: 8);
        gpt2.Model.Forward([1, 2, 3], cache, a);
        gpt2.Model.Forward([9], cache, a);

        WatchWindow.Lines("a.Input", a.Block(0).Input, [], most: 20).Where(line => line.Name.StartsWith('[')).Select(line => line.Name)
            .Should().Equal("[0] <9>");
    }

    [Fact]
    public void Rows_WithoutABreakpoint_HaveNumbersOnly()
    {
        var a = new ForwardActivations(gpt2.Config);
        gpt2.Model.Forward([1, 2], cache: null, a);

        WatchWindow.Lines("a.Input", a.Block(0).Input, [], most: 20).Where(line => line.Name.StartsWith('[')).Select(line => line.Name)
            .Should().Equal("[0]", "[1]");
    }

    [Fact]
    public void Tokens_InTheWatchWindow_AreShownWithTheirTexts() =>
        WatchWindow.Lines("next", gpt2.Predict(Prompt, count: 1)[0], [], most: 0)[0].Value.Should().StartWith("638 \" quickly\", p = 0.99");

    [Theory]
    [InlineData("watch-block.svg", "Watch: a, stopped at step 8")]
    [InlineData("watch-attention.svg", "Watch: a.Attention, opened")]
    public void Documentation_HasThePicture(string name, string title)
    {
        BlockActivations a = At(step: 8);
        string drawn = name == "watch-block.svg"
            ? WatchWindow.Draw(title, WatchWindow.Lines("a", a, [], most: 12), nameWidth: 120, width: 520)
            : WatchWindow.Draw(title, WatchWindow.Lines("a.Attention", a.Attention, [], most: 12), nameWidth: 160, width: 920);
        string file = Path.Combine(SharedData.RepositoryRoot, "docs", name);
        if (Environment.GetEnvironmentVariable("UPDATE") == "1")
        {
            File.WriteAllText(file, drawn);
        }

        NearlyEqual.Pictures(File.ReadAllText(file).ReplaceLineEndings("\n"), drawn.ReplaceLineEndings("\n")).Should().BeTrue(name);
        DocumentedCommands.Page("docs", "debugging.md").Should().Contain($"]({name})");
    }

    /// <summary>The activations of block 0 as a debugger that stops at a step sees them.</summary>
    private BlockActivations At(int step)
    {
        StepBreakpoint stop = new StepBreakpoint(0, step).WithTokens(id => $"\"{gpt2.TextOf(id)}\"");
        var a = new ForwardActivations(gpt2.Config, keepEveryBlock: true, breakpoint: stop);
        BlockActivations block = a.Block(0);
        Matrix next = block.MatricesOf(step)[0];
        next.Watch = new Stop(next.Watch!);
        gpt2.Model.Invoking(model => model.Forward(gpt2.Tokenizer.Encode(Prompt), cache: null, a)).Should().Throw<OperationCanceledException>();
        return block;
    }

    /// <summary>Ends a pass where a debugger would stop it.</summary>
    private sealed class Stop(MatrixWatch before) : MatrixWatch
    {
        public override void BeforeWriting()
        {
            before.BeforeWriting();
            throw new OperationCanceledException();
        }

        public override string? LabelOf(int row) => before.LabelOf(row);
    }
}
