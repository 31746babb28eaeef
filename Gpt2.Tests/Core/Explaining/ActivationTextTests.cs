// The activation functions are written several times, since texts, kernels and the page are in different languages: all of them are computed
// at the same arguments and compared, so that none can become another function. The workbook is compared in RecalculationTests.

using System.Globalization;
using System.Text.Json;
using Gpt2.Core.Explaining;
using Gpt2.Core.Weights;
using Gpt2.Kernels;
using Gpt2.Kernels.Activation;
using Gpt2.Tests.Support;

namespace Gpt2.Tests.Core.Explaining;

public class ActivationTextTests
{
    private static readonly double[] Arguments =
        [-40, -11, -6.25, -3.5, -2, -1.125, -0.75, -0.25, -0.015625, 0, 0.015625, 0.5, 0.75, 1, 2.5, 4, 9, 40];

    public static TheoryData<ActivationFunction> Functions() => [.. Enum.GetValues<ActivationFunction>()];

    [Theory]
    [MemberData(nameof(Functions))]
    public void FormulaInSymbols_IsWhatTheKernelsCompute(ActivationFunction function)
    {
        string formula = VariantFormulas.Activation(function);

        RequireKernels(function, x => FormulaEvaluator.ValueOf(formula, x), tolerance: 1e-6);
    }

    /// <summary>Numbers are shown with five digits.</summary>
    [Theory]
    [MemberData(nameof(Functions))]
    public void FormulaInNumbers_IsWhatTheKernelsCompute(ActivationFunction function) =>
        RequireKernels(function, x => FormulaEvaluator.ValueOf(VariantFormulas.ActivationInNumbers(function, x), double.NaN), tolerance: 3e-5);

    [Theory]
    [MemberData(nameof(Functions))]
    public void ValueAndShare_AreWhatTheKernelsCompute(ActivationFunction function)
    {
        RequireKernels(function, x => ActivationFormulas.ValueOf(function, x), tolerance: 1e-6);
        if (function != ActivationFunction.Tanh)
        {
            RequireKernels(function, x => x * ActivationFormulas.ShareOf(function, x)!.Value, tolerance: 1e-6);
        }
    }

    [NodeFact]
    public async Task Page_IsWhatTheKernelsCompute()
    {
        ActivationFunction[] functions = Enum.GetValues<ActivationFunction>();
        string answer = await NodeScript.RunAsync(
            ["Gpt2.Tests", "Core", "Explaining", "activations.mjs"], "",
            [
                Path.Combine(SharedData.RepositoryRoot, "Gpt2.Cli", "Explore", "Page", "activations.js"),
                string.Join(',', functions.Select(ArithmeticSettings.NameOf)),
                .. Arguments.Select(x => x.ToString(CultureInfo.InvariantCulture)),
            ]);

        JsonElement page = JsonDocument.Parse(answer).RootElement;
        foreach (ActivationFunction function in functions)
        {
            JsonElement[] computed = [.. page.GetProperty(ArithmeticSettings.NameOf(function)).EnumerateArray()];
            computed.Should().HaveCount(Arguments.Length);
            RequireKernels(function, x => computed[Array.IndexOf(Arguments, x)].GetProperty("value").GetDouble(), tolerance: 1e-6);
            for (int i = 0; i < Arguments.Length; i++)
            {
                JsonElement share = computed[i].GetProperty("share");
                (share.ValueKind == JsonValueKind.Null ? null : (double?)share.GetDouble())
                    .Should().BeApproximately(ActivationFormulas.ShareOf(function, Arguments[i]), 1e-12, "{0} of {1}", function, Arguments[i]);
            }
        }
    }

    private static void RequireKernels(ActivationFunction function, Func<double, double> formula, double tolerance)
    {
        foreach (KernelRung rung in Enum.GetValues<KernelRung>())
        {
            float[] computed = new float[Arguments.Length];
            KernelSet.Create(rung).Activation(function).Apply([.. Arguments.Select(x => (float)x)], computed);
            for (int i = 0; i < computed.Length; i++)
            {
                double expected = formula(Arguments[i]);
                Assert.True(
                    Math.Abs(computed[i] - expected) <= tolerance * Math.Max(1, Math.Abs(expected)),
                    FormattableString.Invariant($"{function} of {Arguments[i]} on {rung} is {computed[i]}, expected {expected}"));
            }
        }
    }
}
