// The table of descriptions against the program it describes: every matrix of a pass in order, methods and sources that exist, shapes.

using System.Reflection;
using Gpt2.Core.Explaining;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Weights;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Explaining;

public class MatrixDescriptionTests
{
    public static TheoryData<bool, bool> Flags() => new() { { true, true }, { true, false }, { false, true }, { false, false } };

    [Theory]
    [MemberData(nameof(Flags))]
    public void AllOf_AnyModel_DescribesTheMatricesOfATraceInOrder(bool bias, bool tied)
    {
        PassExplanation pass = Pass(bias, tied, HeadRows.Last);

        pass.Descriptions.Select(matrix => OriginPropertyTests.FileOf(matrix.Name)).Should().Equal(pass.Trace.Entries.Select(entry => entry.File));
        pass.Descriptions.Select(matrix => matrix.Name).Should().OnlyHaveUniqueItems();
        foreach ((MatrixDescription matrix, var entry) in pass.Descriptions.Zip(pass.Trace.Entries))
        {
            (matrix.Block, matrix.Step).Should().Be((entry.Block, entry.Step));
            pass.NumbersOf(matrix.Name).Should().BeSameAs(entry.Matrix);
            (matrix.Step is int step and not 5 ? BlockStep.NameOf(step) : matrix.Title).Should().Be(matrix.Title);
        }
    }

    [Fact]
    public void AllOf_Step5_IsQueriesKeysAndValues() =>
        MatrixDescription.AllOf(new Gpt2Config(5, 3, 6, 2, 1)).Where(matrix => matrix.Step == 5).Select(matrix => matrix.Title)
            .Should().Equal("queries", "keys", "values");

    [Theory]
    [MemberData(nameof(Flags))]
    public void Sources_AreEarlierMatricesOrWeightsWithAFile_AndEveryWeightIsOne(bool bias, bool tied)
    {
        PassExplanation pass = Pass(bias, tied, HeadRows.Last);
        string[] weights = [.. new Gpt2Weights(Config(bias, tied)).Matrices().Select(weight => CsvLayout.FileOf(weight.Name)[..^".csv".Length])];
        var known = new HashSet<string>(weights);
        foreach (MatrixDescription matrix in pass.Descriptions)
        {
            matrix.Sources.Should().NotBeEmpty().And.BeSubsetOf(known, "{0} is computed from what exists by then", matrix);
            known.Add(matrix.Name);
        }

        pass.Descriptions.SelectMany(matrix => matrix.Sources).Should().Contain(weights, "no weight is without use");
        string[] unread = ["probabilities"];
        known.Except(pass.Descriptions.SelectMany(matrix => matrix.Sources)).Should().BeEquivalentTo(unread);
    }

    [Fact]
    public void Method_OfEveryMatrix_Exists()
    {
        foreach (MatrixDescription matrix in MatrixDescription.AllOf(Config(true, true)))
        {
            string[] parts = matrix.Method.Split('.');
            Type type = typeof(Gpt2Model).Assembly.GetTypes().Single(type => type.Name == parts[0]);
            type.GetMethods(BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).Select(method => method.Name)
                .Should().Contain(parts[1], "{0}", matrix);
            if (matrix.Step is int step)
            {
                parts[1].Should().MatchRegex($"^Step{step}[A-Z]");
            }
        }
    }

    [Theory]
    [InlineData(HeadRows.Last)]
    [InlineData(HeadRows.All)]
    public void Shape_InWords_IsThatOfTheNumbers(HeadRows rows)
    {
        PassExplanation pass = Pass(bias: true, tied: true, rows);
        Gpt2Config config = Config(true, true);
        int tokens = pass.Trace.Ids.Count;
        var sizes = new Dictionary<string, int>
        {
            ["tokens"] = tokens,
            ["head rows"] = rows == HeadRows.All ? tokens : 1,
            ["channels"] = config.Channels,
            ["3 · channels"] = 3 * config.Channels,
            ["hidden"] = config.Hidden,
            ["heads · total"] = config.Heads * tokens,
            ["vocabulary"] = config.Vocabulary,
        };
        foreach (MatrixDescription matrix in pass.Descriptions)
        {
            Matrix numbers = pass.NumbersOf(matrix.Name);
            int[] inWords = [.. matrix.Shape.Trim('[', ']').Split(", ").Select(word => sizes[word])];
            ((int[])[numbers.Rows, numbers.Columns]).Should().Equal(inWords, "{0}", matrix);
            matrix.IsAfterBlocks.Should().Be(matrix.Shape.StartsWith("[head rows", StringComparison.Ordinal));
            string columns = matrix.Columns switch
            {
                ColumnKind.QueriesKeysValues => "3 · channels",
                ColumnKind.HeadsAndTokens => "heads · total",
                ColumnKind.Hidden => "hidden",
                ColumnKind.Vocabulary => "vocabulary",
                _ => "channels",
            };
            matrix.Shape.Should().EndWith($", {columns}]");
        }
    }

    [Fact]
    public void Words_OfEveryMatrix_AreOneSentence()
    {
        foreach (MatrixDescription matrix in MatrixDescription.AllOf(Config(true, true)))
        {
            matrix.Words.Should().MatchRegex("^[A-Z][^.]*[.]$", "{0} is explained in one sentence", matrix);
            matrix.Formula.Should().NotBeEmpty();
        }
    }

    private static Gpt2Config Config(bool bias, bool tied) => new(7, 5, 6, 2, 2) { QkvBias = bias, TiedHead = tied };

    private static PassExplanation Pass(bool bias, bool tied, HeadRows rows) => PassExplanation.Run(
        new Gpt2Model(TestModels.Random(Config(bias, tied), 3), KernelSet.Create(KernelRung.Vector)), [1, 2, 3], rows);
}
