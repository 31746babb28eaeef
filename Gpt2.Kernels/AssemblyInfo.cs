// The tests and the benchmarks may use the internals of the kernels.

using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Gpt2.Tests")]
[assembly: InternalsVisibleTo("Gpt2.Benchmarks")] // measures the team of threads on its own
