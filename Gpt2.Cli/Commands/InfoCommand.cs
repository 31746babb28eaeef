// gpt2 info: the sizes of a model, and what it is computed with.

using System.CommandLine;
using System.Globalization;
using System.Runtime.InteropServices;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.PostTraining;
using Gpt2.Core.Text;
using Gpt2.Core.Weights;
using Gpt2.Core.Weights.Doctor;
using Gpt2.Kernels;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

internal static class InfoCommand
{
    public static Command Create(CommandIo io)
    {
        Argument<string?> modelArgument = new("model")
        {
            Description = "Model folder or name; the same as --model.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var model = new ModelInput(adapters: true);
        var kernels = new KernelInput();
        Option<bool> json = CommonOptions.Json();

        var command = new Command("info", "Show a model's sizes, memory and kernels.");
        command.Arguments.Add(modelArgument);
        model.AddTo(command);
        kernels.AddTo(command);
        command.Options.Add(json);
        command.SetAction(parsed =>
        {
            using ModelSource source = model.Open(parsed, parsed.GetValue(modelArgument));
            Tokenizer? tokenizer = model.ReadTokenizer(parsed, source);
            Gpt2Config config = source.Config with { Vocabulary = tokenizer?.Vocabulary.Count ?? source.Config.Vocabulary };
            KernelSet set = kernels.Read(parsed);
            var info = new InfoResult(
                ModelLocator.NameOf(source.Path), source.Path, source.Format.Name,
                config.Parameters, config.Vocabulary, config.Context, config.Channels, config.Heads, config.Layers,
                config.QkvBias, config.TiedHead, tokenizer is not null, sizeof(float) * config.Parameters,
                sizeof(float) * 2L * config.Layers * config.Context * config.Channels,
                CommonOptions.NameOf(set.Rung), set.VectorBits, MachineExamination.InstructionSets(), [.. AdapterLocator.NamesFor(config)],
                tokenizer?.Vocabulary.AddedTokens.Count ?? 0, tokenizer?.Vocabulary.UnusedCount ?? 0, config.Hidden,
                ArithmeticSettings.NameOf(config.Activation), config.LayerNormEpsilon, config.ScaleAttention, config.ScaleAttentionByInverseLayer,
                source.StoredTypes);
            if (parsed.GetValue(json))
            {
                JsonShapes.Write(info, io.Out);
            }
            else
            {
                ShowTables(info, config, set, io);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void ShowTables(InfoResult info, Gpt2Config config, KernelSet kernels, CommandIo io)
    {
        var sizes = new TableWriter(io, new Column(""), new Column("", Flow: Flow.Wrap));
        sizes.Row("model", info.Name);
        sizes.Row(File.Exists(info.Folder) ? "file" : "folder", info.Folder);
        sizes.Row("format", info.Format);
        if (info.TensorTypes is not null)
        {
            sizes.Row("tensors", info.TensorTypes);
        }

        sizes.Row("parameters", Number(info.Parameters));
        string unused = info.UnusedIds > 0 ? Invariant($", the last {info.UnusedIds:N0} without a token") : "";
        sizes.Row("vocabulary (n_vocab)", Number(info.NVocab) + unused);
        sizes.Row("context (n_ctx)", Number(info.NCtx));
        sizes.Row("channels (n_embd)", Number(info.NEmbd));
        sizes.Row("heads (n_head)", $"{Number(info.NHead)} of {Number(config.HeadSize)} channels");
        sizes.Row("layers (n_layer)", Number(info.NLayer));
        foreach ((string name, string value) in ArithmeticSettings.Differing(config))
        {
            sizes.Row(name, $"{value.Trim('"')}, where GPT-2 has {ArithmeticSettings.OfGpt2(name, config)}");
        }

        sizes.Row("attention bias", info.QkvBias ? "yes" : "no");
        sizes.Row("language head", info.TiedHead ? "tied to wte" : "its own matrix");
        string added = info.AddedTokens > 0 ? $", {Plural.Of(info.AddedTokens, "added token")}" : "";
        sizes.Row("text", info.Text ? "byte-level BPE" + added : "none: prompts are ids");
        sizes.Row("memory", $"{Bytes(info.WeightsBytes)} weights, up to {Bytes(info.CacheBytes)} key-value cache");
        if (info.Adapters.Length > 0)
        {
            sizes.Row("adapters", string.Join(", ", info.Adapters));
        }

        sizes.Row("kernels", $"{info.Kernels}, {MachineExamination.Vectors(kernels)}");
        sizes.Row(
            "processor",
            $"{RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores, {string.Join(' ', info.InstructionSets)}");
        sizes.End();

        var matrices = new TableWriter(
            io, new Column("matrix"), Column.Number("rows"), Column.Number("columns", brief: "cols"), Column.Number("weights", drop: 1));
        foreach (MatrixShape shape in MatrixShapes.Of(config))
        {
            matrices.Row(shape.Name, Number(shape.Rows), Number(shape.Columns), Number(shape.Count));
        }

        matrices.End();
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Bytes(long bytes) => bytes < 1024 * 1024
        ? Invariant($"{bytes / 1024.0:0.0} KiB")
        : Invariant($"{bytes / (1024.0 * 1024.0):0.0} MiB");
}
