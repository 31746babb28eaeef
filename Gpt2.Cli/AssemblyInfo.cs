// The tests see what the command keeps to itself.

using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Gpt2.Tests")]
