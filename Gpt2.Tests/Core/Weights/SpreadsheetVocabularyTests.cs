// The vocabulary files of the JavaScript edition: written as its page reads them, read in this form and in others, and back.

using System.Text;
using FsCheck.Fluent;
using Gpt2.Core;
using Gpt2.Core.Text;
using Gpt2.Core.Weights.JavaScript;
using Gpt2.Tests.Core.Text;
using Gpt2.Tests.Support;
using static System.FormattableString;

namespace Gpt2.Tests.Core.Weights;

public sealed class SpreadsheetVocabularyTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    /// <summary>Tokens and what stands for each, by the rules that the page reads by: two quotes are one, a single quote toggles.</summary>
    public static TheoryData<string, string> Cells() => new()
    {
        { "a", "a" },
        { " t", " t" },
        { " ", " " },
        { "\t", "\t" },
        { "\"", "\"\"" },
        { "\"\"", "\"\"\"\"" },
        { ",", "\",\"" },
        { ",,", "\",,\"" },
        { "\",", "\"\"\",\"" },
        { ",\"", "\",\"\"\"" },
        { " \"", "\" \"\"\"" },
        { "\")", "\"\"\")\"" },
        { "é", "é" },
        { " é", " é" },
        { "\u00A0", "\u00A0" },
        { "😀", "😀" },
        { "\n", "<0x0A>" },
        { " \r\n", "<0x20><0x0D><0x0A>" },
        { "\0", "<0x00>" },
        { "<0x41>", "<0x3C><0x30><0x78><0x34><0x31><0x3E>" },
        { "<0x4>", "<0x4>" },
    };

    [Theory]
    [MemberData(nameof(Cells))]
    public void Write_Token_IsWrittenAsThePageReadsIt(string token, string cell)
    {
        Vocabulary vocabulary = WithToken(Encoding.UTF8.GetBytes(token), out int id);

        SpreadsheetVocabulary.Write(vocabulary, folder.Root);

        File.ReadAllText(folder.PathOf("bpe_token_ids.csv")).Split('\n')[id].Should().Be(Invariant($"{cell},{id}"));
        SpreadsheetVocabulary.Read(folder.Root).Merges.Should().Equal(vocabulary.Merges);
    }

    [Fact]
    public void Write_BytesThatAreNoCharacters_AreWrittenAsNumbers()
    {
        SpreadsheetVocabulary.Write(WithToken([(byte)' ', 0xC3], out int id), folder.Root);

        string[] lines = File.ReadAllLines(folder.PathOf("bpe_token_ids.csv"));
        lines[id].Should().Be(Invariant($"<0x20><0xC3>,{id}"));
        lines[127].Should().Be("<0xC3>,127");
        File.ReadAllLines(folder.PathOf("vocab_bpe.csv")).Should().Equal("left,right,rank,score", " ,<0xC3>,0,1");
    }

    [Theory]
    [InlineData("left,right,rank,score\nĠ,t,0,3\nĠt,\"\"\"\",1,2\n\"\"\"\",\",\",2,1\n", "in the byte alphabet, as CSV is quoted elsewhere")]
    [InlineData("left,right,rank,score\n ,t,0,3\n t,\"\"\"\",1,2\n\"\"\"\",\",\",2,1\n", "with spaces, as CSV is quoted elsewhere")]
    [InlineData("left,right,rank,score\nĠ,t,0,3\nĠt,\"\",1,2\n\"\",\",\",2,1\n", "in the byte alphabet, as the page quotes")]
    [InlineData("left,right,rank,score\n ,t,0,3\n t,\"\",1,2\n\"\",\",\",2,1\n", "with spaces, as the page quotes")]
    [InlineData("\uFEFFleft,right,rank,score\r\n ,t,0,3\r\n t,\"\",1,2\r\n\"\",\",\",2,1\r\n\r\n", "with CRLF and a mark")]
    [InlineData("left,right,rank,score\r ,t,0,3\r t,\"\",1,2\r\"\",\",\",2,1\r", "with CR")]
    public void Read_EveryForm_GivesTheSameMerges(string text, string form)
    {
        File.WriteAllText(folder.PathOf("vocab_bpe.csv"), text);

        SpreadsheetVocabulary.Read(folder.Root).Merges.Should().Equal([new Merge(220, 83), new Merge(256, 1), new Merge(1, 11)], form);
    }

    [Fact]
    public void Read_LineFeedInQuotes_IsOneToken()
    {
        SpreadsheetVocabulary.Write(new Vocabulary([]), folder.Root);
        string path = folder.PathOf("bpe_token_ids.csv");
        File.WriteAllText(path, File.ReadAllText(path).Replace("<0x0A>", "\"\n\"", StringComparison.Ordinal));

        SpreadsheetVocabulary.Read(folder.Root).Count.Should().Be(257);
    }

    [Fact]
    public void Read_QuoteThatIsNeverClosed_NamesItsLine()
    {
        string rows = string.Concat(Enumerable.Range(0, 50_000).Select(row => $"\"{row},x,{row},1\n"));
        File.WriteAllText(folder.PathOf("vocab_bpe.csv"), "left,right,rank,score\n\"a,b,0,1\n" + new string('x', 5000) + "\n" + rows);

        FluentActions.Invoking(() => SpreadsheetVocabulary.Read(folder.Root)).Should().Throw<Gpt2Exception>().With(
            found: "found 0 cells", expected: "left, right, rank, score, the score a number", where: folder.PathOf("vocab_bpe.csv") + " line 2");
    }

    [Fact]
    public void WriteThenRead_AnyMerges_GivesThemBack() => SeededProperty.Holds(Gen.Choose(1, 1_000_000), seed =>
    {
        Vocabulary vocabulary = RandomMerges(new Random(seed), 40);
        using var place = new TemporaryFolder();

        SpreadsheetVocabulary.Write(vocabulary, place.Root);

        SpreadsheetVocabulary.Read(place.Root).Merges.Should().Equal(vocabulary.Merges);
    }, count: 60);

    [Fact]
    public void WriteThenRead_VocabularyOfGpt2_GivesItBack()
    {
        Vocabulary vocabulary = TextData.Gpt2.Vocabulary;

        SpreadsheetVocabulary.Write(vocabulary, folder.Root);

        SpreadsheetVocabulary.Read(folder.Root).Merges.Should().Equal(vocabulary.Merges);
    }

    [Fact]
    public void LimitsOf_Vocabulary_NamesWhatThePageCannotReach()
    {
        // é of its two bytes, é with a space before it, 😀 of its four, and two merges that are one to the page.
        byte[][] pairs = [[0xC3, 0xA9], [.. " "u8, 0xC3], [.. " "u8, 0xC3, 0xA9], [0xF0, 0x9F], [0xF0, 0x9F, 0x98], [0xF0, 0x9F, 0x98, 0x80],
            [.. ".,"u8], [.. ".,;"u8], [.. ";,"u8], [.. ";,!"u8], [.. ".;,!"u8], [.. ".,;!"u8]];
        Vocabulary vocabulary = OfPairs(pairs);

        SpreadsheetVocabulary.LimitsOf(vocabulary).Should().Equal(
            "tokens that are control characters or incomplete characters: 162; they are written as <0xNN>, a line feed as <0x0A>, "
                + "and the page finds none of them in a prompt",
            "tokens of whole characters merged from incomplete ones: 3 ('é', ' é', '😀'); the page finds those of a single "
                + "character and leaves the others in pieces",
            "tokens with characters beyond U+FFFF: 1 ('😀'); the page cuts these characters in two and finds none of the tokens",
            "2 merges are '.,;,!' to the page, which joins their sides with a comma; it uses the last");
    }

    /// <summary>Merges that lead to a token byte by byte, from the left.</summary>
    private static Vocabulary WithToken(byte[] token, out int id)
    {
        var merges = new List<Merge>();
        id = ByteAlphabet.IdOf(token[0]);
        foreach (byte next in token[1..])
        {
            merges.Add(new Merge(id, ByteAlphabet.IdOf(next)));
            id = 255 + merges.Count;
        }

        return new Vocabulary(merges);
    }

    /// <summary>Tokens, each made of the longest earlier one that it begins with and of what is left, which is a token too.</summary>
    private static Vocabulary OfPairs(byte[][] tokens)
    {
        var ids = new Dictionary<string, int>();
        for (int id = 0; id < 256; id++)
        {
            ids.Add(Convert.ToHexString([ByteAlphabet.ByteOf(id)]), id);
        }

        var merges = new List<Merge>();
        foreach (string token in tokens.Select(Convert.ToHexString))
        {
            int cut = Enumerable.Range(1, token.Length / 2).Select(bytes => 2 * bytes)
                .Last(cut => cut < token.Length && ids.ContainsKey(token[..cut]) && ids.ContainsKey(token[cut..]));
            merges.Add(new Merge(ids[token[..cut]], ids[token[cut..]]));
            ids.Add(token, 255 + merges.Count);
        }

        return new Vocabulary(merges);
    }

    /// <summary>Merges of few bytes, among them those that are hard to write, so that tokens become long.</summary>
    private static Vocabulary RandomMerges(Random random, int count)
    {
        byte[] bytes = [.. " ,\"\"\n\r<0x4>a"u8, 0xC3, 0xA9, 0xF0, 0x9F];
        var merges = new List<Merge>();
        var made = new HashSet<string>();
        while (merges.Count < count)
        {
            int Part() =>
                merges.Count > 0 && random.Next(2) == 0 ? 256 + random.Next(merges.Count) : ByteAlphabet.IdOf(bytes[random.Next(bytes.Length)]);
            var merge = new Merge(Part(), Part());
            var vocabulary = new Vocabulary(merges);
            if (made.Add(Convert.ToHexString([.. vocabulary.BytesOf(merge.Left), .. vocabulary.BytesOf(merge.Right)])))
            {
                merges.Add(merge);
            }
        }

        return new Vocabulary(merges);
    }
}
