// Words for people that come in pairs of he and she.

namespace Gpt2.Core.Training.Corpus;

internal static class FamilyWords
{
    /// <summary>King and queen twice as often as prince and princess.</summary>
    public static readonly (string He, string She)[] Royal = [("king", "queen"), ("king", "queen"), ("prince", "princess")];

    /// <summary>Everyday people; man and woman most often.</summary>
    public static readonly (string He, string She)[] Everyday =
    [
        ("man", "woman"), ("man", "woman"), ("man", "woman"), ("boy", "girl"), ("father", "mother"), ("son", "daughter"),
        ("brother", "sister"), ("uncle", "aunt"), ("husband", "wife"), ("grandfather", "grandmother"), ("waiter", "waitress"),
    ];

    public static readonly (string He, string She)[] Pairs = [.. Royal, .. Everyday];
}
