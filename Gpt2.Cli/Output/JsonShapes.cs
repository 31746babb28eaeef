// The shapes of results under --json. Other programs rely on these names: fields may be added but not renamed. A number
// that is not finite is null everywhere, since JSON cannot represent it.

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Gpt2.Core.PostTraining;
using Gpt2.Core.Weights.Download;

namespace Gpt2.Cli.Output;

internal sealed record PredictResult(string Model, string? Prompt, int[] Ids, PredictedToken[] Top);

internal sealed record PredictedToken(int Id, string? Token, float Logit, float Probability);

internal sealed record GenerateResult(string Model, string? Prompt, int[] Ids, Completion[] Completions);

/// <summary>
/// Only new tokens. The text is without the end-of-text token and ends before a stop string. The seed belongs to
/// sampling, score and sum of log-probabilities to beam search; elsewhere they are null.
/// </summary>
internal sealed record Completion(
    int[] Ids, string? Text, string FinishReason, ulong? Seed, double? Score, double? SumLogprob, CompletionToken[] Tokens);

/// <summary>A token with the model's own log-probability; rank and top tokens if requested.</summary>
internal sealed record CompletionToken(int Id, string? Token, double Logprob, int? Rank, TopToken[]? Top);

internal sealed record TopToken(int Id, string? Token, double Logprob);

/// <summary>
/// Rows of answers. The template is null where the prompt was read as it is, and the model's answer has its end token among the ids.
/// The log-probabilities are means per token, those of the base model null if prompt and answer together exceed n_ctx.
/// </summary>
internal sealed record CompareResult(string Model, string Prompt, ulong? Seed, ComparedAnswer[] Answers);

internal sealed record ComparedAnswer(
    string Adapter, string? Template, string Asked, int[] Ids, string Text, string FinishReason, double MeanLogprob, double? BaseMeanLogprob);

/// <summary>Null stands for a number that is not finite.</summary>
internal sealed record ExplainResult(
    string Model, string? Prompt, int[] Ids, string Strategy, ulong? Seed, double? Random, ExplainedToken Drawn, ExplainedStage[] Stages,
    ExplainedToken[] Tokens, string? Svg);

internal sealed record ExplainedStage(string Filter, string Label, int Kept, double Dropped);

internal sealed record ExplainedToken(
    int Id, string? Token, double? Logit, double Probability, double? Score, double AfterTemperature, string? DroppedBy, double Renormalised,
    double Cumulative, bool Drawn, double DrawnFrom, double DrawnBelow);

internal sealed record BeamsResult(
    string Model, string? Prompt, int[] Ids, int NumBeams, double LengthPenalty, bool EarlyStopping, long Candidates, BeamText[] Results,
    BeamBranch[] Tree, string? Svg);

internal sealed record BeamText(int[] Ids, string? Text, string FinishReason, double Score, double SumLogprob);

/// <summary>
/// The fate is kept, dropped or finished. Branches are numbered from 1, parent 0 is the prompt; each comes after its
/// parent.
/// </summary>
internal sealed record BeamBranch(
    int Branch, int Parent, int Depth, int Id, string? Token, double Probability, double Logprob, double SumLogprob, string Fate, double? Score);

internal sealed record TokenizeResult(string Text, int[] Ids, string[] Tokens, WordResult[]? Words);

internal sealed record WordResult(string Word, string[] Bytes, MergeResult[] Merges);

internal sealed record MergeResult(int Rank, string Left, string Right, string[] Tokens);

internal sealed record DetokenizeResult(int[] Ids, string Text);

internal sealed record TraceResult(
    string Model, string? Prompt, int[] Ids, string? Folder, string[] Files, string? Svg, PredictedToken PredictedToken);

/// <summary>Length is the longest prompt that can be typed; weights and formulas are numbers of cells.</summary>
internal sealed record WorkbookResult(string Model, string? Prompt, int[] Ids, string File, long Bytes, int Length, long Weights, long Formulas);

/// <summary>
/// The terms are the largest, or all with --all, largest first; the rest is what they leave out. Own is the term of a row that the cell
/// belongs to, where each has a result. Rows are positions in the prompt, of
/// weights rows of their files.
/// </summary>
internal sealed record WhyResult(
    string Model, string? Prompt, int[] Ids, string Cell, string Matrix, int? Block, int? Step, string Title, int Row, int Column, WhyLabel RowLabel,
    WhyLabel ColumnLabel, float Value, double Recomputed, string Operation, string Formula, string Words, string InNumbers, string Shape,
    string[] Sources, string Method, WhyFigure[] Figures, WhyTerm[] Terms, WhyRest Rest);

