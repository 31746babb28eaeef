// Measures the tokenizer in MB of text per second, with a new encoder's empty memory at every call: English as it is
// used, random text as the worst case, and one endless word to show that the time grows with the length and not faster.
// The tokenizers of Microsoft.ML.Tokenizers, which keep words from call to call, read the same texts.

using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Filters;
using Gpt2.Benchmarks.Support;
using Gpt2.Core.Text;

namespace Gpt2.Benchmarks;

[ThroughputColumn]
[AgainstColumn(nameof(By), PeerTokenizers.Bpe)]
[AgainstColumn(nameof(By), PeerTokenizers.Tiktoken)]
[PeersReadWords]
[MemoryDiagnoser]
public class TokenizerBenchmarks : IProcessesBytes
{
    private const string Own = "Gpt2";

    private string text = "";
    private int[] ids = [];
    private Func<IReadOnlyList<int>> encode = () => [];
    private Func<string?> decode = () => null;

    [ParamsAllValues]
    public TextKind Text { get; set; }

    /// <summary>Whose tokenizer.</summary>
    [Params(Own, PeerTokenizers.Bpe, PeerTokenizers.Tiktoken)]
    public string By { get; set; } = Own;

    public long BytesPerCall => BenchmarkTexts.Length(Text);

    [GlobalSetup]
    public void Setup()
    {
        Vocabulary vocabulary = BenchmarkVocabulary.Load();
        var tokenizer = new Tokenizer(vocabulary);
        text = BenchmarkTexts.Create(Text);
        ids = tokenizer.Encode(text);
        Console.WriteLine($"// {Text}: {text.Length} bytes, {ids.Length} tokens");
        (encode, decode) = (() => tokenizer.Encode(text), () => tokenizer.Decode(ids));
        if (By != Own)
        {
            Microsoft.ML.Tokenizers.Tokenizer peer = PeerTokenizers.Create(By, vocabulary);
            (encode, decode) = (() => peer.EncodeToIds(text), () => peer.Decode(ids));
        }

        if (!encode().SequenceEqual(ids) || decode() != text)
        {
            throw new InvalidOperationException($"{By}: the ids of {Text} or the text that they decode to differ from {Own}'s");
        }
    }

    [Benchmark]
    public IReadOnlyList<int> Encode() => encode();

    [Benchmark]
    public string? Decode() => decode();

    /// <summary>Leaves out peers on one endless word: their time grows with its square, to minutes per call.</summary>
    [AttributeUsage(AttributeTargets.Class)]
    private sealed class PeersReadWordsAttribute() : FilterConfigBaseAttribute(new SimpleFilter(
        benchmarkCase => benchmarkCase.Parameters[nameof(By)] is Own
            || benchmarkCase.Parameters[nameof(Text)] is TextKind.English or TextKind.Random));
}
