// Where F11 leads: the methods that a debugger enters from a method, found in its code. Methods that are marked as machinery
// are stepped through, so what they call counts in their place; properties and operators are stepped over.

using System.Diagnostics;
using System.Reflection;

namespace Gpt2.Tests.Support;

internal static class VisibleCalls
{
    private const BindingFlags All =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    /// <summary>Every method of a type, by name; all are its own.</summary>
    public static IEnumerable<MethodInfo> MethodsOf(Type type) => type.GetMethods(All);

    /// <summary>Whether a debugger shows a method, and does not step through.</summary>
    public static bool IsVisible(MethodBase method) =>
        !method.IsDefined(typeof(DebuggerStepThroughAttribute)) && !method.IsDefined(typeof(DebuggerHiddenAttribute));

    /// <summary>The methods of this repository that F11 enters from a method, in no order.</summary>
    public static IReadOnlyCollection<MethodBase> From(MethodBase method)
    {
        var entered = new HashSet<MethodBase>();
        var seen = new HashSet<MethodBase>();
        var left = new Queue<MethodBase>([method]);
        while (left.TryDequeue(out MethodBase? caller))
        {
            foreach (MethodBase called in MethodCode.CallsOf(caller).Where(seen.Add))
            {
                if (called.DeclaringType?.Assembly.GetName().Name?.StartsWith("Gpt2.", StringComparison.Ordinal) != true || called.IsConstructor)
                {
                    continue;
                }

                if (!IsVisible(called))
                {
                    left.Enqueue(called);
                }
                else if (!called.IsSpecialName)
                {
                    entered.Add(called);
                }
            }
        }

        return entered;
    }
}
