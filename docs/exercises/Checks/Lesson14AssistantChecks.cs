// Checks of lesson 14: examples that can be counted with the fingers.

using Exercises.Support;

namespace Exercises.Checks;

public sealed class Lesson14AssistantChecks
{
    [Fact(DisplayName = "14.1 A prompt from a question")]
    public void Prompt()
    {
        const string Expected = "Question: Where is Oslo? Answer:";
        foreach (string? none in (string?[])[null, ""])
        {
            Check.Same(
                "The prompt of a question without context", Lesson14Assistant.Prompt("Where is Oslo?", none), Expected,
                ("There is a space at the end. The answer's first token begins with one: with another before it, it would be a different token.",
                    Expected + " "),
                ("There is no context: leave it out altogether.", "Context:  " + Expected));
        }

        Check.Same(
            "The prompt of a question with context", Lesson14Assistant.Prompt("Who is quick?", "Mike is quick."),
            "Context: Mike is quick. Question: Who is quick? Answer:");
    }

    [Fact(DisplayName = "14.2 Which predictions count")]
    public void LossMask()
    {
        Check.Same(
            "The mask of 3 tokens of prompt and 2 of answer", Lesson14Assistant.LossMask(3, 2), (bool[])[false, false, true, true],
            ("The mask is not shifted: the prediction at the last token of the prompt is the first token of the answer, and counts.",
                (bool[])[false, false, false, true]),
            ("There is one prediction less than there are tokens: nothing comes after the last.", (bool[])[false, false, true, true, false]),
            ("There is one prediction less than there are tokens, and position t predicts token t + 1.", (bool[])[false, false, false, true, true]),
            ("The prompt counts, too: count the answer's tokens only.", (bool[])[true, true, true, true]),
            ("The prompt counts, and the answer does not: it has to be the other way round.", (bool[])[true, true, false, false]));
        Check.Same("The mask of 1 token of prompt and 3 of answer", Lesson14Assistant.LossMask(1, 3), (bool[])[true, true, true]);
    }

    [Fact(DisplayName = "14.3 The loss of the answer")]
    public void MaskedLoss()
    {
        Check.Same(
            "The loss of 5, 1, 3 where the last two count", Lesson14Assistant.MaskedLoss([5, 1, 3], [false, true, true]), 2,
            ("This is divided by the number of all predictions: divide by how many count.", 4 / 3.0),
            ("This is the mean of all losses: leave out those that do not count.", 3),
            ("This is the sum: divide by how many count.", 4));
        Check.Same("The loss where one of four counts", Lesson14Assistant.MaskedLoss([9, 9, 0.5, 9], [false, false, true, false]), 0.5);
    }
}
