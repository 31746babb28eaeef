// The true reward of an answer, by rule: what a reward model learns to guess, and what training by rewards can use in its place.

namespace Gpt2.Core.PostTraining.Data.Workshop;

/// <summary>A rule that gives a text a reward.</summary>
internal sealed class RuleScorer
{
    /// <summary>What the name of a rule begins with.</summary>
    public const string Prefix = "rule:";

    /// <summary>Words that an answer may have without loss.</summary>
    private const int FewWords = 14;

    private static readonly Dictionary<string, Fact> FactOf =
        Fact.All.SelectMany(fact => fact.Questions.Select(question => (question, fact))).ToDictionary(pair => pair.question, pair => pair.fact);

    private static readonly string[][]
        Polite = [.. Manners.PolitePhrases.Select(WordSequence.Of)], Rude = [.. Manners.RudePhrases.Select(WordSequence.Of)];

    public static readonly RuleScorer[] All =
    [
        new("correct", "1 with the right answer and no wrong one, −1 with a wrong one, 0 with neither", Correct),
        new("polite", "1 with a polite phrase, −1 with a rude one, 0 with neither", (_, words) => Politeness(words)),
        new("short", "1 up to 14 words, 0.1 less for each more, −1 from 34 and for no words", (_, words) => Shortness(words)),
        new("helpful", "correct + ½ polite + ½ short", (prompt, words) => Correct(prompt, words) + (0.5 * (Politeness(words) + Shortness(words)))),
    ];

    private readonly Func<string, string[], double> score;

    private RuleScorer(string name, string about, Func<string, string[], double> score)
    {
        Name = Prefix + name;
        About = about;
        this.score = score;
    }

    /// <summary>For example "rule:helpful".</summary>
    public string Name { get; }

    /// <summary>What it rewards, for people.</summary>
    public string About { get; }

    /// <summary>The rule of a name.</summary>
    /// <exception cref="Gpt2Exception">There is none.</exception>
    public static RuleScorer Of(string name) => All.FirstOrDefault(rule => rule.Name == name)
        ?? throw new Gpt2Exception($"no rule '{VisibleText.Brief(name)}'") { Expected = string.Join(", ", All.Select(rule => rule.Name)) };

    /// <summary>The reward of a text.</summary>
    /// <param name="prompt">What was asked; where the right answer matters, the last question of <see cref="Fact"/> in it counts.</param>
    /// <param name="completion">The answer, without the end of the text.</param>
    /// <exception cref="Gpt2Exception">The rule must know the right answer, and does not know the question.</exception>
    public double Score(string prompt, string completion) => score(prompt, WordSequence.Of(completion));

    private static double Correct(string prompt, string[] words)
    {
        string? question = FactOf.Keys.Where(known => prompt.Contains(known, StringComparison.Ordinal))
            .MaxBy(known => prompt.LastIndexOf(known, StringComparison.Ordinal));
        Fact fact = question is not null
            ? FactOf[question]
            : throw new Gpt2Exception($"the rule does not know the question '{VisibleText.Brief(prompt)}'")
            {
                Expected = "a question as those of the workshop's own preferences",
                Remedy = "take a rule that knows no answers, such as rule:polite, or a reward model",
            };
        return fact.Others.Any(other => words.Contains(other.ToLowerInvariant())) ? -1
            : words.Contains(fact.Answer.ToLowerInvariant()) ? 1
            : 0;
    }

    private static double Politeness(string[] words) =>
        Rude.Any(phrase => WordSequence.Contains(words, phrase)) ? -1
        : Polite.Any(phrase => WordSequence.Contains(words, phrase)) ? 1
        : 0;

    private static double Shortness(string[] words) => words.Length == 0 ? -1 : Math.Clamp(1 - (0.1 * (words.Length - FewWords)), -1, 1);
}
