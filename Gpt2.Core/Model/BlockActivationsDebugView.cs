// What the debugger shows when a block's activations are opened: the matrices written so far, in the order of the
// steps.

using System.Diagnostics;
using Gpt2.Core.Numerics;

namespace Gpt2.Core.Model;

/// <summary>The debugger's view of <see cref="BlockActivations"/>.</summary>
internal sealed class BlockActivationsDebugView(BlockActivations activations)
{
    /// <summary>A list, because debuggers sort properties by name.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.RootHidden)]
    public Matrix[] Steps => [.. Enumerable.Range(1, activations.Step).SelectMany(activations.MatricesOf).Where(matrix => matrix.Rows > 0)];
}
