// Lesson 14: From completion to assistant. 30 minutes. Page: docs/lessons/14-assistant.md
// Questions with answers, written as one text, and a loss that counts the answers only: that is all that makes a model answer.

namespace Exercises;

public static class Lesson14Assistant
{
    // 14.1 A prompt from a question
    // hint: string.IsNullOrEmpty says whether there is a context. Mind the spaces: there is none at the end.
    // meaning: A template is nothing the model is born with. It has seen a thousand texts of this form, and what came after "Answer:"
    //   was an answer. Ask it in another form, and it is the plain model again.
    /// <summary>
    /// Writes a question the way the examples were written: "Question: QUESTION Answer:", or with a context
    /// "Context: CONTEXT Question: QUESTION Answer:".
    /// Example: "Where is Oslo?" becomes "Question: Where is Oslo? Answer:".
    /// </summary>
    /// <param name="question">The question.</param>
    /// <param name="context">What the answer is to be found in; null or empty for none.</param>
    public static string Prompt(string question, string? context)
    {
        // write: "Question: … Answer:", with "Context: … " before it if there is a context
        return (string.IsNullOrEmpty(context) ? "" : $"Context: {context} ") + $"Question: {question} Answer:";
        // end
    }

    // 14.2 Which predictions count
    // hint: Position t predicts token t + 1. There are total − 1 predictions.
    // hint: The first token of the answer is token number promptTokens; it is predicted at position promptTokens − 1.
    // meaning: The model is not to learn to ask questions, only to answer them. So the loss looks at the answer alone, but the model
    //   sees the question, too. The last token of the prompt counts: there the answer begins.
    /// <summary>
    /// Which predictions of an example count: those of the answer's tokens. The prediction at position t is token t + 1.
    /// Example: 3 tokens of prompt and 2 of answer: four predictions, of the tokens 1, 2, 3, 4; the last two count: no no yes yes.
    /// </summary>
    /// <param name="promptTokens">Tokens of the prompt, at least 1; they come first.</param>
    /// <param name="answerTokens">Tokens of the answer.</param>
    /// <returns>[promptTokens + answerTokens − 1]</returns>
    public static bool[] LossMask(int promptTokens, int answerTokens)
    {
        // write: for each position t whether token t + 1 is part of the answer
        bool[] mask = new bool[promptTokens + answerTokens - 1];
        for (int t = 0; t < mask.Length; t++)
        {
            mask[t] = t + 1 >= promptTokens;
        }

        return mask;
        // end
    }

    // 14.3 The loss of the answer
    // hint: Divide by how many count, not by how many there are.
    // meaning: Divided by all tokens, a long question would make its answer look easy, and count less than a short one's.
    /// <summary>
    /// The mean of the losses that count.
    /// Example: losses 5, 1, 3, of which the last two count: 2.
    /// </summary>
    /// <param name="losses">The loss of each prediction.</param>
    /// <param name="mask">Whether it counts; at least one does.</param>
    public static double MaskedLoss(double[] losses, bool[] mask)
    {
        // write: the sum of the losses whose mask is true, divided by their number
        return losses.Where((_, t) => mask[t]).Average();
        // end
    }
}
