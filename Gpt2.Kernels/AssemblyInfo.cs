// The tests see what the kernels keep to themselves.

using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Gpt2.Tests")]
