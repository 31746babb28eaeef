// A named row-major matrix of floats: storage and shape. Arithmetic is left to the kernels.

using System.Diagnostics;
using System.Globalization;
using Gpt2.Kernels;

namespace Gpt2.Core.Numerics;

/// <summary>
/// A matrix [rows, columns] of float32, stored row by row. Its shape can change (the number of tokens does); its
/// storage is kept and only grows.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
[DebuggerTypeProxy(typeof(MatrixDebugView))]
public sealed class Matrix
{
    /// <summary>With at least this many elements, the storage begins at a cache line.</summary>
    private const int AlignedFrom = 4096;

    private static readonly int LongestStorage = Array.MaxLength - CacheAligned.Line;

    private Memory<float> storage;

    /// <summary>Creates a matrix of zeros.</summary>
    /// <param name="name">What the matrix holds.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="columns">Number of columns.</param>
    /// <param name="capacity">Number of elements to allocate, if that is more than the shape needs.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// A size is negative, or the product exceeds an array's maximum length.
    /// </exception>
    public Matrix(string name, int rows = 0, int columns = 0, int capacity = 0)
    {
        Name = name;
        storage = Allocate(Math.Max(Count(rows, columns), capacity));
        Rows = rows;
        Columns = columns;
    }

    /// <summary>What the matrix holds, as the debugger and error messages show it.</summary>
    public string Name { get; }

    public int Rows { get; private set; }

    public int Columns { get; private set; }

    /// <summary>Notified whenever the matrix is about to be overwritten; null if nothing needs to know.</summary>
    internal MatrixWatch? Watch { get; set; }

    /// <summary>All elements, row after row.</summary>
    public Span<float> Span
    {
        [DebuggerStepThrough]
        get => storage.Span.Slice(0, Rows * Columns);
    }

    /// <summary>One element.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Row or column is outside the matrix.</exception>
    public ref float this[int row, int column]
    {
        [DebuggerStepThrough]
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)column, (uint)Columns, nameof(column));
            return ref Row(row)[column];
        }
    }

    /// <summary>One row, to read or write in place.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The row is outside the matrix.</exception>
    [DebuggerStepThrough]
    public Span<float> Row(int row)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)row, (uint)Rows, nameof(row));
        return storage.Span.Slice(row * Columns, Columns);
    }

    /// <summary>Consecutive rows as one span.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The rows are not all inside the matrix.</exception>
    [DebuggerStepThrough]
    public Span<float> RowRange(int start, int count)
    {
        if (start < 0 || count < 0 || start > Rows - count)
        {
            throw new ArgumentOutOfRangeException(
                nameof(start), $"rows {start} to {start + count - 1} of {this}, which has rows 0 to {Rows - 1}");
        }

        return storage.Span.Slice(start * Columns, count * Columns);
    }

    /// <summary>
    /// Changes the shape. The contents are undefined afterwards: the caller must write every element.
    /// </summary>
    [DebuggerStepThrough]
    public void Resize(int rows, int columns)
    {
        Watch?.BeforeWriting();
        int count = Count(rows, columns);
        if (count > storage.Length)
        {
            // Twice as much as before, so that a context that grows token by token does not allocate at every token.
            storage = Allocate(Math.Max(count, (int)Math.Min(2L * storage.Length, LongestStorage)));
        }

        Rows = rows;
        Columns = columns;
    }

    /// <summary>Takes the shape and elements of another matrix.</summary>
    [DebuggerStepThrough]
    public void CopyFrom(Matrix source)
    {
        Resize(source.Rows, source.Columns);
        source.Span.CopyTo(Span);
    }

    /// <summary>Leaves the matrix empty, [0, 0], until it is written again. The storage is kept.</summary>
    [DebuggerStepThrough]
    internal void Clear()
    {
        Rows = 0;
        Columns = 0;
    }

    /// <summary>Hands over the storage and leaves the matrix empty, [0, 0].</summary>
    internal Memory<float> Detach()
    {
        Memory<float> given = storage;
        storage = Memory<float>.Empty;
        Clear();
        return given;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} [{Rows}, {Columns}]");

    [DebuggerStepThrough]
    private static int Count(int rows, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        long count = (long)rows * columns;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, LongestStorage, "rows × columns");
        return (int)count;
    }

    [DebuggerStepThrough]
    private static Memory<float> Allocate(int count) =>
        count < AlignedFrom ? new float[count] : CacheAligned.Allocate(count, zeroed: true);
}

/// <summary>
/// Is notified before a matrix is overwritten, and knows what its rows are about: the debugger's breakpoints at steps rely on it.
/// </summary>
internal abstract class MatrixWatch
{
    [DebuggerHidden]
    public abstract void BeforeWriting();

    /// <summary>What a row is about, for the debugger; null if that is not known.</summary>
    public virtual string? LabelOf(int row) => null;
}
