// The past of a pass without a cache: there is none, so attention reads the keys and values of the pass itself, in
// place.

using System.Diagnostics;
using Gpt2.Core.Numerics;

namespace Gpt2.Core.Model.Cache;

/// <summary>Keys and values of one pass only, in sequences of equal length. Nothing is copied, and nothing is kept.</summary>
internal sealed class EmptyPast : BlockPast
{
    private Matrix keys = new("no keys");
    private Matrix values = new("no values");

    private protected override int Groups => 1;

    private protected override int SequencesOfAGroup => Rows.Count;

    [DebuggerStepThrough]
    public override int LengthOf(int group) => keys.Rows / Rows.Count;

    [DebuggerStepThrough]
    private protected override (int First, int Count) RowsOf(int group) => (0, keys.Rows);

    internal override void Append(Matrix keys, Matrix values)
    {
        this.keys = keys;
        this.values = values;
    }

    [DebuggerStepThrough]
    private protected override int Runs(int group) => 1;

    [DebuggerStepThrough]
    private protected override CachedRun Run(int group, int index) => new(keys, values, keys.Rows);
}
