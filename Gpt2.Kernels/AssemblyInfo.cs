// The tests and the benchmarks see what the kernels keep to themselves.

using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Gpt2.Tests")]
[assembly: InternalsVisibleTo("Gpt2.Benchmarks")] // measures the team of threads alone
