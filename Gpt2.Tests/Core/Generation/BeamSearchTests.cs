// Beam search against the reference values, the lecture's example, and what must hold of its width.

using System.Text.Json;
using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Generation;

public class BeamSearchTests
{
    [SharedTheory]
    [MemberData(nameof(TestModels.ReferenceModelsAndRungs), MemberType = typeof(TestModels))]
    public void Run_EveryBeamRowOfTheReference_IsEqual(string name, KernelRung rung)
    {
        Gpt2Model model = TestModels.Reference(name, rung);
        using JsonDocument rows = JsonDocument.Parse(File.ReadAllText(SharedData.PathOf("golden", name, "decode.json")));
        int compared = 0;
        foreach (JsonElement row in rows.RootElement.EnumerateArray().Where(row => row.GetProperty("kind").GetString() == "beam"))
        {
            var options = new BeamOptions
            {
                MaxNewTokens = row.GetProperty("new").GetInt32(),
                NumBeams = row.GetProperty("beams").GetInt32(),
                LengthPenalty = row.GetProperty("length_penalty").GetDouble(),
            };
            int? end = row.GetProperty("eos") is { ValueKind: JsonValueKind.Number } eos ? eos.GetInt32() : null;

            BeamHypothesis best = new BeamSearch(options, end).Run(model, Ids(row, "ids")).Hypotheses[0];

            best.Ids.Should().Equal(Ids(row, "out"));
            best.SumLogProbability.Should().BeApproximately(row.GetProperty("sum_logprobs").GetDouble(), 1e-4);
            best.Score.Should().BeApproximately(row.GetProperty("score").GetDouble(), 1e-4);
            compared++;
        }

        compared.Should().Be(6);
    }

    private static int[] Ids(JsonElement row, string name) => [.. row.GetProperty(name).EnumerateArray().Select(id => id.GetInt32())];
}
