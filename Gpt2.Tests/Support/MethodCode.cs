// Methods as they were compiled: their instructions, and the lines on which a debugger stops in them.

using System.Reflection;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace Gpt2.Tests.Support;

internal static class MethodCode
{
    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>The instructions of a method in order, each with the method, field or type that it names, if any.</summary>
    public static IEnumerable<(OpCode Operation, MemberInfo? Member)> Of(MethodBase method)
    {
        byte[] code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        Type[]? ofType = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
        Type[]? ofMethod = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (int at = 0; at < code.Length;)
        {
            OpCode operation = code[at] == 0xFE ? Codes[(short)(0xFE00 | code[at + 1])] : Codes[code[at]];
            at += operation.Size;
            bool names = operation.OperandType
                is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok;
            yield return (operation, names ? method.Module.ResolveMember(BitConverter.ToInt32(code, at), ofType, ofMethod) : null);
            at += operation.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }

    /// <summary>The methods that a method calls, in order.</summary>
    public static IEnumerable<MethodBase> CallsOf(MethodBase method) => Of(method).Select(instruction => instruction.Member).OfType<MethodBase>();

    /// <summary>Whether a method has a choice or a loop.</summary>
    public static bool Branches(MethodBase method) =>
        Of(method).Any(instruction => instruction.Operation.FlowControl == FlowControl.Cond_Branch);

    /// <summary>The lines of a method's source on which F10 stops, in the order of its code.</summary>
    public static int[] LinesOf(MethodBase method)
    {
        using FileStream file = File.OpenRead(Path.ChangeExtension(method.Module.FullyQualifiedName, ".pdb"));
        using var symbols = MetadataReaderProvider.FromPortablePdbStream(file);
        var handle = (MethodDefinitionHandle)MetadataTokens.Handle(method.MetadataToken);
        return [.. symbols.GetMetadataReader().GetMethodDebugInformation(handle).GetSequencePoints()
            .Where(point => !point.IsHidden).Select(point => point.StartLine)];
    }
}
