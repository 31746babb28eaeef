// Runs what is measured: the kernels, the tokenizer, loading and the forward pass. docs/benchmarks.md says how.

using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using Gpt2.Benchmarks.Support;

foreach (string variable in OpenBlas.Variables.Where(name => Environment.GetEnvironmentVariable(name) is not null))
{
    Console.Error.WriteLine($"{variable} is set and may slow OpenBLAS down: the benchmarks run without it");
    Environment.SetEnvironmentVariable(variable, null);
}

if (!OpenBlas.IsInstalled)
{
    Console.Error.WriteLine("no libopenblas.so.0 on this system: the products are measured without OpenBLAS");
}

// BenchmarkDotNet looks for the project to build below the current folder, and knows solutions as .sln only.
Directory.SetCurrentDirectory(Checkout.Root);
IEnumerable<Summary> summaries = BenchmarkSwitcher.FromAssembly(typeof(Checkout).Assembly).Run(args);
bool complete = summaries.All(
    summary => !summary.HasCriticalValidationErrors && summary.Reports.All(report => report.Success));
return complete ? 0 : 1;
