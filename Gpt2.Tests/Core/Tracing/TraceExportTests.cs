// Traces as files: their names in order, plain and labelled.

using Gpt2.Core.Model;
using Gpt2.Core.Tracing;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Tracing;

public class TraceExportTests
{
    private static readonly Gpt2Config Config = new(5, 4, 4, 2, 1);

    [Fact]
    public void Entries_OfOneBlock_AreInTheOrderOfComputation()
    {
        Trace(HeadRows.Last).Entries.Select(entry => entry.File).Should().Equal(
            "token_embeddings", "position_embeddings", "h0_step_1", "h0_step_2", "h0_step_3", "h0_step_4", "h0_step_5_queries",
            "h0_step_5_keys", "h0_step_5_values", "h0_step_6", "h0_step_7", "h0_step_8", "h0_step_9", "h0_step_10", "h0_step_11",
            "h0_step_12", "h0_step_13", "h0_step_14", "h0_step_15", "h0_step_16", "last_hidden_state", "last_layernorm",
            "predicted_embedding", "logits", "probabilities");
    }

    [Fact]
    public void Write_Plain_HasRowsOfNumbersOnly()
    {
        using var folder = new TemporaryFolder();
        ForwardTrace trace = Trace(HeadRows.Last);

        TraceExport.Write(trace, trace.Entries, folder.Root);

        File.ReadAllLines(folder.PathOf("h0_step_13.csv")).Should().HaveCount(3).And.AllSatisfy(line => line.Split(',').Should().HaveCount(16));
        File.ReadAllLines(folder.PathOf("logits.csv")).Should().ContainSingle().Which.Split(',').Should().HaveCount(5);
        File.ReadAllText(folder.PathOf("h0_step_6.csv")).Should().Contain("-1E+10").And.NotContain(" ");
    }

    [Fact]
    public void Write_WithLabels_NamesRowsAndColumns()
    {
        using var folder = new TemporaryFolder();
        ForwardTrace trace = Trace(HeadRows.Last);

        TraceExport.Write(trace, trace.Entries, folder.Root, id => id == 3 ? "\",\"" : "t" + id);

        string[] scores = File.ReadAllLines(folder.PathOf("h0_step_7.csv"));
        scores[0].Should().Be("token,head 0:t1,head 0:t2,\"head 0:\"\",\"\"\",head 1:t1,head 1:t2,\"head 1:\"\",\"\"\"");
        scores[1].Should().StartWith("t1,1,0,0,1,0,0");
        scores[3].Should().StartWith("\"\"\",\"\"\",");
        string[] logits = File.ReadAllLines(folder.PathOf("logits.csv"));
        logits[0].Should().Be("token,t0,t1,t2,\"\"\",\"\"\",t4");
        logits[1].Should().StartWith("\"\"\",\"\"\",", "the one row is the last token's");
        File.ReadAllLines(folder.PathOf("h0_step_1.csv"))[0].Should().Be("token,0,1,2,3");
    }

    private static ForwardTrace Trace(HeadRows rows) => ForwardTrace.Run(
        new Gpt2Model(TestModels.Random(Config, 1), KernelSet.Create(KernelRung.Vector)), [1, 2, 3], rows);
}
