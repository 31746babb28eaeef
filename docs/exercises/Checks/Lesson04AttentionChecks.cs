// Checks of lesson 4: small tables worked out by hand, and every head of the workshop's model, whose own steps are the expected values.

using Exercises.Support;
using Gpt2.Core.Model;

namespace Exercises.Checks;

public sealed class Lesson04AttentionChecks
{
    private const float Masked = -1e10f;

    private static int Heads => Workshop.Model.Config.Heads;

    private static int HeadSize => Workshop.Model.Config.HeadSize;

    private static int Tokens => Workshop.Trace.Ids.Count;

    [Fact(DisplayName = "4.1 The score of two tokens")]
    public void Score()
    {
        Check.Same(
            "The score of (1 2 3 4) and (1 0 1 0)", Lesson04Attention.Score([1, 2, 3, 4], [1, 0, 1, 0]), 2,
            ("This is the value without the division by √headSize.", 4),
            ("This is the value divided by headSize; it is divided by the square root of headSize.", 1));
        Check.Same("The score of (1 −1) and (3 3)", Lesson04Attention.Score([1, -1], [3, 3]), 0);
        Check.Same("The score of (3) and (−5)", Lesson04Attention.Score([3], [-5]), -15);
    }

    [Fact(DisplayName = "4.2 The columns of a head")]
    public void HeadColumns()
    {
        float[,] matrix = Numbers.Of(3, 8, (row, column) => 10 * row + column);
        Check.Same(
            "The columns of head 1 of 4", Lesson04Attention.HeadColumns(matrix, 1, 4), new float[,] { { 2, 3 }, { 12, 13 }, { 22, 23 } },
            ("These are every fourth column. The columns of a head stand side by side.", new float[,] { { 1, 5 }, { 11, 15 }, { 21, 25 } }),
            ("These columns begin at column 1. Head 1 begins after the headSize columns of head 0.",
                new float[,] { { 1, 2 }, { 11, 12 }, { 21, 22 } }));
        for (int head = 0; head < Heads; head++)
        {
            Check.Same(
                $"The queries of head {head} in block 0 of the workshop's model",
                Lesson04Attention.HeadColumns(Workshop.Table(Workshop.Block(0).Queries), head, Heads),
                Workshop.Columns(Workshop.Block(0).Queries, head * HeadSize, HeadSize));
        }
    }

    [Fact(DisplayName = "4.3 The scores of a head")]
    public void Scores()
    {
        float[,] queries = { { 1, 0, 0, 1 }, { 0, 2, 0, 0 } }, keys = { { 2, 0, 0, 2 }, { 0, 1, 5, 0 } };
        Check.Same(
            "Step 6, the scores of two tokens", Lesson04Attention.Scores(queries, keys), new float[,] { { 2, 0 }, { 0, 1 } },
            ("These are the values without the division by √headSize.", new float[,] { { 4, 0 }, { 0, 2 } }));
        Check.Same(
            "Step 6, the row of the token that asks", Lesson04Attention.Scores(new float[,] { { 1 }, { 0 } }, new float[,] { { 3 }, { 5 } }),
            new float[,] { { 3, 5 }, { 0, 0 } },
            ("Rows and columns are swapped: the row is the token that asks (its query), the column the token that is asked (its key).",
                new float[,] { { 3, 0 }, { 5, 0 } }));

        BlockActivations block = Workshop.Block(0);
        for (int head = 0; head < Heads; head++)
        {
            float[,] scores = Lesson04Attention.Scores(
                Workshop.Columns(block.Queries, head * HeadSize, HeadSize), Workshop.Columns(block.Keys, head * HeadSize, HeadSize));
            float[,] right = Workshop.Columns(block.Scores, head * Tokens, Tokens);
            Check.Same(
                $"Step 6, the visible scores of head {head} in block 0 of the workshop's model", Visible(scores), Visible(right),
                ("These are the values without the division by √headSize.", Visible(Numbers.Map(right, value => value * Math.Sqrt(HeadSize)))),
                ("These are the values divided by √channels. A head has only headSize of them.",
                    Visible(Numbers.Map(right, value => value / Math.Sqrt(Heads)))),
                ("These are the values divided by headSize; they are divided by its square root.",
                    Visible(Numbers.Map(right, value => value / Math.Sqrt(HeadSize)))));
        }
    }

