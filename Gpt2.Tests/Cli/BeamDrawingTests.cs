// The picture of a tree of beams, where the tree is deep.

using System.Xml.Linq;
using Gpt2.Cli.Output;
using Gpt2.Core.Generation.Beams;

namespace Gpt2.Tests.Cli;

public sealed class BeamDrawingTests
{
    [Fact]
    public void Draw_TreeDeeperThanTheStack_IsDrawn()
    {
        const int Depth = 10_000;
        BeamResult result = new BeamSearch(new() { NumBeams = 1, MaxNewTokens = Depth }, null).Run(new AlwaysTheSame(), [0]);
        string picture = "";
        var thread = new Thread(() => picture = BeamDrawing.Draw("a", result, id => $"{id}"), maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();

        XElement[] boxes = [.. XElement.Parse(picture).Elements()
            .Where(element => $"{element.Attribute("class")?.Value}".StartsWith("box", StringComparison.Ordinal))];
        boxes.Should().HaveCount(2 * Depth, "each step keeps one token and drops one");
        boxes.Select(box => (box.Attribute("x")!.Value, box.Attribute("y")!.Value)).Should().OnlyHaveUniqueItems("each has a place of its own");
    }

    private sealed class AlwaysTheSame : IBeamModel
    {
        private static readonly float[] TwoTokens = [1, 0];

        public ReadOnlySpan<float> Logits(int beam) => TwoTokens;

        public void Extend(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens)
        {
        }
    }
}
