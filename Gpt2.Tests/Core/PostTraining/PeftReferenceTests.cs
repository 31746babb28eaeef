// PEFT's files against a reader and a writer of their own, which know only the documented format of safetensors and PEFT's rule for
// GPT-2: W + (B · A)ᵀ · lora_alpha / r, transposed since fan_in_fan_out says that W is [inputs, outputs]. The adapter, the merged weights
// and the logits are reference values from PyTorch.

using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Gpt2.Core.Model;
using Gpt2.Core.Numerics;
using Gpt2.Core.PostTraining;
using Gpt2.Core.Weights;
using Gpt2.Kernels;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.PostTraining;

public sealed class PeftReferenceTests : TemporaryFolder
{
    private const string Prefix = "base_model.model.transformer.";

    /// <summary>The settings that PEFT writes, with those that mean nothing for this adapter.</summary>
    private const string Settings = """
        {"alpha_pattern": {}, "auto_mapping": null, "base_model_name_or_path": "gpt2", "bias": "none", "corda_config": null, "eva_config": null,
         "exclude_modules": null, "fan_in_fan_out": true, "inference_mode": true, "init_lora_weights": true, "layer_replication": null,
         "layers_pattern": null, "layers_to_transform": null, "loftq_config": {}, "lora_alpha": ALPHA, "lora_bias": false, "lora_dropout": 0.0,
         "megatron_config": null, "megatron_core": "megatron.core", "modules_to_save": null, "peft_type": "LORA", "r": RANK, "rank_pattern": {},
         "revision": null, "target_modules": ["c_attn"], "task_type": "CAUSAL_LM", "use_dora": false, "use_rslora": false}
        """;

    [SharedFact]
    public void FilesWrittenHere_ReadByAnother_GiveTheGoldenWeights()
    {
        var golden = new GoldenValues("lora");
        Gpt2Model model = TestModels.Reference("tiny", KernelRung.Scalar);
        AdapterFolder.WritePeft(PathOf("adapter"), GoldenAdapterTests.Read(golden, model.Config));

        using JsonDocument settings = JsonDocument.Parse(File.ReadAllText(PathOf("adapter", "adapter_config.json")));
        settings.RootElement.GetProperty("fan_in_fan_out").GetBoolean().Should().BeTrue();
        int rank = settings.RootElement.GetProperty("r").GetInt32();
        double scaling = settings.RootElement.GetProperty("lora_alpha").GetDouble() / rank;
        Dictionary<string, (int Rows, int Columns, float[] Values)> tensors = ReadTensors(PathOf("adapter", "adapter_model.safetensors"));
        tensors.Should().HaveCount(12);
        foreach ((string name, (int _, int inputs, float[] a)) in tensors)
        {
            if (!name.EndsWith("lora_A.weight", StringComparison.Ordinal))
            {
                continue;
            }

            string[] parts = name[Prefix.Length..].Split('.'); // h, 0, attn, c_attn, lora_A, weight
            (int outputs, int columns, float[] b) = tensors[name.Replace("lora_A", "lora_B", StringComparison.Ordinal)];
            columns.Should().Be(rank);
            string map = $"h{parts[1]}/{parts[2]}/{parts[3]}";
            BlockMap known = BlockMap.All.Single(one => one.Name == $"{parts[2]}/{parts[3]}");
            Matrix weight = known.Weight(model.Weights.Blocks[int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture)]);
            Matrix expected = golden.Read(CsvLayout.FileOf(map + "_merged_w"), inputs, outputs);
            for (int input = 0; input < inputs; input++)
            {
                for (int output = 0; output < outputs; output++)
                {
                    double change = Enumerable.Range(0, rank).Sum(row => (double)b[(output * rank) + row] * a[(row * inputs) + input]);
                    (weight[input, output] + (scaling * change)).Should().BeApproximately(expected[input, output], 1e-6, name);
                }
            }
        }
    }

    [SharedFact]
    public void FilesWrittenByAnother_ReadHere_GiveTheGoldenLogits()
    {
        var golden = new GoldenValues("lora");
        Gpt2Model model = TestModels.Reference("tiny", KernelRung.Scalar);
        Adapter source = GoldenAdapterTests.Read(golden, model.Config);
        Directory.CreateDirectory(PathOf("adapter"));
        File.WriteAllText(
            PathOf("adapter", "adapter_config.json"),
            Settings.Replace("ALPHA", golden.Root.GetProperty("alpha").GetRawText(), StringComparison.Ordinal)
                .Replace("RANK", golden.Root.GetProperty("rank").GetRawText(), StringComparison.Ordinal));
        WriteTensors(
            PathOf("adapter", "adapter_model.safetensors"),
            [.. source.Matrices().Select(matrix => (PeftNameOf(matrix.Name), matrix)).OrderBy(tensor => tensor.Item1, StringComparer.Ordinal)]);

        Adapter read = AdapterFolder.Read(PathOf("adapter"));

        read.TrainedOn.Should().BeNull("PEFT does not say");
        AdapterTests.Bits(read.Matrices()).Should().Equal(AdapterTests.Bits(source.Matrices()));
        var a = new ForwardActivations(model.Config);
        new Gpt2Model(read.MergeInto(model.Weights, model.Kernels), model.Kernels)
            .Forward(GoldenValues.Ids(golden.Root.GetProperty("ids")), cache: null, a);
        GoldenValues.AssertClose(
            Array.ConvertAll(a.Logits.Span.ToArray(), value => (double)value), GoldenValues.Doubles(golden.Root.GetProperty("last_logits")),
            "logits");
    }

    /// <summary>h0/attn/c_attn/lora_A as PEFT names it.</summary>
    private static string PeftNameOf(string name) => $"{Prefix}h.{name[1..].Replace('/', '.')}.weight";

    /// <summary>Eight bytes of length, so many of JSON, and then the numbers.</summary>
    private static Dictionary<string, (int Rows, int Columns, float[] Values)> ReadTensors(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int data = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        using JsonDocument header = JsonDocument.Parse(bytes.AsMemory(8, data - 8));
        return header.RootElement.EnumerateObject().Where(entry => entry.Name != "__metadata__").ToDictionary(entry => entry.Name, entry =>
        {
            entry.Value.GetProperty("dtype").GetString().Should().Be("F32");
            int[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];
            int[] offsets = [.. entry.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => data + offset.GetInt32())];
            (offsets[1] - offsets[0]).Should().Be(4 * shape[0] * shape[1]);
            float[] values = new float[shape[0] * shape[1]];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(offsets[0] + (4 * i)));
            }

            return (shape[0], shape[1], values);
        });
    }

    private static void WriteTensors(string path, (string Name, Matrix Matrix)[] tensors)
    {
        var header = new Dictionary<string, object> { ["__metadata__"] = new { format = "pt" } };
        using var data = new MemoryStream();
        foreach ((string name, Matrix matrix) in tensors)
        {
            long begin = data.Length;
            foreach (float value in matrix.Span)
            {
                data.Write(BitConverter.GetBytes(value)); // the tests run on little-endian machines
            }

            header[name] = new { dtype = "F32", shape = new[] { matrix.Rows, matrix.Columns }, data_offsets = new[] { begin, data.Length } };
        }

        byte[] json = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(header));
        using FileStream file = File.Create(path);
        file.Write(BitConverter.GetBytes((ulong)json.Length));
        file.Write(json);
        data.WriteTo(file);
    }
}
