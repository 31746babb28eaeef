// Runs what is measured: the kernels, the tokenizer, loading and the forward pass. docs/benchmarks.md says how.

using BenchmarkDotNet.Running;
using Gpt2.Benchmarks.Support;

// BenchmarkDotNet looks for the project to build below the current folder, and knows solutions as .sln only.
Directory.SetCurrentDirectory(Checkout.Root);
BenchmarkSwitcher.FromAssembly(typeof(Checkout).Assembly).Run(args);
