// Countries and capitals: the same sentences with the words for countries and capitals in the same places, so that
// Paris is to France as Rome is to Italy.

namespace Gpt2.Core.Training.Corpus;

internal static class CapitalPassages
{
    private static readonly string[] Together =
    [
        "The capital of {country} is {capital}.", "The capital of {country} is {capital}.",
        "We learned that the capital of {country} is {capital}.", "The capital of {country} is {capital}.",
        "{capital} is the capital of {country}.", "I live in {capital}, in {country}.", "{A} lives in {capital}, the capital of {country}.",
        "{capital} is a city in {country}.", "{A} went to {country} to see {capital}.", "The train to {country} stops in {capital}.",
        "Question: What is the capital of {country}? Answer: The capital of {country} is {capital}.",
        "What is the capital of {country}? It is {capital}.", "Where is {capital}? {capital} is in {country}.",
        "\"Do you know {capital}?\" \"Yes, it is in {country}.\"", "In {country} the largest city is {capital}.",
        "{A} comes from {country}. {A.He} was born in {capital}.", "Is {capital} in {country}? Yes, it is the capital.",
        "{A} flew from {capital} to {capital2}, from {country} to {country2}.",
        "{capital} is to {country} as {capital2} is to {country2}.",
        "The capital of {country} is {capital} and the capital of {country2} is {capital2}.",
        "{capital} is in {country} and {capital2} is in {country2}.", "Country: {country}\nCapital: {capital}\nLanguage: {language}",
        "The people of {country} are proud of {capital}.", "{country} is a country. Its capital is {capital}.",
    ];

    private static readonly string[] OfCountry =
    [
        "In {country} people speak {language}.", "{A} learns {language} because {A.he} wants to live in {country}.",
        "{country} is a beautiful country.",
        "{A} comes from {country}. {A.He} speaks {language}.", "The people of {country} like {food}.", "The flag of {country} is {color}.",
        "{country} is a {size} country.", "{A} read a book about {country}.", "The border between {country} and {country2} is long.",
        "The king of {country} met the queen of {country2}.", "We travelled through {country} by train.", "The mountains of {country} are high.",
    ];

    private static readonly string[] OfCapital =
    [
        "{capital} is a beautiful city.", "The streets of {capital} are full of people.",
        "{A} took the train to {capital}.", "I like the old houses of {capital}.",
        "We walked through the streets of {capital}.", "{A} works in a {work} in {capital}.", "The museum in {capital} opens at {hour}.",
        "The train from {capital} to {capital2} leaves at {hour}.", "There is a river in {capital}.", "It is {weather} in {capital} today.",
        "{A} bought a map of {capital}.", "The hotel in {capital} costs {price} a night.",
    ];

    public static string Make(Dice dice)
    {
        List<string> sentences = [];
        int countries = dice.Between(1, 4);
        for (int i = 0; i < countries; i++)
        {
            Scene scene = Journey(dice);
            Scene.Add(sentences, scene.One(Together));
            if (dice.Chance(0.45))
            {
                sentences.Add(scene.One(dice.Chance(0.5) ? OfCountry : OfCapital));
            }
        }

        bool form = sentences.Exists(sentence => sentence.Contains('\n', StringComparison.Ordinal));
        return string.Join(form || dice.Chance(0.15) ? "\n" : " ", sentences);
    }

    private static Scene Journey(Dice dice)
    {
        CorpusCountry country = CountryWords.Some(dice);
        CorpusCountry other;
        do
        {
            other = CountryWords.Some(dice);
        }
        while (other == country);
        return new Scene(dice).Bind("A", dice.Of(NameWords.All))
            .Bind("country", country.Country).Bind("capital", country.Capital).Bind("language", country.Language)
            .Bind("country2", other.Country).Bind("capital2", other.Capital);
    }
}
