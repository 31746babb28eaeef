// Writes an ONNX model of one node, in the few protobuf fields that takes: https://onnx.ai/onnx/intro, onnx.proto3.

using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Gpt2.Benchmarks.Support;

internal static class OnnxModel
{
    public const string Left = "left", Right = "right", Output = "output";

    private const int FormatVersion = 8, OperatorSet = 13;
    private const int Float = 1, Integer = 2; // TensorProto.DataType.FLOAT, AttributeProto.AttributeType.INT

    /// <summary>The bytes of a model that computes output = operation(left, right).</summary>
    /// <param name="operation">The operator: MatMul or Gemm.</param>
    /// <param name="flag">An attribute of it to set to 1; null for none.</param>
    /// <param name="left">The first input.</param>
    /// <param name="right">The second input.</param>
    /// <param name="rightIsWeight">Whether it is part of the model, so that a session packs it when it is created.</param>
    /// <param name="output">Where the product goes.</param>
    public static byte[] Write(string operation, string? flag, OnnxTensor left, OnnxTensor right, bool rightIsWeight, OnnxTensor output)
    {
        ProtobufMessage node = new ProtobufMessage().Add(1, Left).Add(1, Right).Add(2, Output).Add(4, operation);
        if (flag is not null)
        {
            node.Add(5, new ProtobufMessage().Add(1, flag).Add(3, 1).Add(20, Integer));
        }

        ProtobufMessage graph = new ProtobufMessage().Add(1, node).Add(2, operation);
        if (rightIsWeight)
        {
            graph.Add(5, new ProtobufMessage().Add(1, right.Rows).Add(1, right.Columns).Add(2, Float).Add(8, Right)
                .Add(9, MemoryMarshal.AsBytes<float>(right.Numbers)));
        }

        graph.Add(11, Described(Left, left));
        if (!rightIsWeight)
        {
            graph.Add(11, Described(Right, right));
        }

        graph.Add(12, Described(Output, output));
        return new ProtobufMessage().Add(1, FormatVersion).Add(7, graph).Add(8, new ProtobufMessage().Add(2, OperatorSet)).ToArray();
    }

    private static ProtobufMessage Described(string name, OnnxTensor tensor)
    {
        var shape = new ProtobufMessage();
        foreach (long size in tensor.Shape)
        {
            shape.Add(1, new ProtobufMessage().Add(1, size));
        }

        ProtobufMessage type = new ProtobufMessage().Add(1, new ProtobufMessage().Add(1, Float).Add(2, shape));
        return new ProtobufMessage().Add(1, name).Add(2, type);
    }

    /// <summary>Fields one after another: each a number of the field with its kind, then an integer, or bytes and before them how many.</summary>
    private sealed class ProtobufMessage
    {
        private const int KindInteger = 0, KindBytes = 2;

        private readonly ArrayBufferWriter<byte> bytes = new();

        public ProtobufMessage Add(int field, long value)
        {
            WriteInteger((ulong)(field << 3 | KindInteger));
            WriteInteger((ulong)value);
            return this;
        }

        public ProtobufMessage Add(int field, string text) => Add(field, Encoding.UTF8.GetBytes(text));

        public ProtobufMessage Add(int field, ProtobufMessage message) => Add(field, message.bytes.WrittenSpan);

        public ProtobufMessage Add(int field, ReadOnlySpan<byte> content)
        {
            WriteInteger((ulong)(field << 3 | KindBytes));
            WriteInteger((ulong)content.Length);
            bytes.Write(content);
            return this;
        }

        public byte[] ToArray() => bytes.WrittenSpan.ToArray();

        /// <summary>Seven bits per byte, the lowest first; the eighth says that more follow.</summary>
        private void WriteInteger(ulong value)
        {
            for (; value >= 0x80; value >>= 7)
            {
                bytes.Write([(byte)(value | 0x80)]);
            }

            bytes.Write([(byte)value]);
        }
    }
}