/// <summary>What a row or a column stands for; null what does not apply.</summary>
internal sealed record WhyLabel(string? Part, int? Head, int? Channel, int? Unit, int? Position, int? Id, string? Token);

internal sealed record WhyFigure(string Name, double Value);

internal sealed record WhyTerm(WhyCell Source, WhyCell? Factor, string? Token, double Contribution, double? Share, bool Own);

internal sealed record WhyCell(string Matrix, int Row, int Column, float Value);

internal sealed record WhyRest(int Terms, double Contribution);

internal sealed record InfoResult(
    string Name, string Folder, string Format, long Parameters, int NVocab, int NCtx, int NEmbd, int NHead, int NLayer, bool QkvBias,
    bool TiedHead, bool Text, long WeightsBytes, long CacheBytes, string Kernels, int VectorBits, string[] InstructionSets,
    string[] Adapters, int AddedTokens, int UnusedIds, int NInner, string ActivationFunction, float LayerNormEpsilon, bool ScaleAttnWeights,
    bool ScaleAttnByInverseLayerIdx, string? TensorTypes);

internal sealed record TrainResult(string Folder, int Steps, double Loss, double? ValidationLoss, long Parameters, double Seconds, double UniformLoss,
    double UnigramLoss);

/// <summary>
/// Result is adapter or model. The exact matches are the shares of validation examples that are answered exactly as they say, and
/// null, like the validation loss, if there are none.
/// </summary>
internal sealed record TuneResult(
    string Folder, string Result, int Steps, double Loss, double? ValidationLoss, double? ExactMatchBefore, double? ExactMatch, int Answered,
    long Parameters, double Seconds);

/// <summary>The accuracy is the share of validation pairs that are ordered right.</summary>
internal sealed record TunePairsResult(
    string Folder, string Result, int Steps, double Loss, double? ValidationLoss, double? ValidationAccuracy, int ValidationPairs, long Parameters,
    double Seconds);

internal sealed record TuneDpoResult(
    string Folder, string Result, int Steps, double Loss, double? ValidationLoss, double? ValidationAccuracy, int ValidationPairs,
    AnswersResult? AnswersBefore, AnswersResult? Answers, long Parameters, double Seconds);

internal sealed record TuneGrpoResult(
    string Folder, string Result, int Steps, double Loss, AnswersResult? AnswersBefore, AnswersResult? Answers, long Parameters, double Seconds);

/// <summary>Means over sampled answers to validation prompts; a reward is null if there is none of its kind. KL is in nats per token.</summary>
internal sealed record AnswersResult(int Count, double? Reward, double? TrueReward, double Kl, double Length)
{
    public static AnswersResult? Of(AnswerFigures? figures) =>
        figures is null ? null : new(figures.Answers, figures.Reward, figures.TrueReward, figures.Kl, figures.Length);
}

/// <summary>
/// Accuracy is the share of pairs that are ordered right, null if the examples are no pairs: then the highest reward is first.
/// </summary>
internal sealed record RewardResult(string Model, string Adapter, double? Accuracy, RewardedExample[] Results);

internal sealed record RewardedExample(string Prompt, RewardedText[] Answers);

internal sealed record RewardedText(string Text, double Reward);

internal sealed record ShownExamplesResult(string Template, ShownExample[] Examples);

internal sealed record ShownExample(long Line, ShownToken[] Tokens);

internal sealed record ShownToken(string Text, bool Learned);

internal sealed record BenchTrainResult(
    string Size, long Parameters, int TokensPerStep, double MillisecondsPerStep, double TokensPerSecond, double GigaflopsPerSecond, long PeakBytes,
    int Threads, double LimitGigaflopsPerSecond, double Ratio);

/// <summary>
/// Fine-tuning of all weights, in the first row, and of an adapter on frozen weights of every type. Training bytes are gradients and AdamW's
/// means, other bytes activations and working memory. The ratios are to the first row; that of speed is the median of
/// those of rounds with a step of each.
/// </summary>
internal sealed record BenchTuneResult(BenchTuneModel[] Models);

