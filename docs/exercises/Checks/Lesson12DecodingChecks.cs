// Checks of lesson 12: the probabilities of the lesson's examples, and the workshop's model.

using Exercises.Support;

namespace Exercises.Checks;

public sealed class Lesson12DecodingChecks
{
    private static float[] Real => Workshop.Row(Workshop.Trace.Activations.Probabilities, 0);

    [Fact(DisplayName = "12.1 Greedy")]
    public void Greedy()
    {
        // A model of four ids: after id i the most probable is i + 1.
        float[] Next(int[] ids) => [.. Enumerable.Range(0, 4).Select(id => id == (ids[^1] + 1) % 4 ? 1f : 0)];
        Check.Same(
            "Three tokens after 0", Lesson12Decoding.Greedy(Next, [0], 3, endOfText: 9), (int[])[1, 2, 3],
            ("The model was asked about the prompt each time: it has to see the new tokens, too.", (int[])[1, 1, 1]),
            ("The prompt is part of the result: return the new tokens only.", (int[])[0, 1, 2, 3]));
        Check.Same(
            "Tokens after 0 where 3 is the end token", Lesson12Decoding.Greedy(Next, [0], 10, endOfText: 3), (int[])[1, 2],
            ("The end token is part of the result: it ends the text, but is not shown.", (int[])[1, 2, 3]),
            ("The end token was ignored.", (int[])[1, 2, 3, 0, 1, 2, 3, 0, 1, 2]));
        Check.Same("No token", Lesson12Decoding.Greedy(Next, [0], 0, endOfText: 9), Array.Empty<int>());

        float[] Model(int[] ids)
        {
            float[] row = new float[Workshop.Model.Config.Vocabulary];
            foreach (var token in Workshop.Model.Predict(ids, row.Length))
            {
                row[token.Id] = token.Logit;
            }

            return row;
        }

        int[] prompt = Workshop.Model.Tokenizer.Encode("Mike is");
        string text = string.Concat(Workshop.Model.Generate("Mike is", maxNewTokens: 6).Select(token => token.Text));
        Check.Same(
            "Six tokens of the workshop's model after \"Mike is\"",
            Workshop.Model.Tokenizer.Decode(Lesson12Decoding.Greedy(Model, prompt, 6, Workshop.Model.EndOfText!.Value)), text);
    }

    [Fact(DisplayName = "12.2 Temperature")]
    public void WithTemperature()
    {
        float[] logits = [0, MathF.Log(3)];
        Check.Same(
            "The probabilities of 0 and ln 3 at temperature 0.5", Lesson12Decoding.WithTemperature(logits, 0.5f), new float[] { 0.1f, 0.9f },
            ("The logits were multiplied by the temperature: divide. A low temperature makes the best token more probable.",
                new float[] { 0.366025f, 0.633975f }),
            ("The probabilities were divided by the temperature: divide the logits, before softmax.", new float[] { 0.5f, 1.5f }),
            ("The temperature changed nothing.", new float[] { 0.25f, 0.75f }));
        Check.Same("The probabilities of 0 and ln 3 at temperature 1", Lesson12Decoding.WithTemperature(logits, 1), new float[] { 0.25f, 0.75f });
        Check.Same("The logits, which must not change", logits, new float[] { 0, MathF.Log(3) });
    }

    [Fact(DisplayName = "12.3 Top-k")]
    public void TopK()
    {
        // After "how": are .37, is .21, do .17, come .15, about .10.
        float[] how = [0.37f, 0.21f, 0.17f, 0.15f, 0.10f];
        Check.Same(
            "are, is, do, come, about with k = 3",
            Lesson12Decoding.TopK([.. how], 3), new float[] { 0.37f / 0.75f, 0.21f / 0.75f, 0.17f / 0.75f, 0, 0 },
            ("What is left does not sum to 1: divide by its sum.", new float[] { 0.37f, 0.21f, 0.17f, 0, 0 }));
        Check.Same(
            "(0.1 0.5 0.4) with k = 2", Lesson12Decoding.TopK([0.1f, 0.5f, 0.4f], 2), new float[] { 0, 0.5f / 0.9f, 0.4f / 0.9f },
            ("These are the first k ids: keep the k most probable.", new float[] { 0.1f / 0.6f, 0.5f / 0.6f, 0 }));
        Check.Same("(0.6 0.4) with k = 10", Lesson12Decoding.TopK([0.6f, 0.4f], 10), new float[] { 0.6f, 0.4f });
    }

