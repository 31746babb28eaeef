// A forward pass that can be asked where any of its numbers comes from: the numbers of a trace, the weights, and the descriptions of all
// matrices, joined by name.

using Gpt2.Core.Model;
using Gpt2.Core.Model.Layers;
using Gpt2.Core.Numerics;
using Gpt2.Core.Tracing;

namespace Gpt2.Core.Explaining;

/// <summary>
/// The origin of every number of a forward pass. A row is a token's position in the prompt, also in a matrix that has only the last
/// token's row, so that a cell has one address whichever rows were computed.
/// </summary>
public sealed class PassExplanation
{
    private readonly Gpt2Config config;
    private readonly Dictionary<string, SourceMatrix> matrices = [];
    private readonly Dictionary<string, MatrixDescription> descriptions = [];

    /// <summary>Explains a trace.</summary>
    /// <param name="model">
    /// The model it is of. Its weights must be matrices, as they are in a model made from weights, or loaded with
    /// <see cref="LoadOptions.KeepMatrices"/>: float32, exactly the numbers that the pass computed with.
    /// </param>
    /// <param name="trace">The trace.</param>
    /// <exception cref="Gpt2Exception">The model's weights were packed for inference.</exception>
    /// <exception cref="ArgumentException">The trace is of a model with other sizes.</exception>
    public PassExplanation(Gpt2Model model, ForwardTrace trace)
    {
        if (!model.KeepsMatrices)
        {
            throw new Gpt2Exception("the model's weights were packed for inference")
            {
                Expected = "weights as matrices in float32",
                Remedy = $"load the model with {nameof(LoadOptions)}.{nameof(LoadOptions.KeepMatrices)}",
            };
        }

        config = model.Config;
        Trace = trace;
        Descriptions = MatrixDescription.AllOf(config);
        RequireSameSizes();
        foreach ((MatrixDescription description, TraceEntry entry) in Descriptions.Zip(trace.Entries))
        {
            descriptions.Add(description.Name, description);
            Add(description.Name, entry.Matrix, firstRow: trace.Ids.Count - entry.Matrix.Rows);
        }

        Gpt2Weights weights = model.Weights;
        foreach (Matrix weight in weights.Matrices())
        {
            Add(MatrixTable.NameOfWeight(weight.Name), weight, firstRow: 0);
        }
    }

    /// <summary>The pass.</summary>
    public ForwardTrace Trace { get; }

    /// <summary>What the pass's matrices are, in the order in which they were computed.</summary>
    public IReadOnlyList<MatrixDescription> Descriptions { get; }

    /// <summary>Runs a prompt and explains it.</summary>
    /// <param name="model">A model whose weights are matrices.</param>
    /// <param name="ids">The prompt.</param>
    /// <param name="headRows">Whether what follows the blocks is computed for every token or only for the last.</param>
    /// <param name="breakpoint">Where to stop an attached debugger, or null.</param>
    /// <exception cref="Gpt2Exception">
    /// The model's weights were packed for inference, or the prompt is empty, too long, or has an id outside the vocabulary.
    /// </exception>
    public static PassExplanation Run(
        Gpt2Model model, ReadOnlySpan<int> ids, HeadRows headRows = HeadRows.Last, StepBreakpoint? breakpoint = null) =>
        new(model, ForwardTrace.Run(model, ids, headRows, breakpoint));

    /// <summary>What a matrix of the pass is.</summary>
    /// <param name="matrix">Its name: "h0.step7".</param>
    /// <exception cref="ArgumentException">The pass has no such matrix.</exception>
    public MatrixDescription Describe(string matrix) => descriptions.TryGetValue(matrix, out MatrixDescription? found)
        ? found : throw new ArgumentException($"'{matrix}' is no matrix of the pass, expected {nameof(MatrixDescription)}.Name of one");

    /// <summary>The numbers of a matrix of the pass or of a weight.</summary>
    /// <param name="matrix">Its name: "h0.step7", "model_wte".</param>
    /// <exception cref="ArgumentException">There is no such matrix.</exception>
    public Matrix NumbersOf(string matrix) => Find(matrix).Numbers;

    /// <summary>The row of a matrix with which it begins: 0, or the last token if the matrix has only that one's row.</summary>
    /// <inheritdoc cref="NumbersOf"/>
    public int FirstRowOf(string matrix) => Find(matrix).FirstRow;

    /// <summary>A cell of a matrix of the pass or of a weight.</summary>
    /// <param name="matrix">Its name.</param>
    /// <param name="row">The row; in the pass a token's position.</param>
    /// <param name="column">The column.</param>
    /// <exception cref="ArgumentException">There is no such matrix.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The matrix has no such row or column.</exception>
    public MatrixCell CellOf(string matrix, int row, int column) => Find(matrix).Cell(row, column);

    /// <summary>Where a number of the pass comes from.</summary>
    /// <param name="matrix">The matrix's name.</param>
    /// <param name="row">The row, a token's position.</param>
    /// <param name="column">The column.</param>
    /// <exception cref="ArgumentException">The pass has no such matrix.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The matrix has no such row or column.</exception>
    public CellOrigin OriginOf(string matrix, int row, int column)
    {
        MatrixDescription description = Describe(matrix);
        MatrixCell cell = CellOf(matrix, row, column);
        return Origins.Of(new CellContext(description, cell, config, Trace.Ids, [.. description.Sources.Select(Find)]));
    }

    /// <summary>Where a number of the pass comes from.</summary>
    /// <param name="address">Its address.</param>
    /// <exception cref="ArgumentException">The pass has no such matrix.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The matrix has no such row or column.</exception>
    public CellOrigin OriginOf(CellAddress address) => OriginOf(address.Matrix, address.Row, address.Column);

    /// <summary>What a column of a matrix of the pass stands for.</summary>
    /// <param name="matrix">The matrix's name.</param>
    /// <param name="column">The column.</param>
    /// <exception cref="ArgumentException">The pass has no such matrix.</exception>
    public ColumnMeaning ColumnOf(string matrix, int column) => ColumnMeaning.Of(Describe(matrix).Columns, column, config, Trace.Ids);

    /// <summary>The id of the token that a cell's column stands for; null if its columns are not tokens, as in every weight.</summary>
    /// <param name="cell">A cell of the pass or of a weight.</param>
    public int? TokenOf(MatrixCell cell) => descriptions.ContainsKey(cell.Matrix) ? ColumnOf(cell.Matrix, cell.Column).Id : null;

    private void Add(string name, Matrix numbers, int firstRow) => matrices.Add(name, new SourceMatrix(name, numbers, firstRow));

    private SourceMatrix Find(string name) => matrices.TryGetValue(name, out SourceMatrix? found)
        ? found : throw new ArgumentException($"there is no matrix '{name}'");

    private void RequireSameSizes()
    {
        Matrix stream = Trace.Activations.PositionEmbeddings, logits = Trace.Activations.Logits;
        if (Trace.Entries.Count != Descriptions.Count || stream.Columns != config.Channels || logits.Columns != config.Vocabulary)
        {
            throw new ArgumentException(
                $"the trace has {Trace.Entries.Count} matrices, {stream.Columns} channels and {logits.Columns} logits, "
                + $"the model {Descriptions.Count}, {config.Channels} and {config.Vocabulary}");
        }
    }
}
