// Measures the tokenizer in MB of text per second, with a new encoder's empty memory at every call: English as it is
// used, random text as the worst case, and one endless word to show that the time grows with the length and not faster.

using BenchmarkDotNet.Attributes;
using Gpt2.Benchmarks.Support;
using Gpt2.Core.Text;

namespace Gpt2.Benchmarks;

[ThroughputColumn]
[MemoryDiagnoser]
public class TokenizerBenchmarks : IProcessesBytes
{
    private Tokenizer tokenizer = new(new Vocabulary([]));
    private string text = "";
    private int[] ids = [];

    [ParamsAllValues]
    public TextKind Text { get; set; }

    /// <summary>One value, to show in the table which vocabulary was found.</summary>
    [ParamsSource(nameof(Vocabularies))]
    public string Vocabulary { get; set; } = "";

    public static IEnumerable<string> Vocabularies => [BenchmarkVocabulary.Load().Name];

    public long BytesPerCall => BenchmarkTexts.Length(Text);

    [GlobalSetup]
    public void Setup()
    {
        (Vocabulary vocabulary, string name) = BenchmarkVocabulary.Load();
        tokenizer = new Tokenizer(vocabulary);
        text = BenchmarkTexts.Create(Text);
        ids = tokenizer.Encode(text);
        Console.WriteLine($"// {Text}: {text.Length} bytes, {ids.Length} tokens, vocabulary {name}");
        if (vocabulary.Merges.Count == 0)
        {
            Console.WriteLine($"// Without merges these figures say little: set {BenchmarkVocabulary.Variable} to GPT-2's vocab.bpe.");
        }
    }

    [Benchmark]
    public int[] Encode() => tokenizer.Encode(text);

    [Benchmark]
    public string Decode() => tokenizer.Decode(ids);
}
