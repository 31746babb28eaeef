// The main entry point of the library: a model and its tokenizer, loaded by name, with texts in and out. TextGenerator,
// ForwardTrace and Gpt2Model do the work. It is in the root namespace so that one using is enough, and no folder of the
// library uses it. The name Gpt2 is taken: in a program it is the namespace.

using Gpt2.Core.Generation;
using Gpt2.Core.Generation.Beams;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.PostTraining;
using Gpt2.Core.Text;
using Gpt2.Core.Tracing;
using Gpt2.Core.Weights;
using Gpt2.Kernels;

namespace Gpt2.Core;

/// <summary>
/// A GPT-2 model that predicts, generates and traces. It owns its weights and never changes them: any number of threads
/// may use it at once, with the same results as one alone.
/// </summary>
public sealed class LanguageModel : IDisposable
{
    private readonly Tokenizer? tokenizer;
    private volatile Gpt2Model? model;

    private LanguageModel(string name, string path, Gpt2Model model, Tokenizer? tokenizer)
    {
        Name = name;
        Path = path;
        Config = model.Config;
        this.model = model;
        this.tokenizer = tokenizer;
    }

    /// <summary>The name of the model's folder or file.</summary>
    public string Name { get; }

    /// <summary>The folder or file that the model was read from; empty if it was made from weights in memory.</summary>
    public string Path { get; }

    /// <summary>The model's sizes.</summary>
    public Gpt2Config Config { get; }

    /// <summary>Whether the model has a vocabulary. Without one, prompts are ids, and tokens have no text.</summary>
    public bool HasText => tokenizer is not null;

    /// <summary>Converts text to ids and back.</summary>
    /// <exception cref="Gpt2Exception">The model has no vocabulary.</exception>
    public Tokenizer Tokenizer => tokenizer ?? throw new Gpt2Exception("this model has no vocabulary")
    {
        Where = Path.Length > 0 ? Path : Name,
        Expected = "one, without which there are ids and no texts",
    };

    /// <summary>The token that ends a text; null if the model has no vocabulary.</summary>
    public int? EndOfText => tokenizer?.Vocabulary.EndOfText;

    /// <summary>The forward pass.</summary>
    /// <exception cref="ObjectDisposedException">The model has been disposed.</exception>
    public Gpt2Model Model => model ?? throw new ObjectDisposedException(Name);

    /// <summary>Finds and reads a model.</summary>
    /// <param name="model">Its folder, its file, or a name, which is looked up in weights-csv beside the program or in the checkout, then among
    /// downloaded models.</param>
    /// <param name="options">How to read the model and what to compute with; null for the defaults.</param>
    /// <param name="progress">Receives the share of the weights read so far, 0 to 1; or null.</param>
    /// <param name="cancellation">Stops between matrices.</param>
    /// <exception cref="Gpt2Exception">The model or an adapter does not exist, or something is wrong with it.</exception>
    public static LanguageModel Load(
        string model = ModelLocator.DefaultModel, LoadOptions? options = null, IProgress<double>? progress = null,
        CancellationToken cancellation = default)
    {
        options ??= new LoadOptions();
        using ModelSource source = ModelFolder.Open(ModelLocator.Find(model), options.Format);
        return Load(source, options, () => (options.UseCache ? WeightsCache.OfUser() : null) is WeightsCache cache
            ? cache.Read(source, progress, note: _ => { }, cancellation)
            : source.ReadWeights(progress, cancellation));
    }

    /// <summary>The same on the thread pool.</summary>
    /// <inheritdoc cref="Load(string, LoadOptions?, IProgress{double}?, CancellationToken)"/>
    public static Task<LanguageModel> LoadAsync(
        string model = ModelLocator.DefaultModel, LoadOptions? options = null, IProgress<double>? progress = null,
        CancellationToken cancellation = default) =>
        Task.Run(() => Load(model, options, progress, cancellation), cancellation);

    /// <summary>
    /// Makes a model from a copy of weights, such as those in training; later changes to either do not affect the
    /// other.
    /// </summary>
    /// <param name="weights">The weights, which are not changed.</param>
    /// <param name="tokenizer">The tokenizer; null if there is no text.</param>
    /// <param name="name">The name of the model.</param>
    /// <param name="options">What to compute with; null for the defaults.</param>
    /// <exception cref="Gpt2Exception">
    /// A weight is not finite, and the type to store it in cannot represent it.
    /// </exception>
    public static LanguageModel Of(Gpt2Weights weights, Tokenizer? tokenizer, string name, LoadOptions? options = null) =>
        Of(name, path: "", weights.Copy(), tokenizer, options ?? new LoadOptions());

    /// <summary>Makes a model from an opened source, using a function that reads its weights.</summary>
    internal static LanguageModel Load(ModelSource source, LoadOptions options, Func<Gpt2Weights> readWeights)
    {
        Tokenizer? tokenizer = source.ReadTokenizer(); // first, because it is small and may be wrong
        return Of(ModelLocator.NameOf(source.Path), source.Path, readWeights(), tokenizer, options);
    }

    /// <summary>The most probable next tokens, best first; of equally probable ones, the lower id first.</summary>
    /// <param name="prompt">A text of 1 to n_ctx tokens.</param>
    /// <param name="count">The maximum number of tokens to return.</param>
    /// <exception cref="Gpt2Exception">
    /// The prompt is empty or too long, or the model has no vocabulary, or its output is not a distribution.
    /// </exception>
    public IReadOnlyList<NextToken> Predict(string prompt, int count = 10) => Predict(Tokenizer.Encode(prompt), count);

