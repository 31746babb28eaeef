// Checks of lesson 7: blocks simple enough for mental arithmetic, and what the library's own lens reads in the workshop's model.

using Exercises.Support;
using Gpt2.Core.Laboratory;
using Gpt2.Core.Model.Layers;

namespace Exercises.Checks;

public sealed class Lesson07DepthChecks
{
    [Fact(DisplayName = "7.1 Block after block")]
    public void RunBlocks()
    {
        Func<float[], float[]> twice = row => Array.ConvertAll(row, value => 2 * value), one = row => Array.ConvertAll(row, _ => 1f);
        float[] stream = [1, 10];
        Check.Same(
            "The stream (1 10) after two blocks that return double what they get",
            Lesson07Depth.RunBlocks(stream, [twice, twice]), new float[] { 9, 90 },
            ("Both blocks got the stream of the beginning: the second has to get what the first has added, too.", new float[] { 5, 50 }),
            ("What a block returns took the place of the stream: it is added to the stream.", new float[] { 4, 40 }));
        Check.Same("The row that was given, which must not change", stream, new float[] { 1, 10 });
        Check.Same(
            "The order of the blocks",
            Lesson07Depth.RunBlocks([1], [one, twice]), new float[] { 6 }, ("The blocks ran in the wrong order.", new float[] { 4 }));
        Check.Same("The stream after no block", Lesson07Depth.RunBlocks([7], []), new float[] { 7 });
    }

    [Fact(DisplayName = "7.2 The logit lens")]
    public void LogitLens()
    {
        // Two channels, of which the gain turns one around: without the layer norm the answer is another.
        float[,] streams = { { 30, 10 }, { 10, 30 } }, table = { { 1, 0 }, { 0, 1 } };
        Check.Same(
            "The ids read from two rows", Lesson07Depth.LogitLens(streams, [-2, 1], [0, 0], table), (int[])[1, 0],
            ("The rows were read as they are: they go through the last layer norm first, with its gain and bias.", (int[])[0, 1]));

        var lens = new LogitLens(Workshop.Model.Model, Workshop.Trace);
        StreamDepth[] depths = [.. lens.Depths.Where(depth => depth.AfterMlp)];
        int last = Workshop.Trace.Ids.Count - 1;
        int[] expected = [.. depths.Select(depth => lens.Read(depth, last, 1, 1)[0].Top[0].Id)];
        float[][] rows = [.. depths.Select(depth => Workshop.Row(lens.StreamAt(depth), last))];
        LayerNormWeights norm = Workshop.Model.Model.Weights.FinalNorm;
        int[] read = Lesson07Depth.LogitLens(
            Numbers.Of(rows.Length, rows[0].Length, (row, column) => rows[row][column]), Workshop.Row(norm.Gain, 0), Workshop.Row(norm.Bias, 0),
            Workshop.Table(Workshop.Model.Model.Weights.TokenEmbedding));
        Check.Same("The ids read after each block, for the word after \"Mike is quick. He moves\"", read, expected);
        Check.Same("The word read after the last block", Workshop.Model.TextOf(read[^1]), " quickly");
    }
}