internal sealed record BenchTuneModel(string Size, long Parameters, int Rank, int TokensPerStep, int Threads, BenchTuneRow[] Rows);

internal sealed record BenchTuneRow(
    string Trained, string Weights, long TrainedParameters, long WeightBytes, long TrainingBytes, long OtherBytes, long TotalBytes,
    double MemoryRatio, double MillisecondsPerStep, double TokensPerSecond, double SpeedRatio);

/// <summary>
/// What clients of a server saw. The worst client's ratio is the 99th percentile of its times between two tokens as a
/// multiple of their mean.
/// </summary>
internal sealed record BenchServeResult(
    string Size, string Weights, int Threads, int PromptTokens, int NewTokens, int RequestsPerClient, BenchServeRow[] Rows);

internal sealed record BenchServeRow(
    int Clients, double TokensPerSecond, double MedianFirstTokenMilliseconds, double P99FirstTokenMilliseconds,
    double MedianBetweenTokensMilliseconds, double P99BetweenTokensMilliseconds, double WorstClientRatio, long PeakBytes);

internal sealed record BenchResult(BenchMachine Machine, BenchRow[] Rows);

internal sealed record BenchMachine(string Processor, int Cores, string[] InstructionSets, int VectorBits, string Kernels);

/// <summary>
/// A figure with the limit of the machine in the same unit; the limit and the ratios are null if the row is a limit
/// itself. The limit change is by how much the largest limit measured exceeded the smallest, as a share of it. A part is
/// limit, product, vector, prompt, decode, train or load; a limit's kind fma_peak, read_bandwidth or file_reading.
/// Operations and bytes are those of one call, which takes the milliseconds.
/// </summary>
internal sealed record BenchRow(
    string Part, string Name, string? Weights, int Threads, double? Milliseconds, double Figure, string Unit, double? Limit,
    string? LimitKind, double? Ratio, double? BestRatio, double? LimitChange, double Operations, double Bytes);

internal sealed record ConvertResult(
    string From, string FromFormat, string To, string ToFormat, long Parameters, double Seconds);

internal sealed record CacheResult(string Folder, CachedModel[] Models);

internal sealed record CachedModel(string Name, string? Source, long Bytes, string Written, string File);

internal sealed record CacheClearResult(string Folder, int Files, long Bytes);

internal sealed record NewResult(string Folder, long Parameters, ulong Seed);

internal sealed record TrainTokenizerResult(
    string File, int VocabSize, int Merges, long Words, int DifferentWords, LearningPassResult[]? Passes);

internal sealed record LearningPassResult(int Pass, string Left, string Right, long Count, int Id, string Token);

/// <summary>Words in their order, with the end mark; the merges in theirs, each with the tokens of every word after it.</summary>
internal sealed record LearnedMergesResult(CountedWordResult[] Words, LearnedMergeResult[] Merges);

internal sealed record CountedWordResult(string Word, long Count, string[] Bytes);

internal sealed record LearnedMergeResult(int Merge, string Left, string Right, long Count, string Token, string[][] Words);

internal sealed record CorpusResult(string File, long Bytes, ulong Seed);

internal sealed record CorpusExamplesResult(string File, string Kind, int Examples, bool HeldOut, ulong Seed,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Split);

/// <summary>
/// Uniform and unigram are the losses of guessing and of knowing only how often each token occurs; validation is the
/// model's own at the end of training, null if not known. A text is foreign if the model predicts it no better than
/// these.
/// </summary>
internal sealed record EvalResult(
    string Model, string? File, int Tokens, double Loss, double? Perplexity, double? BitsPerByte, long? Bytes, int NCtx,
    int Stride, int Windows, string Weights, double? F32Loss, double? F32Perplexity, double UniformLoss, double UniformPerplexity,
    double UnigramLoss, double UnigramPerplexity, double? ValidationLoss, double? ValidationPerplexity, bool Foreign);

internal sealed record DownloadCommandResult(string Model, string Folder, string Source, bool AlreadyThere, long Bytes, RecordedFile[] Files);

internal sealed record DoctorResult(
    string Model, string? Folder, bool Healthy, int Wrong, int Warnings, FindingResult[] Findings, TensorResult[] Tensors);

internal sealed record FindingResult(string Status, string Area, string Subject, string Found, string? Remedy);

