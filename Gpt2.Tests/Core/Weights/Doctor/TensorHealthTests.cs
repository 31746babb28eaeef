// Tensors that are whole and still unusual: warnings, with the figure that is unusual. And healthy models, which give none.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Doctor;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Weights.Doctor;

public sealed class TensorHealthTests : IDisposable
{
    private readonly DoctorFixture fixture = new();

    public void Dispose() => fixture.Dispose();

    [Fact]
    public void Statistics_ByHand_AreRight()
    {
        var tensor = new Matrix("h0/mlp/c_fc/w", 3, 2);
        float[] weights = [1, 2, 0, 0, -5, 8];
        weights.CopyTo(tensor.Span);

        var statistics = TensorStatistics.Of(tensor);

        statistics.Mean.Should().Be(1);
        statistics.Spread.Should().BeApproximately(Math.Sqrt((0 + 1 + 1 + 1 + 36 + 49) / 6.0), 1e-12);
        (statistics.Least, statistics.Largest, statistics.Extreme, statistics.ZeroRows).Should().Be((-5f, 8f, 8f, 1));
        Action empty = () => TensorStatistics.Of(new Matrix("x"));
        empty.Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData("wte", TensorKind.Embedding)]
    [InlineData("lm_head", TensorKind.Embedding)]
    [InlineData("h3/attn/c_attn/w", TensorKind.Weight)]
    [InlineData("h3/attn/c_attn/b", TensorKind.Bias)]
    [InlineData("ln_f/b", TensorKind.Bias)]
    [InlineData("ln_f/g", TensorKind.Gain)]
    public void KindOf_Name_TellsIt(string name, object kind)
    {
        TensorHealth.KindOf(name).Should().Be((TensorKind)kind);
    }

    [Theory]
    [InlineData("model_h1_mlp_c_fc_w.csv", "0", "all weights are 0")]
    [InlineData("model_wpe.csv", "0.5", "all weights are 0.5")]
    [InlineData("model_ln_f_g.csv", "0", "has a mean of 0, usual is about 1: are gain and bias swapped?")]
    [InlineData("model_h0_ln_1_g.csv", "-3", "has a mean of -3, usual is about 1: are gain and bias swapped")]
    [InlineData("model_h0_ln_1_g.csv", "90", "has a mean of 90, usual is 0.02 to 50")]
    [InlineData("model_ln_f_b.csv", "1", "has a mean of 1, usual is about 0: are bias and gain swapped?")]
    [InlineData("model_h2_mlp_c_proj_b.csv", "-7", "has a mean of -7, usual is -0.8 to 0.8")]
    public void Examine_OneNumberThroughout_IsAWarning(string file, string number, string found)
    {
        fixture.EditCells(file, (_, _, _) => number);

        Only(file).Should().Contain(found);
    }

    [Theory]
    [InlineData("model_wte.csv", "3e38", "has a weight of 3E+38, usual is at most a few")]
    [InlineData("model_h0_attn_c_proj_w.csv", "-123456", "has a weight of -123456, usual is at most a few")]
    public void Examine_OneHugeWeight_IsAWarning(string file, string number, string found)
    {
        fixture.EditCells(file, (cell, row, column) => (row, column) == (1, 1) ? number : cell);

        Only(file).Should().Contain(found);
    }

    [Theory]
    [InlineData("model_h1_mlp_c_fc_w.csv", 100, 0, "has a spread of ")]
    [InlineData("model_h1_mlp_c_fc_w.csv", 0.0001, 0, "has a spread of ")]
    [InlineData("model_wte.csv", 100, 0, "has a spread of ")]
    [InlineData("model_h1_mlp_c_fc_w.csv", 1, 2, "has a mean of ")]
    [InlineData("model_wpe.csv", 1, -4, "has a mean of ")]
    public void Examine_OtherScaleOrPlace_IsAWarning(string file, double factor, double shift, string found)
    {
        fixture.EditCells(file, (cell, _, _) => Number((double.Parse(cell, System.Globalization.CultureInfo.InvariantCulture) * factor) + shift));

        Only(file).Should().StartWith(found).And.Contain("usual is ");
    }

