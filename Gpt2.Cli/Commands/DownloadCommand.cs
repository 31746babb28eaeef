// gpt2 download: OpenAI's GPT-2 from the Hugging Face hub, or as the CSV files of the JavaScript edition.

using System.CommandLine;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Download;

namespace Gpt2.Cli.Commands;

internal static class DownloadCommand
{
    private const string EndpointVariable = "HF_ENDPOINT";
    private const string TokenVariable = "HF_TOKEN";

    public static Command Create(CommandIo io)
    {
        string[] names = [.. DownloadTable.Hub.Select(model => model.Name)];
        Argument<string> name = new("model")
        {
            Description = $"Which model. Default: {names[0]}.",
            HelpName = string.Join('|', names),
            DefaultValueFactory = _ => names[0],
        };
        name.CompletionSources.Add(names);
        name.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var given }] && !given.StartsWith('-') && !names.Contains(given))
            {
                result.AddError($"found '{given}', expected {string.Join(", ", names)}");
            }
        });
        Option<bool> csv = new("--csv") { Description = "As CSV files, from the release of \"spreadsheets are all you need\" (GPT-2 small only)." };
        Option<string?> url = new("--url") { Description = "The archive to use with --csv, instead of the release.", HelpName = "ADDRESS" };
        Option<string?> output = new("--out", "-o")
        {
            Description = "The folder to create. Default: the model's name in your cache.",
            HelpName = "FOLDER",
        };
        Option<bool> force = new("--force") { Description = "Replace an existing model." };
        Option<bool> json = CommonOptions.Json();

        var command = new Command(
            "download",
            $"Get OpenAI's GPT-2.\n{EndpointVariable}, {TokenVariable} and the usual proxy variables are honoured. "
            + "Ctrl-C stops; the same command continues.");
        command.Arguments.Add(name);
        foreach (Option option in (Option[])[csv, url, output, force, json])
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            string model = parsed.GetValue(name)!;
            string target = CommonOptions.RequireFolderName(parsed.GetValue(output) ?? FolderOf(model), "--out");
            string endpoint = Variable(EndpointVariable) ?? DownloadTable.HubEndpoint;
            using var client = new DownloadClient(endpoint, Variable(TokenVariable), new TransferSettings()); // checks the endpoint
            DownloadSource source = SourceOf(model, parsed.GetValue(csv), parsed.GetValue(url), endpoint);
            CommandIo log = parsed.GetValue(json) && !io.ErrorIsTerminal ? io with { Error = TextWriter.Null } : io; // a program reads the error
            DownloadResult result = Download(client, source, target, parsed.GetValue(force), log);
            Show(result, model, inCache: parsed.GetValue(output) is null, parsed.GetValue(json), io);
            return ExitCode.Done;
        });
        return command;
    }

    private static string FolderOf(string model)
    {
        if (ModelLocator.UserFolder() is string models)
        {
            return Path.Combine(models, model);
        }

        Gpt2Exception none = UserCache.Missing();
        throw none.At($"folder for {model}", remedy: $"{none.Remedy}, or name a folder with --out");
    }

    /// <summary>A path as a shell takes it.</summary>
    private static string Quoted(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"\"{path}\"" : path;

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name)?.Trim() is { Length: > 0 } value ? value : null;

    private static DownloadSource SourceOf(string model, bool csv, string? url, string endpoint)
    {
        if (!csv)
        {
            KnownModel named = DownloadTable.Hub.FirstOrDefault(known => known.Name == model)
                ?? throw new UsageException($"found '{model}'", expected: string.Join(", ", DownloadTable.Hub.Select(known => known.Name)));
            return url is null ? new HubSource(endpoint, named) : throw new UsageException("--url names an archive of CSV files: add --csv");
        }

        if (model != DownloadTable.Csv.Name)
        {
            throw new UsageException($"there is an archive of {DownloadTable.Csv.Name} only, found {model}", where: "--csv");
        }

        string address = url ?? DownloadTable.Csv.Location;
        return Uri.TryCreate(address, UriKind.Absolute, out Uri? archive) && archive.Scheme is "http" or "https"
            ? new CsvArchiveSource(archive)
            : throw new UsageException($"found '{address}'", where: "--url", expected: "an address that begins with https://");
    }

    private static DownloadResult Download(DownloadClient client, DownloadSource source, string target, bool force, CommandIo io)
    {
        try
        {
            return Progress.RunTransfers(
                io,
                (progress, note) => new ModelDownload(client, source, target, note, progress)
                    .RunAsync(force, io.Cancellation).GetAwaiter().GetResult());
        }
        catch (OperationCanceledException)
        {
            if (Directory.Exists(ModelDownload.PartialFolderOf(target)))
            {
                io.Note($"{target}: what has been downloaded is kept; repeat the command to continue");
            }

            throw;
        }
    }

    private static void Show(DownloadResult result, string model, bool inCache, bool json, CommandIo io)
    {
        RecordedFile[] files = [.. result.Record.Files];
        long bytes = files.Sum(file => file.Bytes);
        if (json)
        {
            JsonShapes.Write(new DownloadCommandResult(model, result.Folder, result.Record.Source, result.AlreadyThere, bytes, files), io.Out);
            return;
        }

        int bySize = files.Count(file => file.CheckedBy is RecordedFile.BySize or RecordedFile.ByNothing);
        string checkedHow = bySize == 0 ? "checked" : $"{bySize} of them without a checksum to check";
        string what = result.AlreadyThere
            ? "is there already; --force downloads it again"
            : $"{files.Length} files, {ByteCount.Shown(bytes)}, {checkedHow}";
        io.Say($"{result.Folder}: {what}; 'gpt2 predict \"…\" -m {(inCache ? model : Quoted(result.Folder))}' uses it");
    }
}