internal sealed record TensorResult(string Name, int Rows, int Columns, double Mean, double Spread, float Least, float Largest);

/// <summary>Printed when the server is ready.</summary>
internal sealed record ServeResult(string Model, string Address);

internal sealed record SavedPageResult(string Model, string Prompt, int[] Ids, string Path, long Bytes);

internal sealed record ErrorResult(ErrorDetail Error);

/// <summary>The message as printed without --json, and its parts if the error has them.</summary>
internal sealed record ErrorDetail(string Message, string Code, string? Where, string? Found, string? Expected, string? Remedy);

[JsonSerializable(typeof(PredictResult))]
[JsonSerializable(typeof(GenerateResult))]
[JsonSerializable(typeof(CompareResult))]
[JsonSerializable(typeof(ExplainResult))]
[JsonSerializable(typeof(BeamsResult))]
[JsonSerializable(typeof(TokenizeResult))]
[JsonSerializable(typeof(DetokenizeResult))]
[JsonSerializable(typeof(TraceResult))]
[JsonSerializable(typeof(WorkbookResult))]
[JsonSerializable(typeof(WhyResult))]
[JsonSerializable(typeof(EmbeddingNearResult))]
[JsonSerializable(typeof(EmbeddingAnalogyResult))]
[JsonSerializable(typeof(EmbeddingSimilarityResult))]
[JsonSerializable(typeof(EmbeddingMapResult))]
[JsonSerializable(typeof(EmbeddingPositionsResult))]
[JsonSerializable(typeof(CooccurrenceResult))]
[JsonSerializable(typeof(LensResult))]
[JsonSerializable(typeof(StreamResult))]
[JsonSerializable(typeof(LossResult))]
[JsonSerializable(typeof(AttentionResult))]
[JsonSerializable(typeof(InfoResult))]
[JsonSerializable(typeof(NewResult))]
[JsonSerializable(typeof(ConvertResult))]
[JsonSerializable(typeof(CacheResult))]
[JsonSerializable(typeof(CacheClearResult))]
[JsonSerializable(typeof(BenchTrainResult))]
[JsonSerializable(typeof(BenchTuneResult))]
[JsonSerializable(typeof(BenchServeResult))]
[JsonSerializable(typeof(BenchResult))]
[JsonSerializable(typeof(MazeResult))]
[JsonSerializable(typeof(TrainResult))]
[JsonSerializable(typeof(TuneResult))]
[JsonSerializable(typeof(TunePairsResult))]
[JsonSerializable(typeof(TuneDpoResult))]
[JsonSerializable(typeof(RewardResult))]
[JsonSerializable(typeof(TuneGrpoResult))]
[JsonSerializable(typeof(ShownExamplesResult))]
[JsonSerializable(typeof(TrainTokenizerResult))]
[JsonSerializable(typeof(CorpusResult))]
[JsonSerializable(typeof(CorpusExamplesResult))]
[JsonSerializable(typeof(EvalResult))]
[JsonSerializable(typeof(DownloadCommandResult))]
[JsonSerializable(typeof(DoctorResult))]
[JsonSerializable(typeof(ServeResult))]
[JsonSerializable(typeof(SavedPageResult))]
[JsonSerializable(typeof(PriceResult))]
[JsonSerializable(typeof(PriceTextResult))]
[JsonSerializable(typeof(NetworkResult))]
[JsonSerializable(typeof(NetworkSizesResult))]
[JsonSerializable(typeof(DescentResult))]
[JsonSerializable(typeof(GeluResult))]
[JsonSerializable(typeof(LearnedMergesResult))]
[JsonSerializable(typeof(LessonListResult))]
[JsonSerializable(typeof(LessonCheckResult))]
[JsonSerializable(typeof(ErrorResult))]
internal sealed partial class JsonShapes : JsonSerializerContext
{
    /// <summary>
    /// snake_case names; only absent extras are left out; and characters are not escaped, since the output is UTF-8.
    /// </summary>
    private static JsonShapes Readable { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new FiniteNumber<float>(), new FiniteNumber<double>() },
    });

    /// <summary>Writes a result or an error as one line.</summary>
    public static void Write<T>(T result, TextWriter writer) =>
        writer.WriteLine(JsonSerializer.Serialize(result, typeof(T), Readable));
}
