// Predicts, generates and looks inside a forward pass, with the packages Gpt2.Core and Gpt2.Kernels and nothing else of this repository.

using Gpt2.Core;
using Gpt2.Core.Numerics;
using Gpt2.Core.Tracing;
using Gpt2.Kernels;

const string Prompt = "Mike is quick. He moves";
using LanguageModel gpt2 = LanguageModel.Load("gpt2-workshop");

Console.WriteLine("The next token:");
foreach (var next in gpt2.Predict(Prompt, count: 3))
{
    Console.WriteLine($"{next.Probability,8:0.0000}{next.Text}");
}

Console.WriteLine($"The next ten:{string.Concat(gpt2.Generate(Prompt, maxNewTokens: 10).Select(token => token.Text))}");

ForwardTrace trace = gpt2.Trace(Prompt);
Matrix scores = trace.Entries.First(entry => entry is { Block: 0, Step: 6 }).Matrix;     // [tokens, heads · tokens]
Matrix attention = trace.Entries.First(entry => entry is { Block: 0, Step: 7 }).Matrix;  // [tokens, heads · tokens]

Console.WriteLine("What each token attends to in head 0 of block 0:");
for (int row = 0; row < trace.Ids.Count; row++)
{
    Console.Write($"{gpt2.TextOf(trace.Ids[row]),8}");
    for (int column = 0; column <= row; column++)
    {
        Console.Write($" {attention[row, column]:0.00}");
    }

    Console.WriteLine();
}

KernelSet kernels = KernelSet.Create(KernelRung.Vector);
int last = trace.Ids.Count - 1;
float[] lastScores = [.. Enumerable.Range(0, trace.Ids.Count).Select(column => scores[last, column])];
float[] softmax = new float[lastScores.Length];
kernels.Softmax.Rows(lastScores, columns: lastScores.Length, softmax);
Console.WriteLine($"The last row is softmax({string.Join("  ", lastScores.Select(score => $"{score:0.00}"))})");
Console.WriteLine($"                      = {string.Join("  ", softmax.Select(share => $"{share:0.00}"))}");
