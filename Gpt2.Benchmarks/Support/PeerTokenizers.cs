// The tokenizers of Microsoft.ML.Tokenizers that know GPT-2's merges, made from this project's vocabulary.

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Gpt2.Core.Text;
using Microsoft.ML.Tokenizers;

namespace Gpt2.Benchmarks.Support;

internal static partial class PeerTokenizers
{
    public const string Bpe = nameof(BpeTokenizer), Tiktoken = nameof(TiktokenTokenizer);

    /// <summary>One of the two. It keeps words from call to call, and takes the end of text in a text for plain text.</summary>
    public static Microsoft.ML.Tokenizers.Tokenizer Create(string name, Vocabulary vocabulary)
    {
        var words = new RegexPreTokenizer(Words(), specialTokens: null);
        if (name == Tiktoken)
        {
            var ranks = new StringBuilder();
            foreach (int id in Enumerable.Range(0, vocabulary.EndOfText))
            {
                ranks.Append(CultureInfo.InvariantCulture, $"{Convert.ToBase64String(vocabulary.BytesOf(id))} {id}\n");
            }

            return TiktokenTokenizer.Create(new MemoryStream(Encoding.ASCII.GetBytes(ranks.ToString())), words, normalizer: null);
        }

        return BpeTokenizer.Create(
            new BpeOptions(Enumerable.Range(0, vocabulary.Count).Select(id => KeyValuePair.Create(vocabulary.WrittenForm(id), id)))
            {
                Merges = vocabulary.Merges.Select(merge => $"{vocabulary.WrittenForm(merge.Left)} {vocabulary.WrittenForm(merge.Right)}"),
                PreTokenizer = words,
                ByteLevel = true,
            });
    }

    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Words();
}
