// gpt2 explore: a page on this machine on which every number of a forward pass can be seen.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Explore;
using Gpt2.Cli.Output;
using Gpt2.Core;

namespace Gpt2.Cli.Commands;

internal static class ExploreCommand
{
    /// <summary>The prompt of the documentation, which the default model continues well.</summary>
    private const string StandardPrompt = "Mike is quick. He moves";

    private const int StandardPort = 8081;

    public static Command Create(CommandIo io)
    {
        var prompt = new Argument<string>("prompt")
        {
            Description = "The prompt that the page begins with, in quotes.",
            DefaultValueFactory = _ => StandardPrompt,
        };
        var model = new ModelInput();
        var kernels = new KernelInput();
        Option<int> port = CommonOptions.Count(
            "--port", [], "Port to listen on; 0 takes any that is free.", least: 0, StandardPort, most: ushort.MaxValue);
        Option<bool> noBrowser = new("--no-browser") { Description = "Only print the address, and open no browser." };
        Option<bool> json = CommonOptions.Json();

        var command = new Command(
            "explore", "See every number of a forward pass on a page in your browser.\nOn this machine only, until Ctrl-C. See docs/explorer.md.");
        command.Arguments.Add(prompt);
        model.AddTo(command);
        kernels.AddTo(command);
        command.Options.Add(port);
        command.Options.Add(noBrowser);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            LanguageModel loaded = model.Load(parsed, kernels.Read(parsed), io, keepMatrices: true);
            ServerRun.UntilStopped(
                log => ExplorerServer.StartAsync(loaded, parsed.GetValue(prompt)!, parsed.GetValue(port), log),
                server => Ready(server, loaded.Name, parsed.GetValue(json), parsed.GetValue(noBrowser), io),
                io);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Ready(ExplorerServer server, string model, bool json, bool noBrowser, CommandIo io)
    {
        if (json)
        {
            JsonShapes.Write(new ServeResult(model, server.Address), io.Out);
        }
        else
        {
            io.Say($"{model} can be explored at {server.Address}; Ctrl-C stops it");
        }

        if (!noBrowser && !BrowserStart.TryOpen(server.Address))
        {
            io.Note("no browser could be opened: open the address yourself");
        }
    }
}
