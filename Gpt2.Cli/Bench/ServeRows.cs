// gpt2 bench serve: the completions server under more and more clients.

using System.Net;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Http;
using Gpt2.Cli.Output;
using Gpt2.Cli.Serve;
using Gpt2.Core.Measurement;
using Gpt2.Core.Model;
using Gpt2.Core.Text;
using Gpt2.Core.Training;
using Gpt2.Kernels;

namespace Gpt2.Cli.Bench;

internal static class ServeRows
{
    /// <summary>Measures numbers of clients, one after another, with a model of random weights.</summary>
    /// <param name="session">The bench.</param>
    /// <param name="type">The type of the weights.</param>
    /// <param name="load">The numbers of clients and their requests.</param>
    public static BenchServeResult Measure(BenchSession session, WeightType type, ServeBenchLoad load)
    {
        Gpt2Config sizes = session.Settings.Sizes;
        Gpt2Model model = Gpt2Model.ForInference(session.RandomWeights(sizes), session.Settings.Kernels, type);
        var served = new ServedModel("random", model, new Tokenizer(VocabularyOf(sizes.Vocabulary)), "bench");
        int most = load.Clients.Max();
        var limits = new ServerLimits { Running = most, RequestTime = TimeSpan.FromHours(1) };
        return new BenchServeResult(
            session.Settings.Size, CommonOptions.NameOf(type), session.Settings.KernelThreads, load.PromptTokens, load.NewTokens, load.Requests,
            MeasureAsync(session, served, limits, load).GetAwaiter().GetResult());
    }

    private static async Task<BenchServeRow[]> MeasureAsync(BenchSession session, ServedModel served, ServerLimits limits, ServeBenchLoad load)
    {
        await using CompletionServer server = await CompletionServer.StartAsync(served, limits, IPAddress.Loopback, 0, new NoLog());
        int[] Prompt(int request) =>
            [.. Enumerable.Range(0, load.PromptTokens).Select(i => (int)(((request * 31L) + (i * 7919L)) % (served.Tokenizer.Vocabulary.Count - 1)))];
        var clients = new ServeClients(server.Address, Prompt, load.NewTokens);
        await clients.RunAsync(1, 1, session.Cancellation); // warms up
        var rows = new List<BenchServeRow>();
        foreach (int count in load.Clients)
        {
            session.Begin(count == 1 ? "1 client" : FormattableString.Invariant($"{count} clients"));
            ServeTimes times = await clients.RunAsync(count, load.Requests, session.Cancellation);
            double[] gaps = [.. times.Gaps.SelectMany(gap => gap)];
            rows.Add(new BenchServeRow(
                count, times.Tokens / times.Seconds, 1000 * Median.Of(times.FirstTokens), 1000 * Percentile(times.FirstTokens, 0.99),
                1000 * Percentile(gaps, 0.5), 1000 * Percentile(gaps, 0.99),
                times.Gaps.Where(gap => gap.Length > 0).Select(gap => Percentile(gap, 0.99) / gap.Average()).DefaultIfEmpty(double.NaN).Max(),
                TrainingSpeed.PeakBytes));
        }

        return [.. rows];
    }

    /// <summary>The value that a share of the values does not exceed.</summary>
    private static double Percentile(double[] values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }

    /// <summary>As many tokens as a model has: joins of printable characters, then of what was joined.</summary>
    private static Vocabulary VocabularyOf(int count)
    {
        var merges = new List<Merge>();
        int printable = '~' - '!' + 1; // the first ids
        for (int pair = 0; merges.Count < count - Vocabulary.SmallestCount; pair++)
        {
            int left = pair / printable;
            merges.Add(new Merge(left < printable ? left : 256 + left - printable, pair % printable));
        }

        return new Vocabulary(merges);
    }

    private sealed class NoLog : IServerLog
    {
        public void Request(string line)
        {
        }

        public void Failure(Exception exception)
        {
        }
    }
}

/// <summary>The clients of a bench.</summary>
/// <param name="Clients">Numbers of clients, each measured by itself.</param>
/// <param name="Requests">Requests that each client sends, one after another.</param>
/// <param name="PromptTokens">Tokens of a prompt.</param>
/// <param name="NewTokens">Tokens of a completion.</param>
internal readonly record struct ServeBenchLoad(IReadOnlyList<int> Clients, int Requests, int PromptTokens, int NewTokens);
