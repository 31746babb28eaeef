// The people of the training text, half of them he and half she.

namespace Gpt2.Core.Training.Corpus;

internal static class NameWords
{
    /// <summary>People who take part in everything.</summary>
    public static readonly CorpusName[] Known =
    [
        .. He("Mike Tom John Peter Paul Mark David Jack Sam Ben Adam Max Leo Carl Eric Frank"),
        .. He("George Henry Ivan James Luke Martin Nick Oscar Philip Robert Simon Victor Walter Hugo Daniel Oliver"),
        .. She("Sally Anna Mary Lisa Emma Sarah Julia Laura Maria Nina Olga Rosa Clara Tina Vera Alice"),
        .. She("Diana Ella Eva Grace Helen Ida Jane Kate Linda Lucy Martha Nora Ruth Susan Wendy Judy"),
    ];

    /// <summary>People who appear in stories, dialogues and forms, but never near an adjective of the table.</summary>
    public static readonly CorpusName[] HeldOut =
    [
        .. He("Brian Felix Gary Otto"),
        .. She("Amy Carol Hanna Zoe"),
    ];

    public static readonly CorpusName[] All = [.. Known, .. HeldOut];

    /// <summary>Two different people.</summary>
    public static (CorpusName First, CorpusName Second) Two(CorpusName[] people, Dice dice)
    {
        int first = dice.Below(people.Length);
        int second = (first + dice.Between(1, people.Length - 1)) % people.Length;
        return (people[first], people[second]);
    }

    private static IEnumerable<CorpusName> He(string names) => names.Split(' ').Select(name => new CorpusName(name, "He"));

    private static IEnumerable<CorpusName> She(string names) => names.Split(' ').Select(name => new CorpusName(name, "She"));
}