    /// <summary>The same for a prompt of ids.</summary>
    /// <param name="prompt">1 to n_ctx ids.</param>
    /// <param name="count">The maximum number of tokens to return.</param>
    /// <param name="breakpoint">Where to stop an attached debugger, or null.</param>
    /// <exception cref="Gpt2Exception">
    /// There are no ids, too many or unknown ones, or the model's output is not a distribution.
    /// </exception>
    public IReadOnlyList<NextToken> Predict(ReadOnlySpan<int> prompt, int count = 10, StepBreakpoint? breakpoint = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var a = new ForwardActivations(Config, breakpoint: breakpoint);
        Model.Forward(prompt, cache: null, a);
        return [.. Prediction.Top(a.Logits.Row(0), a.Probabilities.Row(0), count)
            .Select(token => new NextToken(token.Id, TextOf(token.Id), token.Logit, token.Probability))];
    }

    /// <summary>The same on the thread pool.</summary>
    /// <inheritdoc cref="Predict(string, int)"/>
    public Task<IReadOnlyList<NextToken>> PredictAsync(string prompt, int count = 10, CancellationToken cancellation = default) =>
        Task.Run(() => Predict(prompt, count), cancellation);

    /// <summary>
    /// Continues a text. Each token is computed when it is requested. The pieces of text are whole characters, and the
    /// last token says why the text ends.
    /// </summary>
    /// <param name="prompt">A text of 1 to n_ctx tokens.</param>
    /// <param name="options">
    /// How many tokens, how they are drawn, and where the text ends; null for greedy choice.
    /// </param>
    /// <param name="maxNewTokens">The maximum number of tokens to generate; null for that of the options.</param>
    /// <param name="cancellation">Checked before each token.</param>
    /// <exception cref="Gpt2Exception">
    /// The prompt or the options are not valid, or the model has no vocabulary; thrown by the call itself.
    /// </exception>
    /// <exception cref="OperationCanceledException">While enumerating: it was cancelled.</exception>
    public IEnumerable<GeneratedToken> Generate(
        string prompt, GenerationOptions? options = null, int? maxNewTokens = null, CancellationToken cancellation = default) =>
        CreateGenerator().Generate(Tokenizer.Encode(prompt), With(options, maxNewTokens), cancellation);

    /// <summary>The same, computed on the thread pool one token at a time.</summary>
    /// <inheritdoc cref="Generate"/>
    public IAsyncEnumerable<GeneratedToken> GenerateAsync(
        string prompt, GenerationOptions? options = null, int? maxNewTokens = null, CancellationToken cancellation = default) =>
        CreateGenerator().GenerateAsync(Tokenizer.Encode(prompt), With(options, maxNewTokens), cancellation);

    /// <summary>
    /// Creates a generator, which also completes prompts of ids and gives several samples of one prompt.
    /// </summary>
    /// <param name="breakpoint">Where to stop an attached debugger, or null.</param>
    public TextGenerator CreateGenerator(StepBreakpoint? breakpoint = null) => new(Model, tokenizer, EndOfText, breakpoint);

    /// <summary>The continuations that beam search finds for a prompt of ids, best first.</summary>
    /// <param name="prompt">1 to n_ctx ids.</param>
    /// <param name="options">The beams, their length and their score; null for the defaults.</param>
    /// <param name="cancellation">Checked before each step.</param>
    /// <exception cref="Gpt2Exception">Prompt or options are not valid, or the model's output is not a distribution.</exception>
    public BeamResult SearchBeams(IReadOnlyList<int> prompt, BeamOptions? options = null, CancellationToken cancellation = default) =>
        new BeamSearch(options ?? new BeamOptions(), EndOfText).Run(Model, prompt, cancellation);

    /// <summary>Every matrix of a forward pass, with its name, in the order in which they were computed.</summary>
    /// <param name="prompt">A text of 1 to n_ctx tokens.</param>
    /// <param name="headRows">Whether what follows the blocks is computed for every token or only for the last.</param>
    /// <exception cref="Gpt2Exception">The prompt is empty or too long, or the model has no vocabulary.</exception>
    public ForwardTrace Trace(string prompt, HeadRows headRows = HeadRows.Last) => ForwardTrace.Run(Model, Tokenizer.Encode(prompt), headRows);

    /// <summary>
    /// The text of one token, in which part of a character is U+FFFD; null if the model has no vocabulary.
    /// </summary>
    public string? TextOf(int id) => tokenizer?.Decode([id]);

    /// <summary>
    /// Releases the memory of the weights, even if this object is still referenced. Completions that have begun
    /// continue; anything that begins afterwards throws <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose() => model = null;

    public override string ToString() => $"{Name}, {Config.Parameters} weights";

    private static GenerationOptions With(GenerationOptions? options, int? maxNewTokens)
    {
        options ??= new GenerationOptions();
        return options with { MaxNewTokens = maxNewTokens ?? options.MaxNewTokens };
    }

    /// <summary>Prepares a model for use; it takes the weights over.</summary>
    private static LanguageModel Of(string name, string path, Gpt2Weights weights, Tokenizer? tokenizer, LoadOptions options)
    {
        KernelSet kernels = options.Kernels ?? KernelSet.Create(KernelSet.FastestRung);
        (Gpt2Weights merged, Tokenizer? words) = AdapterFolder.Merge(options.Adapters, weights, tokenizer, kernels);
        Gpt2Model model = options.KeepMatrices ? new Gpt2Model(merged, kernels) : Gpt2Model.ForInference(merged, kernels, options.Weights);
        return new LanguageModel(name, path, model, words);
    }
}
