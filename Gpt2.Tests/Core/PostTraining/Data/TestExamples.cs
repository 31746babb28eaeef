// Examples for the tests of what is made of them, in tokens of the default model's vocabulary.

using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining.Data;

internal static class TestExamples
{
    public static readonly Tokenizer Tokenizer =
        new(VocabularyFile.Read(Path.Combine(SharedData.RepositoryRoot, "weights-csv", ModelLocator.DefaultModel, "vocab.bpe")));

    public static Example Completion(string prompt, string completion) =>
        Example.Of(ExampleKind.Completions, field => field == "prompt" ? prompt : completion);

    public static ExampleSet SetOf(params Example[] examples) => new("file", examples[0].Kind, examples, new SkippedRows());

    public static IReadOnlyList<PreparedExample> Prepared(IEnumerable<Example> examples, PromptTemplate template) =>
        PreparedSet.Of(SetOf([.. examples]), template, Tokenizer, context: 128, SkipLimit.Parse("0")).Examples;

    /// <summary>Examples of many lengths, all different.</summary>
    public static IReadOnlyList<PreparedExample> OfManyLengths(int count) => Prepared(
        Enumerable.Range(0, count).Select(i => Completion($"{i}:" + string.Concat(Enumerable.Repeat(" a", i * 7 % 60)), " b")),
        PromptTemplate.Plain);
}
