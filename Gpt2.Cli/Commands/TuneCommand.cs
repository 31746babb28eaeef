// gpt2 tune: post-training. Its subcommands are the methods.

using System.CommandLine;
using Gpt2.Cli.CommandLine;

namespace Gpt2.Cli.Commands;

internal static class TuneCommand
{
    public static Command Create(CommandIo io)
    {
        var command = new Command("tune", "Teach a trained model to answer. See docs/post-training.md.")
        {
            TuneSft.Create(io), TuneReward.Create(io), TuneDpo.Create(io), TuneGrpo.Create(io),
        };
        command.SetAction(new HelpPage(io).Invoke);
        return command;
    }
}
