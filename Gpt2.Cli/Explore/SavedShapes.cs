// The records whose JSON is in a saved page. Most of them are the server's own answers, so that the page finds the same.

namespace Gpt2.Cli.Explore;

/// <summary>A pass in a file, without its numbers.</summary>
/// <param name="Session">The session; its sheets say in which order the numbers are.</param>
/// <param name="Labels">Of every token of the vocabulary.</param>
/// <param name="Texts">The tokens whose text is not their label with spaces, by their ids: for searching.</param>
/// <param name="Words">The words of the prompt with their merges.</param>
/// <param name="Depths">For every depth, what the head makes of every token; empty if the model's output is no distribution.</param>
/// <param name="Matrices">What every matrix of the pass is computed from.</param>
/// <param name="Methods">The C# sources of the methods that compute them.</param>
internal sealed record SavedBody(
    SessionBody Session, string[] Labels, Dictionary<int, string> Texts, WordBody[] Words, ReadingBody[][] Depths, SavedMatrixBody[] Matrices,
    Dictionary<string, string> Methods);

/// <summary>What a matrix of the pass is computed from.</summary>
/// <param name="Name">Its sheet.</param>
/// <param name="Operation">The name of its <see cref="Gpt2.Core.Explaining.CellOperation"/>, of cells that are not masked.</param>
/// <param name="Sources">The sheets it is computed from, in the order of <see cref="Gpt2.Core.Explaining.MatrixDescription.Sources"/>.</param>
/// <param name="FirstColumn">The source's column that column 0 is computed from first: that of a copy, which may begin later.</param>
/// <param name="Divisor">What products of queries and keys are divided by; 1 elsewhere.</param>
/// <param name="DivisorName">The same in symbols: √(head size). Null if nothing is divided.</param>
/// <param name="Formula">How it is computed, in symbols.</param>
/// <param name="Words">What is computed and what it is good for.</param>
/// <param name="Method">The method that computes it.</param>
/// <param name="InNumbers">Of an activation function: its formula, into which a number is put. Null elsewhere.</param>
internal sealed record SavedMatrixBody(
    string Name, string Operation, string[] Sources, int FirstColumn, double Divisor, string? DivisorName, string Formula, string Words,
    string Method, string? InNumbers);
