// Forms: one field per line, the e-mail address made of the names above it.

using System.Globalization;

namespace Gpt2.Core.Training.Corpus;

internal static class FormPassages
{
    private static readonly string[] LastNames =
    [
        "Berg", "Hill", "Brown", "Green", "White", "Black", "Young", "King", "Baker", "Wood", "Lake", "Stone", "Field", "Fox", "Bird", "Cook",
        "Miller", "Carter", "Fisher", "Hunter", "Marsh", "North", "West", "Winter", "Summer", "Long", "Small", "Church", "Bridge", "Snow",
    ];

    public static string Make(Dice dice)
    {
        string first = dice.Of(NameWords.All).Name;
        string last = dice.Of(LastNames);
        string email = $"{Lower(first)}.{Lower(last)}@example.{dice.Pick("com", "com", "org", "net")}";
        CorpusCountry country = CountryWords.Some(dice);
        string form = $"First name: {first}\nLast name: {last}\n";
        form += dice.Chance(0.3) ? $"Age: {dice.Between(6, 90).ToString(CultureInfo.InvariantCulture)}\n" : "";
        form += $"Email: {email}\n";
        form += dice.Chance(0.8) ? $"City: {country.Capital}\n" : "";
        form += dice.Chance(0.5) ? $"Country: {country.Country}\n" : "";
        return form;
    }

    private static string Lower(string name) => name.ToLowerInvariant();
}
