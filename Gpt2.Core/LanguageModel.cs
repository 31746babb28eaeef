// The front door of the library: a model and its tokenizer, loaded by name, that takes and gives texts. What happens behind it
// is TextGenerator's, ForwardTrace's and Gpt2Model's business. It stands at the root so that one using finds it, and no folder of
// the library uses it. The name Gpt2 is taken: in a program it is the namespace.

using Gpt2.Core.Generation;
using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Text;
using Gpt2.Core.Tracing;
using Gpt2.Core.Weights;
using Gpt2.Kernels;

namespace Gpt2.Core;

/// <summary>
/// A GPT-2 model that predicts, generates and traces. It owns its weights and never changes them: any number of threads may use it at
/// once, and each gets what it would get alone.
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

    /// <summary>The name of its folder or file.</summary>
    public string Name { get; }

    /// <summary>The folder or file that it was read from; empty where it was made of weights in memory.</summary>
    public string Path { get; }

    /// <summary>Its sizes.</summary>
    public Gpt2Config Config { get; }

    /// <summary>Whether it has a vocabulary. Without one its prompts are ids, and its tokens have no text.</summary>
    public bool HasText => tokenizer is not null;

    /// <summary>From text to ids and back.</summary>
    /// <exception cref="Gpt2Exception">The model has no vocabulary.</exception>
    public Tokenizer Tokenizer => tokenizer ?? throw new Gpt2Exception("this model has no vocabulary")
    {
        Where = Path.Length > 0 ? Path : Name,
        Expected = "one, without which there are ids and no texts",
    };

    /// <summary>The token that ends a text; null where the model has no vocabulary.</summary>
    public int? EndOfText => tokenizer?.Vocabulary.EndOfText;

    /// <summary>The forward pass itself.</summary>
    /// <exception cref="ObjectDisposedException">The model was given up.</exception>
    public Gpt2Model Model => model ?? throw new ObjectDisposedException(Name);

    /// <summary>Finds and reads a model.</summary>
    /// <param name="model">Its folder, its file, or a name, see <see cref="ModelLocator.Find"/>.</param>
    /// <param name="options">How to read it and what to compute with; null for the standard.</param>
    /// <param name="progress">Is told the share of the weights read, 0 to 1; or null.</param>
    /// <param name="cancellation">Stops between matrices.</param>
    /// <exception cref="Gpt2Exception">It is not there, or something is wrong with it.</exception>
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

    /// <summary>A model of a copy of weights, such as those in training: what happens to either does not concern the other.</summary>
    /// <param name="weights">The weights, which stay as they are.</param>
    /// <param name="tokenizer">The tokenizer; null where there is no text.</param>
    /// <param name="name">What to call the model.</param>
    /// <param name="options">What to compute with; null for the standard.</param>
    /// <exception cref="Gpt2Exception">A weight is not finite, and the type to store it as has no such numbers.</exception>
    public static LanguageModel Of(Gpt2Weights weights, Tokenizer? tokenizer, string name, LoadOptions? options = null) =>
        new(name, path: "", Ready(weights.Copy(), options ?? new LoadOptions()), tokenizer);

    /// <summary>Makes a model of an opened one, whose weights are read by a function that hands them over.</summary>
    internal static LanguageModel Load(ModelSource source, LoadOptions options, Func<Gpt2Weights> readWeights)
    {
        Tokenizer? tokenizer = source.ReadTokenizer(); // first: it is small, and may be wrong
        return new LanguageModel(ModelLocator.NameOf(source.Path), source.Path, Ready(readWeights(), options), tokenizer);
    }

    /// <summary>The most probable next tokens, best first; of equal ones the lower id first.</summary>
    /// <param name="prompt">A text of 1 to n_ctx tokens.</param>
    /// <param name="count">How many at most.</param>
    /// <exception cref="Gpt2Exception">The prompt is empty or too long, or the model has no vocabulary or gives no distribution.</exception>
    public IReadOnlyList<NextToken> Predict(string prompt, int count = 10) => Predict(Tokenizer.Encode(prompt), count);

    /// <summary>The same for a prompt of ids.</summary>
    /// <param name="prompt">1 to n_ctx ids.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="breakpoint">Where to stop an attached debugger, or null.</param>
    /// <exception cref="Gpt2Exception">There is no id, there are too many or unknown ones, or the model gives no distribution.</exception>
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
    /// Continues a text. Each token is computed when it is asked for; the pieces of text are whole characters, and the last token says why it
    /// is the last.
    /// </summary>
    /// <param name="prompt">A text of 1 to n_ctx tokens.</param>
    /// <param name="options">How many tokens, how they are drawn, and where the text ends; null for greedy choice.</param>
    /// <param name="maxNewTokens">The maximum of tokens to generate; null for that of the options.</param>
    /// <param name="cancellation">Looked at before each token.</param>
    /// <exception cref="Gpt2Exception">Prompt or options make no sense, or the model has no vocabulary; thrown by the call.</exception>
    /// <exception cref="OperationCanceledException">While enumerating: it was cancelled.</exception>
    public IEnumerable<GeneratedToken> Generate(
        string prompt, GenerationOptions? options = null, int? maxNewTokens = null, CancellationToken cancellation = default) =>
        CreateGenerator().Generate(Tokenizer.Encode(prompt), With(options, maxNewTokens), cancellation);

    /// <summary>The same, computed on the thread pool one token at a time.</summary>
    /// <inheritdoc cref="Generate"/>
    public IAsyncEnumerable<GeneratedToken> GenerateAsync(
        string prompt, GenerationOptions? options = null, int? maxNewTokens = null, CancellationToken cancellation = default) =>
        CreateGenerator().GenerateAsync(Tokenizer.Encode(prompt), With(options, maxNewTokens), cancellation);

    /// <summary>What completes prompts of ids, and gives several samples of one prompt.</summary>
    /// <param name="breakpoint">Where to stop an attached debugger, or null.</param>
    public TextGenerator CreateGenerator(StepBreakpoint? breakpoint = null) => new(Model, tokenizer, EndOfText, breakpoint);

    /// <summary>Every matrix of a forward pass, under its name and in the order in which it was computed.</summary>
    /// <param name="prompt">A text of 1 to n_ctx tokens.</param>
    /// <param name="headRows">Whether what comes after the blocks is computed for every token or the last alone.</param>
    /// <exception cref="Gpt2Exception">The prompt is empty or too long, or the model has no vocabulary.</exception>
    public ForwardTrace Trace(string prompt, HeadRows headRows = HeadRows.Last) => ForwardTrace.Run(Model, Tokenizer.Encode(prompt), headRows);

    /// <summary>The text of one token, in which half a character is U+FFFD; null where the model has no vocabulary.</summary>
    public string? TextOf(int id) => tokenizer?.Decode([id]);

    /// <summary>
    /// Gives the weights' memory up, also where the object is still held. Completions that have begun go on; whatever begins afterwards
    /// throws <see cref="ObjectDisposedException"/>.
    /// </summary>
    public void Dispose() => model = null;

    public override string ToString() => $"{Name}, {Config.Parameters} weights";

    private static GenerationOptions With(GenerationOptions? options, int? maxNewTokens)
    {
        options ??= new GenerationOptions();
        return options with { MaxNewTokens = maxNewTokens ?? options.MaxNewTokens };
    }

    /// <summary>Takes the weights over.</summary>
    private static Gpt2Model Ready(Gpt2Weights weights, LoadOptions options)
    {
        KernelSet kernels = options.Kernels ?? KernelSet.Create(KernelSet.FastestRung);
        return options.KeepMatrices ? new Gpt2Model(weights, kernels) : Gpt2Model.ForInference(weights, kernels, options.Weights);
    }
}
