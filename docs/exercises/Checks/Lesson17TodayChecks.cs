// Checks of lesson 17: right angles and round numbers, and the property that rotary positions are used for.

using Exercises.Support;

namespace Exercises.Checks;

public sealed class Lesson17TodayChecks
{
    [Fact(DisplayName = "17.1 RMSNorm")]
    public void RmsNorm()
    {
        float[] row = [7, 1, 5, 5];
        Check.Same(
            "RMSNorm of 7 1 5 5 with the gain 1 1 1 10", Lesson17Today.RmsNorm([.. row], [1, 1, 1, 10]), new float[] { 1.4f, 0.2f, 1, 10 },
            ("The mean was subtracted, as in layer norm. RMSNorm subtracts nothing.", Normalised(row, 4.5f, MathF.Sqrt(4.75f))),
            ("The mean was subtracted. RMSNorm subtracts nothing.", Normalised(row, 4.5f, 5)),
            ("The gain is missing.", new float[] { 1.4f, 0.2f, 1, 1 }),
            ("This is divided by the root of the sum of the squares: take their mean.", new float[] { 0.7f, 0.1f, 0.5f, 5 }),
            ("This is divided by the mean of the squares: take the root.", new float[] { 0.28f, 0.04f, 0.2f, 2 }));
        Check.Same(
            "RMSNorm of 0.001 −0.001", Lesson17Today.RmsNorm([0.001f, -0.001f], [1, 1]), new float[] { 0.301511f, -0.301511f },
            ("1e-5 is added outside the root. It belongs to the mean of the squares, before the root is taken.",
                new float[] { 0.990099f, -0.990099f }),
            ("1e-5 is missing under the root.", new float[] { 1, -1 }));
    }

    [Fact(DisplayName = "17.2 Rotary positions")]
    public void Rotate()
    {
        Check.Same("(1 0) at position 1", Lesson17Today.Rotate([1, 0], 1), new float[] { 0.540302f, 0.841471f },
            ("It was turned the other way: (x · cos − y · sin, x · sin + y · cos).", new float[] { 0.540302f, -0.841471f }),
            ("The angle was taken in degrees: Math.Cos and Math.Sin want radians.", new float[] { 0.999848f, 0.017452f }));
        Check.Same(
            "(1 0 1 0) at position 2, where the second pair turns a hundred times as slowly", Lesson17Today.Rotate([1, 0, 1, 0], 2),
            new float[] { -0.416147f, 0.909297f, 0.999800f, 0.019999f }, 1e-5,
            ("Both pairs were turned by the same angle: that of pair i is position · 10000^(−2i / headSize).",
                new float[] { -0.416147f, 0.909297f, -0.416147f, 0.909297f }),
            ("The first half was paired with the second, as some other implementations do. Here neighbours are a pair.",
                new float[] { -1.325444f, 0, 0.493151f, 0 }));
        float[] row = Numbers.Row(8, 1), key = Numbers.Row(8, 2);
        Check.Same("A row at position 0", Lesson17Today.Rotate([.. row], 0), row);
        Check.Same(
            "The dot product of a query at 13 and a key at 10, compared with the same two at 3 and 0",
            Dot(Lesson17Today.Rotate(row, 13), Lesson17Today.Rotate(key, 10)), Dot(Lesson17Today.Rotate(row, 3), Lesson17Today.Rotate(key, 0)));
    }

    [Fact(DisplayName = "17.3 A mixture of experts")]
    public void MixtureOfExperts()
    {
        float ln3 = MathF.Log(3);
        int calls = 0;
        Func<float[], float[]> Times(float factor) => row =>
        {
            calls++;
            return Array.ConvertAll(row, value => factor * value);
        };
        float[] mixed = Lesson17Today.MixtureOfExperts([1, 10], [0, -ln3, ln3], [Times(4), Times(400), Times(8)]);
        Check.Same(
            "The experts × 4, × 400 and × 8 on (1 10), with the logits 0, −ln 3 and ln 3", mixed, new float[] { 7, 70 },
            ("All experts were mixed: only the two with the largest logits take part.", new float[] { 484 / 13f, 4840 / 13f }),
            ("The weights of the two do not sum to 1: take softmax over their two logits, not over all.", new float[] { 84 / 13f, 840 / 13f }),
            ("Only the best expert was taken: it is the two best.", new float[] { 8, 80 }),
            ("Both have the same weight: weigh them by softmax over their logits.", new float[] { 6, 60 }),
            ("The weights are swapped: the larger logit has the larger weight.", new float[] { 5, 50 }));
        Check.That(calls == 2, $"The result is right, but {calls} experts were computed for one token: not to compute the others is the point.");
    }

    /// <summary>As layer norm has it, with the gain 1 1 1 10.</summary>
    private static float[] Normalised(float[] row, float mean, float root) =>
        [(row[0] - mean) / root, (row[1] - mean) / root, (row[2] - mean) / root, 10 * (row[3] - mean) / root];

    private static double Dot(float[] a, float[] b)
    {
        Check.Same("The number of values of a row that was turned", a.Length, b.Length);
        return a.Zip(b, (x, y) => (double)x * y).Sum();
    }
}
