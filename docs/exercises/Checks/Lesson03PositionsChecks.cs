// Checks of lesson 3: small tables, and what the workshop's model itself gives to its first block.

using Exercises.Support;

namespace Exercises.Checks;

public sealed class Lesson03PositionsChecks
{
    [Fact(DisplayName = "3.1 Look up the embeddings")]
    public void LookUp()
    {
        float[,] table = { { 1, 2 }, { 3, 4 }, { 5, 6 } };
        Check.Same(
            "The embeddings of the ids 2 0 2", Lesson03Positions.LookUp([2, 0, 2], table), new float[,] { { 5, 6 }, { 1, 2 }, { 5, 6 } },
            ("These are the rows 0, 1, 2: take the row of each token's id, not of its place.", table));
        Check.Same(
            "The token embeddings of \"Mike is quick. He moves\"",
            Lesson03Positions.LookUp([.. Workshop.Trace.Ids], Workshop.Table(Workshop.Model.Model.Weights.TokenEmbedding)),
            Workshop.Table(Workshop.Trace.Activations.TokenEmbeddings));
    }

    [Fact(DisplayName = "3.2 Add the positions")]
    public void AddPositions()
    {
        float[,] embeddings = { { 1, 1 }, { 2, 2 } }, positions = { { 10, 0 }, { 20, 0 }, { 30, 1 } };
        Check.Same(
            "The rows of two tokens with their positions", Lesson03Positions.AddPositions(Numbers.Copy(embeddings), positions, 0),
            new float[,] { { 11, 1 }, { 22, 2 } },
            ("Every token got the row of position 0.", new float[,] { { 11, 1 }, { 12, 2 } }),
            ("The positions took the place of the embeddings: the two are added.", new float[,] { { 10, 0 }, { 20, 0 } }));
        Check.Same(
            "The rows of two tokens that begin at position 1", Lesson03Positions.AddPositions(Numbers.Copy(embeddings), positions, 1),
            new float[,] { { 21, 1 }, { 32, 3 } },
            ("These are the rows from position 0 on, but the first token stands at position `first`.", new float[,] { { 11, 1 }, { 22, 2 } }));
        Check.Same(
            "What the first block of the workshop's model gets",
            Lesson03Positions.AddPositions(
                Workshop.Table(Workshop.Trace.Activations.TokenEmbeddings), Workshop.Table(Workshop.Model.Model.Weights.PositionEmbedding), 0),
            Workshop.Table(Workshop.Trace.Activations.PositionEmbeddings));
    }
}
