// CopyColumns for all rungs below Tuned: the runtime copies spans, which no rung could do better.

namespace Gpt2.Kernels.CopyColumns;

internal sealed class CopyColumnsScalar : CopyColumnsKernel
{
    private protected override void Run(Copy copy) => copy.Some(0, copy.Rows);
}
