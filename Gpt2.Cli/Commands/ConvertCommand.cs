// gpt2 convert: converts a model to another format.

using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.PostTraining;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Gguf;
using Gpt2.Core.Weights.JavaScript;
using Gpt2.Kernels;

namespace Gpt2.Cli.Commands;

internal static class ConvertCommand
{
    /// <summary>The types of a GGUF file as --type spells them.</summary>
    private static readonly (string Name, GgufWeights Type)[] WeightNames =
    [
        ("f32", GgufWeights.Float32), ("f16", GgufWeights.Float16), ("bf16", GgufWeights.BFloat16), ("q8_0", GgufWeights.Q8),
        ("q4_0", GgufWeights.Q4),
    ];

    public static Command Create(CommandIo io)
    {
        Argument<string> from = new("from") { Description = "The model: a folder, a file or a name. Or an adapter: a folder or a name." };
        Argument<string> to = new("to") { Description = "The folder to create, or a file that ends in .gguf, or for llmc in .bin." };
        Option<string?> fromFormat = CommonOptions.FormatOption("--from", "Which model to take from a folder that holds several", ModelFormat.All);
        string[] writers = [.. ModelWriter.All.Select(writer => writer.Name)];
        Option<string?> toForm = new("--to")
        {
            Description = "The format to write.\nDefault: gguf or llmc if TO ends in .gguf or .bin, safetensors from a CSV folder, "
                + "csv from anything else. Of an adapter: csv or peft, whichever it does not have.",
            HelpName = string.Join("|", [.. writers, AdapterConversion.Peft]),
        };
        toForm.CompletionSources.Add([.. writers, AdapterConversion.Peft]);
        var vocabulary = new VocabularyInput("A vocab.bpe for a model that has none.");
        Option<string?> type = CommonOptions.OneOf(
            "--type", "How a gguf file stores matrices. Default: f32.\nThe others take less space and lose precision.",
            [.. WeightNames.Select(entry => entry.Name)]);
        Option<string[]> adapter = CommonOptions.Adapter();
        adapter.Description = "Merge an adapter that was trained on the model.\nOnce for each of several, whose changes add up.";
        var added = new AddedTokensInput("The row of each begins as the mean of the rows of its pieces.");
        Option<bool> force = new("--force") { Description = "Replace an existing model." };
        Option<bool> json = CommonOptions.Json();

        var command = new Command(
            "convert", "Convert a model or an adapter to another format, merge adapters into a model, or add tokens to its vocabulary.\n"
                + "Unless adapters are merged or --type says otherwise, every float32 keeps its bits.");
        command.Arguments.Add(from);
        command.Arguments.Add(to);
        foreach (Option option in (Option[])[fromFormat, toForm, type, vocabulary.Option, adapter, added.Option, force, json])
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed =>
        {
            var watch = Stopwatch.StartNew();
            string target = CommonOptions.RequireFolderName(parsed.GetValue(to)!, "to");
            if (AdapterConversion.FolderOf(parsed.GetValue(from)!) is string adapterFolder)
            {
                foreach (Option other in (Option[])[fromFormat, type, vocabulary.Option, adapter])
                {
                    if (parsed.GetResult(other) is { Implicit: false })
                    {
                        throw new UsageException($"{adapterFolder} is an adapter: expected no {other.Name} with it");
                    }
                }

                AdapterConversion.Run(adapterFolder, target, parsed.GetValue(toForm), parsed.GetValue(force), watch, parsed.GetValue(json), io);
                return ExitCode.Done;
            }

            using ModelSource source = ModelFolder.Open(
                ModelLocator.Find(parsed.GetValue(from)!), CommonOptions.FormatOf(parsed.GetValue(fromFormat)));
            ModelWriter writer = WriterOf(parsed.GetValue(toForm), target, source);
            writer = WithType(writer, parsed.GetValue(type), source.Config, io);
            string[] adapters = [.. parsed.GetValue(adapter)!.Select(AdapterLocator.Find)];
            OutputTarget.RequireNotRead(target, [source.Path, .. adapters]);
            OutputTarget.RequireFree(target, writer.IsFile(target), parsed.GetValue(force));
            Vocabulary? words = VocabularyOf(parsed, vocabulary, source);
            writer.Require(source.Config, words);
            if (writer.NeedsQkvBias && !source.Config.QkvBias)
            {
                io.Note($"note: the model has no attention bias; {writer.Name} always has one, so zeros are written");
            }

            if (writer == ModelWriter.JavaScriptCsv && words is not null)
            {
                NoteLimits(words, io);
            }

            Gpt2Config written = Convert(source, adapters, all => added.Read(parsed, all, io), writer, target, words, io);
            Report(source, written, writer, target, watch.Elapsed.TotalSeconds, parsed.GetValue(json), io);
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>Says what in a vocabulary the page of the JavaScript edition cannot handle.</summary>
    public static void NoteLimits(Vocabulary vocabulary, CommandIo io)
    {
        foreach (string limit in SpreadsheetVocabulary.LimitsOf(vocabulary))
        {
            io.Note($"note: {limit}");
        }
    }

    /// <summary>Reads, merges, extends and writes a model.</summary>
    /// <returns>The sizes of what was written.</returns>
    private static Gpt2Config Convert(
        ModelSource source, string[] adapters, Func<Vocabulary?, IReadOnlyList<string>> addedTo, ModelWriter writer, string target,
        Vocabulary? vocabulary, CommandIo io)
    {
        string name = ModelLocator.NameOf(source.Path);
        Gpt2Weights weights = Progress.Run($"reading {name}", io, progress => source.ReadWeights(progress, io.Cancellation));
        Tokenizer? tokenizer = vocabulary is null ? null : new Tokenizer(vocabulary);
        (weights, tokenizer) = AdapterFolder.Merge(adapters, weights, tokenizer, KernelSet.Create(KernelSet.FastestRung));
        (weights, tokenizer) = TokenRows.Extend(weights, tokenizer, addedTo(tokenizer?.Vocabulary));
        vocabulary = tokenizer?.Vocabulary;
        string[] written = Progress.Run($"writing {target}", io, progress => writer.Write(target, weights, vocabulary, progress, io.Cancellation));
        if (writer.IsFile(target))
        {
            if (vocabulary is not null && writer == ModelWriter.LlmC)
            {
                string added = vocabulary.AddedTokens.Count > 0 ? $" and the {AddedTokensFile.FileName}" : "";
                io.Note($"note: the vocabulary is not in {target}: keep a {VocabularyFile.FileName}{added} beside it");
            }
        }
        else
        {
            ModelFolder.DeleteOthers(target, written);
        }

        return weights.Config;
    }

    private static ModelWriter WriterOf(string? name, string target, ModelSource source)
    {
        if (name is null)
        {
            return ((ModelWriter[])[ModelWriter.LlmC, ModelWriter.Gguf]).FirstOrDefault(writer => writer.IsFile(target))
                ?? (source.Format == ModelFormat.Csv ? ModelWriter.Safetensors : ModelWriter.Csv);
        }

        return ModelWriter.All.FirstOrDefault(writer => writer.Name == name)
            ?? throw new UsageException(
                name == AdapterConversion.Peft ? $"found '{name}', which is for adapters" : $"found '{name}'", where: "--to",
                expected: string.Join(", ", ModelWriter.All.Select(writer => writer.Name)));
    }

    /// <summary>The writer for the type of weights that was asked for.</summary>
    private static ModelWriter WithType(ModelWriter writer, string? type, Gpt2Config config, CommandIo io)
    {
        GgufWeights weights = WeightNames.FirstOrDefault(entry => entry.Name == type).Type;
        if (weights == GgufWeights.Float32)
        {
            return writer;
        }

        if (writer != ModelWriter.Gguf)
        {
            throw new UsageException($"found '{type}'", where: "--type", expected: $"f32, in which {writer.Name} is always written, or --to gguf");
        }

        if (GgufFile.Fallbacks(config, weights) is int fallbacks and > 0)
        {
            io.Note($"note: {Plural.Of(fallbacks, "tensor")} written in f16, since rows are not multiples of 32 weights");
        }

        return ModelWriter.GgufOf(weights);
    }

    private static Vocabulary? VocabularyOf(ParseResult parsed, VocabularyInput input, ModelSource source)
    {
        if (input.Read(parsed) is not Vocabulary vocabulary)
        {
            return source.ReadTokenizer()?.Vocabulary;
        }

        return FolderVocabulary.Fit(vocabulary, parsed.GetValue(input.Option)!, source.Config, source.Path, confirmed: false, confirm: "");
    }

    private static void Report(ModelSource source, Gpt2Config written, ModelWriter writer, string target, double seconds, bool json, CommandIo io)
    {
        if (json)
        {
            JsonShapes.Write(
                new ConvertResult(source.Path, source.Format.Name, target, writer.Name, written.Parameters, seconds), io.Out);
        }
        else
        {
            io.Say(string.Create(
                CultureInfo.InvariantCulture,
                $"{target}: {written.Parameters:N0} weights of {source.Path} ({source.Format.Name}) as {writer.Name} "
                    + $"in {seconds:0.0} s; 'gpt2 info {target}' shows them"));
        }
    }
}
