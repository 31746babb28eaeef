// 64 clients at once, polite and hostile ones, against gpt2 serve as a process: it stays, its memory stays, and whatever it answers is
// what the library says. Some seconds long; GPT2_SOAK_SECONDS=60 makes it a minute and checks the memory.

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Gpt2.Tests.Support;
using Xunit.Abstractions;

namespace Gpt2.Tests.Cli.Serve;

public sealed class SoakTests(ITestOutputHelper output) : IDisposable
{
    private const int Clients = 64;
    private const int ShortSeconds = 3;

    /// <summary>From this length on the memory is compared: before, the process is still growing into its work.</summary>
    private const int LongSeconds = 30;

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Server_64ClientsPoliteAndHostile_AnswersAsTheLibrary_AndStays()
    {
        string? setting = Environment.GetEnvironmentVariable("GPT2_SOAK_SECONDS");
        int seconds = int.TryParse(setting, CultureInfo.InvariantCulture, out int given) ? given : ShortSeconds;
        SoakRequest[] requests = SoakRequest.Make(count: 80);
        using Process process = CommandProcess.Start(
            folder.Root, "serve", "--port", "0", "--json", "--max-body", "65536", "--body-timeout", "1", "--max-running", "8", "--max-waiting", "48");
        using var whateverHappens = new KilledAtLast(process);
        Task<string> log = process.StandardError.ReadToEndAsync();
        using JsonDocument ready = JsonDocument.Parse(await process.StandardOutput.ReadLineAsync().WaitAsync(CommandProcess.LongEnough) ?? "");
        var address = new Uri(ready.RootElement.GetProperty("address").GetString()!);

        await RunAsync(address, requests, TimeSpan.FromSeconds(seconds / 4.0), seed: 1); // grows into its work
        long before = Memory(process);
        var watch = Stopwatch.StartNew();
        ConcurrentDictionary<string, int> ends = await RunAsync(address, requests, TimeSpan.FromSeconds(seconds), seed: 1000);
        long after = Memory(process);
        output.WriteLine(
            $"{watch.Elapsed.TotalSeconds:0.0} s, {ends.Values.Sum()} requests; memory {before >> 20} MiB before, {after >> 20} MiB after");
        foreach ((string end, int count) in ends.OrderByDescending(entry => entry.Value))
        {
            output.WriteLine($"{count,8} {end}");
        }

        process.HasExited.Should().BeFalse();
        ends.Keys.Should().NotContain(end => end.StartsWith("wrong", StringComparison.Ordinal)).And.Contain("completed").And.Contain("streamed");
        using (var client = new HttpClient { BaseAddress = address })
        {
            await IdleAsync(client);
            (await client.GetAsync("/v1/models")).StatusCode.Should().Be(HttpStatusCode.OK);
        }

        if (seconds >= LongSeconds)
        {
            after.Should().BeLessThan(before + (before / 4), "nothing is kept of requests that are over");
        }

        process.Kill();
        (await log).Should().BeEmpty("the server reports no error of its own");
    }

    /// <summary>Runs the clients, and says how often what came of their requests.</summary>
    private static async Task<ConcurrentDictionary<string, int>> RunAsync(Uri address, SoakRequest[] requests, TimeSpan time, int seed)
    {
        var ends = new ConcurrentDictionary<string, int>();
        using var over = new CancellationTokenSource(time);
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(number => Task.Run(async () =>
        {
            using var client = new SoakClient(address, requests, new Random(seed + number));
            while (!over.IsCancellationRequested)
            {
                ends.AddOrUpdate(await client.DoSomethingAsync(), 1, (_, count) => count + 1);
            }
        })));
        return ends;
    }

    /// <summary>Waits until nothing runs any more: clients that went away are noticed.</summary>
    private static async Task IdleAsync(HttpClient client)
    {
        for (int look = 0; look < 400; look++)
        {
            if ((await client.GetStringAsync("/health")).EndsWith("\"running\":0,\"waiting\":0}", StringComparison.Ordinal))
            {
                return;
            }

            await Task.Delay(50);
        }

        Assert.Fail("requests are still running although no client is there");
    }

    private static long Memory(Process process)
    {
        process.Refresh();
        return process.WorkingSet64;
    }
}
