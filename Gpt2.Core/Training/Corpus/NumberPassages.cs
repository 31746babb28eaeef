// Numbers: sums in figures and in words, counting, prices, times. Every sum is correct.

using System.Globalization;

namespace Gpt2.Core.Training.Corpus;

internal static class NumberPassages
{
    private static readonly string[] Figures =
    [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
    ];

    public static string Make(Dice dice)
    {
        int kind = dice.Below(6);
        int count = kind == 2 ? 1 : dice.Between(2, 6);
        List<string> sentences = [];
        for (int i = 0; i < count; i++)
        {
            Scene.Add(sentences, kind switch
            {
                0 => Sum(dice),
                1 => Capital(SumInWords(dice)),
                2 => Counting(dice),
                3 => Price(dice),
                4 => Time(dice),
                _ => Things(dice),
            });
        }

        return string.Join(kind == 0 && dice.Chance(0.5) ? "\n" : " ", sentences);
    }

    private static string Sum(Dice dice)
    {
        int left = dice.Between(0, 20);
        int right = dice.Between(0, 20);
        return dice.Below(3) switch
        {
            0 => Text($"{left} + {right} = {left + right}."),
            1 => Text($"{left + right} - {right} = {left}."),
            _ => Text($"What is {left} + {right}? It is {left + right}."),
        };
    }

    private static string SumInWords(Dice dice)
    {
        int left = dice.Between(0, 10);
        int right = dice.Between(0, 10);
        return dice.Below(3) switch
        {
            0 => $"{Figures[left]} plus {Figures[right]} is {Figures[left + right]}.",
            1 => $"{Figures[left + right]} minus {Figures[right]} is {Figures[left]}.",
            _ => Text($"{Figures[left]} is {left} and {Figures[right]} is {right}."),
        };
    }

    private static string Counting(Dice dice)
    {
        int from = dice.Between(1, 60);
        int step = dice.Of([1, 1, 2, 5, 10, -1]);
        int count = dice.Between(5, 9);
        if (step < 0)
        {
            from += 10;
        }

        string numbers = string.Join(", ", Enumerable.Range(0, count).Select(i => Text($"{from + (i * step)}")));
        return dice.Pick("", "Count with me: ", "The numbers are ", "We count: ") + numbers + ".";
    }

    private static string Price(Dice dice)
    {
        (string thing, int usual) = dice.Of(Goods);
        int price = Math.Clamp(usual * dice.Between(70, 130) / 100, 1, 999);
        Scene scene = new Scene(dice).Bind("A", dice.Of(NameWords.All)).Bind("thing", thing).Bind("price", Text($"{price}"));
        return scene.One(Prices);
    }

    private static string Time(Dice dice)
    {
        Scene scene = new Scene(dice).Bind("A", dice.Of(NameWords.All)).Bind("time", Text($"{dice.Between(0, 23)}:{dice.Between(0, 59):00}"));
        return scene.One(Times);
    }

    private static string Things(Dice dice)
    {
        int had = dice.Between(2, 12);
        int more = dice.Between(1, 8);
        int fewer = dice.Chance(0.1) ? had : dice.Between(0, had - 2); // none or at least two are left, for the plural
        Scene scene = new Scene(dice).Bind("A", dice.Of(NameWords.All)).Bind("things", dice.Pick("apples", "books", "eggs", "coins", "strawberries"));
        return dice.Chance(0.5)
            ? scene.Fill(Text($"{{A}} has {had} {{things}}. {{A.He}} gets {more} more. Now {{A.he}} has {had + more} {{things}}."))
            : scene.Fill(Text($"{{A}} has {had} {{things}}. {{A.He}} gives away {fewer}. Now {{A.he}} has {had - fewer} {{things}}."));
    }

    /// <summary>Goods and what they cost in dollars, plus or minus three tenths.</summary>
    private static readonly (string Thing, int Usual)[] Goods =
    [
        ("book", 20), ("bag", 60), ("hat", 30), ("coat", 150), ("pen", 5), ("bike", 400), ("ball", 12), ("map", 9), ("lamp", 80),
        ("box", 15), ("ring", 600), ("horse", 750), ("table", 300), ("clock", 100), ("cake", 24), ("boat", 700), ("key", 7), ("bed", 500),
    ];

    private static readonly string[] Prices =
    [
        "The {thing} costs {price} dollars.", "Price: {price}", "{A} paid {price} dollars for the {thing}.", "A {color} {thing} for {price} dollars.",
        "How much is the {thing}? The {thing} is {price} dollars.", "Product: {color} {thing}\nPrice: {price}\n",
        "\"{price} dollars is too much for a {thing},\" said {A}.",
    ];

    private static readonly string[] Times =
    [
        "It is {time}.", "The train leaves at {time}.", "{A} comes home at {time}.", "What time is it? It is {time}.", "The shop opens at {time}.",
        "On {weekday} {A} gets up at {time}.", "The film begins at {time}.", "We meet at {time} in the {work}.",
    ];

    private static string Capital(string sentence) => char.ToUpperInvariant(sentence[0]) + sentence[1..];

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
