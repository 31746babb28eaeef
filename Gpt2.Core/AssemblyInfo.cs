// The project's other programs may use the internals of the library.

using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("gpt2")]
[assembly: InternalsVisibleTo("Gpt2.Tests")]
[assembly: InternalsVisibleTo("Gpt2.Benchmarks")]
