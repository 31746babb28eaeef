// The adapters that come with the program, as they are in the repository, and what their cards say of them.

using System.Globalization;
using Gpt2.Core;
using Gpt2.Core.PostTraining;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.PostTraining.Data.Workshop;
using Gpt2.Core.Weights;
using Gpt2.Tests.Core.PostTraining.Data;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.DefaultModel;

public sealed class ShippedAdapterTests
{
    private const int LargestSize = 700_000;

    private static readonly string Adapters = Path.Combine(SharedData.RepositoryRoot, "weights-csv", "adapters");

    public static TheoryData<string> Names => [.. Directory.GetDirectories(Adapters).Select(folder => Path.GetFileName(folder))];

    [Fact]
    public void Names_AreThoseOfTheDocumentation() => Names.Should().BeEquivalentTo("instruct", "preferred", "price");

    [Theory]
    [MemberData(nameof(Names))]
    public void Folder_IsSmall_HasACard_AndNamesNoPlaceOfTheMachineThatTrainedIt(string name)
    {
        string[] files = Directory.GetFiles(Path.Combine(Adapters, name));

        files.Sum(file => new FileInfo(file).Length).Should().BeLessThan(LargestSize);
        files.Select(Path.GetFileName).Should().Contain(["README.md", "adapter.json", "tuning.json"]);
        files.Where(file => Path.GetExtension(file) is ".json" or ".md")
            .Should().OnlyContain(file => !File.ReadAllText(file).Contains("\"/", StringComparison.Ordinal));
    }

    [Fact]
    public void Instruct_AnswersHeldOutInstructions_AsItsCardSays()
    {
        int alone = Answered([]), adapted = Answered(["instruct"]);

        adapted.Should().BeGreaterThanOrEqualTo(475, "95 % of 500");
        alone.Should().BeLessThan(100, "20 % of 500");
        File.ReadAllText(Path.Combine(Adapters, "instruct", "README.md")).Should()
            .Contain($"answers {alone} exactly ({Percent(alone)})").And.Contain($"{adapted} ({Percent(adapted)})");
    }

    [Fact]
    public void Preferred_SampledAnswersToHeldOutQuestions_HaveTheRewardOfItsCard()
    {
        double alone = Reward([]), adapted = Reward(["preferred"]);

        adapted.Should().BeApproximately(1.32, 0.1).And.BeGreaterThan(alone + 1);
        File.ReadAllText(Path.Combine(Adapters, "preferred", "README.md")).Should().Contain("| **1.32** |");
    }

    /// <summary>The mean of rule:helpful for answers to the questions that are held out of the preferences.</summary>
    private static double Reward(string[] adapters)
    {
        using LanguageModel model = Load(adapters);
        PreparedExample[] asked = [.. TestExamples.Prepared(PreferenceCorpus.Examples(1, heldOut: true).Take(500), PromptTemplate.Plain)
            .DistinctBy(example => example.PromptText)];
        SampledAnswer[] answers = new AnswerSampler(model.Tokenizer, maxNewTokens: 40).Sample(model.Model, asked, count: 7, seed: 1, default);
        RuleScorer rule = RuleScorer.Of("rule:helpful");
        return answers.Average(answer => rule.Score(answer.Prompt.PromptText, answer.Text));
    }

    private static string Percent(int answers) => string.Create(CultureInfo.InvariantCulture, $"{answers / 5.0:0.0} %");

    /// <summary>How many of the 500 held-out instructions of the documentation are answered exactly.</summary>
    private static int Answered(string[] adapters)
    {
        using LanguageModel model = Load(adapters);
        IReadOnlyList<PreparedExample> asked = TestExamples.Prepared(InstructionCorpus.Examples(1, heldOut: true).Take(500), PromptTemplate.Short);
        return ExactMatch.Of(model.Model, model.Tokenizer, asked).Right;
    }

    private static LanguageModel Load(string[] adapters) => LanguageModel.Load(
        ModelLocator.DefaultModel, new LoadOptions { Adapters = [.. adapters.Select(name => Path.Combine(Adapters, name))], UseCache = false });
}
