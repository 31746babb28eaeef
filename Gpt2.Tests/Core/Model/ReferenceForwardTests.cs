// The forward pass against reference values that neither this project nor .NET computed: every step of every block,
// in every rung, all tokens at once and one at a time through the cache.

using System.Text.Json;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Cache;
using Gpt2.Core.Numerics;
using Gpt2.Core.Tracing;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Model;

public class ReferenceForwardTests
{
    [Theory]
    [MemberData(nameof(TestModels.ReferenceModelsAndRungs), MemberType = typeof(TestModels))]
    public void Forward_EveryStep_EqualsReference(string name, KernelRung rung)
    {
        ForwardTrace trace = ForwardTrace.Run(TestModels.Reference(name, rung), Ids(name), HeadRows.All);

        string[] files = [.. Directory.EnumerateFiles(ReferenceData.PathOf(name, "steps"), "*.csv")
            .Select(file => Path.GetFileNameWithoutExtension(file))];
        trace.Entries.Select(entry => entry.File).Should().BeEquivalentTo(files, "the trace has the reference's files, all of them");
        foreach (TraceEntry entry in trace.Entries)
        {
            var expected = new Matrix(entry.File, entry.Matrix.Rows, entry.Matrix.Columns);
            CsvMatrixFile.Read(ReferenceData.PathOf(name, "steps", entry.File + ".csv"), expected);
            Close.Assert(entry.Matrix.Span, expected.Span, what: $"{name} {rung} {entry.File}");
        }
    }

    [Theory]
    [MemberData(nameof(TestModels.ReferenceModelsAndRungs), MemberType = typeof(TestModels))]
    public void Forward_OneTokenAtATimeThroughTheCache_EqualsReference(string name, KernelRung rung)
    {
        Gpt2Model model = TestModels.Reference(name, rung);
        int[] ids = Ids(name);
        var logits = new Matrix("logits", ids.Length, model.Config.Vocabulary);
        CsvMatrixFile.Read(ReferenceData.PathOf(name, "steps", "logits.csv"), logits);

        var cache = new KeyValueCache(model.Config, model.Config.Context);
        var a = new ForwardActivations(model.Config);
        for (int token = 0; token < ids.Length; token++)
        {
            model.Forward(ids.AsSpan(token, 1), cache, a);
            Close.Assert(a.Logits.Span, logits.Row(token), what: $"{name} {rung} logits of token {token}");
        }

        cache.Length.Should().Be(ids.Length);
    }

    [Theory]
    [InlineData("tiny")]
    [InlineData("odd")]
    public void Loss_OfTheReferenceTokens_EqualsReference(string name)
    {
        using JsonDocument loss = JsonDocument.Parse(File.ReadAllText(ReferenceData.PathOf(name, "steps", "loss.json")));
        int[] targets = [.. loss.RootElement.GetProperty("targets").EnumerateArray().Select(id => id.GetInt32())];
        double[] expected = [.. loss.RootElement.GetProperty("token_losses").EnumerateArray().Select(value => value.GetDouble())];

        ForwardTrace trace = ForwardTrace.Run(TestModels.Reference(name), Ids(name), HeadRows.All);

        for (int token = 0; token < expected.Length; token++)
        {
            double actual = -Math.Log(trace.Activations.Probabilities[token, targets[token]]);
            actual.Should().BeApproximately(expected[token], 1e-4 * expected[token]);
        }
    }

    internal static int[] Ids(string name)
    {
        using JsonDocument loss = JsonDocument.Parse(File.ReadAllText(ReferenceData.PathOf(name, "steps", "loss.json")));
        return [.. loss.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
    }
}
