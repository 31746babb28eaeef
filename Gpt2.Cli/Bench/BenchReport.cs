// The results of a bench: as a table, as JSON, as a picture.

using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core.Measurement;
using Gpt2.Core.Weights.Doctor;
using Gpt2.Kernels;

namespace Gpt2.Cli.Bench;

internal static class BenchReport
{
    /// <summary>A limit that moves more than this says that the machine was disturbed.</summary>
    private const double MuchChange = 0.15;

    /// <summary>The machine, and what was measured on it.</summary>
    public static BenchResult ResultOf(BenchSession session) => new(
        new BenchMachine(
            Processor.Name, Environment.ProcessorCount, MachineExamination.InstructionSets(), MachineLimits.VectorBits,
            CommonOptions.NameOf(session.Settings.Kernels.Rung)),
        [.. session.Rows]);

    public static void Show(BenchResult result, CommandIo io)
    {
        BenchMachine machine = result.Machine;
        io.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{machine.Processor}, {machine.Cores} core{(machine.Cores == 1 ? "" : "s")}, "
                + $"{string.Join(' ', machine.InstructionSets)}; {machine.Kernels} kernels"));
        var table = new TableWriter(
            io, new Column("what", Flow: Flow.Wrap), Column.Number("threads", drop: 4), Column.Number("ms", drop: 3), Column.Number("figure"),
            new Column("unit"), Column.Number("limit", drop: 2), Column.Number("ratio"), Column.Number("best", drop: 5), new Column("of", Drop: 1));
        foreach (BenchRow row in result.Rows)
        {
            table.Row(
                row.Name, row.Threads.ToString(CultureInfo.InvariantCulture), Rounded(row.Milliseconds), Rounded(row.Figure), row.Unit,
                Rounded(row.Limit), Ratio(row.Ratio), Ratio(row.BestRatio), Shown(row.LimitKind));
        }

        table.End();
        foreach (BenchRow row in result.Rows.Where(row => row.LimitChange > MuchChange))
        {
            io.Note(string.Create(
                CultureInfo.InvariantCulture,
                $"{row.Name}: the machine's own limit moved by {row.LimitChange:0 %} meanwhile, so do not rely on this row"));
        }
    }

    /// <summary>The picture of all rows that have operations and bytes.</summary>
    public static string Picture(BenchSession session)
    {
        RooflineDot[] dots =
        [
            .. session.Rows.Where(row => row is { Operations: > 0, Bytes: > 0, Milliseconds: not null, Ratio: not null }).Select(
                row => new RooflineDot(
                    row.Name, GroupOf(row), row.Operations / row.Bytes, row.Operations / (1e6 * row.Milliseconds!.Value), row.Ratio!.Value)),
        ];
        int threads = session.Settings.KernelThreads;
        string title = string.Create(
            CultureInfo.InvariantCulture,
            $"{Processor.Name}, {threads} thread{(threads == 1 ? "" : "s")}, {MachineLimits.VectorBits}-bit vectors, "
                + $"{CommonOptions.NameOf(session.Settings.Kernels.Rung)} kernels");
        return Roofline.Draw(title, session.TypicalPeak, session.TypicalBandwidth, dots);
    }

    private static string Ratio(double? ratio) => ratio?.ToString("0.00", CultureInfo.InvariantCulture) ?? "";

    private static string GroupOf(BenchRow row) => row.Part switch
    {
        ProductRows.Part when row.Name.StartsWith(ProductRows.PackedName, StringComparison.Ordinal) => "products, weights packed once",
        ProductRows.Part => "products, packing included",
        ProductRows.VectorPart => "few rows, weights from memory",
        _ => "the whole model",
    };

    private static string Shown(string? limitKind) => limitKind switch
    {
        null => "",
        BenchSession.FmaPeakName => "FMA peak",
        BenchSession.ReadBandwidthName => "bandwidth",
        _ => "reading files",
    };

    private static string Rounded(double? value) => value is not double number ? ""
        : number.ToString(
            number >= 1000 ? "N0" : number >= 100 ? "0" : number >= 10 ? "0.0" : number >= 0.1 ? "0.00" : "0.0000",
            CultureInfo.InvariantCulture);
}