    [Fact]
    public void Examine_ScaleUnlikeTheOtherBlocks_IsAWarning()
    {
        fixture.EditCells(
            "model_h1_mlp_c_fc_w.csv", (cell, _, _) => Number(0.05 * double.Parse(cell, System.Globalization.CultureInfo.InvariantCulture)));

        Only("model_h1_mlp_c_fc_w.csv").Should().MatchRegex("^has a spread of 0.0[0-9]+, in the other blocks it is about 0.1[0-9]+$");
    }

    [Fact]
    public void Examine_TokensWithoutEmbedding_AreAWarning()
    {
        fixture.EditCells("model_wte.csv", (cell, row, _) => row >= 200 ? "0" : cell);

        Only("model_wte.csv").Should().Be("59 of 259 rows are all zeros");
    }

    [Fact]
    public void Examine_FileCopiedOverAnother_IsAWarning()
    {
        File.Copy(fixture.PathOf("model_h0_attn_c_attn_w.csv"), fixture.PathOf("model_h2_attn_c_attn_w.csv"), overwrite: true);

        Only("model_h2_attn_c_attn_w.csv").Should().Be("has exactly the weights of model_h0_attn_c_attn_w.csv: was one copied over the other?");
    }

    [Fact]
    public void Examine_GainAndBiasExchanged_AreTwoWarnings()
    {
        string gain = fixture.Read("model_h1_ln_2_g.csv");
        fixture.Write("model_h1_ln_2_g.csv", fixture.Read("model_h1_ln_2_b.csv"));
        fixture.Write("model_h1_ln_2_b.csv", gain);

        // Of six random weights the mean may be anywhere near; what is found must name the pair.
        fixture.Problems().Should().NotBeEmpty().And.OnlyContain(finding =>
            finding.Status == FindingStatus.Warning && finding.Subject.StartsWith("model_h1_ln_2_", StringComparison.Ordinal));
    }

    [Fact]
    public void Examine_HealthyModel_FindsNothing()
    {
        fixture.Problems().Should().BeEmpty();
        fixture.All().Should().Contain(finding => finding.Found == "all 40 exist, have the right shape, and are finite")
            .And.Contain(finding => finding.Found == "259 tokens, as many as wte has rows");
    }

    [Fact]
    public void Examine_FreshModel_IsRecognised()
    {
        var weights = new Gpt2Weights(new Gpt2Config(257, 8, 16, 2, 12));
        WeightInitialisation.Fill(weights, 1);
        CsvModelFolder.Write(fixture.PathOf("fresh"), weights, new Vocabulary([]));
        var findings = new FindingList();
        ExaminedFolder examined = ModelDoctor.Examine(fixture.PathOf("fresh"), findings, null, CancellationToken.None);

        findings.All.Should().OnlyContain(finding => finding.Status == FindingStatus.Ok);
        findings.All.Should().ContainSingle(finding => finding.Subject == "tensors").Which.Found.Should().EndWith(
            "; not trained yet: gains 1, biases 0");
        examined.IsFresh.Should().BeTrue();
    }

    [Fact]
    public void Examine_DefaultModel_FindsNothing()
    {
        ShouldBeHealthy(Path.Combine(SharedData.RepositoryRoot, "weights-csv", ModelLocator.DefaultModel));
    }

    [Fact]
    public void Examine_ReferenceModels_FindsNothing()
    {
        ShouldBeHealthy(ReferenceData.PathOf("tiny", "model"));
        ShouldBeHealthy(ReferenceData.PathOf("odd", "model"));
    }

    [SharedFact]
    public void Examine_SortingModel_FindsNothing() => ShouldBeHealthy(SharedData.PathOf("models", "nano-sort"));

    private static void ShouldBeHealthy(string folder)
    {
        var findings = new FindingList();
        ExaminedFolder examined = ModelDoctor.Examine(folder, findings, null, CancellationToken.None);

        findings.All.Should().NotBeEmpty().And.OnlyContain(finding => finding.Status == FindingStatus.Ok, folder);
        examined.IsFresh.Should().BeFalse();
    }

    private static string Number(double value) => ((float)value).ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>What the one warning says, after checking that it is of this file.</summary>
    private string Only(string file)
    {
        Finding finding = fixture.Problems().Should().ContainSingle().Subject;
        finding.Subject.Should().Be(file);
        finding.Status.Should().Be(FindingStatus.Warning);
        finding.Remedy.Should().Be("compare with the original model; if this is a copy or a conversion, make it again");
        return finding.Found;
    }
}
