// How probabilities are shown: digits that tell them apart, in every command alike.

using System.Text.RegularExpressions;
using Gpt2.Cli.Output;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class ProbabilityTests
{
    [Theory]
    [InlineData(0, "0.00 %")]
    [InlineData(1, "100.00 %")]
    [InlineData(0.4277, "42.77 %")]
    [InlineData(0.0732, "7.32 %")]
    [InlineData(0.01, "1.00 %")]
    [InlineData(0.009_876, "0.988 %")]
    [InlineData(0.000_105, "0.0105 %")]
    [InlineData(0.000_019_1, "0.00191 %")]
    [InlineData(0.000_002, "0.000200 %")]
    [InlineData(3.21e-9, "3.21e-7 %")]
    [InlineData(1e-45, "1.00e-43 %")]
    [InlineData(0.9993, "99.93 %")]
    [InlineData(0.999_995, "99.9995 %")]
    [InlineData(0.999_999_99, "99.999999 %")]
    [InlineData(0.999_999_999_999, "100.00 %")]
    [InlineData(double.NaN, "NaN")]
    public void Shown_AnyProbability_HasDigitsThatTellItApart(double probability, string shown)
    {
        using var culture = new DecimalCommaCulture();

        Probability.Shown(probability).Should().Be(shown);
    }

    [Fact]
    public void Shown_BelowOne_NeverReadsOneNorZero()
    {
        for (double probability = 0.9; probability > 1e-40; probability *= 0.77)
        {
            Probability.Shown(probability).Should().NotStartWith("0.00 ");
            Probability.Shown(Math.Min(1 - probability, 1 - 2e-8)).Should().NotStartWith("100");
        }
    }

    [Theory]
    [InlineData("predict", "Mike is quick. He moves")]
    [InlineData("explain", "Mike is quick. He moves")]
    public void Commands_ImprobableTokens_DifferInTheirProbabilities(string command, string prompt)
    {
        string[] shown = [.. CommandRun.Of(command, prompt, "--top", "10").Result().Split('\n')
            .Where(line => line.Contains(" \" ", StringComparison.Ordinal) && line.Contains(" %", StringComparison.Ordinal)
                && !line.Contains('◀', StringComparison.Ordinal))
            .Select(line => Regex.Match(line, @"\d\S* %").Value)];

        shown.Should().HaveCountGreaterThanOrEqualTo(9).And.NotContain("0.00 %");
        shown.Distinct().Should().HaveCountGreaterThanOrEqualTo(shown.Length - 1, "of two that differ by a hundredth three digits may be alike");
    }
}
