// Checks of lesson 8: small vectors, large logits, and the head of the workshop's model.

using Exercises.Support;

namespace Exercises.Checks;

public sealed class Lesson08LanguageHeadChecks
{
    [Fact(DisplayName = "8.1 Logits")]
    public void Logits()
    {
        float[] embedding = Workshop.Row(Workshop.Trace.Activations.PredictedEmbedding, 5);
        float[] right = Workshop.Row(Workshop.Trace.Activations.Logits, 5);
        Check.Same(
            "The logits of (1 2) with three tokens",
            Lesson08LanguageHead.Logits([1, 2], new float[,] { { 1, 0 }, { 0, 1 }, { 1, 1 } }), new float[] { 1, 2, 3 },
            ("These are the values divided by √channels. Attention divides; the head does not.",
                new float[] { 1 / MathF.Sqrt(2), MathF.Sqrt(2), 3 / MathF.Sqrt(2) }));
        Check.Same(
            "The logits after \"Mike is quick. He moves\"",
            Lesson08LanguageHead.Logits(embedding, Workshop.Table(Workshop.Model.Model.Weights.TokenEmbedding)), right,
            ("These are the values divided by √channels. Attention divides; the head does not.",
                Array.ConvertAll(right, logit => logit / MathF.Sqrt(embedding.Length))));
    }

    [Fact(DisplayName = "8.2 Softmax")]
    public void Softmax()
    {
        float[] small = [0, MathF.Log(3), MathF.Log(4)];
        Check.Same(
            "The probabilities of the logits 0, ln 3, ln 4", Lesson08LanguageHead.Softmax(small), new float[] { 0.125f, 0.375f, 0.5f },
            ("These are the values without the division by their sum.", new float[] { 1, 3, 4 }),
            ("These are the values without the division by their sum.", new float[] { 0.25f, 0.75f, 1 }),
            ("The logits were divided by their sum: take e to the power of each first.", Array.ConvertAll(small, logit => logit / small.Sum())));
        Check.Same(
            "The probabilities of the logits 1000, 1000", Lesson08LanguageHead.Softmax([1000, 1000]), new float[] { 0.5f, 0.5f },
            ("e^1000 is infinite, and infinity divided by infinity is NaN. Subtract the largest logit from all of them first.",
                new float[] { float.NaN, float.NaN }));
        Check.Same(
            "The probabilities of the logits −1000, −1001", Lesson08LanguageHead.Softmax([-1000, -1001]), new float[] { 0.731059f, 0.268941f },
            ("e^−1000 is 0, and 0 divided by 0 is NaN. Subtract the largest logit from all of them first.", new float[] { float.NaN, float.NaN }));
        Check.Same(
            "The probabilities after \"Mike is quick. He moves\"", Lesson08LanguageHead.Softmax(Workshop.Row(Workshop.Trace.Activations.Logits, 5)),
            Workshop.Row(Workshop.Trace.Activations.Probabilities, 5));
    }

    [Fact(DisplayName = "8.3 The most probable token")]
    public void ArgMax()
    {
        Check.Same(
            "The largest of 1 5 3 5", Lesson08LanguageHead.ArgMax([1, 5, 3, 5]), 1,
            ("This is the last of equal ones: take the lowest id.", 3),
            ("This is the number, not its place.", 5));
        Check.Same(
            "The largest of −3 −2 −7",
            Lesson08LanguageHead.ArgMax([-3, -2, -7]), 1, ("Logits may all be negative: begin with the first, not with 0.", 0));
        int id = Lesson08LanguageHead.ArgMax(Workshop.Row(Workshop.Trace.Activations.Logits, 5));
        Check.Same("The word after \"Mike is quick. He moves\"", Workshop.Model.TextOf(id), " quickly");
    }
}
