// That the shipped model has learned a rule and does not recite: combinations and names kept out of its text, and its
// loss against n-gram models of the same text.

using System.Globalization;
using Gpt2.Core.Evaluation;
using Gpt2.Core.Text;
using Gpt2.Core.Training;
using Gpt2.Core.Training.Corpus;

namespace Gpt2.Tests.DefaultModel;

public class GeneralisationTests(DefaultModelFixture model) : IClassFixture<DefaultModelFixture>
{
    private const int Pairs = 200;

    [Fact]
    public void Predict_HeldOutPairs_HaveTheRightPronounFirst()
    {
        double share = ShareRight(HeldOutPairs(), pair => ($"{pair.Name.Name} is {pair.Adjective.Adjective}.", " " + Capitalised(pair.Name.Pronoun)));

        share.Should().BeGreaterThanOrEqualTo(0.95);
    }

    [Fact]
    public void Predict_HeldOutPairs_HaveTheRightAdverbFirst()
    {
        double share = ShareRight(HeldOutPairs(), AdverbPrompt);

        share.Should().BeGreaterThanOrEqualTo(0.95);
    }

    [Fact]
    public void Predict_NamesNeverSeenWithAnAdjective_HaveTheRightAdverbFirst()
    {
        IReadOnlyList<CorpusAdjective> adjectives = WorkshopCorpus.Adjectives;
        IEnumerable<(CorpusName Name, CorpusAdjective Adjective, int Number)> cases = Enumerable.Range(0, Pairs).Select(number =>
            (WorkshopCorpus.HeldOutNames[number % WorkshopCorpus.HeldOutNames.Count], adjectives[number * 7 % adjectives.Count], number));

        ShareRight(cases, AdverbPrompt).Should().BeGreaterThanOrEqualTo(0.90);
    }

    [Fact]
    public void Loss_OnTheValidationText_IsClearlyBelowThatOfNgramModels()
    {
        TrainingData data = TrainingData.FromText(WorkshopText(), model.Tokenizer, WorkshopPreset.Settings.Context);
        int[] validation = data.Validation[..20_000];

        int vocabulary = model.Model.Config.Vocabulary;
        double[] baselines = [.. Enumerable.Range(1, 3).Select(order => NgramBaseline.Train(data.Training, vocabulary, order).MeanLoss(validation))];
        double loss = SlidingEvaluation.Run(model.Model, validation, model.Model.Config.Context / 2).Loss;

        string figures = string.Create(
            CultureInfo.InvariantCulture,
            $"unigram {baselines[0]:0.000}, bigram {baselines[1]:0.000}, trigram {baselines[2]:0.000}, model {loss:0.000}");
        loss.Should().BeLessThan(baselines[2] - 0.3, figures);
        baselines.Should().BeInDescendingOrder();
    }

    [Fact]
    public void Vocabulary_LearnedFromTheWorkshopsText_IsTheShippedOne()
    {
        BytePairLearner.Learn(WorkshopText(), WorkshopPreset.VocabularySize).Vocabulary.Merges
            .Should().Equal(model.Tokenizer.Vocabulary.Merges);
    }

    private static string WorkshopText()
    {
        var text = new StringWriter { NewLine = "\n" };
        WorkshopCorpus.Write(text, WorkshopPreset.TextSeed, WorkshopPreset.TextBytes);
        return text.ToString();
    }

    private static (string Prompt, string Next) AdverbPrompt((CorpusName Name, CorpusAdjective Adjective, int Number) pair)
    {
        string verb = pair.Adjective.Verbs[pair.Number % pair.Adjective.Verbs.Count];
        return ($"{pair.Name.Name} is {pair.Adjective.Adjective}. {Capitalised(pair.Name.Pronoun)} {verb}", " " + pair.Adjective.Adverb);
    }

    private static IEnumerable<(CorpusName Name, CorpusAdjective Adjective, int Number)> HeldOutPairs()
    {
        WorkshopCorpus.HeldOutPairs.Count.Should().BeGreaterThanOrEqualTo(Pairs);
        return WorkshopCorpus.HeldOutPairs.Take(Pairs).Select((pair, number) => (
            WorkshopCorpus.Names.Single(name => name.Name == pair.Name),
            WorkshopCorpus.Adjectives.Single(adjective => adjective.Adjective == pair.Adjective),
            number));
    }

    private double ShareRight<T>(IEnumerable<T> cases, Func<T, (string Prompt, string Next)> promptOf)
    {
        (string Prompt, string Next)[] prompts = [.. cases.Select(promptOf)];
        prompts.Should().HaveCount(Pairs);
        return prompts.Count(prompt => model.Continue(prompt.Prompt, model.Tokenizer.Encode(prompt.Next).Length) == prompt.Next) / (double)Pairs;
    }

    private static string Capitalised(string word) => char.ToUpperInvariant(word[0]) + word[1..];
}
