// What `gpt2 tune sft` trains: a model, an adapter or all weights, and examples, from options or from the checkpoint of a run to
// resume.

using Gpt2.Cli.CommandLine;
using Gpt2.Cli.Output;
using Gpt2.Core;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.PostTraining;
using Gpt2.Core.PostTraining.Data;
using Gpt2.Core.Text;
using Gpt2.Core.Training;
using Gpt2.Core.Weights;
using Gpt2.Kernels;

namespace Gpt2.Cli.Commands;

/// <summary>Tuning ready to run.</summary>
internal sealed record TuneSftStart(SupervisedTuning Tuning, Tokenizer Tokenizer, TuneExamples Examples)
{
    /// <summary>The share of the examples that is kept for validation if nothing else is said.</summary>
    public const double ValidationShare = 0.05;

    private const string Method = "sft";

    /// <summary>Begins a run.</summary>
    /// <param name="source">The model.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="examples">The examples.</param>
    /// <param name="lora">The adapter to train; null to train all weights.</param>
    /// <param name="settings">How to train.</param>
    /// <param name="share">The share of the examples that is kept for validation.</param>
    /// <param name="maxSkipped">How many rows may be skipped.</param>
    /// <param name="answered">The most validation examples to answer.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="io">Log and cancellation.</param>
    public static TuneSftStart Begin(
        ModelSource source, Tokenizer tokenizer, TuneExamples examples, LoraSettings? lora, TrainingSettings settings, double share,
        string maxSkipped, int answered, KernelSet kernels, CommandIo io)
    {
        Gpt2Weights weights = ModelLoading.ReadWeights(source, io, cache: true);
        var fingerprint = ModelFingerprint.Of(weights);
        Adapter? adapter = lora is null ? null : Adapter.Create(lora, fingerprint, settings.Seed);
        var model = new Gpt2Model(weights, kernels);
        string path = Path.GetFullPath(source.Path);
        var state = new TuningState(
            0, Method, path, fingerprint.Hash, examples.Template.Name, examples.Template.Text, examples.File, examples.Validation, share,
            maxSkipped, answered, Before: null, lora is null, settings, kernels.Rung);
        ExactMatch? before = Answers(model, tokenizer, examples.Split, answered, io);
        return new TuneSftStart(
            new SupervisedTuning(model, adapter, tokenizer.Vocabulary, examples.Split, state with { Before = before }), tokenizer, examples);
    }

    /// <summary>Resumes the run in a folder.</summary>
    /// <exception cref="Gpt2Exception">There is no checkpoint, or model or examples have changed.</exception>
    public static TuneSftStart Resume(string folder, Func<KernelRung, KernelSet> kernelsOf, CommandIo io)
    {
        string checkpoint = TrainingRun.NewestCheckpoint(folder) ?? throw NothingToResume(folder);
        TuningState state = TuningState.Read(checkpoint);
        using ModelSource source = state.Full ? ModelFolder.Open(checkpoint, ModelFormat.Csv) : ModelFolder.Open(state.Model);
        Gpt2Weights weights = ModelLoading.ReadWeights(source, io, cache: !state.Full);
        if (!state.Full && ModelFingerprint.Of(weights).Hash != state.ModelHash)
        {
            throw new Gpt2Exception("not the model that this run began with")
            {
                Where = state.Model,
                Remedy = "restore that model or begin a new run",
            };
        }

        Tokenizer tokenizer = TokenizerOf(source);
        TuneExamples examples = TuneExamples.Read(
            state.File.Path, state.Validation?.Path, state.ValidationShare, state.Settings.Seed,
            PromptTemplate.Parse(state.Template, state.TemplateText), SkipLimit.Parse(state.MaxSkipped), tokenizer, source.Config.Context, io);
        TuneExamples.RequireSame(examples.File, state.File);
        TuneExamples.RequireSame(examples.Validation, state.Validation);
        var tuning = new SupervisedTuning(
            new Gpt2Model(weights, kernelsOf(state.Kernels)), state.Full ? null : AdapterFolder.Read(checkpoint), tokenizer.Vocabulary,
            examples.Split, state);
        Checkpoint.ReadOptimizer(checkpoint, state.Step, tuning.Optimizer);
        return new TuneSftStart(tuning, tokenizer, examples);
    }

    /// <summary>How validation examples are answered; null if there are none to answer.</summary>
    public static ExactMatch? Answers(Gpt2Model model, Tokenizer tokenizer, ExampleSplit split, int most, CommandIo io)
    {
        IReadOnlyList<PreparedExample> asked = ExactMatch.Some(split.Validation, most);
        return asked.Count == 0 ? null : Progress.Run("answering", io, _ => ExactMatch.Of(model, tokenizer, asked, io.Cancellation));
    }

    /// <exception cref="Gpt2Exception">The model has no vocabulary.</exception>
    public static Tokenizer TokenizerOf(ModelSource source) => source.ReadTokenizer()
        ?? throw new Gpt2Exception("this model has no vocabulary and so no text to train on") { Where = source.Path };

    private static Gpt2Exception NothingToResume(string folder) => TrainingFolder.ResultIn(folder) is not null
        ? new("this run is finished, so there is nothing to resume") { Where = folder, Remedy = "begin a run with more --steps into another folder" }
        : new("no checkpoint of a training run")
        {
            Where = folder,
            Expected = "one in its folder 'checkpoints'",
            Remedy = "begin a run without --resume",
        };
}
