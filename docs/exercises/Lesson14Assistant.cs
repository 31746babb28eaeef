// Lesson 14: From completion to assistant. 30 minutes. Page: docs/lessons/14-assistant.md
// Questions with answers, written as one text, and a loss that counts the answers only: that is all that makes a model answer.

namespace Exercises;

public static class Lesson14Assistant
{
    // 14.1 A prompt from a question
    /// <summary>
    /// Writes a question the way the examples were written: "Question: QUESTION Answer:", or with a context
    /// "Context: CONTEXT Question: QUESTION Answer:".
    /// Example: "Where is Oslo?" becomes "Question: Where is Oslo? Answer:".
    /// </summary>
    /// <param name="question">The question.</param>
    /// <param name="context">What the answer is to be found in; null or empty for none.</param>
    public static string Prompt(string question, string? context)
    {
        throw new NotImplementedException("\"Question: … Answer:\", with \"Context: … \" before it if there is a context");
    }

    // 14.2 Which predictions count
    /// <summary>
    /// Which predictions of an example count: those of the answer's tokens. The prediction at position t is token t + 1.
    /// Example: 3 tokens of prompt and 2 of answer: four predictions, of the tokens 1, 2, 3, 4; the last two count: no no yes yes.
    /// </summary>
    /// <param name="promptTokens">Tokens of the prompt, at least 1; they come first.</param>
    /// <param name="answerTokens">Tokens of the answer.</param>
    /// <returns>[promptTokens + answerTokens − 1]</returns>
    public static bool[] LossMask(int promptTokens, int answerTokens)
    {
        throw new NotImplementedException("for each position t whether token t + 1 is part of the answer");
    }

    // 14.3 The loss of the answer
    /// <summary>
    /// The mean of the losses that count.
    /// Example: losses 5, 1, 3, of which the last two count: 2.
    /// </summary>
    /// <param name="losses">The loss of each prediction.</param>
    /// <param name="mask">Whether it counts; at least one does.</param>
    public static double MaskedLoss(double[] losses, bool[] mask)
    {
        throw new NotImplementedException("the sum of the losses whose mask is true, divided by their number");
    }
}
