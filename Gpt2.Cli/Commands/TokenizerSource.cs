// The tokenizer of commands that need no weights: a model's, or that of a vocabulary alone.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;

namespace Gpt2.Cli.Commands;

/// <summary>--model or --vocab.</summary>
internal sealed class TokenizerSource
{
    private readonly ModelInput model = new(adapters: true);

    private readonly VocabularyInput vocabulary = new("A vocab.bpe, without a model.");

    public void AddTo(Command command)
    {
        model.AddTo(command);
        command.Options.Add(vocabulary.Option);
    }

    /// <summary>What is read, which must not be replaced.</summary>
    public string?[] Files(ParseResult parsed) => [parsed.GetValue(vocabulary.Option), model.NameGiven(parsed)];

    /// <exception cref="UsageException">Both were given.</exception>
    /// <exception cref="Gpt2Exception">The file or model does not exist, or the model has no text.</exception>
    public Tokenizer Read(ParseResult parsed)
    {
        if (vocabulary.IsGiven(parsed) && model.NameGiven(parsed) is not null)
        {
            throw new UsageException("expected one of --model and --vocab, found both");
        }

        if (vocabulary.Read(parsed) is Vocabulary given)
        {
            return new Tokenizer(given);
        }

        using ModelSource source = model.Open(parsed);
        return model.ReadTokenizer(parsed, source)
            ?? throw new Gpt2Exception("this model has no vocabulary and so no text") { Where = source.Path, Remedy = "name one with --vocab" };
    }
}
