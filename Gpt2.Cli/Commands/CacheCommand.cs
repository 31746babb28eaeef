// gpt2 cache: the binary copies of CSV folders, listed or deleted.

using System.CommandLine;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Weights;

namespace Gpt2.Cli.Commands;

internal static class CacheCommand
{
    public static Command Create(CommandIo io)
    {
        Option<bool> clear = new("--clear") { Description = "Delete all copies; the next load of a CSV folder writes a new one." };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("cache", "List the binary copies of CSV folders that make loading fast.");
        command.Options.Add(clear);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            WeightsCache cache = WeightsCache.OfUser() ?? throw UserCache.Missing();
            if (parsed.GetValue(clear))
            {
                Clear(cache, parsed.GetValue(json), io);
            }
            else
            {
                List(cache, parsed.GetValue(json), io);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Clear(WeightsCache cache, bool json, CommandIo io)
    {
        (int files, long bytes) = cache.Clear();
        if (json)
        {
            JsonShapes.Write(new CacheClearResult(cache.Folder, files, bytes), io.Out);
        }
        else
        {
            io.Say(string.Create(CultureInfo.InvariantCulture, $"{cache.Folder}: deleted {Plural.Of(files, "file")}, {MiB(bytes)}"));
        }
    }

    private static void List(WeightsCache cache, bool json, CommandIo io)
    {
        IReadOnlyList<CacheEntry> entries = cache.Entries();
        if (json)
        {
            CachedModel[] models = [.. entries.Select(entry => new CachedModel(entry.Name, entry.Source, entry.Bytes, Date(entry), entry.File))];
            JsonShapes.Write(new CacheResult(cache.Folder, models), io.Out);
            return;
        }

        if (entries.Count == 0)
        {
            io.Say($"{cache.Folder}: empty");
            return;
        }

        var table = new TableWriter(
            io, new Column("name"), new Column("source", Flow: Flow.Wrap), Column.Number("size"), new Column("written (UTC)", Drop: 1));
        foreach (CacheEntry entry in entries)
        {
            string source = entry.Source is null ? "damaged" : Directory.Exists(entry.Source) ? entry.Source : entry.Source + " (gone)";
            table.Row(entry.Name, source, MiB(entry.Bytes), Date(entry));
        }

        table.End();
        io.Say($"{MiB(entries.Sum(entry => entry.Bytes))} in {cache.Folder}; 'gpt2 cache --clear' deletes them");
    }

    private static string Date(CacheEntry entry) => entry.Written.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string MiB(long bytes) => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1024.0 * 1024.0):0.0} MiB");
}
