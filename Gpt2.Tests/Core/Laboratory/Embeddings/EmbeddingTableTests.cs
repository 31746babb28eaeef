// Neighbours and analogies among vectors that can be compared by hand.

using Gpt2.Core.Laboratory;
using Gpt2.Core.Laboratory.Embeddings;

namespace Gpt2.Tests.Core.Laboratory.Embeddings;

public class EmbeddingTableTests
{
    [Fact]
    public void Geometry_VectorsOfTheWorkshop_HaveTheFiguresOfTheWorkshop()
    {
        double[] one = [10, 10], two = [50, 50], three = [5, 20];

        VectorGeometry.Cosine(one, two).Should().BeApproximately(1, 1e-15);
        VectorGeometry.Cosine(one, three).Should().BeApproximately(0.857, 0.0005);
        VectorGeometry.Distance(one, two).Should().BeApproximately(56.6, 0.05);
        VectorGeometry.Distance(one, three).Should().BeApproximately(11.2, 0.05);
    }

    [Fact]
    public void Geometry_ZeroOrEndlessNumbers_HaveNoCosine()
    {
        VectorGeometry.Cosine([0, 0], [1, 2]).Should().BeNull();
        VectorGeometry.Cosine([0, 0], [0, 0]).Should().BeNull();
        VectorGeometry.Cosine([double.PositiveInfinity, 1], [1, 1]).Should().BeNull();
        VectorGeometry.Cosine([1, 3, 5], [-2, -6, -10]).Should().Be(-1);
        VectorGeometry.Cosine([1e-30, 0], [1e30, 1e30]).Should().BeApproximately(Math.Sqrt(0.5), 1e-12);
        FluentActions.Invoking(() => VectorGeometry.Dot([1], [1, 2])).Should().Throw<ArgumentException>();
    }

    [Fact]
    public void Analogy_KingMinusManPlusWoman_IsQueen()
    {
        NamedVectors toy = NamedVectors.Parse("man,1,1\nwoman,1,2\nking,2,1\nqueen,2,2", "toy");
        var table = new EmbeddingTable(toy.Rows);

        double[] vector = table.Analogy(0, 2, 1);

        vector.Should().Equal(2, 2);
        Neighbour found = table.Nearest(vector, [0, 1, 2], NeighbourOrder.Cosine, 10).Should().ContainSingle().Subject;
        found.Should().Be(new Neighbour(3, found.Cosine, 0, 1, 1));
        found.Cosine.Should().BeApproximately(1, 1e-15);
    }

    [Fact]
    public void Nearest_CosineAndDistance_DisagreeAboutLongVectors()
    {
        EmbeddingTable table = Table("1,0\n9,0\n1,0.5\n0,1\n-1,0");

        IReadOnlyList<Neighbour> byCosine = table.Nearest(table[0], [0], NeighbourOrder.Cosine, 9);
        IReadOnlyList<Neighbour> byDistance = table.Nearest(table[0], [0], NeighbourOrder.Distance, 9);

        byCosine.Select(one => one.Row).Should().Equal(1, 2, 3, 4);
        byDistance.Select(one => one.Row).Should().Equal(2, 3, 4, 1);
        byCosine.Select(one => (one.CosineRank, one.DistanceRank)).Should().Equal((1, 4), (2, 1), (3, 2), (4, 3));
        byDistance.Should().BeEquivalentTo(byCosine, "the order alone differs");
        byCosine.Select(one => one.Distance).Should().Equal(8, 0.5, Math.Sqrt(2), 2);
    }

    [Fact]
    public void Nearest_Ties_HaveTheLowerRowFirst_AndRoundingMakesNone()
    {
        EmbeddingTable table = Table("1,1\n0.3,0.3\n0.1,0.1\n0.7,0.7\n2,0\n0,2");

        IReadOnlyList<Neighbour> found = table.Nearest(table[0], [0], NeighbourOrder.Cosine, 9);

        found.Select(one => one.Row).Should().Equal(1, 2, 3, 4, 5);
        table.Nearest(table[0], [0], NeighbourOrder.Distance, 9).Select(one => one.Row).Should().Equal(3, 1, 2, 4, 5);
    }

    [Fact]
    public void Nearest_ZeroVectors_HaveNoCosineRank_AndAreLast()
    {
        EmbeddingTable table = Table("1,1\n0,0\n-1,-1\n0,0");

        IReadOnlyList<Neighbour> found = table.Nearest(table[0], [0], NeighbourOrder.Cosine, 9);

        found.Select(one => (one.Row, one.CosineRank, one.DistanceRank)).Should().Equal((2, 1, 3), (1, null, 1), (3, null, 2));
        table.Nearest([0, 0], [], NeighbourOrder.Cosine, 9).Should().HaveCount(4).And.OnlyContain(one => one.Cosine == null);
    }

    [Fact]
    public void Nearest_OneRow_HasNoNeighbours()
    {
        EmbeddingTable table = Table("1,1");
        table.Nearest(table[0], [0], NeighbourOrder.Cosine, 3).Should().BeEmpty();
    }

    private static EmbeddingTable Table(string rows) => new(NamedVectors.Parse(rows, "test").Rows);
}
