// Files far larger than what they should hold, as a broken disk or an attacker leaves them: refused with bounded memory.

using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.Weights;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights;

public sealed class HugeFileTests : IDisposable
{
    private const long SixtyFourMegabytes = 1 << 26;

    private readonly SmallModelFolder folder = new(files: VocabularyFiles.JavaScript);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("vocab.bpe")]
    [InlineData("vocab_bpe.csv")]
    [InlineData("bpe_token_ids.csv")]
    public void Vocabulary_FarTooLarge_IsRefusedUnread(string file)
    {
        string path = Grow(file, SixtyFourMegabytes + 1);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Error(() => CsvFolder.TokenizerOf(folder.Model, new Gpt2Config(257, 8, 6, 3, 2))).ShouldHave(
            found: "found 67108865 bytes", expected: "a vocabulary *, which is far smaller", remedy: "take the file of the model", where: path);
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(2_000_000);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Matrix_LineWithoutAnEnd_IsRefused(bool sizesAreStated)
    {
        string path = Path.Combine(folder.Model, "model_wpe.csv");
        using (FileStream stream = File.Create(path))
        {
            byte[] ones = [.. Enumerable.Repeat((byte)'1', 1 << 20)];
            for (int i = 0; i < 70; i++)
            {
                stream.Write(ones);
            }
        }

        if (!sizesAreStated)
        {
            File.Delete(Path.Combine(folder.Model, "hparams.json"));
        }

        Error(() => CsvModelFolder.ReadWeights(folder.Model)).ShouldHave(
            found: $"found '{new string('1', 40)}…'", expected: "a finite number*", where: path + " line 1 column 1");
    }

    [Fact]
    public void Matrix_LineOfEmptyCells_IsRefusedInLittleMemory()
    {
        string path = Path.Combine(folder.Model, "model_wpe.csv");
        File.WriteAllBytes(path, Enumerable.Repeat((byte)',', 1 << 23).ToArray());
        var matrix = new Matrix("wpe", 8, 6);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Error(() => CsvMatrixFile.Read(path, matrix)).ShouldHave(
            found: "found '', the first of 8388609 such cells", where: path + " line 1 column 1");
        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(1 << 27);
    }

    private static Gpt2Exception Error(Action read) => read.Should().Throw<Gpt2Exception>().Which;

    /// <summary>A file of so many zero bytes, which take no room on most disks.</summary>
    private string Grow(string file, long bytes)
    {
        string path = Path.Combine(folder.Model, file);
        using FileStream stream = File.Create(path);
        stream.SetLength(bytes);
        return path;
    }
}
