// The entry point: connects the command line to the console of the process.

using System.Globalization;
using System.Text;
using Gpt2.Cli;
using Gpt2.Cli.CommandLine;

if (NativeVariant.IsLauncher)
{
    return NativeVariant.Run(args);
}

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);

using var signals = new StopSignals();

return Gpt2Command.Run(args, CommandIo.OfProcess(signals.Cancellation) with { IsTermination = () => signals.IsTermination });
