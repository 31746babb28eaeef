// What property tests ask of every reader when a file is damaged at random.

using Gpt2.Core;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Weights;

namespace Gpt2.Tests.Core.Weights.Fixtures;

internal static class DamagedModel
{
    /// <summary>Far more than any of the small models takes, and far less than what damaged sizes ask for.</summary>
    private const long MostMemory = 8_000_000;

    /// <summary>
    /// Opens and reads a model, taking little memory: an error of ours in one line, or weights of the right shapes; anything
    /// else fails.
    /// </summary>
    public static void OpenAndRead(string path)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Try(path);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(MostMemory);
    }

    private static void Try(string path)
    {
        try
        {
            using ModelSource source = ModelFolder.Open(path);
            source.ReadTokenizer();
            Gpt2Weights read = source.ReadWeights();
            SmallModel.Bits(read).Length.Should().Be((int)source.Config.Parameters);
        }
        catch (Gpt2Exception e)
        {
            e.Message.Should().Contain(Path.GetDirectoryName(path)).And.NotContain("\n");
        }
    }
}
