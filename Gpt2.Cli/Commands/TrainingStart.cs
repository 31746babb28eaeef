// What `gpt2 train` trains: text, vocabulary, random or given weights, from options, from the preset, or from the
// checkpoint of a run to resume.

using System.Security.Cryptography;
using System.Text;
using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Text;
using Gpt2.Core.Training;
using Gpt2.Core.Training.Corpus;
using Gpt2.Core.Weights;
using Gpt2.Kernels;
using static System.FormattableString;

namespace Gpt2.Cli.Commands;

/// <summary>A trainer ready to run, and what its checkpoints need.</summary>
internal sealed record TrainingStart(Trainer Trainer, Tokenizer Tokenizer, RunState State)
{
    /// <summary>Begins a run.</summary>
    /// <param name="textFile">The text; null for the workshop's own.</param>
    /// <param name="tokenizer">The vocabulary; null to learn one of <paramref name="vocabularySize"/> tokens.</param>
    /// <param name="vocabularySize">Number of tokens of a vocabulary to learn.</param>
    /// <param name="initial">Weights to start with; null for random ones of <paramref name="sizes"/>.</param>
    /// <param name="sizes">Sizes of random weights; the vocabulary's is filled in.</param>
    /// <param name="settings">How to train.</param>
    /// <param name="samplePrompt">The prompt of samples.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="io">Log and cancellation.</param>
    public static TrainingStart Begin(
        string? textFile, Tokenizer? tokenizer, int vocabularySize, Gpt2Weights? initial, Gpt2Config sizes,
        TrainingSettings settings, string? samplePrompt, KernelSet kernels, CommandIo io)
    {
        string text = TextOf(textFile, io);
        if (tokenizer is null)
        {
            io.Note(Invariant($"learning {vocabularySize:N0} tokens from {NameOf(textFile)}"));
            tokenizer = new Tokenizer(Progress.Run(
                "learning tokens", io, progress => BytePairLearner.Learn(text, vocabularySize, progress, io.Cancellation)).Vocabulary);
            if (tokenizer.Vocabulary.Count < vocabularySize)
            {
                io.Note(Invariant($"learned {tokenizer.Vocabulary.Count:N0} tokens: no pair of tokens occurs twice any more"));
            }
        }

        Gpt2Weights weights = initial ?? Fresh(sizes with { Vocabulary = tokenizer.Vocabulary.Count }, settings.Seed);
        TrainingData data = DataOf(text, tokenizer, settings, io);
        var trainer = new Trainer(new Gpt2Model(weights, kernels), settings, data);
        return new TrainingStart(trainer, tokenizer, new RunState(0, settings, PathOf(textFile), HashOf(text), samplePrompt, kernels.Rung));
    }

    /// <summary>Resumes the run in a folder.</summary>
    /// <exception cref="Gpt2Exception">There is no checkpoint, or the text has changed.</exception>
    public static TrainingStart Resume(string folder, Func<KernelRung, KernelSet> kernelsOf, CommandIo io)
    {
        string checkpoint = TrainingRun.NewestCheckpoint(folder) ?? throw NothingToResume(folder);
        RunState state = Checkpoint.ReadState(checkpoint);
        CheckpointRecord? record = CheckpointRecord.ReadIfThere(checkpoint);
        record?.RequireRun(state.Facts(), Path.Combine(checkpoint, Checkpoint.StateFile));
        string text = TextOf(state.TextFile, io);
        if (HashOf(text) != state.TextHash)
        {
            throw new Gpt2Exception("not the text that this run began with")
            {
                Where = NameOf(state.TextFile),
                Remedy = "restore that text or begin a new run",
            };
        }

        using ModelSource source = ModelFolder.Open(checkpoint, ModelFormat.Csv);
        Tokenizer tokenizer = source.ReadTokenizer()!;
        record?.RequireModel(source.Config, tokenizer.Vocabulary, checkpoint);
        Gpt2Weights weights = source.ReadWeights(null, io.Cancellation);
        record?.RequireTrained(weights.Matrices());
        var trainer = new Trainer(
            new Gpt2Model(weights, kernelsOf(state.Kernels)), state.Settings,
            DataOf(text, tokenizer, state.Settings, io));
        Checkpoint.ReadOptimizer(checkpoint, state.Step, trainer.Optimizer);
        return new TrainingStart(trainer, tokenizer, state);
    }

    private static Gpt2Exception NothingToResume(string folder) => FinishedRun.LastLine(folder) is LogLine last
        ? new($"this run is finished after {last.Step} steps, so there is nothing to resume")
        {
            Where = folder,
            Remedy = $"to train its model further, begin a run with 'gpt2 train FILE --init {folder} --out OTHER --steps N', "
                + "or one with more --steps into another folder",
        }
        : TrainingFolder.WithoutCheckpoint(folder);

    private static TrainingData DataOf(string text, Tokenizer tokenizer, TrainingSettings settings, CommandIo io) =>
        Progress.Run("reading the text as tokens", io, _ => TrainingData.FromText(text, tokenizer, settings.Context));

    private static Gpt2Weights Fresh(Gpt2Config config, ulong seed)
    {
        var weights = new Gpt2Weights(config);
        WeightInitialisation.Fill(weights, seed);
        return weights;
    }

    private static string NameOf(string? textFile) => textFile is null ? "the workshop's text" : TextFile.NameOf(textFile);

    /// <summary>The path at which a resumed run finds the text from any folder; '-' stays standard input.</summary>
    private static string? PathOf(string? textFile) =>
        textFile is null || TextFile.IsStandardInput(textFile) ? textFile : Path.GetFullPath(textFile);

    private static string TextOf(string? textFile, CommandIo io)
    {
        if (textFile is not null)
        {
            return TextFile.ReadToLearnFrom(textFile, io);
        }

        var writer = new StringWriter { NewLine = "\n" };
        return Progress.Run("making the workshop's text", io, _ =>
        {
            WorkshopCorpus.Write(writer, WorkshopPreset.TextSeed, WorkshopPreset.TextBytes, io.Cancellation);
            return writer.ToString();
        });
    }

    private static string HashOf(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
