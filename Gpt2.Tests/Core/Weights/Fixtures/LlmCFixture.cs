// llm.c's model files, written for tests independently of the product: as train_gpt2.py writes them, kind by kind.

using System.Buffers.Binary;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;

namespace Gpt2.Tests.Core.Weights.Fixtures;

internal static class LlmCFixture
{
    public static void Write(string path, Gpt2Weights weights, int version = 3, int padded = 384)
    {
        Gpt2Config config = weights.Config;
        var header = new byte[1024];
        int[] fields = [20240326, version, config.Context, config.Vocabulary, config.Layers, config.Heads, config.Channels, padded];
        for (int i = 0; i < fields.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4 * i), fields[i]);
        }

        string type = version == 5 ? "BF16" : "F32";
        using FileStream stream = File.Create(path);
        stream.Write(header);
        Put(weights.TokenEmbedding.Span);
        Put(new float[(padded - config.Vocabulary) * config.Channels]);
        Put(weights.PositionEmbedding.Span);
        Each(block => Put(block.Ln1.Gain.Span));
        Each(block => Put(block.Ln1.Bias.Span));
        Each(block => Exchanged(block.AttentionQkv.Weight));
        Each(block => Put(block.AttentionQkv.Bias!.Span));
        Each(block => Exchanged(block.AttentionProjection.Weight));
        Each(block => Put(block.AttentionProjection.Bias!.Span));
        Each(block => Put(block.Ln2.Gain.Span));
        Each(block => Put(block.Ln2.Bias.Span));
        Each(block => Exchanged(block.MlpHidden.Weight));
        Each(block => Put(block.MlpHidden.Bias!.Span));
        Each(block => Exchanged(block.MlpProjection.Weight));
        Each(block => Put(block.MlpProjection.Bias!.Span));
        Put(weights.FinalNorm.Gain.Span);
        Put(weights.FinalNorm.Bias.Span);

        void Put(ReadOnlySpan<float> numbers) => stream.Write(HuggingFaceFixture.Bytes(numbers, type));

        void Each(Action<BlockWeights> put) => Array.ForEach(weights.Blocks, block => put(block));

        void Exchanged(Matrix matrix)
        {
            for (int output = 0; output < matrix.Columns; output++)
            {
                for (int input = 0; input < matrix.Rows; input++)
                {
                    Put([matrix[input, output]]);
                }
            }
        }
    }
}