    [Fact(DisplayName = "4.4 The causal mask")]
    public void MaskFuture()
    {
        float[,] scores = { { 1, 2, 0 }, { 0, -3, 4 }, { 5, 0, 6 } };
        float[,] masked = Numbers.Copy(scores);
        Lesson04Attention.MaskFuture(masked);
        Check.Same(
            "Step 6, the scores after the mask", masked, new float[,] { { 1, Masked, Masked }, { 0, -3, Masked }, { 5, 0, 6 } },
            ("A score of 0 was masked too, though its token is not in the future. Go by the place, column > row, never by the value.",
                new float[,] { { 1, Masked, Masked }, { Masked, -3, Masked }, { 5, Masked, 6 } }),
            ("The diagonal was masked too. A token may attend to itself; the first has no one else.",
                new float[,] { { Masked, Masked, Masked }, { 0, Masked, Masked }, { 5, 0, Masked } }),
            ("The past was masked. The future is to the right of the diagonal: column > row.",
                new float[,] { { 1, 2, 0 }, { Masked, -3, 4 }, { Masked, Masked, 6 } }),
            ("The future was set to 0. Softmax makes e⁰ = 1 of that, and so gives it attention; it needs a very negative number.",
                new float[,] { { 1, 0, 0 }, { 0, -3, 0 }, { 5, 0, 6 } }),
            ("Nothing has changed: write into the table that you were given.", scores));
    }

    [Fact(DisplayName = "4.5 Softmax of the rows")]
    public void SoftmaxRows()
    {
        float ln3 = MathF.Log(3);
        float[,] scores = { { 0, ln3 }, { ln3, 0 }, { 0, 0 } };
        Check.Same(
            "Step 7, softmax of small scores", Lesson04Attention.SoftmaxRows(Numbers.Copy(scores)),
            new float[,] { { 0.25f, 0.75f }, { 0.75f, 0.25f }, { 0.5f, 0.5f } },
            ("These columns sum to 1. Softmax goes over each row: a token divides its own attention.",
                new float[,] { { 0.2f, 0.6f }, { 0.6f, 0.2f }, { 0.2f, 0.2f } }),
            ("The whole table sums to 1. Every row has a sum of its own.",
                new float[,] { { 0.1f, 0.3f }, { 0.3f, 0.1f }, { 0.1f, 0.1f } }),
            ("These are the values without the division by the sum of the row.", new float[,] { { 1, 3 }, { 3, 1 }, { 1, 1 } }),
            ("These are the values without the division by the sum of the row.", new float[,] { { 1 / 3f, 1 }, { 1, 1 / 3f }, { 1, 1 } }));
        Check.Same(
            "Step 7, softmax of the large scores (1000 1000)", Lesson04Attention.SoftmaxRows(new float[,] { { 1000, 1000 } }),
            new float[,] { { 0.5f, 0.5f } },
            ("e^1000 is infinite in a float, and infinity divided by infinity is NaN. Subtract the largest number of the row first.",
                new float[,] { { float.NaN, float.NaN } }));

        BlockActivations block = Workshop.Block(0);
        for (int head = 0; head < Heads; head++)
        {
            float[,] right = Workshop.Columns(block.Attention, head * Tokens, Tokens);
            Check.Same(
                $"Step 7, the attention of head {head} in block 0 of the workshop's model",
                Lesson04Attention.SoftmaxRows(Workshop.Columns(block.Scores, head * Tokens, Tokens)), right);
        }
    }

    [Fact(DisplayName = "4.6 The attended values")]
    public void AttendedValues()
    {
        Check.Same(
            "Step 8, the attended values of two tokens",
            Lesson04Attention.AttendedValues(new float[,] { { 1, 0 }, { 0.25f, 0.75f } }, new float[,] { { 4, 0 }, { 0, 8 } }),
            new float[,] { { 4, 0 }, { 1, 6 } },
            ("Rows and columns of the attention are swapped: row t says what token t takes from each token.", new float[,] { { 4, 2 }, { 0, 6 } }));

        BlockActivations block = Workshop.Block(0);
        for (int head = 0; head < Heads; head++)
        {
            Check.Same(
                $"Step 8, the attended values of head {head} in block 0 of the workshop's model",
                Lesson04Attention.AttendedValues(
                    Workshop.Columns(block.Attention, head * Tokens, Tokens), Workshop.Columns(block.Values, head * HeadSize, HeadSize)),
                Workshop.Columns(block.AttendedValues, head * HeadSize, HeadSize));
        }
    }

    /// <summary>The scores that no mask hides, row after row.</summary>
    private static float[] Visible(float[,] scores)
    {
        Check.Same(
            "Step 6, the number of rows and columns", new float[] { scores.GetLength(0), scores.GetLength(1) }, new float[] { Tokens, Tokens });
        return [.. from row in Enumerable.Range(0, Tokens) from column in Enumerable.Range(0, row + 1) select scores[row, column]];
    }
}
