// gpt2 serve: completions over HTTP, until Ctrl-C or a request to end.

using System.CommandLine;
using System.Reflection;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Cli.Serve;
using Gpt2.Core;
using Gpt2.Core.PostTraining;
using Gpt2.Kernels;

namespace Gpt2.Cli.Commands;

internal static class ServeCommand
{
    public static Command Create(CommandIo io)
    {
        var model = new ModelInput(adapters: true);
        var kernels = new KernelInput();
        Option<string?> weights = CommonOptions.Weights();
        var serving = new ServeInput();
        Option<bool> json = CommonOptions.Json();

        var command = new Command(
            "serve",
            "Serve completions and chats over HTTP.\nLike OpenAI's API, until Ctrl-C. --verbose shows every request. See docs/serving.md.");
        model.AddTo(command);
        foreach (Option option in (Option[])[.. kernels.All, weights])
        {
            command.Options.Add(option);
        }

        serving.AddTo(command);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            KernelSet set = kernels.Read(parsed);
            WeightType type = CommonOptions.WeightsOf(parsed.GetValue(weights));
            LanguageModel loaded = model.Load(parsed, set, io, type);
            string[] adapters = model.Adapters(parsed);
            string fingerprint = string.Join(
                '-', ["gpt2", Version(), CommonOptions.NameOf(set.Rung), CommonOptions.NameOf(type), .. adapters.Select(AdapterLocator.NameOf)]);
            var served = new ServedModel(loaded.Name, loaded.Model, loaded.Tokenizer, fingerprint)
            {
                Template = adapters.Reverse().Append(loaded.Path).Select(TunedTemplate.Of).FirstOrDefault(known => known is not null),
            };
            ServerRun.UntilStopped(
                log => CompletionServer.StartAsync(
                    served, serving.Limits(parsed), serving.Host(parsed), serving.Port(parsed), log, serving.AllowedHosts(parsed)),
                server =>
                {
                    if (parsed.GetValue(json))
                    {
                        JsonShapes.Write(new ServeResult(served.Name, server.Address), io.Out);
                    }
                    else
                    {
                        io.Say($"{served.Name} is served at {server.Address}; Ctrl-C stops it");
                    }
                },
                io);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The version of the program, without what a build adds to it.</summary>
    private static string Version() =>
        (typeof(ServeCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0").Split('+')[0];
}
