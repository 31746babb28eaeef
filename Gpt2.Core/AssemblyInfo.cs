// The project's other programs see what the library keeps to itself.

using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("gpt2")]
[assembly: InternalsVisibleTo("Gpt2.Tests")]
[assembly: InternalsVisibleTo("Gpt2.Benchmarks")]