    [Fact(DisplayName = "12.4 Top-p")]
    public void TopP()
    {
        Check.Same(
            "(.31 .29 .20 .15 .05) with p = 0.88", Lesson12Decoding.TopP([0.31f, 0.29f, 0.20f, 0.15f, 0.05f], 0.88f),
            new float[] { 0.31f / 0.95f, 0.29f / 0.95f, 0.20f / 0.95f, 0.15f / 0.95f, 0 },
            ("The token that takes the sum over p was dropped. It is kept: .31 + .29 + .20 is only .80.",
                new float[] { 0.31f / 0.80f, 0.29f / 0.80f, 0.20f / 0.80f, 0, 0 }),
            ("What is left does not sum to 1: divide by its sum.", new float[] { 0.31f, 0.29f, 0.20f, 0.15f, 0 }),
            ("This keeps what is itself above p. Add the probabilities up, the largest first.", new float[5]));
        Check.Same(
            "(.89 .06 .05) with p = 0.88", Lesson12Decoding.TopP([0.89f, 0.06f, 0.05f], 0.88f), new float[] { 1, 0, 0 },
            ("The token that takes the sum over p was dropped, and nothing was left.", new float[] { float.NaN, float.NaN, float.NaN }),
            ("The token that takes the sum over p was dropped, and nothing was left.", new float[3]));
        Check.Same(
            "(.1 .2 .7) with p = 0.75", Lesson12Decoding.TopP([0.1f, 0.2f, 0.7f], 0.75f), new float[] { 0, 0.2f / 0.9f, 0.7f / 0.9f },
            ("The ids were added up in their own order: begin with the most probable.", new float[] { 0.1f, 0.2f, 0.7f }));

        float[] real = Real, kept = Lesson12Decoding.TopP([.. real], 0.9f);
        float[] largest = [.. real.OrderDescending()];
        double sum = 0;
        int count = largest.TakeWhile(probability => (sum += probability) - probability < 0.9).Count();
        Check.Same("How many tokens after \"Mike\" the workshop's model keeps with p = 0.9", kept.Count(value => value > 0), count);
        Check.Same("The probability of the best of them", kept.Max(), largest[0] / largest.Take(count).Sum());
        Check.Same("The sum of all", kept.Sum(), 1);
    }

    [Fact(DisplayName = "12.5 Draw a token")]
    public void Draw()
    {
        Check.Same(
            "The tokens of (0.5 0 0.3 0.2) for the numbers 0, 0.49, 0.5, 0.79, 0.81, 0.999",
            Array.ConvertAll([0, 0.49, 0.5, 0.79, 0.81, 0.999], number => Lesson12Decoding.Draw([0.5f, 0, 0.3f, 0.2f], number)),
            (int[])[0, 0, 2, 2, 3, 3],
            ("At 0.5 the first token was drawn: its sum is as large as the number, but has to be larger.", (int[])[0, 0, 0, 2, 3, 3]),
            ("The most probable token was taken each time.", (int[])[0, 0, 0, 0, 0, 0]),
            ("Each probability was compared with the number: compare their running sum.", (int[])[0, 0, 3, 3, 3, 3]));

        var random = new Random(7);
        float[] probabilities = [0.2f, 0.7f, 0.1f], shares = new float[3];
        for (int i = 0; i < 20_000; i++)
        {
            shares[Lesson12Decoding.Draw(probabilities, random.NextDouble())] += 1 / 20_000f;
        }

        Check.Same("The shares of 20,000 draws of (0.2 0.7 0.1)", shares, probabilities, 0.02);
    }

    [Fact(DisplayName = "12.6 A step of beam search")]
    public void BeamStep()
    {
        // After "how": come .24, are .31, do .26; then the best next word has .36, .91 and .63.
        var best = Lesson12Decoding.BeamStep([0.24, 0.31, 0.26], [[0.36, 0.3], [0.91, 0.05], [0.63, 0.2]], 3);
        Check.Same(
            "The three best of six candidates, by their first words' places", best.Select(one => one.Beam).ToArray(), (int[])[1, 2, 0],
            ("This is the best of each beam in the order of the beams: sort all candidates together.", (int[])[0, 1, 2]));
        Check.Same(
            "Their probabilities", best.Select(one => one.Probability).ToArray(), new[] { 0.2821, 0.1638, 0.0864 },
            ("This is the probability of the next token alone: multiply by that of its beam.", new[] { 0.91, 0.63, 0.36 }),
            ("The probabilities were added: the probability of both is their product.", new[] { 1.22, 0.89, 0.60 }));
        best = Lesson12Decoding.BeamStep([0.9, 0.1], [[0.4, 0.6], [1, 0]], 2);
        Check.Same(
            "Two beams of which one is far better, by their places", best.Select(one => one.Beam).ToArray(), (int[])[0, 0],
            ("One candidate of each beam was kept: the best ones may all come from the same beam.", (int[])[0, 1]));
        Check.Same("Their tokens", best.Select(one => one.Token).ToArray(), (int[])[1, 0]);
    }
}
