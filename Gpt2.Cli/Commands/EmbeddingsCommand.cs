// gpt2 embeddings: the geometry of word vectors. Its subcommands are the questions that can be asked.

using System.CommandLine;
using Gpt2.Cli.CommandLine;

namespace Gpt2.Cli.Commands;

internal static class EmbeddingsCommand
{
    public static Command Create(CommandIo io)
    {
        var command = new Command(
            "embeddings", "Play with embeddings: what is near what, arithmetic with words, maps, positions. See docs/laboratory.md.")
        {
            EmbeddingsNear.Create(io), EmbeddingsAnalogy.Create(io), EmbeddingsSimilarity.Create(io), EmbeddingsMap.Create(io),
            EmbeddingsPositions.Create(io), EmbeddingsCooccurrence.Create(io),
        };
        command.SetAction(new HelpPage(io).Invoke);
        return command;
    }
}
