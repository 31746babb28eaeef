// An object of a case's class with the case's parameters, as columns ask it what a call does.

using BenchmarkDotNet.Parameters;
using BenchmarkDotNet.Running;

namespace Gpt2.Benchmarks.Support;

internal static class CaseInstance
{
    /// <summary>The class of a case, with its parameters set and no setup done.</summary>
    public static T Create<T>(BenchmarkCase benchmarkCase)
    {
        Type type = benchmarkCase.Descriptor.Type;
        var benchmarks = (T)Activator.CreateInstance(type)!;
        foreach (ParameterInstance parameter in benchmarkCase.Parameters.Items)
        {
            type.GetProperty(parameter.Name)!.SetValue(benchmarks, parameter.Value);
        }

        return benchmarks;
    }
}
