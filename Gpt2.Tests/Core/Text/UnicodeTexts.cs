// Random texts from all of Unicode, made of what tokenizers stumble over.

using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Gpt2.Tests.Core.Text;

internal static class UnicodeTexts
{
    private static readonly int[] Scalars =
        [.. Enumerable.Range(0, 0x110000).Where(code => code is < 0xD800 or > 0xDFFF)];

    private static readonly string[] Contractions =
        ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "'LL", "'r", "'l", "’s", "''", " 's", "'", "'smile", "don't", "I'd've", "they'll"];

    private static readonly string[] Others =
    [
        "<|endoftext|>", "<|endoftext", "e\u0301\u0323", "\u0301", "👩‍👩‍👧", "🇩🇪", "\r\n", "\uFEFF", "\uFFFD", "\u200B", "\u00AD", "\0", "=====",
        "…", "½", "²", "١٢٣", "१२३", "①", "Ⅷ", "ǅ", "ª", "ﬁ", "İ", "ẞ", "한국어", "日本語", "ไทย", "עברית", "العربية", "हिन्दी", "1,000.5", "_x_", "C#",
    ];

    /// <summary>Texts of the Basic Multilingual Plane; of the others, emoji alone.</summary>
    public static Gen<string> FirstPlane { get; } = Texts(Of(Scalars.Where(code => code < 0x10000)), Of(Assigned(code => code < 0x10000)));

    /// <summary>Texts of all planes.</summary>
    public static Gen<string> AllPlanes { get; } = Texts(
        Of(Scalars), Of(Assigned(_ => true)), Of(Assigned(code => code >= 0x10000)), Of(Assigned(code => code >= 0x10000 && IsLetterOrNumber(code))));

    /// <summary>The same with halves of surrogate pairs alone.</summary>
    public static Gen<string> WithLoneSurrogates { get; } =
        from texts in Gen.ListOf(AllPlanes, 3)
        from halves in Gen.ArrayOf(Gen.Choose(0xD800, 0xDFFF), 3)
        select string.Concat(texts.Zip(halves, (text, half) => text + (char)half));

    private static Gen<string> Texts(params Gen<string>[] codePoints)
    {
        Gen<string> spaces = Of(Scalars.Where(code => code < 0x10000 && char.IsWhiteSpace((char)code)));
        Gen<string> digits = Of(Assigned(code => code < 0x10000 && char.IsNumber((char)code)));
        Gen<string> marks = Of(Scalars.Where(code => code < 0x10000
            && CharUnicodeInfo.GetUnicodeCategory(code) is >= UnicodeCategory.NonSpacingMark and <= UnicodeCategory.EnclosingMark));
        Gen<string> ascii = Of(Enumerable.Range(0, 0x80));
        Gen<string> token = Gen.Choose(0, 50255).Select(id => TextData.Gpt2.Decode([id]))
            .Where(text => !text.Contains('\uFFFD', StringComparison.Ordinal));
        Gen<string> single = Gen.OneOf(
            [.. codePoints, spaces, digits, marks, ascii, token, Gen.Elements(Contractions), Gen.Elements(Others), Gen.Constant(" ")]);
        Gen<string> run =
            from piece in Gen.OneOf([.. codePoints, spaces, digits, marks, ascii])
            from length in Gen.Frequency((8, Gen.Choose(2, 12)), (1, Gen.Choose(100, 400)))
            select string.Concat(Enumerable.Repeat(piece, length));
        Gen<string> mixedRun =
            from kind in Gen.Elements((Gen<string>[])[spaces, digits, marks, .. codePoints])
            from pieces in Gen.Choose(2, 20).SelectMany(count => Gen.ArrayOf(kind, count))
            select string.Concat(pieces);
        return
            from count in Gen.Choose(1, 30)
            from pieces in Gen.ArrayOf(Gen.Frequency((12, single), (1, run), (1, mixedRun)), count)
            select string.Concat(pieces);
    }

    private static Gen<string> Of(IEnumerable<int> codes) => Gen.Elements(codes.ToArray()).Select(char.ConvertFromUtf32);

    private static IEnumerable<int> Assigned(Func<int, bool> where) => Scalars.Where(code =>
        CharUnicodeInfo.GetUnicodeCategory(code) is not (UnicodeCategory.OtherNotAssigned or UnicodeCategory.PrivateUse) && where(code));

    private static bool IsLetterOrNumber(int code) => CharUnicodeInfo.GetUnicodeCategory(code)
        is <= UnicodeCategory.OtherLetter or (>= UnicodeCategory.DecimalDigitNumber and <= UnicodeCategory.OtherNumber);
}
