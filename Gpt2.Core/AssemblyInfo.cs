// The tests see what the library keeps to itself.

using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Gpt2.Tests")]
