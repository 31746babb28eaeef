// What a sweep shows of its products: the weakest tenth, and the few rows.

using Gpt2.Cli.Bench;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;

namespace Gpt2.Tests.Cli;

public class SweepRowsTests
{
    [Fact]
    public void Weakest_ShowsTheWeakestTenthFirst_AndFewRows_ButNoTinyProduct()
    {
        BenchRow[] products = [.. Enumerable.Range(0, 21).Select(i => Row("product", $"p{i}", 0.9 - (0.02 * i), 2e6))];
        BenchRow[] others = [Row("vector", "one row", 0.3, 2e6), Row("product", "tiny", 0.1, 1e5)];
        var said = new StringWriter();
        var io = new CommandIo(Stream.Null, said, TextWriter.Null, false, false, false, Color: false, CancellationToken.None);

        BenchResult shown = SweepRows.Weakest(new BenchResult(new BenchMachine("p", 2, [], 512, "tuned"), [.. products, .. others]), io);

        shown.Rows.Select(row => row.Name).Should().Equal("p20", "p19", "p18", "one row");
        said.ToString().Should().Be("21 products: median ratio 0.70, 5 below 0.60; the weakest tenth, and few rows:\n");
    }

    private static BenchRow Row(string part, string name, double ratio, double operations) =>
        new(part, name, null, 1, 1, ratio, "GFLOP/s", 1, "fma_peak", ratio, ratio, 0, operations, 1);
}
