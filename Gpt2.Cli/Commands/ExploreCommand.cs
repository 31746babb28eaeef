// gpt2 explore: a page on this machine on which every number of a forward pass can be seen, or the same page as a file.

using System.CommandLine;
using System.Text;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Explore;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Weights;
using Gpt2.Kernels;

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
        var model = new ModelInput(adapters: true);
        var kernels = new KernelInput();
        Option<int> port = CommonOptions.Count(
            "--port", [], "Port to listen on; 0 takes any that is free.", least: 0, StandardPort, most: ushort.MaxValue);
        Option<bool> noBrowser = new("--no-browser") { Description = "Only print the address, and open no browser." };
        Option<string?> save = new("--save")
        {
            Description = "Write the page with this prompt's pass into a file that needs no server, and end; - is standard output.",
            HelpName = "FILE",
        };
        Option<bool> json = CommonOptions.Json();

        var command = new Command(
            "explore",
            "See every number of a forward pass on a page in your browser.\n"
            + "On this machine only, until Ctrl-C; with --save as a file. See docs/explorer.md.");
        command.Arguments.Add(prompt);
        model.AddTo(command);
        kernels.AddTo(command);
        command.Options.Add(port);
        command.Options.Add(noBrowser);
        command.Options.Add(save);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(save) is string file)
            {
                TextOutput.Require(file, parsed.GetValue(json), "--save");
                if (new Option[] { port, noBrowser }.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is Option given)
                {
                    throw new UsageException($"{given.Name} is about the server, and --save starts none: leave out one of them");
                }

                Save(file, model, parsed, kernels.Read(parsed), parsed.GetValue(prompt)!, parsed.GetValue(json), io);
                return ExitCode.Done;
            }

            LanguageModel loaded = model.Load(parsed, kernels.Read(parsed), io, keepMatrices: true);
            ServerRun.UntilStopped(
                log => ExplorerServer.StartAsync(loaded, parsed.GetValue(prompt)!, parsed.GetValue(port), log),
                server => Ready(server, loaded.Name, parsed.GetValue(json), parsed.GetValue(noBrowser), io),
                io);
            return ExitCode.Done;
        });
        return command;
    }

    private static void Save(string file, ModelInput model, ParseResult parsed, KernelSet kernels, string prompt, bool json, CommandIo io)
    {
        using (ModelSource source = model.Open(parsed))
        {
            SavedPage.RequireSmall(source.Config, tokens: 0); // before its weights are read
        }

        LanguageModel loaded = model.Load(parsed, kernels, io, keepMatrices: true);
        using var output = new TextOutput(file, io, loaded.Path);
        int[] ids = loaded.Tokenizer.Encode(prompt);
        string page = SavedPage.Of(loaded, prompt, ids);
        output.Write(writer => writer.Write(page));
        long bytes = Encoding.UTF8.GetByteCount(page);
        if (json)
        {
            JsonShapes.Write(new SavedPageResult(loaded.Name, prompt, ids, file, bytes), io.Out);
        }
        else if (!TextOutput.IsStandardOutput(file))
        {
            io.Say($"{Plural.Of(ids.Length, "token")} of {loaded.Name} in {file}, {ByteCount.Shown(bytes)}; any browser opens it");
        }
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
