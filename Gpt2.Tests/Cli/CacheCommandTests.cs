// The cache as users meet it, in processes of their own, since the place of the cache is a variable of the process.

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Cli;

public sealed class CacheCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Cache_LargeModel_IsLeftTakenListedAndCleared()
    {
        // Just above five million weights.
        string model = folder.PathOf("large");
        (await Run("new", model, "--layers", "1", "--heads", "8", "--channels", "640", "--context", "16")).ExitCode.Should().Be(0);
        string[] predict = ["predict", "--ids", "1,2", "-m", model, "--json", "--verbose"];

        (await Run("cache")).Out.Should().Be($"{CachePath}: empty\n");
        CommandRun without = await Run([.. predict, "--no-cache"]);
        Directory.Exists(CachePath).Should().BeFalse();
        CommandRun first = await Run(predict), second = await Run(predict);

        first.Error.Should().Contain("cache: copy left in " + CachePath);
        second.Error.Should().Contain("cache: taken from " + CachePath);
        first.Result().Should().Be(without.Result());
        second.Result().Should().Be(without.Result());
        (await Run(predict[..^1])).Error.Should().StartWith("loaded large in ").And.NotContain("cache");

        string listed = (await Run("cache")).Result();
        listed.Should().Contain("large").And.Contain("MiB").And.Contain(DateTime.UtcNow.Year.ToString(CultureInfo.InvariantCulture));
        using JsonDocument list = JsonDocument.Parse((await Run("cache", "--json")).Result());
        JsonElement entry = list.RootElement.GetProperty("models")[0];
        entry.GetProperty("source").GetString().Should().Be(model);
        File.Exists(entry.GetProperty("file").GetString()).Should().BeTrue();

        (await Run("cache", "--clear")).Result().Should().StartWith($"{CachePath}: deleted 1 file, ");
        Directory.EnumerateFiles(CachePath).Should().BeEmpty();
    }

    [Fact]
    public async Task Cache_RelativeVariable_IsIgnored()
    {
        var environment = new Dictionary<string, string?> { ["XDG_CACHE_HOME"] = "relative" };
        using Process process = CommandProcess.Start(folder.Root, environment, "cache", "--json");
        using var guard = new KilledAtLast(process);

        string result = await process.StandardOutput.ReadToEndAsync().WaitAsync(CommandProcess.LongEnough);
        string cache = JsonDocument.Parse(result).RootElement.GetProperty("folder").GetString()!;
        Path.IsPathFullyQualified(cache).Should().BeTrue("it is {0}", cache);
    }

    private string CachePath => folder.PathOf("xdg", "gpt2", "weights");

    private async Task<CommandRun> Run(params string[] args)
    {
        string host = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";
        var start = new ProcessStartInfo(host, [Path.Combine(AppContext.BaseDirectory, "gpt2.dll"), .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["XDG_CACHE_HOME"] = folder.PathOf("xdg");
        using Process process = Process.Start(start)!;
        using var guard = new KilledAtLast(process);
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(CommandProcess.LongEnough);
        return new CommandRun(process.ExitCode, (await output).ReplaceLineEndings("\n"), (await error).ReplaceLineEndings("\n"));
    }
}
