// Descriptions of products in the words of the training text, and the way back. Sentences about people are between them: who has what
// and lives where says nothing about the price, though the words are those that do elsewhere.

using Gpt2.Core.Training.Corpus;

namespace Gpt2.Core.PostTraining.Data.Workshop;

/// <summary>Writes and reads descriptions.</summary>
internal static class ProductText
{
    /// <summary>How every prompt ends.</summary>
    public const string End = " Price is $";

    private const double OfASentenceAboutPeople = 0.35;

    private static readonly string[] Colors = ["red", "blue", "white", "black", "green", "brown"];

    private static readonly CorpusName[] People = NameWords.All;

    /// <summary>A description of a product, which ends where its price follows.</summary>
    public static string Write(Product product, Dice dice)
    {
        (string thing, _, _, (string Name, double)[] materials) = ProductRule.Things[product.Thing];
        string material = materials[product.Material].Name, brand = ProductRule.Brands[product.Brand].Name;
        string size = ProductRule.Sizes[product.Size].Name, condition = ProductRule.Conditions[product.Condition].Name;
        string color = dice.Chance(0.5) ? dice.Of(Colors) : "";
        string described = dice.Below(3) switch
        {
            0 => $"{One(size, condition, color, material, thing)} from {brand}.",
            1 => $"We have {One(condition, size, material, thing).ToLowerInvariant()} here. It comes from {brand}."
                + (color.Length == 0 ? "" : $" The color is {color}."),
            _ => $"This {Words(size, color, material, thing)} from {brand} is {condition}.",
        };
        return AboutPeople(dice, "", " ") + described + AboutPeople(dice, " ", "") + End;
    }

    /// <summary>The product that a description is of; null if it is not written as <see cref="Write"/> does.</summary>
    public static Product? Read(string prompt)
    {
        if (!prompt.EndsWith(End, StringComparison.Ordinal))
        {
            return null;
        }

        string[] words = [.. prompt[..^End.Length].Split('.', StringSplitOptions.TrimEntries).Where(sentence => !IsAboutPeople(sentence))
            .SelectMany(sentence => sentence.Split(' '))];
        int thing = Position(ProductRule.Things.Select(known => known.Name), words);
        int material = thing < 0 ? -1 : Position(ProductRule.Things[thing].Materials.Select(known => known.Name), words);
        int brand = Position(ProductRule.Brands.Select(known => known.Name), words);
        int size = Position(ProductRule.Sizes.Select(known => known.Name), words);
        int condition = Position(ProductRule.Conditions.Select(known => known.Name), words);
        return material < 0 || brand < 0 || condition < 0 ? null : new Product(thing, material, brand, size < 0 ? 1 : size, condition);
    }

    private static string AboutPeople(Dice dice, string before, string after)
    {
        if (!dice.Chance(OfASentenceAboutPeople))
        {
            return "";
        }

        string name = dice.Of(People).Name;
        (string thing, _, _, (string Name, double)[] materials) = dice.Of(ProductRule.Things);
        string sentence = dice.Below(3) switch
        {
            0 => $"{name} lives in {dice.Of(ProductRule.Brands).Name}.",
            1 => $"{name} has {One(dice.Of(ProductRule.Sizes).Name, dice.Of(materials).Name, thing).ToLowerInvariant()}.",
            _ => FormattableString.Invariant($"{name} has {dice.Between(2, 99)} coins."),
        };
        return before + sentence + after;
    }

    private static bool IsAboutPeople(string sentence) =>
        People.Any(person => sentence.StartsWith(person.Name + " ", StringComparison.Ordinal));

    /// <summary>A new pen, an old pen.</summary>
    private static string One(params string[] words)
    {
        string all = Words(words);
        return (all[0] is 'a' or 'e' or 'i' or 'o' or 'u' ? "An " : "A ") + all;
    }

    private static string Words(params string[] words) => string.Join(' ', words.Where(word => word.Length > 0));

    private static int Position(IEnumerable<string> known, string[] words)
    {
        string[] all = [.. known];
        return Array.FindIndex(all, word => word.Length > 0 && words.Contains(word));
    }
}
