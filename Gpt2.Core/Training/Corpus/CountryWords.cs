// Countries with their capitals and languages, each of one word.

namespace Gpt2.Core.Training.Corpus;

internal static class CountryWords
{
    private static readonly string[] Table =
    [
        "France Paris French", "Italy Rome Italian", "Spain Madrid Spanish", "Germany Berlin German", "England London English",
        "Norway Oslo Norwegian", "Sweden Stockholm Swedish", "Denmark Copenhagen Danish", "Finland Helsinki Finnish",
        "Poland Warsaw Polish", "Portugal Lisbon Portuguese", "Greece Athens Greek", "Austria Vienna German",
        "Hungary Budapest Hungarian", "Ireland Dublin Irish", "Belgium Brussels French", "Russia Moscow Russian",
        "Turkey Ankara Turkish", "Egypt Cairo Arabic", "Japan Tokyo Japanese", "China Beijing Chinese", "Canada Ottawa English",
        "Iceland Reykjavik Icelandic", "Cuba Havana Spanish", "Peru Lima Spanish", "Chile Santiago Spanish",
        "Kenya Nairobi Swahili", "Latvia Riga Latvian", "Croatia Zagreb Croatian", "Serbia Belgrade Serbian",
        "Thailand Bangkok Thai", "Ukraine Kyiv Ukrainian",
    ];

    public static readonly CorpusCountry[] All =
        [.. Table.Select(line => line.Split(' ')).Select(words => new CorpusCountry(words[0], words[1], words[2]))];

    /// <summary>Any country; in a third of cases France or Italy, in a sixth one of the next three.</summary>
    public static CorpusCountry Some(Dice dice) => dice.Below(12) switch
    {
        < 2 => All[0],
        < 4 => All[1],
        < 6 => All[dice.Between(2, 4)],
        _ => dice.Of(All),
    };
}
