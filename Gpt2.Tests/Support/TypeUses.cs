// What a type makes use of, read from the compiled assembly: bases, fields, signatures, local variables and code. Constants
// and names in nameof leave no trace there.

using System.Reflection;

namespace Gpt2.Tests.Support;

/// <summary>The uses of one type, those of the types within it included.</summary>
internal sealed class TypeUses
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private readonly HashSet<Type> types = [];
    private readonly HashSet<MethodBase> calls = [];

    private TypeUses(Type type)
    {
        Type = type;
        Look(type);
    }

    public Type Type { get; }

    /// <summary>The types used; of a generic type its definition and its arguments.</summary>
    public IReadOnlySet<Type> Types => types;

    /// <summary>The methods and constructors called.</summary>
    public IReadOnlySet<MethodBase> Calls => calls;

    /// <summary>Whether it has or calls methods of pointers. Those of which the compiler makes spans do not count.</summary>
    public bool HasPointers { get; private set; }

    /// <summary>Every type of an assembly that is written in this repository and is not within another.</summary>
    public static IEnumerable<TypeUses> In(Assembly assembly) => assembly.GetTypes()
        .Where(type => !type.IsNested && type.Namespace?.StartsWith("Gpt2.", StringComparison.Ordinal) == true).Select(type => new TypeUses(type));

    public override string ToString() => Type.FullName!;

    private void Look(Type type)
    {
        Add(type.BaseType);
        Array.ForEach(type.GetInterfaces(), Add);
        Array.ForEach(type.GetFields(All), field => Add(field.FieldType));
        foreach (MethodBase method in type.GetMethods(All).Concat<MethodBase>(type.GetConstructors(All)))
        {
            LookAtSignature(method);
            HasPointers |= TakesPointers(method);
            foreach (LocalVariableInfo local in method.GetMethodBody()?.LocalVariables ?? [])
            {
                Add(local.LocalType);
            }

            foreach ((_, MemberInfo? member) in MethodCode.Of(method))
            {
                Add(member as Type ?? member?.DeclaringType);
                Add((member as FieldInfo)?.FieldType);
                if (member is MethodBase called)
                {
                    calls.Add(called);
                    HasPointers |= TakesPointers(called);
                    LookAtSignature(called);
                }
            }
        }

        Array.ForEach(type.GetNestedTypes(All), Look);
    }

    private void LookAtSignature(MethodBase method)
    {
        Add((method as MethodInfo)?.ReturnType);
        Array.ForEach(method.GetParameters(), parameter => Add(parameter.ParameterType));
        if (method.IsGenericMethod)
        {
            Array.ForEach(method.GetGenericArguments(), Add);
        }
    }

    private static bool TakesPointers(MethodBase method) =>
        method.DeclaringType!.Name is not ("Span`1" or "ReadOnlySpan`1")
        && method.GetParameters().Any(parameter => parameter.ParameterType.IsPointer || parameter.ParameterType.IsFunctionPointer);

    private void Add(Type? type)
    {
        if (type is null || type.IsGenericParameter)
        {
            return;
        }

        if (type.HasElementType)
        {
            Add(type.GetElementType());
            return;
        }

        if (types.Add(type) && type.IsGenericType)
        {
            types.Add(type.GetGenericTypeDefinition());
            Array.ForEach(type.GetGenericArguments(), Add);
        }
    }
}
