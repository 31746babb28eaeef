// The adapters that come with the program, as they are in the repository, and what the card of `instruct` says of it.

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
    public void Names_AreThoseOfTheDocumentation() => Names.Should().BeEquivalentTo("instruct", "price");

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

    private static string Percent(int answers) => string.Create(CultureInfo.InvariantCulture, $"{answers / 5.0:0.0} %");

    /// <summary>How many of the 500 held-out instructions of the documentation are answered exactly.</summary>
    private static int Answered(string[] adapters)
    {
        using LanguageModel model = LanguageModel.Load(
            ModelLocator.DefaultModel, new LoadOptions { Adapters = [.. adapters.Select(name => Path.Combine(Adapters, name))], UseCache = false });
        IReadOnlyList<PreparedExample> asked = TestExamples.Prepared(InstructionCorpus.Examples(1, heldOut: true).Take(500), PromptTemplate.Short);
        return ExactMatch.Of(model.Model, model.Tokenizer, asked).Right;
    }
}
