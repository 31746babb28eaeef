// The tests may use the internals of the command.

using System.Runtime.CompilerServices;

[assembly: InternalsVisibleTo("Gpt2.Tests")]
