// Checks of lesson 2: the co-occurrence counts of the lesson, triangles, and the embeddings of the workshop's model.

using Exercises.Support;

namespace Exercises.Checks;

public sealed class Lesson02EmbeddingsChecks
{
    [Fact(DisplayName = "2.1 Cosine similarity")]
    public void Cosine()
    {
        Check.Same(
            "The cosine of (10 10) and (5 20)", Lesson02Embeddings.Cosine([10, 10], [5, 20]), 0.857493,
            ("This is the dot product without the norms: divide it by |a| · |b|.", 250),
            ("This is divided by the squares of the norms: take their square roots.", 250 / (200.0 * 425)),
            ("This is divided by the norm of one of them only.", 250 / Math.Sqrt(200)),
            ("This is divided by the norm of one of them only.", 250 / Math.Sqrt(425)));
        Check.Same("The cosine of (10 10) and (50 50), the same direction", Lesson02Embeddings.Cosine([10, 10], [50, 50]), 1);
        Check.Same("The cosine of (3 0) and (0 4), a right angle", Lesson02Embeddings.Cosine([3, 0], [0, 4]), 0);
        Check.Same("The cosine of (1 2) and (−2 −4), opposite directions", Lesson02Embeddings.Cosine([1, 2], [-2, -4]), -1);
    }

    [Fact(DisplayName = "2.2 Distance")]
    public void Distance()
    {
        Check.Same(
            "The distance of (1 2) and (4 6)", Lesson02Embeddings.Distance([1, 2], [4, 6]), 5,
            ("This is the square of the distance: take the square root at the end.", 25),
            ("This is the sum of the differences, the way along the streets. The distance squares them first.", 7));
        Check.Same("The distance of (10 10) and (50 50)", Lesson02Embeddings.Distance([10, 10], [50, 50]), 56.5685);
        Check.Same("The distance of (10 10) and (5 20)", Lesson02Embeddings.Distance([10, 10], [5, 20]), 11.1803);
    }

    [Fact(DisplayName = "2.3 Analogy")]
    public void Analogy()
    {
        // Authority and gender: man, king, woman, queen, child, princess.
        float[,] toy = { { 1, 1 }, { 2, 1 }, { 1, 2 }, { 2, 2 }, { 0.2f, 1.5f }, { 1.5f, 2 } };
        Check.Same(
            "man is to king as woman is to ?, in two columns", Lesson02Embeddings.Analogy(toy, 0, 1, 2), 3,
            ("This is one of the three words of the question, which cannot be the answer: leave them out.", 0),
            ("This is one of the three words of the question, which cannot be the answer: leave them out.", 1),
            ("This is one of the three words of the question, which cannot be the answer: leave them out.", 2));

        float[,] table = Workshop.Table(Workshop.Model.Model.Weights.TokenEmbedding);
        Ask(table, " man", " king", " woman", " queen");
        Ask(table, " France", " Paris", " Italy", " Rome");
    }

    private static void Ask(float[,] table, string a, string b, string c, string expected)
    {
        int Id(string word) => Workshop.Model.Tokenizer.Encode(word).Single();

        string? answer = Workshop.Model.TextOf(Lesson02Embeddings.Analogy(table, Id(a), Id(b), Id(c)));
        Check.Same(
            $"{a.Trim()} is to {b.Trim()} as {c.Trim()} is to ?, with the embeddings of the workshop's model", answer, expected,
            ("This is one of the three words of the question, which cannot be the answer: leave them out.", a),
            ("This is one of the three words of the question, which cannot be the answer: leave them out.", b),
            ("This is one of the three words of the question, which cannot be the answer: leave them out.", c));
    }
}
