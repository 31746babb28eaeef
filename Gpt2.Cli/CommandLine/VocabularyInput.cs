// --vocab: GPT-2's vocabulary by its name, or a vocab.bpe.

using System.CommandLine;
using Gpt2.Core.Text;

namespace Gpt2.Cli.CommandLine;

/// <summary>The option of a command that takes a vocabulary without a model.</summary>
/// <param name="use">What the command does with a vocab.bpe, in a sentence.</param>
internal sealed class VocabularyInput(string use)
{
    public Option<string?> Option { get; } = new("--vocab")
    {
        Description = $"{use}\n{Gpt2Vocabulary.Name} is GPT-2's own, which comes with the program.",
        HelpName = $"FILE|{Gpt2Vocabulary.Name}",
        CompletionSources = { Gpt2Vocabulary.Name },
    };

    public bool IsGiven(ParseResult parsed) => parsed.GetValue(Option) is not null;

    /// <summary>
    /// The vocabulary; null if none is given. The name comes before a file of that name, since the program may be such a file.
    /// </summary>
    /// <exception cref="Core.Gpt2Exception">The file cannot be read or is no vocabulary.</exception>
    public Vocabulary? Read(ParseResult parsed) => parsed.GetValue(Option) switch
    {
        null => null,
        Gpt2Vocabulary.Name => Gpt2Vocabulary.Read(),
        string file => VocabularyFile.Read(file),
    };
}
