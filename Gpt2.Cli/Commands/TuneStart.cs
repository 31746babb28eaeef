// What `gpt2 tune` begins with: a model, an adapter or all weights, and examples, from options or from the checkpoint of a run to
// resume. What a method does with them is its own.

using Gpt2.Cli.CommandLine;
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

/// <summary>What a run begins or goes on with.</summary>
/// <param name="Model">The model, without an adapter but with the tokens that it adds.</param>
/// <param name="Fingerprint">What it is without them.</param>
/// <param name="Adapter">The adapter to train; null to train all weights.</param>
/// <param name="First">The adapter that the run began with, which stays as it is; null if it was a new one.</param>
/// <param name="Tokenizer">The model's tokenizer, with the added tokens.</param>
/// <param name="Examples">The examples.</param>
/// <param name="State">The settings of the run.</param>
/// <param name="Checkpoint">The checkpoint to go on from; null at the beginning.</param>
internal sealed record TuneStart(
    Gpt2Model Model, ModelFingerprint Fingerprint, Adapter? Adapter, Adapter? First, Tokenizer Tokenizer, TuneExamples Examples, TuningState State,
    string? Checkpoint)
{
    /// <summary>What is trained.</summary>
    public TuningParts Parts => new(Model, Adapter, Tokenizer.Vocabulary, State);

    /// <summary>Begins a run.</summary>
    /// <param name="method">The method.</param>
    /// <param name="source">The model.</param>
    /// <param name="added">The tokens to add to its vocabulary.</param>
    /// <param name="tokenizer">Its tokenizer with these.</param>
    /// <param name="examples">The examples.</param>
    /// <param name="start">The adapter to begin with; null for a new one.</param>
    /// <param name="lora">The adapter to train; null to train all weights.</param>
    /// <param name="settings">How to train.</param>
    /// <param name="share">The share of the examples that is kept for validation.</param>
    /// <param name="maxSkipped">How many rows may be skipped.</param>
    /// <param name="answered">The most validation examples to answer.</param>
    /// <param name="kernels">The kernels to compute with.</param>
    /// <param name="type">The type to store the frozen weights in.</param>
    /// <param name="cache">Whether to read the weights from the user's cache.</param>
    /// <param name="io">Log and cancellation.</param>
    /// <exception cref="Gpt2Exception">Model or adapter cannot be read, or the adapter belongs to another model.</exception>
    public static TuneStart Begin(
        string method, ModelSource source, IReadOnlyList<string> added, Tokenizer tokenizer, TuneExamples examples, StartAdapter? start,
        LoraSettings? lora, TrainingSettings settings, double share, string maxSkipped, int answered, KernelSet kernels, WeightType type,
        bool cache, CommandIo io)
    {
        Gpt2Weights weights = ModelLoading.ReadWeights(source, io, cache);
        var fingerprint = ModelFingerprint.Of(weights);
        Adapter? adapter = start is not null ? Copy(start, fingerprint, settings.Dropout)
            : lora is not null ? Adapter.Create(lora, fingerprint, settings.Seed, added)
            : null;
        if (added.Count > 0)
        {
            (weights, _) = TokenRows.Extend(weights, TokenizerOf(source), added);
        }

        var state = new TuningState(
            0, method, Path.GetFullPath(source.Path), fingerprint.Hash, examples.Template.Name, examples.Template.Text, examples.File,
            examples.Validation, share, maxSkipped, answered, lora is null, settings, kernels.Rung, type)
        {
            Adapter = start?.File,
        };
        return new TuneStart(
            FrozenModel.Of(weights, kernels, type), fingerprint, adapter, start?.Adapter, tokenizer, examples, state, Checkpoint: null);
    }

    /// <summary>Resumes the run in a folder.</summary>
    /// <exception cref="Gpt2Exception">There is no checkpoint of this method, or model, adapter or examples have changed.</exception>
    public static TuneStart Resume(string method, string folder, Func<KernelRung, KernelSet> kernelsOf, CommandIo io)
    {
        string checkpoint = TrainingRun.NewestCheckpoint(folder) ?? throw NothingToResume(folder);
        TuningState state = TuningState.Read(checkpoint);
        if (state.Method != method)
        {
            throw new Gpt2Exception($"a run of 'gpt2 tune {state.Method}'")
            {
                Where = folder,
                Expected = $"one of 'gpt2 tune {method}'",
                Remedy = $"go on with 'gpt2 tune {state.Method} --resume {folder}'",
            };
        }

        CheckpointRecord? record = CheckpointRecord.ReadIfThere(checkpoint);
        record?.RequireRun(state.Facts(), Path.Combine(checkpoint, TuningState.FileName));
        using ModelSource source = state.Full ? ModelFolder.Open(checkpoint, ModelFormat.Csv) : ModelFolder.Open(state.Model);
        Gpt2Weights weights = ModelLoading.ReadWeights(source, io, cache: !state.Full);
        var fingerprint = ModelFingerprint.Of(weights);
        RequireSame(state.Full || fingerprint.Hash == state.ModelHash, "model", state.Model);
        StartAdapter? start = state.Adapter is null ? null : StartAdapter.Read(state.Adapter.Path);
        RequireSame(start?.File == state.Adapter, "adapter", state.Adapter?.Path ?? folder);
        Adapter? adapter = state.Full ? null : AdapterFolder.Read(checkpoint);
        (weights, Tokenizer? larger) = TokenRows.Extend(weights, TokenizerOf(source), adapter?.AddedTokens ?? []);
        Tokenizer tokenizer = larger!;
        record?.RequireModel(weights.Config, tokenizer.Vocabulary, source.Path);
        adapter?.RequireModel(fingerprint);
        var read = new TuneSource(
            state.File.Path, state.Validation?.Path, state.ValidationShare, state.Settings.Seed,
            PromptTemplate.Parse(state.Template, state.TemplateText), SkipLimit.Parse(state.MaxSkipped));
        TuneExamples examples = TuneExamples.Read(read, required: null, answers: state.Groups is null, tokenizer, source.Config.Context, io);
        TuneExamples.RequireSame(examples.File, state.File);
        TuneExamples.RequireSame(examples.Validation, state.Validation);
        return new TuneStart(
            FrozenModel.Of(weights, kernelsOf(state.Kernels), state.Weights), fingerprint, adapter, start?.Adapter, tokenizer, examples, state,
            checkpoint);
    }

    /// <summary>The model as the run began with it: what the trained one is compared with.</summary>
    public TokenMicroBatches Reference() => new(Model, First, dropout: 0);

    /// <summary>Goes on with the optimiser of the checkpoint, if there is one.</summary>
    public void Restore(Tuning tuning)
    {
        if (Checkpoint is not null)
        {
            tuning.Restore(Checkpoint, State.Step * (State.Groups?.Updates ?? 1));
        }
    }

    /// <summary>Throws unless what a run began with is still the same.</summary>
    /// <exception cref="Gpt2Exception">It is not.</exception>
    public static void RequireSame(bool same, string what, string where)
    {
        if (!same)
        {
            throw new Gpt2Exception($"not the {what} that this run began with")
            {
                Where = where,
                Remedy = $"restore that {what} or begin a new run",
            };
        }
    }

    /// <exception cref="Gpt2Exception">The model has no vocabulary.</exception>
    public static Tokenizer TokenizerOf(ModelSource source) => source.ReadTokenizer()
        ?? throw new Gpt2Exception("this model has no vocabulary and so no text to train on") { Where = source.Path };

    private static Adapter Copy(StartAdapter start, ModelFingerprint model, float dropout)
    {
        try
        {
            return start.Adapter.CopyFor(model, dropout);
        }
        catch (Gpt2Exception e)
        {
            throw e.At(start.File.Path);
        }
    }

    private static Gpt2Exception NothingToResume(string folder) => TrainingFolder.ResultIn(folder) is not null
        ? new("this run is finished, so there is nothing to resume") { Where = folder, Remedy = "begin a run with more --steps into another folder" }
        : TrainingFolder.WithoutCheckpoint(folder);
}
