// gpt2 serve: completions over HTTP, until Ctrl-C or a request to end.

using System.CommandLine;
using System.Reflection;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Cli.Serve;
using Gpt2.Core;
using Gpt2.Kernels;

namespace Gpt2.Cli.Commands;

internal static class ServeCommand
{
    public static Command Create(CommandIo io)
    {
        var model = new ModelInput();
        var kernels = new KernelInput();
        Option<string?> weights = CommonOptions.Weights();
        var serving = new ServeInput();
        Option<bool> json = CommonOptions.Json();

        var command = new Command(
            "serve",
            "Serve completions over HTTP.\nLike OpenAI's completions API, until Ctrl-C. --verbose shows every request. See docs/serving.md.");
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
            string fingerprint = $"gpt2-{Version()}-{CommonOptions.NameOf(set.Rung)}-{CommonOptions.NameOf(type)}";
            var served = new ServedModel(loaded.Name, loaded.Model, loaded.Tokenizer, fingerprint);
            Run(
                log => CompletionServer.StartAsync(
                    served, serving.Limits(parsed), serving.Host(parsed), serving.Port(parsed), log, serving.AllowedHosts(parsed)),
                served.Name, parsed.GetValue(json), io);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Serves until it is stopped.</summary>
    /// <exception cref="OperationCanceledException">It was stopped by Ctrl-C.</exception>
    private static void Run(Func<IServerLog, Task<CompletionServer>> start, string name, bool json, CommandIo io)
    {
        ServeAsync(start, name, json, io).GetAwaiter().GetResult();
        if (!io.IsTermination())
        {
            io.Cancellation.ThrowIfCancellationRequested();
        }
    }

    private static async Task ServeAsync(
        Func<IServerLog, Task<CompletionServer>> start, string name, bool json, CommandIo io)
    {
        await using CompletionServer server = await start(new ServerLog(io));
        if (json)
        {
            JsonShapes.Write(new ServeResult(name, server.Address), io.Out);
        }
        else
        {
            io.Say($"{name} is served at {server.Address}; Ctrl-C stops it");
        }

        io.Out.Flush();
        var stopped = new TaskCompletionSource();
        using CancellationTokenRegistration registration = io.Cancellation.Register(stopped.SetResult);
        await stopped.Task;
    }

    /// <summary>The version of the program, without what a build adds to it.</summary>
    private static string Version() =>
        (typeof(ServeCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0").Split('+')[0];

    private sealed class ServerLog(CommandIo io) : IServerLog
    {
        private readonly Lock gate = new();

        public void Request(string line)
        {
            lock (gate)
            {
                io.Detail(line);
            }
        }

        public void Failure(Exception exception)
        {
            lock (gate)
            {
                io.Note(io.Verbose
                    ? exception.ToString()
                    : $"internal error: {exception.Message} (please report it with the output of --verbose)");
            }
        }
    }
}
