// The examples of post-training as its commands read them: files, templates, tokens, and what is kept for validation.

using System.Security.Cryptography;
using System.Text;
using Gpt2.Cli.CommandLine;
using Gpt2.Core;
using Gpt2.Core.PostTraining;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Text;

namespace Gpt2.Cli.Commands;

/// <summary>Where examples are from, and how they are read.</summary>
/// <param name="File">The file to learn from, or '-'.</param>
/// <param name="Validation">The file to validate on; null to keep a share of the first.</param>
/// <param name="Share">That share.</param>
/// <param name="Seed">Determines which examples are kept.</param>
/// <param name="Template">The template; null for that of the kind.</param>
/// <param name="Limit">How many rows may be skipped.</param>
internal sealed record TuneSource(string File, string? Validation, double Share, ulong Seed, PromptTemplate? Template, SkipLimit Limit);

/// <summary>Examples in tokens.</summary>
/// <param name="Split">What is learned and what is kept for validation.</param>
/// <param name="Kind">Their kind.</param>
/// <param name="Template">The words around them.</param>
/// <param name="File">The file that they are from.</param>
/// <param name="Validation">The file for validation; null if a share of the first is kept.</param>
internal sealed record TuneExamples(ExampleSplit Split, ExampleKind Kind, PromptTemplate Template, TuningFile File, TuningFile? Validation)
{
    /// <summary>Reads examples.</summary>
    /// <param name="source">Where they are from.</param>
    /// <param name="required">The kind that they must have; null for any.</param>
    /// <param name="answers">Whether they must have answers; otherwise each prompt is taken once, and only the prompts.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="context">Tokens that the model reads.</param>
    /// <param name="io">Standard input and notes.</param>
    /// <exception cref="Gpt2Exception">A file cannot be read, has another kind, or too many of its rows cannot be used.</exception>
    public static TuneExamples Read(
        TuneSource source, ExampleKind? required, bool answers, Tokenizer tokenizer, int context, CommandIo io)
    {
        (ExampleSet set, TuningFile read) = ReadFile(source.File, source.Limit, io);
        RequireKind(set, required, answers);
        PromptTemplate template = source.Template ?? PromptTemplate.StandardFor(set.Kind, context);
        IReadOnlyList<PreparedExample> Prepare(ExampleSet of)
        {
            PreparedSet prepared = PreparedSet.Of(of, template, tokenizer, context, source.Limit);
            if (prepared.Skipped.Count > 0)
            {
                io.Note($"note: {of.Name}: skipped {prepared.Skipped.Count} of {of.Rows} rows: {prepared.Skipped.Reasons} "
                    + $"({string.Join("; ", prepared.Skipped.First)})");
            }

            return answers
                ? prepared.Examples
                : [.. prepared.Examples.Select(example => example.PromptAlone()).DistinctBy(example => example.PromptText)];
        }

        if (source.Validation is null)
        {
            return new TuneExamples(ExampleSplit.Of(Prepare(set), source.Share, source.Seed), set.Kind, template, read, null);
        }

        (ExampleSet kept, TuningFile readToo) = ReadFile(source.Validation, source.Limit, io);
        RequireKind(kept, required, answers);
        return kept.Kind == set.Kind || !answers
            ? new TuneExamples(new ExampleSplit(Prepare(set), Prepare(kept)), set.Kind, template, read, readToo)
            : throw new Gpt2Exception($"has {kept.Kind.Name}") { Where = kept.Name, Expected = $"{set.Kind.Name} as in {set.Name}" };
    }

    /// <summary>Throws unless a file is the one that a run began with.</summary>
    /// <exception cref="Gpt2Exception">It is another.</exception>
    public static void RequireSame(TuningFile? now, TuningFile? then)
    {
        if (now != then)
        {
            throw new Gpt2Exception("not the examples that this run began with")
            {
                Where = TextFile.NameOf(then?.Path ?? now!.Path),
                Remedy = "restore that file or begin a new run",
            };
        }
    }

    /// <summary>The template of a name or a file.</summary>
    /// <exception cref="Gpt2Exception">There is none, or it is not a template.</exception>
    public static PromptTemplate TemplateOf(string name, CommandIo io)
    {
        if (PromptTemplate.All.FirstOrDefault(known => known.Name == name) is PromptTemplate template)
        {
            return template;
        }

        string names = string.Join(", ", PromptTemplate.All.Select(known => known.Name));
        return System.IO.File.Exists(name) || TextFile.IsStandardInput(name)
            ? PromptTemplate.Parse(TextFile.NameOf(name), TextFile.Read(name, io, TextFile.LongestPrompt, "a template"))
            : throw new UsageException($"found '{name}'", where: "--template", expected: $"{names}, or a file");
    }

    private static void RequireKind(ExampleSet set, ExampleKind? required, bool answers)
    {
        if (required is not null ? set.Kind != required : answers && !set.Kind.HasAnswers)
        {
            throw new Gpt2Exception($"has {set.Kind}")
            {
                Where = set.Name,
                Expected = required?.ToString() ?? "examples with answers: " + string.Join("; ", ExampleKind.All.Where(kind => kind.HasAnswers)),
            };
        }
    }

    private static (ExampleSet Set, TuningFile File) ReadFile(string path, SkipLimit limit, CommandIo io)
    {
        string text = TextFile.ReadToLearnFrom(path, io);
        string hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
        string full = TextFile.IsStandardInput(path) ? path : Path.GetFullPath(path);
        return (ExampleReader.Read(text, TextFile.NameOf(path), limit), new TuningFile(full, hash));
    }
}
