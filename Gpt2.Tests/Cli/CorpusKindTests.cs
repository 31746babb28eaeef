// gpt2 corpus --kind: examples as JSON Lines and CSV, by seed, without what is held out.

using Gpt2.Core.PostTraining.Data;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class CorpusKindTests : TemporaryFolder
{
    [Theory]
    [InlineData("instructions")]
    [InlineData("preferences")]
    public void Kind_JsonLinesAndCsv_HaveTheSameExamplesAndNoneThatIsHeldOut(string kind)
    {
        string lines = PathOf("examples.jsonl"), table = PathOf("examples.csv"), held = PathOf("held.jsonl");
        CommandRun.Of("corpus", "--kind", kind, "--count", "300", "--out", lines).Result().Should().Be($"{lines}: 300 {kind}, seed 1\n");
        CommandRun.Of("corpus", "--kind", kind, "--count", "300", "--out", table, "--json").Result()
            .Should().Be($"{{\"file\":\"{table}\",\"kind\":\"{kind}\",\"examples\":300,\"held_out\":false,\"seed\":1}}\n");
        CommandRun.Of("corpus", "--kind", kind, "--held-out", "--count", "50", "--out", held).Result()
            .Should().Be($"{held}: 50 held-out {kind}, seed 1\n");

        string[] examples = Rows(lines);
        examples.Should().Equal(Rows(table)).And.HaveCount(300);
        Rows(held).Should().OnlyHaveUniqueItems().And.HaveCount(50).And.NotIntersectWith(examples);
        CommandRun.Of("corpus", "--kind", kind, "--count", "300").Result().Should().Be(File.ReadAllText(lines));
        CommandRun.Of("corpus", "--kind", kind, "--count", "300", "--seed", "2").Result().Should().NotBe(File.ReadAllText(lines));
    }

    [Theory]
    [InlineData("expected no --size with --kind instructions", "--kind", "instructions", "--size", "10")]
    [InlineData("expected no --held-out with --kind text", "--held-out")]
    [InlineData("expected no --count with --kind text", "--kind", "text", "--count", "3")]
    [InlineData("--kind: found 'poems', expected text, instructions, preferences", "--kind", "poems")]
    public void Options_ThatDoNotGoTogether_AreWrongUsage(string message, params string[] args) =>
        CommandRun.Of(["corpus", .. args]).ErrorLine(2).Should().StartWith($"gpt2: {message}");

    private static string[] Rows(string path)
    {
        ExampleSet set = ExampleReader.Read(File.ReadAllText(path), path, SkipLimit.Standard);
        return [.. set.Examples.Select(example => string.Join('|', set.Kind.Fields.Select(field => example[field])))];
    }
}
